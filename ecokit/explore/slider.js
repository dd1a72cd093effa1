// A native slider: its label is read out before it, the text of its value after it.
function render({ model, el }) {
  // each slider loads this file anew, so a counter would give all of them one id
  const id = `ecokit-slider-${Math.random().toString(36).slice(2)}`;
  const label = document.createElement("label");
  const input = document.createElement("input");
  const output = document.createElement("output");
  label.htmlFor = output.htmlFor = input.id = id;
  Object.assign(input, { type: "range", min: 0, step: 1 });
  output.ariaLive = "off"; // the slider says its value by itself
  // its arrow keys are no shortcuts of the notebook
  input.dataset.lmSuppressShortcuts = "true";
  el.classList.add("ecokit-slider");
  el.append(label, input, output);

  function show() {
    const texts = model.get("texts");
    label.textContent = model.get("description");
    input.max = texts.length - 1;
    input.value = model.get("index");
    say(texts[model.get("index")]);
  }

  function say(text) {
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  }

  input.addEventListener("input", () => {
    model.set("index", input.valueAsNumber);
    say(model.get("texts")[input.valueAsNumber]);
    model.save_changes();
  });
  const parts = ["description", "texts", "index"].map((name) => `change:${name}`);
  parts.forEach((part) => model.on(part, show));
  show();
  return () => parts.forEach((part) => model.off(part, show));
}

export default { render };
