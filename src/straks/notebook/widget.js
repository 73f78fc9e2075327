// The explorer in the output of a notebook's cell: questions go to the kernel, the colours are those around it.
let asked = 0;

function render({ model, el }) {
  const host = document.createElement("div");
  host.dataset.lmSuppressShortcuts = "true";  // to JupyterLab what is typed in a shadow is typed to the notebook
  const shadow = host.attachShadow({ mode: "open" });
  const waiting = new Map();
  const self = Math.random().toString(36).slice(2);  // a cell may be shown twice, and each hears every answer

  function ask(kind, question) {
    const id = `${self} ${++asked}`;
    return new Promise((done) => {
      waiting.set(id, done);
      model.send({ id, kind, question });
    });
  }

  function hear({ id, answer }) {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  }

  function dress() { host.style.colorScheme = isDark(host.parentElement) ? "dark" : "light"; }

  const themes = new MutationObserver(dress);
  for (const each of [document.documentElement, document.body]) themes.observe(each, { attributes: true });
  model.on("msg:custom", hear);
  el.append(host);
  requestAnimationFrame(dress);  // once it stands where it belongs
  ask("frame", { accepted: navigator.languages.join(",") }).then(({ lang, says, style, frame, start }) => {
    host.lang = lang;
    shadow.innerHTML = frame;
    shadow.prepend(Object.assign(document.createElement("style"), { textContent: style }));
    dress();
    explore(shadow, {
      says, start, ask: (kind, question) => ask(kind, { ...question, lang }), trouble: (error) => error.message,
    }).show();
  });
  return () => {
    themes.disconnect();
    model.off("msg:custom", hear);
  };
}

// Whatever notation a colour is in, a canvas paints it.
function isDark(element) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  for (let each = element; each; each = each.parentElement ?? each.getRootNode().host) {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = getComputedStyle(each).backgroundColor;
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue, there] = brush.getImageData(0, 0, 1, 1).data;
    if (there > 127) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export default { render };
