// One message: put on the page when it is chosen, and kept up to date where something of it changes.

import { ask, at, complain, fill, lang, say, time, words } from "./ask.js";

const place = at("chosen");
let id = "", waiting = new AbortController(), freshening = false, again = false;

export function chosen() { return id; }

/** Shows a message; an empty id shows none. */
export async function show(wanted) {
  id = wanted;
  waiting.abort();
  waiting = new AbortController();
  if (!id) { put(""); return; }
  try {
    put(await ask(pieceOf(id), { signal: waiting.signal }));
  } catch (trouble) {
    if (trouble.name === "AbortError") return;
    put("");
    say(trouble.status === 404 ? words.gone : words.lost);
    if (trouble.status === 404) id = "";
  }
}

/** Asks for what is shown once more, and changes what has changed: nobody loses a place, a choice or the focus. */
export async function freshen() {
  if (freshening) { again = true; return; }
  freshening = true;
  try {
    do {
      again = false;
      if (!id) return;
      const wanted = id, html = await ask(pieceOf(wanted));
      if (wanted === id) merge(html);
    } while (again);
  } catch (trouble) {
    if (trouble.status === 404) show("");
  } finally {
    freshening = false;
  }
}

/** Copies what a field holds. */
export async function copy(field) {
  if (!field) return;
  try {
    await navigator.clipboard.writeText(field.value);
    say(words.copied);
    const button = place.querySelector(`[data-copy="${field.id}"]`);
    button.classList.add("done");
    button.addEventListener("animationend", () => button.classList.remove("done"), { once: true });
  } catch {
    field.focus();
    field.select();
    say(words.not_copied);
  }
}

function pieceOf(wanted) { return `/_straks/page/${wanted}?lang=${lang}`; }

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;  // written by the simulator's own page, which escapes what a message says
  for (const each of holder.content.querySelectorAll("time")) {
    each.title = each.textContent;
    each.textContent = time(each.dateTime);
  }
  return holder.content;
}

function put(html) {
  place.replaceChildren(parsed(html));
  at("unchosen").hidden = html !== "";
  at("message").scrollTop = 0;
  colour();
  const form = at("letter");
  if (form) form.elements.scheme.value = dark() ? "dark" : "light";
  letter();
}

function merge(html) {
  const fresh = parsed(html), focused = document.activeElement?.id;
  const picked = at("drive-status")?.value;
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const old = at(part.id);
    if (old && old.innerHTML !== part.innerHTML) old.replaceWith(part);
    else if (old && old.className !== part.className) old.className = part.className;
  }
  const select = at("drive-status");
  if (select && picked && [...select.options].some((option) => option.value === picked)) select.value = picked;
  if (focused && document.activeElement?.id !== focused) at(focused)?.focus();
}

// --- an SMS and an e-mail as they look ---------------------------------------------------------

/** Has the picture of the phone follow the colours that were chosen for the page. */
export function colour() {
  const phone = place.querySelector("img.phone"), scheme = document.documentElement.dataset.scheme;
  if (phone) phone.src = `/_straks/messages/${id}/phone.svg?lang=${lang}${scheme ? `&scheme=${scheme}` : ""}`;
}

function dark() {
  const { scheme } = document.documentElement.dataset;
  return scheme ? scheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

async function letter() {
  const form = at("letter");
  if (!form) return;
  const { view, scheme, width } = Object.fromEntries(new FormData(form)), frame = at("mail"), text = at("mail-text");
  const source = `${frame.dataset.src}?scheme=${scheme}`;
  if (frame.getAttribute("src") !== source) frame.src = source;
  frame.className = scheme;
  frame.dataset.width = text.dataset.width = width;
  frame.hidden = view !== "html";
  text.hidden = view === "html";
  if (view === "html") return;
  const wanted = id;
  const read = view === "plain"
    ? await ask(`/_straks/messages/${wanted}/email.txt`) : (await ask(`/_straks/messages/${wanted}`)).body;
  if (wanted === id) text.textContent = read;
}

place.addEventListener("change", (event) => { if (event.target.form?.id === "letter") letter(); });

// --- what is done to it -------------------------------------------------------------------------

place.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(at(button.dataset.copy));
});

place.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (event.target.id !== "drive") return;
  const status = at("drive-status").value;
  try {
    await ask(`/_straks/messages/${id}/status`, { method: "POST", body: { status } });
    say(fill(words.set_done, status));
    at("wrong-drive").textContent = "";
  } catch (trouble) {
    complain(at("wrong-drive"), trouble);
  }
});
