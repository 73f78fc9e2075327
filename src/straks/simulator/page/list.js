// The list: as many rows as are seen, whatever there is. It holds a window of the messages, and asks for another
// when what is seen leaves it, or when something has changed. Where the list is and what is chosen stays put
// while new messages come in above.

import { ask, at, number, time, words } from "./ask.js";

const WINDOW = 80, AHEAD = 6;

export class List {
  #element; #room; #template; #height = 0;
  #rows = new Map();  // by their place in the list
  #window = { skip: 0, messages: [] };
  #asking = null; #stale = false; #searched = false;
  #seen; #choose;

  /** `seen` is told of each answer, `choose` of what is chosen. */
  constructor(element, { seen, choose }) {
    this.#element = element;
    this.#room = element.querySelector(".room");
    this.#template = at("row").content.firstElementChild;
    this.#seen = seen;
    this.#choose = choose;
    this.matching = 0;
    this.index = -1;
    this.id = "";
    this.search = new URLSearchParams();
    this.#measure();
    element.addEventListener("scroll", () => this.#paint(), { passive: true });
    new ResizeObserver(() => { this.#measure(); this.#paint(); }).observe(element);
    element.addEventListener("click", (event) => {
      const row = event.target.closest("[data-index]");
      if (row) this.go(Number(row.dataset.index), true);
    });
  }

  /** Looks for something else. */
  look(search) {
    this.search = search;
    this.#searched = true;
    return this.refresh();
  }

  /** Asks anew. One question is out at a time; whatever is asked for meanwhile is asked for once, after it. */
  refresh() {
    this.#stale = true;
    this.#asking ??= this.#ask().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  /** Chooses the message at a place, and shows where it is. */
  async go(index, open = false) {
    if (this.matching === 0) return;
    index = Math.min(Math.max(index, 0), this.matching - 1);
    this.#reveal(index);
    if (!this.#at(index)) await this.refresh();
    const message = this.#at(index);
    if (!message) return;
    this.index = index;
    this.id = message.id;
    this.#mark();
    this.#choose(message.id, open);
  }

  /** The rows that fit, for who turns pages. */
  get page() { return Math.max(1, Math.floor(this.#element.clientHeight / this.#height) - 1); }

  async #ask() {
    while (this.#stale) {
      this.#stale = false;
      const anew = this.#searched;
      this.#searched = false;
      if (anew) this.#element.scrollTop = 0;
      const first = Math.max(0, Math.floor(this.#element.scrollTop / this.#height) - WINDOW / 4);
      const search = new URLSearchParams(this.search);
      search.set("skip", first);
      search.set("size", WINDOW);
      const answer = await ask(`/_straks/inbox?${search}`);
      if (!this.#searched) this.#take(answer, anew);
    }
  }

  #take(answer, anew) {
    const more = answer.matching - this.matching, atTop = this.#element.scrollTop < this.#height / 2;
    this.#window = answer;
    this.matching = answer.matching;
    this.#room.style.height = `${this.matching * this.#height}px`;
    if (!anew && !atTop && more > 0) this.#element.scrollTop += more * this.#height;
    const found = this.id ? answer.messages.findIndex((message) => message.id === this.id) : -1;
    if (found >= 0) this.index = answer.skip + found;
    else if (anew || this.matching === 0) this.index = -1;
    else if (this.index >= 0) this.index = Math.min(Math.max(0, this.index + more), this.matching - 1);
    this.#paint();
    this.#seen(answer);
  }

  #at(index) { return this.#window.messages[index - this.#window.skip]; }

  #measure() {
    const row = this.#room.appendChild(this.#template.cloneNode(true));
    this.#height = row.offsetHeight || this.#height;
    row.remove();
    this.#room.style.height = `${this.matching * this.#height}px`;
  }

  #paint() {
    const { scrollTop, clientHeight } = this.#element;
    const first = Math.floor(scrollTop / this.#height), last = Math.ceil((scrollTop + clientHeight) / this.#height);
    const from = Math.max(0, first - AHEAD), to = Math.min(this.matching, last + AHEAD);
    for (const [index, row] of this.#rows) {
      if (index >= from && index < to) continue;
      row.remove();
      this.#rows.delete(index);
    }
    let missing = false, after = null;
    for (let index = to - 1; index >= from; index -= 1) {
      const message = this.#at(index);
      missing ||= !message && index >= first && index < last;
      let row = this.#rows.get(index);
      if (!row) {
        row = this.#template.cloneNode(true);
        row.dataset.index = index;
        row.style.transform = `translateY(${index * this.#height}px)`;
        this.#rows.set(index, row);
        this.#room.insertBefore(row, after);
      }
      after = row;
      if (row.message !== message) fillRow(row, message);
      row.setAttribute("aria-posinset", index + 1);
      row.setAttribute("aria-setsize", this.matching);
    }
    this.#mark();
    if (missing) this.refresh();
  }

  #mark() {
    let active = "";
    for (const [index, row] of this.#rows) {
      const chosen = index === this.index && row.message?.id === this.id;
      row.setAttribute("aria-selected", chosen);
      if (chosen) active = row.id;
    }
    if (active) this.#element.setAttribute("aria-activedescendant", active);
    else this.#element.removeAttribute("aria-activedescendant");
  }

  #reveal(index) {
    const top = index * this.#height, { scrollTop, clientHeight } = this.#element;
    if (top < scrollTop) this.#element.scrollTop = top;
    else if (top + this.#height > scrollTop + clientHeight) this.#element.scrollTop = top + this.#height - clientHeight;
  }
}

/** What a status has in common with others, as the simulator has it. */
export function groupOf(status) {
  if (status.endsWith("_Delivered")) return "delivered";
  return status.includes("_Failed") ? "failed" : "underway";
}

function fillRow(row, message) {
  row.message = message;
  row.classList.toggle("waits", !message);
  if (!message) return;
  row.id = `row-${message.id}`;
  row.dataset.channel = message.channel;
  const told = {
    channel: words[message.channel],
    recipient: message.recipient,
    time: time(message.receivedAt),
    subject: message.subject ?? "",
    excerpt: message.excerpt,
    code: message.code ?? "",
    segments: message.segments > 1 ? number(message.segments) : "",
    fate: message.fate ?? "",
    status: message.status.replace(/^(SMS|Email)_/, "").replaceAll("_", " "),
  };
  for (const [name, text] of Object.entries(told)) {
    const part = row.querySelector(`[data-is=${name}]`);
    if (part.textContent !== text) part.textContent = text;
    part.hidden = text === "";
  }
  row.querySelector("[data-is=status]").className = `status ${groupOf(message.status)}`;
}
