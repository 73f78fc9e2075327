"""
What a parameter admits, as a strategy: every value that its `check` takes, with the edges often.

*Built, and not sifted.* A kind's values are made from what it declares, so that hardly a draw is thrown
away. What only a text as a whole decides (nothing that a phone makes a link of, no mark in front) is
left to `check`.

*The edges are a list.* Random draws alone would hardly ever be as long as can be, or on the last day.

*The bound is not asked.* These values are what `straks.bound` is tested with, so nothing here knows what
the bound takes for dear, and an import contract keeps its modules away: what both forgot together would
be found by neither.

*The example first,* and then what is simple. A failing test shrinks to a message in which everything is
the example but what matters.

The values are made up, those of a `secret` parameter too: a code that is printed with a failing
example opens nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.number_kinds import Duration, Integer
from straks.core.text_kinds import Code, Name, Reference, Text
from straks.core.url_kind import Url
from straks.testing import counts, texts
from straks.testing.drawn import Drawn, Values, fits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.core.parameter import Parameter


def admitted(parameter: Parameter) -> Values:
    """
    Return every value that *parameter* admits, its edges often; failing ones shrink to its example.

    What `check` brings into one form is drawn in the others too: text with space around it or
    decomposed, an amount as an int, a moment in another zone, a list as a tuple. The None of an
    ``optional`` parameter is the template's matter: `straks.testing.values` draws it.
    """
    drawn = _drawn(parameter)
    # In this order, for what fails shrinks towards the first.
    example = () if parameter.example is None else (st.just(parameter.example),)
    values: Values = st.one_of(*example, *drawn.free, st.sampled_from(edges(parameter)))

    def otherwise(value: Any) -> Values:  # noqa: ANN401 - any kind's value
        return st.sampled_from([value, *(form for form in drawn.forms(value) if fits(parameter, form))])

    return values | values.flatmap(otherwise)


def edges(parameter: Parameter) -> tuple[Any, ...]:
    """Return the admitted values at which something may turn, each once; never none."""
    found = [] if parameter.example is None else [parameter.example]
    if isinstance(parameter, ListOf):
        return (*found, *_drawn(parameter).edges)  # of items that fit, and long to look through again
    found += [value for value in _drawn(parameter).edges if value is not None and fits(parameter, value)]
    return tuple({repr(value): value for value in found}.values())


def _drawn(parameter: Parameter) -> Drawn:
    return _KINDS[type(parameter)](parameter)


def _listed(parameter: ListOf) -> Drawn:
    sizes = sorted({1, parameter.max_items})
    same = [[item] * size for size in sizes for item in edges(parameter.of)]
    any_ = st.lists(admitted(parameter.of), min_size=1, max_size=parameter.max_items)
    return Drawn(same, (any_,), lambda value: [tuple(value)])


_KINDS: Final[Mapping[type[Parameter], Callable[[Any], Drawn]]] = MappingProxyType(
    {
        Code: texts.code,
        Text: texts.text,
        Name: texts.text,
        Reference: texts.reference,
        Choice: texts.choice,
        Url: texts.url,
        Integer: counts.integer,
        Amount: counts.amount,
        Date: counts.day,
        Time: counts.hour,
        DateTime: counts.moment,
        Duration: counts.duration,
        ListOf: _listed,
    }
)
