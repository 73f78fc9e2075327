"""
How a value shows itself in a notebook, without the core knowing how a picture is drawn.

A notebook asks the last value of a cell for its ``_repr_mimebundle_``. Pictures are made far above the
core, so what makes them is handed down: `straks` itself, which is there before any of its parts, puts a
function here that loads it on first use. Without one a value has nothing but its ``repr``.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `straks` loads this file first of all, and typing costs more than the rest of it
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Painter = Callable[[object], Mapping[str, str]]

_painter: Painter | None = None


def paint_with(painter: Painter | None) -> None:
    """Let *painter* say what is shown of a value: a text for each media type. None takes it away."""
    global _painter  # noqa: PLW0603 - a hook is module state by nature
    _painter = painter


class Displayed:
    """A value with a picture."""

    __slots__ = ()

    def _repr_mimebundle_(self, **_: object) -> Mapping[str, str]:
        # A notebook takes an empty answer for «ask something else».
        return {} if _painter is None else _painter(self)
