"""HTM9xx: how an e-mail arrives, its size, plain text and looks, and what an inbox shows of it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from straks.core.bound import EmailBound
from straks.core.message import Email
from straks.core.template import HTML_FILE, SUBJECT_FILE, TEXT_FILE
from straks.errors import Unbounded
from straks.policy.document import Element, documents
from straks.policy.legible import contrast_of, size_of
from straks.policy.pointing import flaw_at, unbounded_flaw
from straks.policy.printed import widest
from straks.policy.reading import bodies, readings_of, subjects
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.rules.language import LEFTOVER
from straks.policy.source import HOLE
from straks.policy.trial import PAGE_HEAD, PICTURE, Trial, around

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.policy.filled import Filled
    from straks.policy.reading import Reading
    from straks.policy.subject import Page

_WARN_AT: Final = 90_000
_CLIPPED_AT: Final = 102_000
_LONGEST_LINE: Final = 998
_ADVISED_SUBJECT: Final = 60
_MOST_SUBJECT: Final = 150
_LEAST_CONTRAST: Final = 4.5
_LEAST_LARGE_CONTRAST: Final = 3.0
_LARGE_PX: Final = 24.0
_LEAST_PX: Final = 14.0
_FIRST_SYMBOL: Final = 0x2190
"""Below stand ° and ©, which are no pictures."""


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
        yield unbounded_flaw(page, bound, "how large this can get", path)
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
        Trial(files={**_TWO, "nb/email.txt": "a" * 950 + " {{ name }}"}),
        _both("<p>A <a href='mailto:post@example.org'>A</a></p>", "A"),
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
    plain = readings_of(page, path)
    for reading in plain:
        yield from _long_lines(reading)
    html = [reading for reading in bodies(page) if reading.path != path]
    if not html or not plain:
        return
    shown = {hole.ref.partition("#")[0] for reading in plain for _, _, hole in reading.rendering.holes}
    wanted = {hole.ref.partition("#")[0] for reading in html for _, _, hole in reading.rendering.holes}
    links = {
        re.sub("^(?:mailto|tel):", "", anchor.address.text)
        for reading in html
        for anchor in reading.anchors
        if HOLE not in anchor.address.fixed
    }
    lacking = [f"the value {name!r}" for name in sorted(wanted - shown)]
    lacking += [
        f"the link {link}"
        for link in sorted(links)
        if not any(link.rstrip("/") in reading.text for reading in plain)
    ]
    for what in lacking:
        yield Flaw(f"lacks {what} of the HTML", "say the same in both", page.spot(path))


def _long_lines(reading: Reading) -> Iterator[Flaw]:
    start = 0
    for line in reading.text.split("\n"):
        end = start + len(line)
        within = [(begins, ends, hole) for begins, ends, hole in reading.holes if start <= begins < end]
        size = len(line.encode())
        for begins, ends, hole in within:
            size += max(widest(reading.page, hole) - len(reading.text[begins:ends].encode()), 0)
        if size > _LONGEST_LINE:
            may = "can have" if within else "has"
            yield Flaw(
                f"a line {may} {size} bytes; {_LONGEST_LINE} fit",
                "break the line, or lower the bound of a parameter" if within else "break the line",
                reading.spot(start),
            )
        start = end + 1


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
        Trial(html='<p style="font: bold 11px/1.5 Arial">Hei</p>'),
        around(
            '<p class="a" style="color: #222">Hei</p>',
            PAGE_HEAD + "<style>@media (prefers-color-scheme: dark) { body { background: #111 } }</style>",
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
    for rendering, document in documents(page):
        for dark in (False, True) if document.has_dark_scheme else (False,):
            seen: set[Element] = set()
            for text in document.shown:
                if text.element in seen:
                    continue
                seen.add(text.element)
                size = size_of(document, text.element, dark=dark)
                ratio = contrast_of(document, text.element, dark=dark)
                least = _LEAST_LARGE_CONTRAST if size >= _LARGE_PX else _LEAST_CONTRAST
                where = text.element.start
                if ratio < least:
                    # Rounded down, or 4.46 would be told as 4.5.
                    told = int(ratio * 100) / 100
                    scheme = " in the dark scheme" if dark else ""
                    yield flaw_at(
                        page,
                        rendering,
                        text.element.at("style="),
                        f"the contrast of this text is {told}{scheme}; {least} is the least",
                        "take a darker colour on a light ground, or a lighter one on a dark",
                    )
                if size < _LEAST_PX and not dark:
                    yield flaw_at(
                        page,
                        rendering,
                        where,
                        f"this text is {size:.3g} px high; {_LEAST_PX:g} is the least",
                        "make it larger",
                    )


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
        longest = _MOST_SUBJECT if bound.subject_characters > _MOST_SUBJECT else _ADVISED_SUBJECT
        yield Flaw(
            f"the subject can reach {bound.subject_characters} characters (limit {longest})",
            f"shorten it by {bound.subject_characters - _ADVISED_SUBJECT}, or lower the bound of a parameter",
            page.spot(path),
        )
    for subject in subjects(page):
        if not subject.text.strip():
            yield Flaw(
                "the subject is empty", "say what the message is for", subject.page.spot(path), subject.way
            )
        for start, what, hint in _subject_flaws(subject.fixed):
            yield Flaw(what, hint, subject.spot(start))
        for start, _, hole in subject.holes:
            name = hole.ref.partition("#")[0]
            if page.template.parameters[name].personal or subject.parameter(hole).personal:
                yield Flaw(
                    f"{name!r}, which is personal, stands in the subject",
                    "say it in the text",
                    subject.spot(start),
                )


def _subject_flaws(text: str) -> Iterator[tuple[int, str, str]]:
    letters = [character for character in text if character.isalpha()]
    first = len(text) - len(text.lstrip())
    if " " in text.strip() and letters and all(letter.isupper() for letter in letters):
        yield first, "the subject is all capitals", "write it as a sentence"
    for index, character in enumerate(text):
        symbol = unicodedata.category(character) == "So" and ord(character) > _FIRST_SYMBOL
        if symbol and character != HOLE:
            yield index, f"the subject has “{character}”", "leave it out"
    for found in LEFTOVER.finditer(text):
        yield found.start(), f"“{found[0]}” looks like a placeholder", "fill it by a parameter: {{ … }}"


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
        around("<p>Hei</p>"),
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
    titles = {_plain_words(subject.text) for subject in subjects(page)}
    for rendering, document in documents(page):
        preheader = document.preheader
        if preheader is None or not preheader.text:
            path = next(path for path in page.files if path.endswith(f"/{HTML_FILE}"))
            yield Flaw(
                "there is no pre-header", "fill {% block preheader %} with a sentence", page.spot(path)
            )
        elif _plain_words(preheader.text) in titles:
            said = next(text for text in preheader.texts if text.words.strip())
            first = said.start + len(said.words) - len(said.words.lstrip())
            yield flaw_at(
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
    passes=[
        Trial(html=f'<p>Hei <img alt="" {PICTURE}></p>'),
        around("<style>p { margin: 0 }</style>"),
        "Hei",
    ],
    fails=[
        Trial(html='<p>Hei <img alt="" src="https://www.example.org/p" width="1" height="1"></p>'),
        Trial(html='<p>Hei <img alt="" src="https://www.example.org/p" style="width: 0px"></p>'),
        around("", PAGE_HEAD + "<style>@font-face { src: url(https://www.example.org/f) }</style>"),
        around("", PAGE_HEAD + '<link rel="stylesheet" href="https://fonts.example.org/css">'),
    ],
)
def pixel_or_font_from_afar(page: Page) -> Iterator[Flaw]:
    """
    An image too small to see, or a font or stylesheet that is fetched.

    Why: fetching it tells somebody that this person opened this message, when and where.
    Instead: leave pixels out; name fonts that every system has.
    Source: Personvernforordningen (GDPR), article 5; ekomloven, § 3-15.
    """
    for rendering, document in documents(page):
        for image in document.named("img"):
            sizes = [image.attributes.get(name, "") for name in ("width", "height")]
            sizes += [each.value for each in image.inline if each.name in ("width", "height")]
            if any(re.fullmatch(r"[01](?:\.\d+)?(?:px)?", size.strip()) for size in sizes):
                yield flaw_at(page, rendering, image.start, "this image is a tracking pixel", "take it out")
        for link in document.named("link"):
            if not link.own:
                yield flaw_at(page, rendering, link.start, "<link> fetches something", "take it out")
        for element in document.named("style"):
            for text in element.texts if not element.own else ():
                for found in re.finditer(r"@font-face\b[^}]*url\(", text.words, re.IGNORECASE):
                    yield flaw_at(
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
    page_too_large,
    plain_text_that_says_less,
    text_hard_to_read,
    subject_that_does_not_serve,
    preheader_missing_or_repeating,
    sanitised_html_that_reads_otherwise,
    pixel_or_font_from_afar,
    sender_of_another_house,
)
