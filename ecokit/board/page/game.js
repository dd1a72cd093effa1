// Who has filed in the game, and the time left. Every word that a team may have written enters by
// textContent.
"use strict";

const PAUSE = 2000, PATIENCE = 15000;
const MARKS = {filed: ["right", "✓"], wrong: ["mistake", "!"], open: ["none", "·"]};
const at = id => document.getElementById(id);

let told = "", game = null;

function make(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const one of content)
    made.append(one instanceof Node ? one : document.createTextNode(String(one)));
  return made;
}

function rowOf(team) {
  const [look, sign] = MARKS[team.state];
  const mark = make("b", `tile ${look}`, sign);
  mark.ariaHidden = "true";
  return make("li", "", mark, make("span", "", make("span", "what", team.team), `: ${team.said}`));
}

function marketOf(market) {
  const filed = market.teams.filter(one => one.state === "filed").length;
  const count = market.teams.length ? `${filed} of ${market.teams.length} have filed` : "";
  return make("section", "", make("h2", "", [market.name, count].filter(Boolean).join(": ")), make("ul", "teams", ...market.teams.map(rowOf)));
}

function showClock() {
  if (!game) return;
  const seconds = Math.ceil((game.ends - Date.now()) / 1000);
  const minutes = Math.floor(seconds / 60);
  at("left").textContent = game.ends === null ? ""
    : seconds > 0 ? `${minutes}:${String(seconds % 60).padStart(2, "0")} left` : "Time is up";
}

function show() {
  at("title").textContent = game.title;
  at("note").textContent = game.note;
  at("next").textContent = "What a team has decided is shown nowhere here.";
  at("begin").hidden = !game.markets.some(one => one.teams.length);
  at("markets").replaceChildren(...game.markets.map(marketOf));
  showClock();
}

async function ask(way, method) {
  try {
    const answer = await fetch(way, {method, signal: AbortSignal.timeout(PATIENCE)});
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    at("lost").hidden = true;
    if (text !== told) {
      [told, game] = [text, JSON.parse(text)];
      show();
    }
  } catch {
    at("lost").hidden = false;
  }
}

async function go() {
  for (;;) {
    await ask("game.json", "GET");
    await new Promise(done => setTimeout(done, PAUSE));
  }
}

at("begin").addEventListener("click", () => ask("game.json", "POST"));
setInterval(showClock, 500);
go();
