// The keys. Those of a single character can be switched off, for who speaks to the machine or touches keys by
// chance, and are kept from whatever is being typed.

import { at } from "./ask.js";

const KEPT = "straks-keys";
const on = at("keys-on");

try { on.checked = localStorage.getItem(KEPT) !== "off"; } catch { /* not kept, then */ }
on.addEventListener("change", () => {
  try { localStorage.setItem(KEPT, on.checked ? "on" : "off"); } catch { /* not kept, then */ }
});

/** Has keys do things: `singles` wherever nothing is typed, `moves` in the list, `escape` anywhere. */
export function listen({ list, singles, moves, escape }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input:not([readonly]):not([type=radio]):not([type=checkbox]), select, textarea");
    let work = event.key === "Escape" ? escape : undefined;
    if (!typing && on.checked) work ??= singles[event.key];
    if (event.target === list) work ??= moves[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  });
}
