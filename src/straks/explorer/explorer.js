// Asks for what there is to see, puts it where it belongs, and asks again when a value or a choice changes.
// Whatever comes back is escaped by the one who made it; what is typed is kept here and nowhere else.
//
// `root` holds the frame: a document, or the shadow of an element in somebody else's. A stage lends
//   ask(kind, question)  a promise of the answer; kind is "show" or "findings"
//   says                 the few sentences of the page that are said by a script
//   key()                the template that is meant, where it is not chosen in the frame
//   start                what is chosen in the frame at first, where it is
//   trouble(error)       what to say of a question that was not answered
export function explore(root, stage) {
  const at = (id) => root.getElementById(id);
  const seen = at("preview"), values = at("values"), view = at("view"), choice = at("choice"), status = at("status");
  const { says } = stage, toFindings = at("to-findings");
  const typed = new Map();  // by template, then by parameter
  const last = new WeakMap();  // what was put where
  let key = "", stamp = "", inspected = "", going = false, again = null, inspecting = 0;

  function say(text) { if (status.textContent !== text) status.textContent = text; }

  // --- what is shown -------------------------------------------------------------------------

  // One question is on its way at a time; whatever changes meanwhile is in the next one.
  async function show(because = "") {
    if (going) { again = because || again || ""; return; }
    going = true;
    do {
      again = null;
      await showOnce(because);
      because = again;
    } while (again !== null);
    going = false;
    inspect();
  }

  function question() {
    const chosen = new FormData(view), which = new FormData(choice ?? undefined);
    const meant = choice ? which.get("key") ?? stage.start.key : stage.key() ?? key;
    return {
      key: meant, locale: which.get("locale") ?? null, channel: which.get("channel") ?? stage.start?.channel ?? null,
      case: chosen.get("case"), reveal: chosen.has("reveal"), values: typed.get(meant) ?? {},
    };
  }

  async function showOnce(because) {
    const asked = question();
    let answer;
    try {
      answer = await stage.ask("show", asked);
    } catch (error) {
      say(stage.trouble(error));
      return;
    }
    if (again !== null && question().key !== asked.key) return;  // somebody is elsewhere already
    ({ key } = answer);
    stamp = answer.stamp ?? "";
    if (choice) {
      for (const [name, options] of Object.entries(answer.choices)) put(choice.elements[name], options);
      for (const select of [choice.elements.locale, choice.elements.channel]) {
        select.closest(".field").hidden = select.options.length <= 2;  // all, and the one there is
      }
    } else {
      put(at("names"), answer.names);
      for (const link of at("names").querySelectorAll("a")) {
        if (nameOf(link.hash) === key) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
    }
    const had = root.activeElement?.id;
    if (put(at("fields"), answer.form)) {
      retype();
      if (had?.startsWith("field-") && root.activeElement?.id !== had) at(had)?.focus();
    }
    values.hidden = answer.form === "";
    complain(answer.wrong);
    seen.classList.toggle("stale", answer.shown === null);
    if (answer.shown !== null) {
      put(at("shown"), answer.shown);
      for (const each of view.querySelectorAll(".for-email")) each.hidden = !seen.querySelector(".email");
    }
    seen.dataset.stamp = stamp;
    say(answer.shown === null ? says.stale : because);
  }

  async function inspect() {
    const wanted = `${stamp} ${key}`;
    at("findings").hidden = key === "";
    if (key === "" || inspected === wanted) return;
    const mine = ++inspecting;
    seen.setAttribute("aria-busy", "true");
    if (!inspected.endsWith(` ${key}`)) put(at("found"), `<p class="quiet">${says.inspecting}</p>`);
    inspected = wanted;
    try {
      const { found } = await stage.ask("findings", { key });
      if (mine === inspecting) {
        put(at("found"), found);
        const count = at("found").querySelector(".count.some");  // which may be far below what is looked at
        toFindings.hidden = !count;
        toFindings.textContent = count ? `${count.textContent} ↓` : "";
      }
    } catch {
      if (mine === inspecting) inspected = "";
    }
    if (mine === inspecting) seen.removeAttribute("aria-busy");
  }

  function complain(wrong) {
    for (const note of values.querySelectorAll(".wrong")) {
      const name = note.id.slice("wrong-".length), field = at(`field-${name}`);
      const said = wrong[name] ?? "";
      if (note.innerHTML !== said) note.innerHTML = said;
      if (said) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }

  // --- what has changed, and nothing else ----------------------------------------------------

  function put(element, html) {
    if (last.get(element) === html) return false;
    last.set(element, html);
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    patch(element, fresh.content);
    return true;
  }

  // What is as it was stays: a frame is not loaded anew, and what somebody opened stays open.
  function patch(old, fresh) {
    const there = [...old.childNodes], wanted = [...fresh.childNodes];
    wanted.forEach((each, index) => {
      const had = there[index];
      if (!had) old.append(each);
      else if (had.nodeName !== each.nodeName || had.dataset?.key !== each.dataset?.key) had.replaceWith(each);
      else if (each instanceof Element) {
        for (const { name, value } of each.attributes) {
          if (had.getAttribute(name) !== value) had.setAttribute(name, value);
        }
        for (const { name } of [...had.attributes]) {
          if (!each.hasAttribute(name) && name !== "open") had.removeAttribute(name);
        }
        patch(had, each);
      } else if (had.data !== each.data) had.data = each.data;
    });
    for (const gone of there.slice(wanted.length)) gone.remove();
  }

  // --- what is typed -------------------------------------------------------------------------

  function slide() {
    for (const slider of values.querySelectorAll("input[type=range]")) {
      const text = slider.dataset.unit === "s" ? lasts(Number(slider.value)) : slider.value;
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
  for (const form of [values, view, choice]) form?.addEventListener("submit", (event) => event.preventDefault());

  // --- how it is looked at -------------------------------------------------------------------

  choice?.addEventListener("change", () => show());
  view.addEventListener("change", (event) => {
    seen.dataset.scheme = view.elements.scheme.value;
    seen.dataset.width = view.elements.width.value;
    if (event.target.name === "case" || event.target.name === "reveal") show();
  });

  toFindings.addEventListener("click", () => at("findings").focus());

  root.addEventListener("click", async (event) => {
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

  view.reset();
  return { show, say, said: () => status.textContent, stamp: () => stamp };
}

export function nameOf(hash) {
  try { return decodeURIComponent(hash.replace(/^#\/?/, "")); } catch { return ""; }
}

function lasts(seconds) {
  const parts = [];
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ") || "0 s";
}
