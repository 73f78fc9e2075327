"""
HTM9xx: the markup of an e-mail.

What an author writes is sanitised when a message is made; these rules show what the sanitiser would
take away, with the place, before anybody misses it. The layout is trusted and therefore checked here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from straks.core.markup import EMAIL, permitted, words
from straks.policy.document import UNSEEN, Document, Element, Text, documents
from straks.policy.pointing import fix_in, flaw_at
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.trial import PAGE_HEAD, PICTURE, Trial, around, laid_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.policy.source import Rendering
    from straks.policy.subject import Page

_FORBIDDEN: Final = words(
    "script iframe object embed applet form input button select textarea base link svg math video audio"
)
_OUT_OF_FLOW: Final = ("fixed", "absolute", "sticky")


@rule(
    "HTM901",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[Trial(html="<p>Hei</p>"), around("", html='<html lang="nb-NO">'), "Hei"],
    fails=[
        around("", html="<html>"),
        around("", html='<html lang="en">'),
        laid_out("{% block content %}{% endblock %}"),
    ],
)
def language_of_page_missing_or_wrong(page: Page) -> Iterator[Flaw]:
    """
    A page that does not say in which language it is, or says another.

    Why: a screen reader chooses its voice by it, and reads nynorsk aloud as English otherwise.
    Instead: write ``<html lang="{{ locale }}">`` in the layout.
    Source: WCAG 2.2, 3.1.1 and 3.1.2; RFC 5646.
    """
    for rendering, document in documents(page):
        root = next((element for element in document.named("html") if not element.own), None)
        if root is None:
            yield flaw_at(
                page,
                rendering,
                0,
                "the page has no <html lang> around it",
                "put a layout at _layout/email.html",
            )
            continue
        said = root.attributes.get("lang", "")
        if said.lower().partition("-")[0] != page.locale:
            yield flaw_at(
                page,
                rendering,
                root.at("lang=") if said else root.start,
                f"says lang={said!r} in the {page.locale} text" if said else "<html> has no lang",
                'write <html lang="{{ locale }}">',
                fix=fix_in(page, rendering, root.written("lang"), "{{ locale }}", safe=False)
                if said
                else None,
            )


@rule(
    "HTM902",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[Trial(html="<p>Hei</p>"), laid_out("{% block content %}{% endblock %}"), "Hei"],
    fails=[
        around("", head=""),
        around("", head=PAGE_HEAD.replace("Hei", "")),
        around("", head=PAGE_HEAD.replace("utf-8", "iso-8859-1")),
        around("", head=PAGE_HEAD.replace('name="viewport"', "")),
    ],
)
def head_that_lacks_something(page: Page) -> Iterator[Flaw]:
    """
    A page whose head has no title, charset or viewport.

    Why: a tab and a screen reader announce the title, a wrong charset garbles æ, ø and å, and without a
    viewport a phone shows the page too small to read.
    Instead: write all three into the head of the layout; the title may be ``{{ subject }}``.
    Source: WCAG 2.2, 2.4.2; HTML, 4.2.5.4; CSS Viewport Module Level 1.
    """
    for rendering, document in documents(page):
        heads = [element for element in document.named("html", "head") if not element.own]
        if not heads:
            continue  # HTM901 says that there is no page around it
        metas = list(document.named("meta"))
        has = {
            "a <title> with words in it": any(title.text for title in document.named("title")),
            '<meta charset="utf-8">': any(
                meta.attributes.get("charset", "").lower() == "utf-8"
                or "charset=utf-8" in meta.attributes.get("content", "").lower().replace(" ", "")
                for meta in metas
            ),
            '<meta name="viewport" …>': any(
                meta.attributes.get("name", "").lower() == "viewport" for meta in metas
            ),
        }
        for what, there in has.items():
            if not there:
                yield flaw_at(page, rendering, heads[-1].start, f"the head lacks {what}", "add it")


@rule(
    "HTM903",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[Trial(html=f'<p>Hei <img alt="" {PICTURE}></p>'), Trial(html="<p>Hei</p>"), "Hei"],
    fails=[
        Trial(html=f"<p>Hei <img {PICTURE}></p>"),
        Trial(html='<p>Hei <img alt="" src="https://www.example.org/a.png"></p>'),
        Trial(html='<p>Hei <img alt="" src="http://www.example.org/a.png" width="9" height="9"></p>'),
        Trial(html=f'<p><img alt="Hei" {PICTURE}></p>'),
    ],
)
def image_without_what_it_needs(page: Page) -> Iterator[Flaw]:
    """
    An image without alternative text, size or an https address, or that is all there is to see.

    Why: many mailboxes show no images, and some people see none; without its size the page jumps, and an
    address that is not https is taken away.
    Instead: give ``alt`` (empty where the image only decorates), ``width``, ``height`` and an https
    ``src``, and say in text what the image says.
    Source: WCAG 2.2, 1.1.1 and 1.4.5.
    """
    for rendering, document in documents(page):
        images = list(document.named("img"))
        for image in images:
            lacks = [name for name in ("alt", "width", "height") if name not in image.attributes]
            if lacks:
                yield flaw_at(
                    page, rendering, image.start, f"<img> has no {', '.join(lacks)}", "add what it lacks"
                )
            if not image.attributes.get("src", "").lower().startswith("https://"):
                yield flaw_at(
                    page, rendering, image.at("src="), "<img> has no https address", "give it one in src"
                )
        if images and not document.shown:
            yield flaw_at(
                page,
                rendering,
                images[0].start,
                "there is an image and no text",
                "say in text what the image says",
            )


@rule(
    "HTM904",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        Trial(html='<h1>A</h1><h2>B</h2><table role="presentation"><tr><td>C</td></tr></table>'),
        Trial(html="<table><tr><th>A</th></tr><tr><td>B</td></tr></table>"),
        "Hei",
    ],
    fails=[
        Trial(html="<table><tr><td>Hei</td></tr></table>"),
        Trial(html="<h1>A</h1><h3>B</h3>"),
        Trial(html="<h3>A</h3>"),
        Trial(html="<h1>A</h1><h1>B</h1>"),
    ],
)
def structure_that_misleads(page: Page) -> Iterator[Flaw]:
    """
    A table for layout that is announced as data, or headings out of order.

    Why: a screen reader counts rows and columns of every table that is not marked, and people jump from
    heading to heading.
    Instead: write ``role="presentation"`` on tables for layout, and give those for data ``<th>``; begin
    with one ``<h1>`` or with ``<h2>``, and leave out no level.
    Source: WCAG 2.2, 1.3.1; WAI-ARIA 1.2, «presentation».
    """
    for rendering, document in documents(page):
        data = {
            outer
            for element in document.named("th", "caption")
            for outer in [next((each for each in element.ancestors if each.tag == "table"), None)]
        }
        for table in document.named("table"):
            if table not in data and table.attributes.get("role") not in ("presentation", "none"):
                after = table.start + len("<table")
                yield flaw_at(
                    page,
                    rendering,
                    table.start,
                    "this table is not marked as layout",
                    'add role="presentation", or <th> where it holds data',
                    fix=fix_in(page, rendering, (after, after), ' role="presentation"', safe=False),
                )
        yield from _headings(page, rendering, document)


def _headings(page: Page, rendering: Rendering, document: Document) -> Iterator[Flaw]:
    last = 1
    top = False
    for heading in document.named("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(heading.tag[1])
        if level > last + 1:
            yield flaw_at(
                page,
                rendering,
                heading.start,
                f"<{heading.tag}> skips a level",
                f"make it <h{last + 1}>",
            )
        elif level == 1 and top:
            yield flaw_at(page, rendering, heading.start, "there is a second <h1>", "make it <h2>")
        top = top or level == 1
        last = level


@rule(
    "HTM905",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        Trial(html='<p lang="en">Hei<br><a href="https://www.example.org/">du</a></p><!-- ok -->'),
        around("<!--[if mso]><p>x</p><![endif]-->"),
        "Hei",
    ],
    fails=[
        Trial(html="<p>Hei</p><script>x()</script>"),
        Trial(html='<p onclick="x()">Hei</p>'),
        Trial(html="<p>Hei <font>du</font></p>"),
        Trial(html='<p class="x">Hei</p>'),
        Trial(html="<!--[if mso]><p>x</p><![endif]--><p>Hei</p>"),
        around("<script>x()</script>"),
        around("", head=PAGE_HEAD + '<meta http-equiv="refresh" content="0">'),
        around('<p onload="x()">Hei</p>'),
    ],
)
def markup_that_mail_may_not_have(page: Page) -> Iterator[Flaw]:
    """
    An element or attribute that straks takes away, or that a layout must not have.

    Why: what runs, loads or asks for input is a danger in an e-mail, and most mailboxes take it away in
    ways of their own.
    Instead: write plain elements, with what they look like in ``style``; forms belong on a page.
    Addresses are for the rules about links and images.
    Source: straks.sanitize_html; caniemail.com.
    """
    for rendering, document in documents(page):
        for element in document.elements:
            for name, what in _removed(element) if element.own else _not_for_mail(element):
                # What is taken away anyway may as well not be there.
                mended = name and element.own
                yield flaw_at(
                    page,
                    rendering,
                    element.at(f" {name}") if name else element.start,
                    f"{what} is taken away" if element.own else f"{what} is not for e-mail",
                    "take it out, or say it with plain HTML",
                    fix=fix_in(page, rendering, element.whole(name), "") if mended else None,
                )
        for start, said, own in document.comments:
            if own and said.lstrip().lower().startswith("[if"):
                yield flaw_at(
                    page,
                    rendering,
                    start,
                    "this conditional comment is taken away",
                    "put it into the layout",
                )


def _removed(element: Element) -> Iterator[tuple[str, str]]:
    if element.tag not in EMAIL.tags:
        yield "", f"<{element.tag}>"
        return
    allowed = EMAIL.attributes["*"] | EMAIL.attributes.get(element.tag, frozenset[str]())
    for name in element.attributes:
        if name not in allowed:
            yield name, f"{name} on <{element.tag}>"


def _not_for_mail(element: Element) -> Iterator[tuple[str, str]]:
    if element.tag in _FORBIDDEN:
        yield "", f"<{element.tag}>"
    if element.tag == "meta" and element.attributes.get("http-equiv", "").lower() == "refresh":
        yield "", "a page that reloads"
    for name in element.attributes:
        if name.startswith("on") or name == "srcdoc":
            yield name, f"{name} on <{element.tag}>"


@rule(
    "HTM906",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        Trial(html='<p style="color: #222; margin: 0">Hei</p>'),
        around('<div style="display:none">Til deg</div>', PAGE_HEAD + "<style>p { margin: 0 }</style>"),
        "Hei",
    ],
    fails=[
        Trial(html='<p style="position: fixed">Hei</p>'),
        Trial(html="<p style=\"background: url('https://www.example.org/a')\">Hei</p>"),
        Trial(html='<p>Hei</p><p style="display: none">skjult</p>'),
        around('<p style="position: fixed">Hei</p>'),
        around("", PAGE_HEAD + "<style>@import url(https://www.example.org/a.css);</style>"),
        around("", PAGE_HEAD + "<style>p { background: url(https://www.example.org/a) }</style>"),
    ],
)
def style_that_mail_may_not_have(page: Page) -> Iterator[Flaw]:
    """
    A style that is taken away, loads something, moves text or hides it.

    Why: hidden text is what junk mail is known by, what loads tells on the reader, and what is laid over
    other text can say something else.
    Instead: set colours, sizes and margins; hide nothing but the pre-header, before all other text.
    Source: straks.sanitize_html; caniemail.com.
    """
    for rendering, document in documents(page):
        for element in document.elements:
            for part, what in _bad_styles(element):
                yield flaw_at(page, rendering, element.at(part), what, "take it out of the style")
            if element.tag == "style" and not element.own:
                for text in element.texts:
                    for start, what in _bad_sheet(text):
                        yield flaw_at(page, rendering, start, what, "take it out of the stylesheet")
        seen = document.preheader
        for element in document.elements:
            if (
                element.tag not in UNSEEN
                and element is not seen
                and element.text
                and document.hidden(element)
                and (element.parent is None or not document.hidden(element.parent))
            ):
                yield flaw_at(
                    page,
                    rendering,
                    element.start,
                    "this text is hidden, and is no pre-header",
                    "show it, or take it out",
                )


def _bad_styles(element: Element) -> Iterator[tuple[str, str]]:
    for declaration in element.inline:
        said = f"{declaration.name}: {declaration.value}"
        if element.own and element.tag in EMAIL.tags:
            if permitted(element.tag, "style", said) is None:
                yield declaration.name, f"the style {said!r} is taken away"
        elif _loads_or_moves(said):
            yield declaration.name, f"the style {said!r} loads or moves something"


def _bad_sheet(text: Text) -> Iterator[tuple[int, str]]:
    for found in re.finditer(r"@import\b|\burl\(|\bexpression\(", text.words, re.IGNORECASE):
        yield text.start + found.start(), f"the stylesheet loads something by {found[0]}"


def _loads_or_moves(said: str) -> bool:
    name, _, value = said.partition(": ")
    return (
        re.search(r"\b(?:url|expression)\(", value, re.IGNORECASE) is not None
        or (name == "position" and value.lower() in _OUT_OF_FLOW)
        or name in ("behavior", "-moz-binding")
    )


@rule(
    "HTM907",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/core/test_skeleton.py::test_a_value_is_escaped_for_its_place",
)
def value_that_is_not_escaped(_: object) -> Iterable[Flaw]:
    """
    A value that is not escaped for the place where it stands.

    Why: a name with ``<`` in it would become markup, and with a quote an attribute of its own.
    Instead: nothing: straks takes values out before HTML is read, and writes each in escaped for text,
    attribute or address; ``|safe`` is no filter that templates have.
    Source: OWASP Cross Site Scripting Prevention Cheat Sheet.
    """
    return ()


RULES = (
    language_of_page_missing_or_wrong,
    head_that_lacks_something,
    image_without_what_it_needs,
    structure_that_misleads,
    markup_that_mail_may_not_have,
    style_that_mail_may_not_have,
    value_that_is_not_escaped,
)
