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

// Where JupyterLab serves the book (at book/, beside lab/), the name of a notebook opens it.
const served = location.pathname.match(/^(.*\/)book\/(?:book|notebooks)\//);
if (served && location.protocol.startsWith("http")) {
  document.querySelectorAll(".lab-notebook").forEach((name) => {
    const link = document.createElement("a");
    link.href = `${served[1]}lab/tree/${name.textContent}`;
    link.target = "jupyterlab";
    name.replaceWith(link);
    link.append(name);
  });
}

// A number in a table is not broken; a sentence in a table that scrolls gets room.
const NUMBER = /^[-+]?¥?[\d.,]+(?: ?%)?$/;
document.querySelectorAll(".ecokit-table td").forEach((cell) => {
  const text = cell.textContent.trim();
  if (NUMBER.test(text)) cell.classList.add("number");
  else if (text.length > 24) cell.classList.add("words");
});

// What is wider than the page scrolls in its own box, by keyboard too, and says so.
const WIDE =
  ".math, .text_html, .pst-scrollable-table-container, figure, .cell_output, .twin-frame";
const looked = new ResizeObserver((boxes) => boxes.forEach(({ target }) => {
  const wide = target.scrollWidth > target.clientWidth + 1;
  target.classList.toggle("scrolls", wide);
  if (wide) target.tabIndex = 0;
}));
document.querySelectorAll(WIDE).forEach((box) => looked.observe(box));

// The map of the whole operation is printed alone, on one sheet.
document.querySelectorAll(".operation-map").forEach((map) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "print-map";
  button.textContent = "Print this map as one sheet";
  button.addEventListener("click", () => {
    document.body.classList.add("prints-map");
    window.print();
  });
  window.addEventListener("afterprint", () => document.body.classList.remove("prints-map"));
  map.before(button);
});
