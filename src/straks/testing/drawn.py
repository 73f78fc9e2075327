"""What a kind has to draw from: said in the kind's own module, put together in `straks.testing.admission`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from straks.core.parameter import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hypothesis import strategies as st

    from straks.core.parameter import Parameter

Values: TypeAlias = "st.SearchStrategy[Any]"


def _no_others(_: object) -> Iterable[Any]:
    return ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    What there is to draw for one parameter.

    ``edges`` are values at which something may turn, not all of which need fit; ``free`` draws any value
    at all, and ``forms`` gives the other ways to write one, of which none need fit.
    """

    edges: Iterable[Any]
    free: tuple[Values, ...] = ()
    forms: Callable[[Any], Iterable[Any]] = _no_others


def fits(parameter: Parameter, value: object) -> bool:
    """Tell whether *parameter* admits *value*."""
    try:
        parameter.check(value)
    except Unfit:
        return False
    return True


def fitting(parameter: Parameter, values: Values) -> Values:
    """Return those of *values* that *parameter* admits, where only the whole of a value decides."""
    return values.filter(lambda value: fits(parameter, value))
