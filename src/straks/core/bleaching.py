"""
Bleach, bent to the policy: the one module that knows it.

It is imported when something is first cleaned, because bleach takes a tenth of a second to load.
What bleach's own settings cannot say is said by a filter behind it:

- bleach takes tags away and leaves what they held, which for a script is its source. So the
  elements in ``EMAIL.dropped`` are let through to the filter, which takes them out whole.
- bleach hands an attribute on with its references unresolved, and writes ``&`` wrongly in one
  that holds a ``"``: a little longer each time. The filter resolves, judges and escapes it anew.
- bleach's parser loses an element that is misplaced in a table (``<table><p>…``) where that table
  has no parent. So everything gets one, which the filter takes away again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.entities import html5
from typing import TYPE_CHECKING, Any, Final

from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import Cleaner

from straks.core.markup import EMAIL, permitted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from html5lib.filters.base import Filter  # pyright: ignore[reportMissingModuleSource]
else:  # bleach carries its html5lib with it; the stubs describe the one it was taken from
    from bleach.html5lib_shim import Filter


# In an attribute a name without its semicolon counts only where no letter, digit or = follows,
# so that ?a=1&copy=2 keeps its query (HTML, 13.2.5.73).
_REFERENCE: Final = re.compile(r"&(?:#\d+;?|#[xX][\da-fA-F]+;?|([A-Za-z][\dA-Za-z]*(?:;|(?![\dA-Za-z=]))))")


_PARENT: Final = "straks-fragment"
_JUDGED_KEPT: Final = 1024
_LONGEST_JUDGED: Final = 500
"""Characters of an attribute; styles come again and again, and judging them takes half of the cleaning."""


def _resolved(raw: str) -> str:
    return _REFERENCE.sub(lambda ref: html5.get(ref[1], ref[0]) if ref[1] else unescape(ref[0]), raw)


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=_JUDGED_KEPT)
def _short_one(tag: str, name: str, raw: str) -> str | None:
    value = permitted(tag, name, _resolved(raw))
    return None if value is None else _escaped(value)


def _judged(tag: str, name: str, raw: str) -> str | None:
    """Return what is left of an attribute, as it is written; None where nothing is."""
    judge = _short_one if len(raw) <= _LONGEST_JUDGED else _short_one.__wrapped__
    return judge(tag, name, raw)


class _Styles(CSSSanitizer):
    def sanitize_css(self, style: str) -> str:
        return _judged("*", "style", style) or ""


class _Keep(Filter):
    def __iter__(self) -> Iterator[dict[str, Any]]:
        inside = 0  # how deep in an element that goes with all it holds
        for token in super().__iter__():
            kind = token["type"]
            if inside or (kind == "StartTag" and token["name"] in EMAIL.dropped):
                inside += (kind == "StartTag") - (kind == "EndTag")
            elif kind == "Entity":
                yield {"type": "Characters", "data": unescape(f"&{token['name']};").replace("\r", "")}
            elif token.get("name") != _PARENT:
                if kind in {"StartTag", "EmptyTag"}:
                    token["data"] = _kept(token["name"], token["data"])
                yield token


def _kept(tag: str, attributes: dict[tuple[str | None, str], str]) -> dict[tuple[str | None, str], str]:
    judged = {key: _judged(tag, key[1], raw) for key, raw in attributes.items()}
    return {key: value for key, value in judged.items() if value is not None}


def clean_once(html: str) -> str:
    """Clean *html* by `EMAIL`, once; it may take another pass until nothing changes."""
    # A cleaner is for one thread at a time, and making one takes as long as cleaning a paragraph: so
    # each is taken off the list while it works. It remembers what it cleaned last, which may be long.
    try:
        cleaner = _IDLE.pop()
    except IndexError:
        cleaner = _cleaner()
    cleaned = cleaner.clean(f"<{_PARENT}>{html}")
    if len(_IDLE) < _MOST_IDLE and len(html) <= _LONGEST_KEPT:
        _IDLE.append(cleaner)
    return cleaned


_MOST_IDLE: Final = 8
_LONGEST_KEPT: Final = 64_000
_IDLE: Final[list[Cleaner]] = []


def _cleaner() -> Cleaner:
    return Cleaner(
        tags=EMAIL.tags | EMAIL.dropped | {_PARENT},
        attributes={tag: sorted(names) for tag, names in EMAIL.attributes.items()},
        protocols=frozenset[str]().union(*EMAIL.schemes.values()),
        strip=True,
        filters=[_Keep],
        css_sanitizer=_Styles(),
    )
