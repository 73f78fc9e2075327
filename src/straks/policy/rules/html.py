"""
HTM9xx: the HTML of an e-mail, its subject and its pre-header.

What an author writes is sanitised when a message is made; these rules show what the sanitiser would
take away, with the place, before anybody misses it. The layout is trusted and therefore checked here.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from straks.core.bound import EmailBound
from straks.core.markup import EMAIL, permitted, words
from straks.core.message import Email
from straks.core.template import HTML_FILE, SUBJECT_FILE, TEXT_FILE
from straks.errors import Unbounded
from straks.policy.colour import BLACK, WHITE, Colour, contrast, find_colour, read_colour
from straks.policy.document import Document, Element, Text, read
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.policy.source import Rendering
    from straks.policy.subject import Filled, Page

_WARN_AT: Final = 90_000
_CLIPPED_AT: Final = 102_000
_LONGEST_LINE: Final = 998
_ADVISED_SUBJECT: Final = 60
_LEAST_CONTRAST: Final = 4.5
_LEAST_LARGE_CONTRAST: Final = 3.0
_LARGE_PX: Final = 24.0
_LEAST_PX: Final = 14.0
_BODY_PX: Final = 16.0
_PX: Final = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}
_FIRST_SYMBOL: Final = 0x2190
"""Below stand ° and ©, which are no pictures."""

_FORBIDDEN: Final = words(
    "script iframe object embed applet form input button select textarea base link svg math video audio"
)
_OUT_OF_FLOW: Final = ("fixed", "absolute", "sticky")

_HEAD: Final = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hei</title>'


def _laid_out(page: str) -> Trial:
    """Return a trial of a layout: *page* with the author's block in it."""
    return Trial(html="<p>Hei</p>", files={"_layout/email.html": page})


def _around(body: str, head: str = _HEAD, html: str = '<html lang="{{ locale }}">') -> Trial:
    return _laid_out(
        f"<!doctype html>{html}<head>{head}</head><body>{body}"
        "{% block content %}{% endblock %}</body></html>"
    )


def _documents(page: Page) -> Iterator[tuple[Rendering, Document]]:
    """Yield every way through the HTML of *page*, read."""
    for path in page.files:
        if path.endswith(f"/{HTML_FILE}"):
            for rendering in page.renderings(path):
                yield rendering, read(rendering)


def _flaw(page: Page, rendering: Rendering, index: int, message: str, hint: str) -> Flaw:
    path, offset, _ = rendering.origin(index)
    # What prints nothing at all has no place; of an e-mail that is the subject.
    return Flaw(message, hint, page.spot(path or page.files[0], offset))


@rule(
    "HTM901",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[Trial(html="<p>Hei</p>"), _around("", html='<html lang="nb-NO">'), "Hei"],
    fails=[
        _around("", html="<html>"),
        _around("", html='<html lang="en">'),
        _laid_out("{% block content %}{% endblock %}"),
    ],
)
def language_of_page_missing_or_wrong(page: Page) -> Iterator[Flaw]:
    """
    A page that does not say in which language it is, or says another.

    Why: a screen reader chooses its voice by it, and reads nynorsk aloud as English otherwise.
    Instead: write ``<html lang="{{ locale }}">`` in the layout.
    Source: WCAG 2.2, 3.1.1 and 3.1.2; RFC 5646.
    """
    for rendering, document in _documents(page):
        root = next((element for element in document.named("html") if not element.own), None)
        if root is None:
            yield _flaw(
                page,
                rendering,
                0,
                "the page has no <html lang> around it",
                "put a layout at _layout/email.html",
            )
            continue
        said = root.attributes.get("lang", "")
        if said.lower().partition("-")[0] != page.locale:
            yield _flaw(
                page,
                rendering,
                root.at("lang=") if said else root.start,
                f"says lang={said!r} in the {page.locale} text" if said else "<html> has no lang",
                'write <html lang="{{ locale }}">',
            )


@rule(
    "HTM902",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[Trial(html="<p>Hei</p>"), _laid_out("{% block content %}{% endblock %}"), "Hei"],
    fails=[
        _around("", head=""),
        _around("", head=_HEAD.replace("Hei", "")),
        _around("", head=_HEAD.replace("utf-8", "iso-8859-1")),
        _around("", head=_HEAD.replace('name="viewport"', "")),
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
    for rendering, document in _documents(page):
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
                yield _flaw(page, rendering, heads[-1].start, f"the head lacks {what}", "add it")


_DOT: Final = 'src="https://www.example.org/a.png" width="20" height="20"'


@rule(
    "HTM903",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[Trial(html=f'<p>Hei <img alt="" {_DOT}></p>'), Trial(html="<p>Hei</p>"), "Hei"],
    fails=[
        Trial(html=f"<p>Hei <img {_DOT}></p>"),
        Trial(html='<p>Hei <img alt="" src="https://www.example.org/a.png"></p>'),
        Trial(html='<p>Hei <img alt="" src="http://www.example.org/a.png" width="9" height="9"></p>'),
        Trial(html=f'<p><img alt="Hei" {_DOT}></p>'),
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
    for rendering, document in _documents(page):
        images = list(document.named("img"))
        for image in images:
            lacks = [name for name in ("alt", "width", "height") if name not in image.attributes]
            if lacks:
                yield _flaw(page, rendering, image.start, f"<img> has no {', '.join(lacks)}", "add it")
            if not image.attributes.get("src", "").lower().startswith("https://"):
                yield _flaw(
                    page, rendering, image.at("src="), "<img> has no https address", "give it one in src"
                )
        if images and not document.shown:
            yield _flaw(
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
    for rendering, document in _documents(page):
        data = {
            outer
            for element in document.named("th", "caption")
            for outer in [next((each for each in element.ancestors if each.tag == "table"), None)]
        }
        for table in document.named("table"):
            if table not in data and table.attributes.get("role") not in ("presentation", "none"):
                yield _flaw(
                    page,
                    rendering,
                    table.start,
                    "this table is not marked as layout",
                    'add role="presentation", or <th> where it holds data',
                )
        yield from _headings(page, rendering, document)


def _headings(page: Page, rendering: Rendering, document: Document) -> Iterator[Flaw]:
    last = 1
    top = False
    for heading in document.named("h1", "h2", "h3", "h4", "h5", "h6"):
        level = int(heading.tag[1])
        if level > last + 1:
            yield _flaw(
                page,
                rendering,
                heading.start,
                f"<{heading.tag}> skips a level",
                f"make it <h{last + 1}>",
            )
        elif level == 1 and top:
            yield _flaw(page, rendering, heading.start, "there is a second <h1>", "make it <h2>")
        top = top or level == 1
        last = level


@rule(
    "HTM905",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        Trial(html='<p lang="en">Hei<br><a href="https://www.example.org/">du</a></p><!-- ok -->'),
        _around("<!--[if mso]><p>x</p><![endif]-->"),
        "Hei",
    ],
    fails=[
        Trial(html="<p>Hei</p><script>x()</script>"),
        Trial(html='<p onclick="x()">Hei</p>'),
        Trial(html="<p>Hei <font>du</font></p>"),
        Trial(html='<p class="x">Hei</p>'),
        Trial(html="<!--[if mso]><p>x</p><![endif]--><p>Hei</p>"),
        _around("<script>x()</script>"),
        _around("", head=_HEAD + '<meta http-equiv="refresh" content="0">'),
        _around('<p onload="x()">Hei</p>'),
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
    for rendering, document in _documents(page):
        for element in document.elements:
            for part, what in _removed(element) if element.own else _not_for_mail(element):
                yield _flaw(
                    page,
                    rendering,
                    element.at(part),
                    f"{what} is taken away" if element.own else f"{what} is not for e-mail",
                    "take it out, or say it with plain HTML",
                )
        for start, said, own in document.comments:
            if own and said.lstrip().lower().startswith("[if"):
                yield _flaw(
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
            yield f" {name}", f"{name} on <{element.tag}>"


def _not_for_mail(element: Element) -> Iterator[tuple[str, str]]:
    if element.tag in _FORBIDDEN:
        yield "", f"<{element.tag}>"
    if element.tag == "meta" and element.attributes.get("http-equiv", "").lower() == "refresh":
        yield "", "a page that reloads"
    for name in element.attributes:
        if name.startswith("on") or name == "srcdoc":
            yield f" {name}", f"{name} on <{element.tag}>"


@rule(
    "HTM906",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        Trial(html='<p style="color: #222; margin: 0">Hei</p>'),
        _around('<div style="display:none">Til deg</div>', _HEAD + "<style>p { margin: 0 }</style>"),
        "Hei",
    ],
    fails=[
        Trial(html='<p style="position: fixed">Hei</p>'),
        Trial(html="<p style=\"background: url('https://www.example.org/a')\">Hei</p>"),
        Trial(html='<p>Hei</p><p style="display: none">skjult</p>'),
        _around('<p style="position: fixed">Hei</p>'),
        _around("", _HEAD + "<style>@import url(https://www.example.org/a.css);</style>"),
        _around("", _HEAD + "<style>p { background: url(https://www.example.org/a) }</style>"),
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
    for rendering, document in _documents(page):
        for element in document.elements:
            for part, what in _bad_styles(element):
                yield _flaw(page, rendering, element.at(part), what, "take it out of the style")
            if element.tag == "style" and not element.own:
                for text in element.texts:
                    for start, what in _bad_sheet(text):
                        yield _flaw(page, rendering, start, what, "take it out of the stylesheet")
        seen = document.preheader
        for element in document.elements:
            if (
                element.tag not in ("head", "title", "style", "script", "template")
                and element is not seen
                and element.text
                and document.hidden(element)
                and (element.parent is None or not document.hidden(element.parent))
            ):
                yield _flaw(
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


@rule(
    "HTM908",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[Trial(html="<p>Hei</p>"), Trial(html="<p>" + "a" * 80_000 + "</p>"), "Hei"],
    fails=[
        Trial(html="<p>" + "a" * 90_000 + "</p>"),
        Trial(html="<p>" + "æ" * 52_000 + "</p>"),
        Trial(html="<p>{{ code|replace('1', code) }}</p>"),
    ],
)
def page_too_large(page: Page) -> Iterator[Flaw]:
    """
    An e-mail whose HTML can grow so large that mailboxes cut it, or whose size has no limit.

    Why: Gmail shows the first 102 kB and hides the rest; transports add some bytes on the way.
    Instead: shorten the text, or lower the bound of a parameter.
    Source: hteumeuleu/email-bugs, issue 41.
    """
    if page.channel != "email":
        return
    bound = page.bound
    path = next((path for path in page.files if path.endswith(f"/{HTML_FILE}")), page.files[0])
    if isinstance(bound, Unbounded):
        path = bound.file or path
        before = page.source(path).split("\n")[: (bound.line or 1) - 1]
        yield Flaw(
            f"how large this can get has no limit that can be found ({bound})",
            "write it so that a bound can be found",
            page.spot(path, sum(len(line) + 1 for line in before)),
        )
    elif isinstance(bound, EmailBound) and bound.html_bytes > _WARN_AT:
        limit = _CLIPPED_AT if bound.html_bytes > _CLIPPED_AT else _WARN_AT
        yield Flaw(
            f"can reach {bound.html_bytes} bytes (limit {limit})",
            f"shorten it by {bound.html_bytes - _WARN_AT} bytes, or lower the bound of a parameter",
            page.spot(path),
            bound.witness,
        )


_LINK: Final = re.compile(r"https://[^\s<>\"']+")
_TWO: Final = {"nb/subject.txt": "Kode"}


def _both(html: str, text: str) -> Trial:
    return Trial(files={**_TWO, "nb/email.html": html, "nb/email.txt": text})


@rule(
    "HTM909",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        Trial(html="<p>{{ code }}</p>"),
        _both(
            "<p>{{ code }} <a href='https://www.example.org/a'>A</a></p>",
            "{{ code }} https://www.example.org/a",
        ),
        "Hei",
    ],
    fails=[
        _both("<p>{{ code }}</p>", "Koden er sendt"),
        _both("<p>A <a href='https://www.example.org/a'>A</a></p>", "A"),
        Trial(files={**_TWO, "nb/email.txt": "a" * 999}),
    ],
)
def plain_text_that_says_less(page: Page) -> Iterator[Flaw]:
    """
    A plain text that lacks a link or a value of the HTML beside it, or has too long a line.

    Why: whoever reads plain text gets the same message; and a mail server may break or refuse a line of
    more than 998 bytes.
    Instead: say the same in ``email.txt``, or leave that file out: straks then makes it from the HTML, and
    keeps every link and every value.
    Source: RFC 2046, 5.1.4; RFC 5322, 2.1.1.
    """
    path = next((path for path in page.files if path.endswith(f"/{TEXT_FILE}")), None)
    if path is None:
        return
    plain = page.renderings(path)
    for rendering in plain:
        start = 0
        for line in rendering.text.split("\n"):
            if (size := len(line.encode())) > _LONGEST_LINE:
                yield _flaw(
                    page, rendering, start, f"a line has {size} bytes; {_LONGEST_LINE} fit", "break the line"
                )
            start += len(line) + 1
    html = [rendering for rendering, _ in _documents(page)]
    if html and plain:
        for kind, of in (("value", _parameters), ("link", _links)):
            said = {each for rendering in plain for each in of(rendering)}
            wanted = {each for rendering in html for each in of(rendering)}
            for missing in sorted(wanted - said):
                yield Flaw(
                    f"lacks the {kind} {missing!r} of the HTML", "say the same in both", page.spot(path)
                )


def _parameters(rendering: Rendering) -> Iterator[str]:
    return (parameter for _, _, parameter in rendering.origins if parameter is not None)


def _links(rendering: Rendering) -> Iterator[str]:
    for found in _LINK.finditer(rendering.text):
        if rendering.origin(found.start())[2] is None and rendering.origin(found.end() - 1)[2] is None:
            yield unescape(found[0]).rstrip(".,;:!?)")


@rule(
    "HTM910",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        Trial(html='<p style="color: #555">Hei</p>'),
        Trial(html='<p style="color: #949494; font-size: 24px">Hei</p>'),
        Trial(html='<div style="background: #222"><p style="color: #fff">Hei</p></div>'),
        "Hei",
    ],
    fails=[
        Trial(html='<p style="color: #999">Hei</p>'),
        Trial(html='<p style="background: #222">Hei</p>'),
        Trial(html='<p style="color: rgba(0, 0, 0, 0.4)">Hei</p>'),
        Trial(html='<p style="font-size: 12px">Hei</p>'),
        Trial(html='<p style="font-size: 9pt">Hei</p>'),
        Trial(html='<p style="font-size: 80%">Hei</p>'),
        _around(
            '<p class="a" style="color: #222">Hei</p>',
            _HEAD + "<style>@media (prefers-color-scheme: dark) { body { background: #111 } }</style>",
        ),
    ],
)
def text_hard_to_read(page: Page) -> Iterator[Flaw]:
    """
    A text in too faint a colour or too small a size, in the light scheme or in the page's own dark one.

    Why: one in ten sees contrast badly, and everybody does in the sun.
    Instead: a contrast of at least 4.5, or 3 from 24 px; letters of at least 14 px.
    Source: WCAG 2.2, 1.4.3.
    """
    for rendering, document in _documents(page):
        for dark in (False, True) if document.has_dark_scheme else (False,):
            seen: set[Element] = set()
            for text in document.shown:
                if text.element in seen:
                    continue
                seen.add(text.element)
                size = _size(document, text.element, dark=dark)
                ratio = _contrast(document, text.element, dark=dark)
                least = _LEAST_LARGE_CONTRAST if size >= _LARGE_PX else _LEAST_CONTRAST
                where = text.element.start
                if ratio < least:
                    # Rounded down, or 4.46 would be told as 4.5.
                    told = int(ratio * 100) / 100
                    scheme = " in the dark scheme" if dark else ""
                    yield _flaw(
                        page,
                        rendering,
                        text.element.at("style="),
                        f"the contrast of this text is {told}{scheme}; {least} is the least",
                        "take a darker colour on a light ground, or a lighter one on a dark",
                    )
                if size < _LEAST_PX and not dark:
                    yield _flaw(
                        page,
                        rendering,
                        where,
                        f"this text is {size:.3g} px high; {_LEAST_PX:g} is the least",
                        "make it larger",
                    )


def _contrast(document: Document, element: Element, *, dark: bool) -> float:
    layers: list[Colour] = []
    front: Colour | None = None
    for outer in element.ancestors:
        style = document.style(outer, dark=dark)
        front = front or read_colour(style.get("color", ""))
        behind = find_colour(style.get("background-color", ""))
        if behind is not None:
            layers.append(behind)
    ground = WHITE
    for layer in reversed(layers):
        ground = layer.over(ground)
    return contrast((front or BLACK).over(ground), ground)


def _size(document: Document, element: Element, *, dark: bool) -> float:
    size = _BODY_PX
    for outer in reversed([*element.ancestors]):
        said = document.style(outer, dark=dark).get("font-size", "").lower()
        found = re.fullmatch(r"([\d.]*\d)\s*(px|pt|pc|in|cm|mm|em|rem|%)", said)
        if found is None:
            continue
        number, unit = float(found[1]), found[2]
        if unit in _PX:
            size = number * _PX[unit]
        elif unit == "rem":
            size = number * _BODY_PX
        else:
            size *= number / 100 if unit == "%" else number
    return size


_LEFTOVER: Final = re.compile(r"\[\w+\]|\{\w*\}|%\w\b|\b(?:TODO|FIXME|XXX|lorem ipsum)\b", re.IGNORECASE)


def _titled(subject: str) -> Trial:
    return Trial(html="<p>Hei</p>", subject=subject)


@rule(
    "HTM911",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[_titled("Engangskode fra {{ service }}"), _titled("NAV"), "Hei"],
    fails=[
        _titled("a" * 61),
        _titled("VIKTIG MELDING"),
        _titled("Hei 🎉"),
        _titled("Hei {{ name }}"),
        _titled("Hei [navn]"),
        _titled("{# bare en merknad #}"),
    ],
)
def subject_that_does_not_serve(page: Page) -> Iterator[Flaw]:
    """
    A subject that is empty, too long, shouts, has an emoji or a forgotten placeholder, or personal data.

    Why: a phone shows some 40 characters, an inbox some 60; capitals and emoji are what junk mail is known
    by; and subjects are logged and previewed everywhere. A line break cannot occur: straks prints a
    subject in one line, and refuses control characters in values. That no code stands there is OTP209.
    Instead: say in a few plain words what the message is for, without anything about the person.
    Source: RFC 5322, 2.1.1; RFC 2047; straks.
    """
    path = next((path for path in page.files if path.endswith(f"/{SUBJECT_FILE}")), None)
    if path is None:
        return
    bound = page.bound
    if isinstance(bound, EmailBound) and bound.subject_characters > _ADVISED_SUBJECT:
        yield Flaw(
            f"the subject can reach {bound.subject_characters} characters (limit {_ADVISED_SUBJECT})",
            f"shorten it by {bound.subject_characters - _ADVISED_SUBJECT}, or lower the bound of a parameter",
            page.spot(path),
        )
    for rendering in page.renderings(path):
        if not rendering.text.strip():
            yield _flaw(page, rendering, 0, "the subject is empty", "say what the message is for")
        for start, what, hint in _subject_flaws(rendering.text):
            if rendering.origin(start)[2] is None:
                yield _flaw(page, rendering, start, what, hint)
        for start, (_, _, ref) in zip(rendering.starts, rendering.origins, strict=True):
            name = (ref or "").partition("#")[0]
            if name and page.template.parameters[name].personal:
                yield _flaw(
                    page,
                    rendering,
                    start,
                    f"{name!r}, which is personal, stands in the subject",
                    "say it in the text",
                )


def _subject_flaws(text: str) -> Iterator[tuple[int, str, str]]:
    letters = [character for character in text if character.isalpha()]
    first = len(text) - len(text.lstrip())
    if " " in text.strip() and letters and all(letter.isupper() for letter in letters):
        yield first, "the subject is all capitals", "write it as a sentence"
    for index, character in enumerate(text):
        if unicodedata.category(character) == "So" and ord(character) > _FIRST_SYMBOL:
            yield index, f"the subject has {character!r}", "leave it out"
    for found in _LEFTOVER.finditer(text):
        yield found.start(), f"{found[0]!r} looks like a placeholder", "fill it by a parameter: {{ … }}"


@rule(
    "HTM912",
    Scope.PAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[
        Trial(
            html='{% extends "_layout/email.html" %}{% block preheader %}Åpne for å se{% endblock %}'
            "{% block content %}<p>Hei</p>{% endblock %}"
        ),
        "Hei",
    ],
    fails=[
        Trial(html="<p>Hei</p>"),
        _around("<p>Hei</p>"),
        Trial(
            html='{% extends "_layout/email.html" %}{% block preheader %}engangskode.{% endblock %}'
            "{% block content %}<p>Hei</p>{% endblock %}"
        ),
    ],
)
def preheader_missing_or_repeating(page: Page) -> Iterator[Flaw]:
    """
    An e-mail without a pre-header, or whose pre-header repeats the subject.

    Why: an inbox shows the pre-header beside the subject; without one it shows the first words there are,
    which may be the code. That no code stands in the pre-header itself is OTP209.
    Instead: fill ``{% block preheader %}`` with what the subject leaves open.
    Source: straks.
    """
    subjects = {
        _plain_words(rendering.text)
        for path in page.files
        if path.endswith(f"/{SUBJECT_FILE}")
        for rendering in page.renderings(path)
    }
    for rendering, document in _documents(page):
        preheader = document.preheader
        if preheader is None or not preheader.text:
            where = 0 if preheader is None else preheader.start
            yield _flaw(
                page, rendering, where, "there is no pre-header", "fill {% block preheader %} with a sentence"
            )
        elif _plain_words(preheader.text) in subjects:
            first = next(text.start for text in preheader.texts if text.words.strip())
            yield _flaw(
                page,
                rendering,
                first,
                "the pre-header repeats the subject",
                "say what the subject leaves open",
            )


def _plain_words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.lower()))


@rule(
    "HTM913",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test=(
        "tests/properties/test_sanitising_twice_is_sanitising_once.py"
        "::test_sanitising_twice_is_sanitising_once"
    ),
)
def sanitised_html_that_reads_otherwise(_: object) -> Iterable[Flaw]:
    """
    Sanitised HTML that is read back as something else.

    Why: markup that changes when it is parsed again is how mutation attacks get past a sanitiser.
    Instead: nothing: straks repeats a cleaning until it changes nothing, and drops the markup of what
    does not settle.
    Source: OWASP Cross Site Scripting Prevention Cheat Sheet; straks.sanitize_html.
    """
    return ()


@rule(
    "HTM914",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[Trial(html=f'<p>Hei <img alt="" {_DOT}></p>'), _around("<style>p { margin: 0 }</style>"), "Hei"],
    fails=[
        Trial(html='<p>Hei <img alt="" src="https://www.example.org/p" width="1" height="1"></p>'),
        Trial(html='<p>Hei <img alt="" src="https://www.example.org/p" style="width: 0px"></p>'),
        _around("", _HEAD + "<style>@font-face { src: url(https://www.example.org/f) }</style>"),
        _around("", _HEAD + '<link rel="stylesheet" href="https://fonts.example.org/css">'),
    ],
)
def pixel_or_font_from_afar(page: Page) -> Iterator[Flaw]:
    """
    An image too small to see, or a font or stylesheet that is fetched.

    Why: fetching it tells somebody that this person opened this message, when and where.
    Instead: leave pixels out; name fonts that every system has.
    Source: Personvernforordningen (GDPR), article 5; ekomloven, § 3-15.
    """
    for rendering, document in _documents(page):
        for image in document.named("img"):
            sizes = [image.attributes.get(name, "") for name in ("width", "height")]
            sizes += [each.value for each in image.inline if each.name in ("width", "height")]
            if any(re.fullmatch(r"[01](?:\.\d+)?(?:px)?", size.strip()) for size in sizes):
                yield _flaw(page, rendering, image.start, "this image is a tracking pixel", "take it out")
        for link in document.named("link"):
            if not link.own:
                yield _flaw(page, rendering, link.start, "<link> fetches something", "take it out")
        for element in document.named("style"):
            for text in element.texts if not element.own else ():
                for found in re.finditer(r"@font-face\b[^}]*url\(", text.words, re.IGNORECASE):
                    yield _flaw(
                        page,
                        rendering,
                        text.start + found.start(),
                        "this font is fetched",
                        "name fonts that every system has",
                    )


@rule(
    "HTM915",
    Scope.MESSAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[
        Trial(html="<p>Hei</p>", sender="noreply@example.org"),
        Trial(html="<p><a href='https://www.example.org/a'>A</a></p>", sender="noreply@example.org"),
        Trial(html="<p><a href='https://www.example.org/a'>A</a></p>"),
        "Hei",
    ],
    fails=[Trial(html="<p><a href='https://www.example.com/a'>A</a></p>", sender="noreply@example.org")],
)
def sender_of_another_house(filled: Filled) -> Iterator[Flaw]:
    """
    An e-mail whose links lead to another domain than the one it comes from.

    Why: that is the mark of a forgery, for people and for filters. That the address itself is valid is
    seen to when a message is made.
    Instead: send from the domain that the links lead to, or name the host in the policy's ``hosts``.
    Source: RFC 7489, 3.1; straks.
    """
    message = filled.message
    if not isinstance(message, Email) or message.sender is None:
        return
    domain = str(message.sender).rpartition("@")[2].lower()
    hosts = {urlsplit(found[0]).hostname or "" for found in _LINK.finditer(message.html or message.text)}
    strange = sorted(
        host
        for host in hosts - filled.policy.hosts
        if not (f".{host}".endswith(f".{domain}") or f".{domain}".endswith(f".{host}"))
    )
    for host in strange:
        yield Flaw(
            f"comes from {domain} and links to {host}",
            "send from the domain of the links, or add the host to the policy's hosts",
        )


RULES = (
    language_of_page_missing_or_wrong,
    head_that_lacks_something,
    image_without_what_it_needs,
    structure_that_misleads,
    markup_that_mail_may_not_have,
    style_that_mail_may_not_have,
    value_that_is_not_escaped,
    page_too_large,
    plain_text_that_says_less,
    text_hard_to_read,
    subject_that_does_not_serve,
    preheader_missing_or_repeating,
    sanitised_html_that_reads_otherwise,
    pixel_or_font_from_afar,
    sender_of_another_house,
)
