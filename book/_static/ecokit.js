// The slider of a static twin: it changes the picture, without a kernel.
function wireTwin(twin) {
  const control = twin.querySelector(".twin-control");
  const slider = control.querySelector("input");
  const output = control.querySelector("output");
  const frames = twin.querySelectorAll(".twin-frame");
  const labels = JSON.parse(slider.dataset.labels);
  const show = () => {
    const number = Number(slider.value);
    frames.forEach((frame, i) => frame.classList.toggle("is-current", i === number));
    slider.setAttribute("aria-valuetext", labels[number]);
    output.textContent = labels[number];
  };
  const fetchAll = () =>
    twin.querySelectorAll("img").forEach((img) => { img.loading = "eager"; });
  slider.addEventListener("input", show);
  ["focus", "pointerenter"].forEach((event) =>
    slider.addEventListener(event, fetchAll, { once: true }));
  window.addEventListener("beforeprint", fetchAll);
  twin.classList.add("is-live");
  control.hidden = false;
  show();  // a browser may have kept the slider's place over a reload
}

document.querySelectorAll(".twin").forEach(wireTwin);

// What is wider than the page scrolls by itself, by keyboard too.
window.addEventListener("load", () => {
  document
    .querySelectorAll(".math, .text_html, .pst-scrollable-table-container")
    .forEach((box) => { if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; });
});
