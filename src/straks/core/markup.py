"""
HTML by allow-list: what a template's author may write in the body of an e-mail.

`EMAIL` is the whole policy as one value. Two adapters clean by it, bleach and nh3, and what they
leave to be judged (addresses, styles) they both ask `permitted`, so that one property test can
hold their outputs against each other.

Why bleach, which had its last release in June 2026 and will see no more fixes? The project's
owner asked for it by name; it stands behind one small interface; and it only ever sees what a
template's author wrote. Values are escaped for their context and never parsed as HTML, so a
recipient's name cannot reach it. nh3 is looked after, twenty times as fast, and an extra: it is
the second adapter, the oracle of the tests, and the way out the day bleach must go.

Three things are settled here, because neither library settles them:

- *Sanitising twice is sanitising once.* A tree that HTML cannot write down (a link in a link, a
  heading in a heading) is read back as another tree, in bleach and in nh3 alike. So a cleaning is
  repeated until it changes nothing, at most `PASSES` times; what has not settled by then keeps its
  text and loses its markup. What comes out is therefore always read back as it was written, which
  is what mutation attacks live on, and holds no element in which text could turn into markup.
- *A style is judged as the reader will read it*, references resolved, and declaration by
  declaration: a known property with plain words, sizes, colours and quoted names. bleach judges
  styles unresolved and by their property alone, which both lets things through and spoils
  ``font-family:&quot;Segoe UI&quot;``.
- *A script leaves nothing behind.* The text in a script, a style or a form control is no part of
  the message; it goes with its element.

Cleaning bounds what a text can do, not what it costs to read: deep nesting costs either parser
time in the square of its depth. That is fine for authors and one more reason to keep values out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from straks.core.given import require
from straks.errors import InvalidText, MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class MarkupPolicy:
    """
    What may stand in a fragment of HTML; whatever is not named is taken away.

    ``attributes`` and ``schemes`` are by tag and by attribute; the tag ``"*"`` stands for every
    tag. An element in ``dropped`` goes with all it holds, any other that is not in ``tags`` leaves
    its content behind. No tag stands in both.
    """

    tags: frozenset[str]
    dropped: frozenset[str]
    attributes: Mapping[str, frozenset[str]]
    schemes: Mapping[str, frozenset[str]]
    properties: frozenset[str]
    displays: frozenset[str]


def words(*lines: str) -> frozenset[str]:
    """Return the words of *lines*: how a list of names reads best."""
    return frozenset(" ".join(lines).split())


_CELL: Final = words("align bgcolor colspan height rowspan valign width")

EMAIL: Final = MarkupPolicy(
    tags=words(
        "a abbr b br cite code del dfn em i img ins kbd mark q s samp small span strong sub sup u var",
        "address blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre ul",
        "caption col colgroup table tbody td tfoot th thead tr",
    ),
    # What runs, what loads, what asks for input, and every element whose content a browser does
    # not read as markup. Void elements need no place here: they hold nothing.
    dropped=words(
        "applet audio canvas iframe noembed noframes noscript object plaintext script style",
        "template title video xmp math svg button datalist optgroup option select textarea",
    ),
    # No class and no id: a fragment has no stylesheet, and names in it could clash with the
    # layout's. Dimensions are attributes too, because Outlook reads only those.
    attributes=MappingProxyType(
        {
            "*": words("aria-hidden aria-label dir lang role style title"),
            "a": words("href"),
            "img": words("alt border height src width"),
            "table": words("align bgcolor border cellpadding cellspacing height width"),
            "tr": words("align bgcolor height valign"),
            "td": _CELL,
            "th": _CELL | {"abbr", "scope"},
            "col": words("align span valign width"),
            "colgroup": words("align span valign width"),
            "thead": words("align valign"),
            "tbody": words("align valign"),
            "tfoot": words("align valign"),
            "ol": words("start type"),
            "li": words("value"),
            **dict.fromkeys(("div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "p"), words("align")),
        }
    ),
    schemes=MappingProxyType({"href": words("https mailto tel"), "src": words("https")}),
    # Nothing that moves, covers or loads. A pre-header needs no more than display and mso-hide;
    # that no other text is hidden is for the policy's rules to see, which know the whole message.
    properties=words(
        "background background-color border border-bottom border-bottom-color border-bottom-style",
        "border-bottom-width border-collapse border-color border-left border-left-color",
        "border-left-style border-left-width border-radius border-right border-right-color",
        "border-right-style border-right-width border-spacing border-style border-top",
        "border-top-color border-top-style border-top-width border-width caption-side color display",
        "empty-cells font font-family font-size font-style font-variant font-weight height",
        "letter-spacing line-height list-style-position list-style-type margin margin-bottom",
        "margin-left margin-right margin-top max-width min-height min-width overflow-wrap padding",
        "padding-bottom padding-left padding-right padding-top table-layout text-align",
        "text-decoration text-transform vertical-align white-space width word-break word-wrap",
        "mso-hide mso-line-height-rule mso-padding-alt mso-table-lspace mso-table-rspace",
    ),
    displays=words("none block inline inline-block"),
)

PASSES: Final = 8
"""How often a cleaning may be repeated until it changes nothing. Ordinary HTML needs two."""


class Sanitizer(Protocol):
    """Whatever turns a fragment of HTML into one that holds what `EMAIL` allows, and no more."""

    def clean(self, html: str) -> str:
        """Clean *html*; cleaning the result again changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class BleachSanitizer:
    """
    Clean with bleach.

    Any number of threads may share one: bleach's own cleaner is not safe to share, so each pass has
    one to itself.
    """

    def clean(self, html: str) -> str:
        """
        Clean *html*.

        Raises:
            InvalidText: *html* has a lone surrogate.
        """
        from straks.core import bleaching

        return _settled(bleaching.clean_once, html)


@dataclass(frozen=True, slots=True)
class Nh3Sanitizer:
    """Clean with nh3, from the extra ``straks[nh3]``."""

    def clean(self, html: str) -> str:
        """
        Clean *html*.

        Raises:
            InvalidText: *html* has a lone surrogate.
            MissingExtra: nh3 is not installed.
        """
        try:
            import nh3
        except ImportError as missing:
            raise MissingExtra("Nh3Sanitizer", "nh3") from missing
        cleaner = nh3.Cleaner(
            tags=EMAIL.tags,
            clean_content_tags=EMAIL.dropped,
            attributes=dict(EMAIL.attributes),
            attribute_filter=permitted,
            url_schemes=frozenset[str]().union(*EMAIL.schemes.values()),
            url_relative="deny",
            filter_style_properties=EMAIL.properties,
            link_rel=None,
        )
        return _settled(cleaner.clean, html)


def sanitize_html(html: str) -> str:
    """
    Take everything out of a fragment of HTML that has no place in an e-mail.

    Links keep ``https``, ``mailto`` and ``tel`` addresses, images ``https`` alone; an address of
    another kind goes, its text stays. Scripts, styles and form controls go with their content,
    unknown tags without it. Inline styles keep plain declarations. References become characters.

    Args:
        html: A fragment that could stand in a ``div``, such as one block of a template. Of a whole
            document only what its body holds remains, of a table row without its table only the text.

    Returns:
        HTML that every parser reads alike. ``sanitize_html(sanitize_html(x)) == sanitize_html(x)``.

    Raises:
        InvalidText: *html* has a lone surrogate.
        InvalidSetting: *html* is no str.

    Example:
        >>> sanitize_html('<p onclick="steal()">Hei <a href="javascript:x">du</a><script>x()</script>')
        '<p>Hei <a>du</a></p>'
        >>> sanitize_html('<a style="color: #fff; position: fixed" href="https://example.org">&Aring;pne</a>')
        '<a style="color: #fff" href="https://example.org">Åpne</a>'
    """
    from straks.core import plain_markup  # which asks for what stands here

    if not plain_markup.enabled:
        return BleachSanitizer().clean(html)
    return _settled(plain_markup.clean_once, html)


def permitted(tag: str, name: str, value: str) -> str | None:  # noqa: ARG001 - nh3 asks in this form
    """
    Judge the value of an allowed attribute, its references resolved.

    Returns:
        The value to keep, or None where the attribute must go.

    Example:
        >>> permitted("a", "href", " https://example.org/a?b=1 ")
        'https://example.org/a?b=1'
        >>> permitted("img", "src", "http://example.org/dot.gif") is None
        True
    """
    if name in EMAIL.schemes:
        return _address(value, EMAIL.schemes[name])
    if name == "style":
        return _style(value) or None
    return _UNSENDABLE.sub("", value)


# A host and nothing before it: what stands before an @ is there to be mistaken for the host
# (RFC 9110, 4.2.4). A backslash is a slash to browsers and to no one else.
_ADDRESS: Final = re.compile(
    r"https://[\w.-]+(?::\d{1,5})?(?:[/?#][^\\]*)?|(?:mailto|tel):[^\\]+", re.IGNORECASE
)


def _address(value: str, schemes: frozenset[str]) -> str | None:
    address = value.strip()
    # Not printable are controls, invisible and bidirectional characters, and every white space
    # but the space: all have been used to hide a scheme or a host from a filter.
    if not address.isprintable() or " " in address or not _ADDRESS.fullmatch(address):
        return None
    return address if address.partition(":")[0].lower() in schemes else None


# What a declaration may say: colours, sizes, words, quoted names, commas and slashes. Without
# brackets but a colour's, backslashes, minus signs before numbers or anything else, there is no
# url(), no expression(), nothing pulled over its neighbour, and only one way to read it.
_PLAIN: Final = re.compile(
    r"""(?:rgb|hsl)a?\([\d\s.,%/]+\) | \#[\da-f]{3,8} | \d*\.?\d+(?:%|[a-z]+)?
      | -?[a-z][\w-]* | "[^"\\<>]*" | '[^'\\<>]*' | [\s,/]""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_CSS_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


def _style(css: str) -> str:
    kept: list[str] = []
    # A semicolon inside a quoted name splits it in two, and each half is then refused or is a
    # declaration that may stand by itself. Nothing is kept that was not matched whole.
    for declaration in _CSS_COMMENT.sub("", css).split(";"):
        name, _, said = (" ".join(part.split()) for part in declaration.partition(":"))
        value, bang, important = (part.strip() for part in said.partition("!"))
        name = name.lower()
        if (
            name in EMAIL.properties
            and value
            and not _PLAIN.sub("", value)
            and (name != "display" or value.lower() in EMAIL.displays)
            and (not bang or important.lower() == "important")
        ):
            kept.append(f"{name}: {value}{' !important' if bang else ''}")
    return "; ".join(kept)


# Controls but tab and line feed, and the byte order mark: nothing a mail may carry (RFC 5322, 2.3).
_UNSENDABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Python refuses to read a number of more than 4300 digits; Unicode needs seven.
_HUGE_REFERENCE: Final = re.compile(r"&#(?:\d{8,}|[xX][\da-fA-F]{8,});?")
# Parsers swallow one line feed at the start of a pre; so none may stand there.
_PRE: Final = re.compile(r"(<pre(?:\s[^<>]*)?>)\n+", re.IGNORECASE)


def readable(html: str) -> str:
    r"""
    Make *html* such that every parser can read it, and reads the same.

    Line ends become ``\n``, controls go, a reference to a number beyond Unicode becomes U+FFFD,
    and a ``pre`` has no line end at its start.

    Raises:
        InvalidText: *html* has a lone surrogate.
        InvalidSetting: *html* is no str.
    """
    require(html, str, "HTML is text (str)")
    # Most HTML is: that nothing in it is invisible is told in a tenth of the time that a search takes.
    visible = html.replace("\n", "").replace("\t", "").isprintable()
    if visible and "&#" not in html and "<pre" not in html.lower():
        return html
    if surrogate := _SURROGATE.search(html):
        index = surrogate.start()
        raise InvalidText(
            f"the HTML has a lone surrogate at index {index}, which no encoding can carry; "
            "decode it where it comes from, with errors='replace' if need be",
            index=index,
        )
    html = html.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    html = _HUGE_REFERENCE.sub("\N{REPLACEMENT CHARACTER}", _UNSENDABLE.sub("", html))
    return _PRE.sub(r"\1", html)


_TAG: Final = re.compile("<[^>]*>")


def _settled(clean_once: Callable[[str], str], html: str) -> str:
    for _ in range(PASSES):
        before, html = html, clean_once(readable(html))
        if html == before:
            return html
    # Only tags have a < in what a cleaner wrote, so this is exact; and without tags there is
    # nothing left that could be read in two ways.
    return clean_once(_TAG.sub("", html))
