// What every part of the page needs: to ask the simulator, and to say something.

export const lang = document.documentElement.lang;
export const words = JSON.parse(document.body.dataset.words);
export const at = (id) => document.getElementById(id);

const locale = lang === "nb" ? "nb-NO" : "en-GB";
const digits = new Intl.NumberFormat(locale);
const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Asks; what the simulator will not do is an error with its sentence. */
export async function ask(path, { method = "GET", body, signal } = {}) {
  const answer = await fetch(path, {
    method, signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const kind = answer.headers.get("content-type") ?? "";
  const read = kind.startsWith("application/json") ? await answer.json() : await answer.text();
  if (!answer.ok) throw Object.assign(new Error(read.error ?? `${answer.status}`), { status: answer.status });
  return read;
}

/** Says at a note why something was not done; what the simulator says of it is in English. */
export function complain(note, trouble) {
  const lost = trouble instanceof TypeError;
  note.lang = lost ? lang : "en";
  note.textContent = lost ? words.lost : trouble.message;
}

/** Fills the holes of a sentence in turn. */
export function fill(sentence, ...values) {
  return values.reduce((text, value) => text.replace("{}", () => value), sentence);
}

export function number(value) { return digits.format(value); }

/** Writes a time as a person here reads it: without the day if that is today. */
export function time(iso) {
  const then = new Date(iso);
  return (then.toDateString() === new Date().toDateString() ? clock : day).format(then);
}

export function say(text) {
  const said = at("said");
  said.textContent = said.textContent === text ? `${text}\u00a0` : text;  // said twice, heard twice
}
