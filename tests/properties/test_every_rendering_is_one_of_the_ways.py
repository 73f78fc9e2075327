"""The walk through a template's parsed Jinja and Jinja's own rendering agree, whatever the values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hypothesis import assume, given, note
from hypothesis import strategies as st

from straks.core.domain import Free, Listed, TooMany
from straks.core.list_kind import ListOf
from straks.core.parameter import Shown
from straks.core.printing import Printer
from straks.core.way import Facts, Fork, Hole, Lost, Said, Way
from straks.core.ways import Walker
from straks.errors import StraksError
from straks.testing import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.core.template import Template

# Counted characters of a text put together stand in a way as the most there may be.
_COUNTED = re.compile(r"\|length")


def _value(values: Mapping[str, Any], ref: str) -> Any:  # noqa: ANN401 - any kind's value
    name, _, item = ref.partition("#")
    return values[name][int(item)] if item else values[name]


def _holds(facts: Facts, values: Mapping[str, Any]) -> bool:
    """Tell whether what is known on a way is true of *values*."""
    if any((name in values) is not there for name, there in facts.there.items()):
        return False
    if any(not low <= len(values[name]) <= high for name, (low, high) in facts.lengths.items()):
        return False
    for ref, domain in facts.domains.items():
        value = _value(values, ref)
        if isinstance(domain, Free):
            if not domain.least <= len(value) <= domain.most:
                return False
        elif isinstance(domain, Listed):
            if domain.complete and value not in domain.values:
                return False
        elif value not in domain:
            return False
    return True


def _ends(way: Way, text: str, starts: set[int], values: Mapping[str, Any], printer: Printer) -> set[int]:
    """Return where in *text* the way can end, if it begins at one of *starts*."""
    if not _holds(way.facts, values):
        return set()
    for piece in way.pieces:
        if isinstance(piece, Fork):
            starts = set().union(*(_ends(each, text, starts, values, printer) for each in piece.ways))
            continue
        if isinstance(piece, Hole):
            said = printer.prints(piece, _value(values, piece.ref))
        else:
            said = piece.text if isinstance(piece, Said) else piece
        starts = {start + len(said) for start in starts if text.startswith(said, start)}
    return starts


def _rendered(template: Template, file: str, locale: str, checked: dict[str, Any]) -> str:
    shown = {
        name: value.plainly() if isinstance(value, Shown) else value
        for name, value in template._shown(checked, locale).items()
    }
    return template.renderer._render(template.renderer._text, file, shown)


@given(data=st.data())
def test_every_rendering_is_one_of_the_ways(messages: st.SearchStrategy[Any], data: st.DataObject) -> None:
    message = data.draw(messages)
    template, locale = message.template, message.locale
    assume(not any(_COUNTED.search(text) for text in message.files.values()))
    file = f"m/{locale}/sms.txt"
    printer = Printer(template, locale, plainly=True)
    walker = Walker(template.renderer.tree, template.parameters, locale, printer)
    try:
        way = walker.as_way(walker.paths(file))
    except (Lost, TooMany) as lost:
        note(str(lost))
        return
    for given_ in data.draw(st.lists(values(template, locale=locale, channel="sms"), min_size=4, max_size=8)):
        for name, parameter in template.parameters.items():
            # Between two items and the most, the most stands for all.
            if (
                isinstance(parameter, ListOf)
                and name in given_
                and 2 < len(given_[name]) < parameter.max_items
            ):
                given_[name] = given_[name][:2]
        try:
            checked = template.check(given_, locale, "sms")
            text = _rendered(template, file, locale, checked)
        except StraksError:
            continue
        assert len(text) in _ends(way, text, {0}, checked, printer), text
