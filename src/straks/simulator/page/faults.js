// The faults: a switch for each, what is on, and how often that has struck.

import { ask, at, complain, fill, number, words } from "./ask.js";

const dialog = at("faults"), how = at("how"), wrong = at("wrong-fault");
const OFTEN = { "next-1": { next: 1 }, "next-3": { next: 3 }, tenth: { probability: 0.1 }, always: { probability: 1 } };

/** Asks what is armed, and shows it. */
export async function freshen() {
  const armed = await ask("/_straks/faults");
  at("armed").hidden = armed.length === 0;
  at("armed").textContent = fill(words.armed, number(armed.length));
  at("off-all").disabled = armed.length === 0;
  for (const button of dialog.querySelectorAll("[data-fault]")) {
    const its = armed.filter((each) => each.fault === button.dataset.fault);
    button.setAttribute("aria-checked", its.length > 0);
    dialog.querySelector(`[data-now="${button.dataset.fault}"]`).textContent = its.map(told).join(" · ");
  }
}

export function open() {
  wrong.textContent = "";
  freshen();
  dialog.showModal();
}

function told({ next, probability, channel, struck }) {
  const parts = [];
  if (next !== null) parts.push(fill(words.left_over, number(next)));
  if (probability < 1) parts.push(`${number(probability * 100)} %`);
  if (channel) parts.push(words[channel]);
  if (struck) parts.push(fill(words.struck, number(struck)));
  return parts.join(", ");
}

async function change(path, options) {
  wrong.textContent = "";
  try {
    await ask(path, options);
    await freshen();
  } catch (trouble) {
    complain(wrong, trouble);
    wrong.scrollIntoView({ block: "nearest" });
  }
}

dialog.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fault]");
  if (event.target.id === "off-all") change("/_straks/faults", { method: "DELETE" });
  if (!button) return;
  const { fault } = button.dataset;
  if (button.getAttribute("aria-checked") === "true") {
    change(`/_straks/faults/${fault}`, { method: "DELETE" });
  } else {
    const { often, channel } = Object.fromEntries(new FormData(how));
    const body = { fault, ...OFTEN[often], ...(channel ? { channel } : {}) };
    change("/_straks/faults", { method: "POST", body });
  }
});
how.addEventListener("submit", (event) => event.preventDefault());
