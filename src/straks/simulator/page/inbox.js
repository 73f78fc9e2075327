// The page: the list, the message that is chosen, what changes, and the keys.

import { ask, at, fill, number, say, words } from "./ask.js";
import * as faults from "./faults.js";
import { listen } from "./keys.js";
import { List } from "./list.js";
import * as message from "./message.js";

const find = at("find"), live = at("live");

// --- the list and what is chosen in it ---------------------------------------------------------

const list = new List(at("list"), { seen, choose });

function seen({ total, matching }) {
  const looking = [...list.search].length > 0;
  at("count").textContent = looking ? fill(words.of, number(matching), number(total))
    : total === 1 ? words.one : fill(words.many, number(total));
  at("nothing").hidden = total > 0;
  at("unfound").hidden = total === 0 || matching > 0;
  at("list").hidden = matching === 0;
}

function choose(id, open) {
  history.replaceState(null, "", id ? `#/${id}` : location.pathname + location.search);
  if (id !== message.chosen()) message.show(id);
  if (open) read(true);
}

/** On a narrow page the message stands in the place of the list. */
function read(reading) {
  document.body.classList.toggle("reading", reading && message.chosen() !== "");
}

function back() {
  read(false);
  at(at("list").hidden ? "search" : "list").focus();
}

// --- what is looked for ------------------------------------------------------------------------

async function look() {
  const search = new URLSearchParams();
  for (const [name, value] of new FormData(find)) if (value.trim()) search.set(name, value);
  await list.look(search);
}

find.addEventListener("input", look);
find.addEventListener("submit", (event) => { event.preventDefault(); at("list").focus(); });
at("show-all").addEventListener("click", () => { find.reset(); look(); at("search").focus(); });

// --- what changes ------------------------------------------------------------------------------

let came = [];

function announce(recipient) {
  if (came.push(recipient) > 1) return;
  setTimeout(() => {
    say(came.length === 1 ? fill(words.came, came[0]) : fill(words.came_many, number(came.length)));
    came = [];
  }, 400);  // several at once are one sentence
}

function state(name) {
  live.dataset.state = name;
  at("live-says").textContent = words[name];
}

function follow(mark) {
  const events = new EventSource(`/_straks/events?after=${encodeURIComponent(mark)}`);
  const on = (kind, work) => events.addEventListener(kind, (event) => work(JSON.parse(event.data)));
  on("message", (told) => { list.refresh(); announce(told.recipient); });
  on("status", (told) => { list.refresh(); if (told.id === message.chosen()) message.freshen(); });
  on("attempt", (told) => { if (told.idempotencyId === at("name-idempotency")?.value) message.freshen(); });
  on("faults", () => faults.freshen());
  on("clock", () => { list.refresh(); message.freshen(); });
  on("cleared", () => { say(words.cleared); forget(); list.refresh(); });
  on("reset", everything);
  events.addEventListener("open", () => state("live"));
  events.addEventListener("error", () => {
    state("lost");
    if (events.readyState !== EventSource.CLOSED) return;  // else it comes back by itself
    setTimeout(begin, 1000);
  });
}

function forget() {
  list.id = "";
  choose("", false);
  read(false);
}

function everything() {
  list.refresh();
  message.freshen();
  faults.freshen();
}

async function begin() {
  try {
    const { mark } = await ask("/_straks/inbox?size=0");
    await Promise.all([list.refresh(), faults.freshen()]);
    follow(mark);
    message.freshen();
  } catch {
    state("lost");
    setTimeout(begin, 1000);
  }
}

// --- what is clicked, and the keys --------------------------------------------------------------

const clear = at("clear"), help = at("help");

at("open-faults").addEventListener("click", faults.open);
at("open-clear").addEventListener("click", () => { clear.returnValue = ""; clear.showModal(); });
at("open-help").addEventListener("click", () => help.showModal());
clear.addEventListener("close", async () => {
  if (clear.returnValue !== "clear") return;
  await ask("/_straks/messages", { method: "DELETE" });
});
at("chosen").addEventListener("click", (event) => { if (event.target.closest("#back")) back(); });
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); at("list").focus(); });
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}

const down = () => list.go(list.index + 1), up = () => list.go(list.index - 1);

listen({
  list: at("list"),
  singles: {
    j: down,
    k: up,
    "/": () => { at("search").focus(); at("search").select(); },
    c: () => message.copy(at("code") ?? at("bound-code")),
    f: faults.open,
    "?": () => help.showModal(),
  },
  moves: {
    ArrowDown: down,
    ArrowUp: up,
    Home: () => list.go(0),
    End: () => list.go(list.matching - 1),
    PageDown: () => list.go(list.index + list.page),
    PageUp: () => list.go(list.index - list.page),
    Enter: () => { read(true); at("to")?.focus(); },
  },
  escape: back,
});

// --- the colours --------------------------------------------------------------------------------

const KEPT = "straks-colours", colours = at("colours");

function paint(scheme) {
  if (scheme) document.documentElement.dataset.scheme = scheme;
  else delete document.documentElement.dataset.scheme;
  message.colour();
}

colours.addEventListener("change", () => {
  try { localStorage.setItem(KEPT, colours.value); } catch { /* not kept, then */ }
  paint(colours.value);
});
try { colours.value = localStorage.getItem(KEPT) ?? ""; } catch { /* as the machine */ }
paint(colours.value);

find.reset();
list.id = decodeURIComponent(location.hash.replace(/^#\//, ""));
if (/^[0-9a-f-]{36}$/.test(list.id)) message.show(list.id);
else list.id = "";
begin();
