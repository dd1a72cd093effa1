// The board of a room. It asks its own server every two seconds and shows what is told; every word
// that a learner may have written enters by textContent.
"use strict";

const PAUSE = 2000, PATIENCE = 15000;
const STATES = {
  right: ["✓", "right"],
  mistake: ["", "known mistake"],
  tried: ["×", "tried"],
  opened: ["○", "opened"],
  none: ["·", "not begun"],
};
const SIZES = [52, 46, 40, 36, 32, 28, 25, 22];
const MOST_STILL = 9;
const at = id => document.getElementById(id);

let names = false, whole = false, open = false;
let told = "", room = null;

function make(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const one of content)
    made.append(one instanceof Node ? one : document.createTextNode(String(one)));
  return made;
}

function tile(state, letter) {
  const made = make("b", `tile ${state}`, letter || STATES[state][0]);
  made.ariaHidden = "true";
  return made;
}

const spoken = text => make("span", "spoken", text);

// What runs, and for how long ----------------------------------------------------------------

function showClock() {
  const clock = room && room.clock;
  const now = new Date();
  const time = now.toLocaleTimeString([], {hour: "2-digit", minute: "2-digit", hour12: false});
  if (!clock || !clock.ends) {
    at("left").textContent = time;
    return;
  }
  const minutes = Math.ceil((clock.ends - now) / 60000);
  at("left").textContent = minutes > 0 ? `${minutes} min left` : "Time is up";
}

function showBlock() {
  const clock = room.clock;
  at("block").textContent = (clock && clock.block) || room.title || "The room";
  const told = [];
  if (room.moment) told.push(`Nothing has come for an hour. The board shows the room as of ${room.moment}.`);
  if (clock && clock.next) told.push(`Then, at ${clock.starts}: ${clock.next}`);
  at("next").textContent = told.join(" ");
}

// Exercises, mistakes, who is still -----------------------------------------------------------

function countsOf(counts) {
  const made = make("span", "counts");
  for (const [state, n] of Object.entries(counts)) {
    const one = make("span", n ? "" : "zero", tile(state, state === "mistake" ? "A" : ""), n);
    one.append(spoken(` ${STATES[state][1]}`));
    made.append(one, " ");
  }
  return made;
}

function mistakeOf(one) {
  const words = make("span", "", `${one.learners}: ${one.name}. ${one.cure}`);
  return make("li", "", tile("mistake", one.letter), words);
}

function showExercises() {
  const asked = room.exercises.filter(one => one.asked);
  const open = new Set([...document.querySelectorAll("#exercise-list details[open]")].map(d => d.dataset.number));
  at("exercises").hidden = !asked.length;
  at("exercise-list").replaceChildren(...asked.map(one => {
    const name = make("span", "name", `${one.number} ${one.title}`);
    if (!one.mistakes.length) return make("li", "plain", name, countsOf(one.counts));
    const box = make("details", "", make("summary", "", name, countsOf(one.counts)),
      make("ul", "made", ...one.mistakes.map(mistakeOf)));
    box.dataset.number = one.number;
    box.open = open.has(one.number);
    return make("li", "", box);
  }));
}

function showUsual() {
  at("usual-none").hidden = room.usual.length > 0;
  at("usual-list").replaceChildren(...room.usual.map(one => make("li", "",
    tile("mistake", one.letter),
    make("span", "",
      make("span", "what", `${one.learners} learners: ${one.name}`), " ",
      make("span", "where", `in ${one.number} ${one.exercise}`)),
    make("p", "cure", one.cure))));
}

const called = one => one.name ? `${one.number} ${one.name}` : `${one.number}`;
const since = minutes => minutes < 60 ? `${minutes} min` : "over 1 h";

function showStill() {
  const listed = room.still.slice(0, MOST_STILL).map(one =>
    make("li", "", called(one), " ", make("span", "", since(one.minutes))));
  const more = room.still.length - MOST_STILL;
  if (more > 0) listed.push(make("li", "more", `and ${more} more`));
  at("still-list").replaceChildren(...listed);
  at("still-none").textContent = listed.length ? ""
    : room.answering ? "Everybody has done something, or is done."
      : "No exercises now: nobody is listed.";
}

// Learners by exercises -----------------------------------------------------------------------

// The largest tiles with which all learners fit on the screen, and in how many tables they stand.
function fit(learners, columns) {
  const wide = at("panels").clientWidth, narrow = innerWidth <= 800;
  const top = at("panels").getBoundingClientRect().top + scrollY;
  const high = innerHeight - top - document.querySelector("footer").offsetHeight - 12;
  for (const size of narrow ? [28] : SIZES) {
    const beside = names ? 200 : size < 32 ? 38 : 54;
    const width = beside + columns * (size + 2) + 12;
    const panels = Math.max(1, Math.min(learners, Math.floor((wide + 12) / width)));
    const fits = width <= wide + 12 && Math.ceil(learners / panels) * (size + 2) + 44 <= high;
    if (fits || narrow || size === SIZES.at(-1)) return [size, panels];
  }
}

function headOf(columns) {
  const topics = [];
  for (const {one} of columns) {
    if (topics.length && topics.at(-1).topic === one.topic) topics.at(-1).span += 1;
    else topics.push({topic: one.topic, number: one.number.split(".")[0], span: 1});
  }
  const above = make("tr", "", make("td", ""));
  for (const {topic, number, span} of topics) {
    const head = make("th", "", span > 5 ? `${number} ${topic}` : number);
    head.scope = "colgroup";
    head.colSpan = span;
    head.title = `${number} ${topic}`;
    above.append(head);
  }
  const below = make("tr", "", make("td", ""));
  for (const {one} of columns) {
    const head = make("th", "", one.number.split(".")[1], spoken(` ${one.title}`));
    head.scope = "col";
    head.title = `${one.number} ${one.title}`;
    below.append(head);
  }
  return make("thead", "", above, below);
}

function inWords([state, letter, hints, shown]) {
  const words = [state === "mistake" ? `mistake ${letter}` : STATES[state][1]];
  if (hints) words.push(hints === 1 ? "1 hint" : `${hints} hints`);
  if (shown) words.push("answer shown");
  return words.join(", ");
}

function rowOf(learner, columns) {
  const head = make("th", learner.still ? "still" : "", called(learner));
  head.scope = "row";
  head.title = learner.still ? `${called(learner)}: nothing for ${since(learner.still)}` : called(learner);
  const row = make("tr", "", head);
  for (const {n, one} of columns) {
    const cell = learner.cells[n];
    const mark = tile(cell[0], cell[1]);
    if (cell[2] || cell[3]) mark.append(make("i", "hints", cell[3] ? "s" : cell[2]));
    const held = make("td", "", mark, spoken(inWords(cell)));
    held.title = `${one.number}: ${inWords(cell)}`;
    row.append(held);
  }
  return row;
}

function showGrid() {
  const columns = room.exercises.map((one, n) => ({n, one})).filter(({one}) => whole || one.asked);
  const learners = room.learners.filter(one => !(open && one.done));
  const n = learners.length, all = room.learners.length;
  at("grid-head").textContent = (open ? `${n} of ` : "") + (all === 1 ? "1 learner" : `${all} learners`)
    + (open ? ", those who are not done" : "");
  at("empty").hidden = all > 0;
  at("empty").textContent = room.how;
  document.body.classList.toggle("named", names);
  document.body.classList.toggle("whole", whole);
  const panels = at("panels"), place = [panels.scrollLeft, scrollY];
  panels.hidden = !n || !columns.length;
  const [size, number] = fit(n, columns.length);
  panels.style.setProperty("--tile", `${size}px`);
  panels.classList.toggle("small", size < 32);
  const each = Math.ceil(n / number) || 1;
  const tables = [];
  for (let from = 0; from < n; from += each) {
    const body = make("tbody", "", ...learners.slice(from, from + each).map(one => rowOf(one, columns)));
    tables.push(make("table", "", headOf(columns), body));
  }
  panels.replaceChildren(...tables);
  panels.scrollLeft = place[0];
  scrollTo(0, place[1]);
}

function showNotes() {
  const notes = at("notes"), n = room.notes.length;
  notes.hidden = !n;
  notes.querySelector("summary").textContent = n === 1 ? "1 note on what came in" : `${n} notes on what came in`;
  notes.querySelector("ul").replaceChildren(...room.notes.map(one => make("li", "", one)));
}

function show() {
  if (!room) return;
  at("game").hidden = !room.game;
  showBlock();
  showClock();
  showExercises();
  showUsual();
  showStill();
  showNotes();
  showGrid();
}

// Ask again and again -------------------------------------------------------------------------

async function ask() {
  try {
    const answer = await fetch(names ? "room.json?names=yes" : "room.json", {signal: AbortSignal.timeout(PATIENCE)});
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    at("lost").hidden = true;
    if (text !== told) {
      [told, room] = [text, JSON.parse(text)];
      show();
    }
  } catch {
    at("lost").hidden = false;
  }
}

async function go() {
  for (;;) {
    await ask();
    await new Promise(done => setTimeout(done, PAUSE));
  }
}

function pressed(id, change) {
  at(id).addEventListener("click", async () => {
    at(id).ariaPressed = String(at(id).ariaPressed !== "true");
    change(at(id).ariaPressed === "true");
    await ask();
    show();
  });
}

pressed("names", on => { names = on; });
pressed("open", on => { open = on; });
pressed("whole", on => { whole = on; });
addEventListener("resize", () => requestAnimationFrame(show));
setInterval(showClock, 1000);
go();
