"use strict";
// Asks for what is to be seen, puts it where it belongs, and asks again when a file, a value or a choice changes.
// Whatever comes back is escaped by the one who made it; what is typed is kept here and nowhere else.

const at = (id) => document.getElementById(id);
const main = at("preview"), values = at("values"), view = at("view"), said = at("status");
const lang = document.documentElement.lang, says = document.body.dataset;
const typed = new Map();  // by template, then by parameter
let keys = [], key = "", stamp = "", inspected = "", waiting = new AbortController(), inspecting = new AbortController();

function say(text) { if (said.textContent !== text) said.textContent = text; }

async function ask(path, question, signal) {
  const answer = await fetch(path, {
    method: "POST", signal, headers: { "content-type": "application/json" }, body: JSON.stringify({ ...question, lang }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

function put(element, html) {
  if (element.dataset.html === html) return false;
  element.dataset.html = html;
  element.innerHTML = html;
  return true;
}

// --- what is shown ---------------------------------------------------------------------------

async function show(because = "") {
  waiting.abort();
  waiting = new AbortController();
  const choice = new FormData(view);
  const question = {
    key: keyAsked(), case: choice.get("case"), reveal: choice.has("reveal"), values: typed.get(keyAsked()) ?? {},
  };
  let answer;
  try {
    answer = await ask("/show", question, waiting.signal);
  } catch (trouble) {
    if (trouble.name !== "AbortError") say(trouble instanceof TypeError ? says.lost : trouble.message);
    return;
  }
  ({ keys, key, stamp } = answer);
  put(at("names"), answer.names);
  for (const link of at("names").querySelectorAll("a")) {
    if (nameOf(link.hash) === key) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const had = document.activeElement?.id;
  if (put(at("fields"), answer.form)) {
    retype();
    if (had?.startsWith("field-")) at(had)?.focus();
  }
  values.hidden = answer.form === "";
  complain(answer.wrong);
  main.classList.toggle("stale", answer.shown === null);
  if (answer.shown !== null) put(at("shown"), answer.shown);
  main.dataset.stamp = stamp;
  say(answer.shown === null ? says.stale : because);
  inspect();
}

async function inspect() {
  const wanted = `${stamp} ${key}`;
  at("findings").hidden = key === "";
  if (key === "" || inspected === wanted) return;
  inspecting.abort();
  inspecting = new AbortController();
  main.setAttribute("aria-busy", "true");
  if (!inspected.endsWith(` ${key}`)) put(at("found"), `<p class="quiet">${says.inspecting}</p>`);
  inspected = wanted;
  try {
    put(at("found"), (await ask("/findings", { key }, inspecting.signal)).found);
    main.removeAttribute("aria-busy");
  } catch (trouble) {
    if (inspected === wanted) inspected = "";
  }
}

function complain(wrong) {
  for (const note of values.querySelectorAll(".wrong")) {
    const name = note.id.slice("wrong-".length), field = at(`field-${name}`);
    note.textContent = wrong[name] ?? "";
    if (name in wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
}

// --- which template --------------------------------------------------------------------------

function nameOf(hash) {
  try { return decodeURIComponent(hash.replace(/^#\/?/, "")); } catch { return ""; }
}

function keyAsked() { return location.hash.startsWith("#/") ? nameOf(location.hash) : key; }

addEventListener("hashchange", () => {
  if (location.hash.startsWith("#/")) show();
});
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}

// --- what is typed ---------------------------------------------------------------------------

function lasts(seconds) {
  const parts = [];
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ") || "0 s";
}

function slide() {
  for (const slider of values.querySelectorAll("input[type=range]")) {
    const text = lasts(Number(slider.value));
    slider.setAttribute("aria-valuetext", text);
    slider.nextElementSibling.textContent = text;
  }
}

function retype() {
  for (const [name, text] of Object.entries(typed.get(key) ?? {})) {
    const field = at(`field-${name}`);
    if (field) field.value = field.dataset.unit ? text.replace(/ s$/, "") : text;
  }
  slide();
}

values.addEventListener("input", (event) => {
  const field = event.target;
  const unit = field.dataset.unit ? ` ${field.dataset.unit}` : "";
  typed.set(key, { ...typed.get(key), [field.name]: field.value + unit });
  slide();
  view.elements.case.value = "given";
  show();
});
values.addEventListener("reset", () => {
  typed.delete(key);
  setTimeout(() => { slide(); show(); });  // once the fields are what they were
});
for (const form of [values, view]) form.addEventListener("submit", (event) => event.preventDefault());

// --- how it is looked at ---------------------------------------------------------------------

view.addEventListener("change", (event) => {
  main.dataset.scheme = view.elements.scheme.value;
  main.dataset.width = view.elements.width.value;
  if (event.target.name === "case" || event.target.name === "reveal") show();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const details = button.previousElementSibling, code = details.querySelector("code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    say(says.copied);
  } catch {
    details.open = true;
    getSelection().selectAllChildren(code);
    say(says.notCopied);
  }
});

// --- when it changes -------------------------------------------------------------------------

const changes = new EventSource("/changes");
changes.addEventListener("message", (event) => {
  if (event.data !== stamp) show(stamp ? says.updated : "");
});
changes.addEventListener("error", () => say(says.lost));
changes.addEventListener("open", () => { if (said.textContent === says.lost) say(""); });
view.reset();
