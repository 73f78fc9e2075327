"""
A catalog as one document to hand on: every template, every language, every case, and what was found.

It is for whoever answers for the texts and has no Python: one file that opens in any browser, fetches
nothing, and reads well without a script. The one script there is looks for what is typed; a page says by a
hash that it is this script and no other, and the field for it is not there until the script is. Each section
is made by itself, so that a large catalog takes no more memory than a small one, and several processes may
share the work.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING, Final

from straks.preview.drawing import style
from straks.preview.figures import counted
from straks.preview.fragment import letter_of, shown
from straks.preview.frame import Scheme
from straks.preview.pages import CHANNELS, Case, Letter
from straks.preview.svg import svg_of_panel
from straks.preview.written import said_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from straks.policy.rule import Finding
    from straks.preview.pages import Page, Panel, Source

SCRIPT: Final = """
const field = document.querySelector("input[type=search]"), said = document.querySelector("[role=status]");
const pages = [...document.querySelectorAll("main > section")];
const text = new Map(pages.map((page) => [page, page.textContent.toLowerCase()]));
field.closest("form").hidden = false;
field.closest("form").addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const page of pages) {
    const there = words.every((word) => text.get(page).includes(word));
    page.hidden = !there;
    document.querySelector(`nav a[href="#${page.id}"]`).parentElement.hidden = !there;
    count += there;
  }
  said.textContent = words.length ? `${count} of ${pages.length} templates` : "";
});
"""

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1a1c1a; --quiet: #5a5f5a; --page: #f4f4f1; --card: #fff;
  --line: #d8d9d3; --mark: #1d5fa8; --error: #b3261e; --warning: #7a5200; --advice: #1d5fa8; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceeea; --quiet: #a9aea8; --page: #161816;
  --card: #0e100e; --line: #3a3e3a; --mark: #8ec0f5; --error: #ff9d93; --warning: #e9bd62;
  --advice: #8ec0f5; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.55 "Helvetica Neue", Helvetica,
  Arial, "Liberation Sans", "DejaVu Sans Condensed", sans-serif; }
header, main, footer { max-width: 66.5rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 3rem; }
h1 { margin: 0 0 .25rem; font-size: 2rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
h3 { margin: 2.25rem 0 1rem; font-size: .8125rem; letter-spacing: .06em; text-transform: uppercase;
  color: var(--quiet); }
h4 { margin: 1.25rem 0 .25rem; font-size: 1rem; }
p { margin: 0 0 .75rem; max-width: 46rem; }
a { color: var(--mark); }
code, .source { font-family: ui-monospace, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
  font-size: .8125rem; }
.quiet, footer { color: var(--quiet); }
nav ul { list-style: none; margin: 1.5rem 0 0; padding: 0; columns: 16rem; column-gap: 2rem; }
nav li { break-inside: avoid; padding: .125rem 0; }
form { margin: 1.5rem 0 0; display: flex; gap: 1rem; align-items: center; flex-wrap: wrap; }
form[hidden] { display: none; }
input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--quiet);
  border-radius: .5rem; padding: .5rem .75rem; width: min(100%, 24rem); }
main > section { margin: 3rem 0 0; padding: 2.5rem 0 0; border-top: 1px solid var(--line); }
.row { display: flex; flex-wrap: wrap; gap: 1.75rem; align-items: flex-start; }
.row > * { margin: 0; max-width: 100%; }
.row svg { display: block; max-width: 100%; height: auto; }
iframe, pre { width: 20rem; max-width: 100%; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card); }
iframe.light { background: #fff; }
iframe.dark { background: #121212; }
pre { padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; font-size: .9375rem; }
.found { list-style: none; margin: .75rem 0 0; padding: 0; }
.found li { padding: .125rem 0 .125rem .75rem; border-left: 3px solid var(--line); overflow-wrap: anywhere; }
.found li + li { margin-top: .5rem; }
.found .error { border-color: var(--error); }
.found .warning { border-color: var(--warning); }
.found .advice { border-color: var(--advice); }
details { margin: 1.5rem 0 0; }
summary { cursor: pointer; color: var(--mark); width: fit-content; }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; border-radius: 2px; }
.source { padding: .75rem 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--card);
  margin: 0 0 1rem; list-style: none; counter-reset: line; }
.source > li { counter-increment: line; position: relative; padding: 0 1rem 0 4rem; min-height: 1.55em;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.source > li::before { content: counter(line); position: absolute; left: 0; width: 3rem; text-align: right;
  color: var(--quiet); }
.source .found { white-space: normal; margin: .25rem 0 .5rem; }
footer { padding-top: 3rem; padding-bottom: 3rem; font-size: .875rem; }
@media print { :root { color-scheme: light; } .row { break-inside: avoid; } form { display: none; } }
"""


def gallery(title: str, sections: Iterable[str], names: Sequence[str]) -> Iterator[str]:
    """
    Yield a whole HTML document, part by part.

    Args:
        title: What stands above it.
        sections: What `section` returns for each template, made when it is its turn.
        names: What the templates are called, for the table of contents.
    """
    digest = b64encode(sha256(SCRIPT.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    yield (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{shown(title)}</title>\n<style>{_STYLE}{style()}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{shown(title)}</h1>\n"
        f'<p class="quiet">{counted(len(names), "template")}, each with its example, its worst case and '
        "a short one. The values are made up; nobody was sent anything.</p>\n"
        '<form hidden role="search"><label for="search">Search</label>'
        '<input type="search" id="search" autocomplete="off">'
        '<span role="status" class="quiet"></span></form>\n'
        f"{_contents(names)}</header>\n<main>\n"
    )
    if not names:
        yield "<p>There is no template, so there is nothing to show.</p>\n"
    yield from sections
    yield "</main>\n<footer>Made by <code>straks gallery</code>.</footer>\n"
    yield f"<script>{SCRIPT}</script>\n</body>\n</html>\n"


def _contents(names: Sequence[str]) -> str:
    links = (f'<a href="#template-{number}">{shown(name)}</a>' for number, name in enumerate(names, start=1))
    items = "".join(f"<li>{link}</li>" for link in links)
    return f'<nav aria-label="Templates"><ul>{items}</ul></nav>\n' if items else ""


def section(page: Page, number: int) -> str:
    """Return *page* as a section of the document, the one with this *number*, from 1 on."""
    rows = page.rows()
    # Letters are long: all but the first row of them are there to be opened.
    folded = [row for row in rows if row[0].channel == "email" and row[0].case not in (None, Case.EXAMPLE)]
    letters = "".join(_row(row) for row in folded)
    return (
        f'<section id="template-{number}" aria-labelledby="name-{number}">\n'
        f'<h2 id="name-{number}">{shown(page.name)}</h2>\n<p class="quiet">{shown(page.note)}</p>\n'
        f"{findings_of(page.findings)}{''.join(_row(row) for row in rows if row not in folded)}"
        f"{_folded('E-mail: worst case and shortest', letters)}"
        f"{_sources(page.sources)}</section>\n"
    )


def _folded(summary: str, inside: str) -> str:
    return f"<details><summary>{summary}</summary>\n{inside}</details>\n" if inside else ""


def _row(row: Sequence[Panel]) -> str:
    head = f"<h3>{CHANNELS[row[0].channel]}, {row[0].case or 'as it is'}</h3>\n"
    pictures = [panel for panel in row if not isinstance(panel.content, Letter)]
    drawn = "".join(f"<figure>{svg_of_panel(panel, alone=False)}</figure>" for panel in pictures)
    parts = [head, f'<div class="row">{drawn}</div>\n' if drawn else ""]
    for panel in row:
        if isinstance(panel.content, Letter):
            schemes = Scheme if panel.case in (None, Case.EXAMPLE) else (Scheme.LIGHT,)
            letter = letter_of(panel, panel.content, schemes)
            parts.append(f"<h4>{shown(panel.language)}</h4>\n{letter}\n{findings_of(panel.findings)}")
    return "".join(parts)


def findings_of(findings: Sequence[Finding]) -> str:
    """Return *findings* as a list that says how grave each is, nothing where there are none."""
    items = "".join(f'<li class="{finding.severity}">{shown(said_of(finding))}</li>' for finding in findings)
    return f'<ul class="found">{items}</ul>\n' if items else ""


def _sources(sources: Sequence[Source]) -> str:
    count = sum(len(source.findings) for source in sources)
    said = f"Source, with {counted(count, 'finding')} where they are" if count else "Source"
    files = (f"<h4><code>{shown(source.path)}</code></h4>\n{lines_of(source)}" for source in sources)
    return _folded(said, "".join(files))


def lines_of(source: Source) -> str:
    """Return a file as a list of its lines, with each finding below the line that it is about."""
    lines = source.text.removesuffix("\n").split("\n")
    at: dict[int, list[Finding]] = {}
    for finding in source.findings:
        # A file that cannot be read has no lines to show, but one to name.
        at.setdefault(min(finding.line or 1, len(lines)), []).append(finding)
    items = "".join(
        f"<li>{shown(line)}{findings_of(at.get(number, ())).strip()}</li>"
        for number, line in enumerate(lines, start=1)
    )
    return f'<ol class="source" tabindex="0" aria-label="{escape(source.path)}">{items}</ol>\n'
