// The explorer on a page of its own: questions go to the server, the address says which template is meant, and
// a save is followed.
import { explore, nameOf } from "./explorer.js";

const says = document.body.dataset;
const clock = new Intl.DateTimeFormat(
  document.documentElement.lang === "nb" ? "nb-NO" : "en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" },
);

function keyAsked() { return location.hash.startsWith("#/") ? nameOf(location.hash) : null; }

const page = explore(document, {
  says,
  key: keyAsked,
  async ask(kind, question) {
    const answer = await fetch(`/${kind}`, {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...question, lang: document.documentElement.lang }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  },
  trouble: (error) => error instanceof TypeError ? says.lost : error.message,
});

addEventListener("hashchange", () => { if (keyAsked() !== null) page.show(); });
for (const link of document.querySelectorAll(".languages a")) {
  link.addEventListener("click", () => { link.hash = location.hash; });
}

const changes = new EventSource("/changes");
changes.addEventListener("message", (event) => {
  if (event.data !== page.stamp()) page.show(page.stamp() ? says.updated.replace("{}", clock.format(new Date())) : "");
});
changes.addEventListener("error", () => page.say(says.lost));
changes.addEventListener("open", () => { if (page.said() === says.lost) page.say(""); });
