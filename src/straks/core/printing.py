"""What a value prints where a hole stands: the one place that the bound and the policy both ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from straks.core.domain import TooMany
from straks.core.list_kind import ListOf
from straks.core.parameter import Shown
from straks.core.way import ONE_LINE, ONWARDS, Filter

if TYPE_CHECKING:
    from straks.core.parameter import Parameter
    from straks.core.template import Template
    from straks.core.way import Hole


LONGEST: Final = 1_000_000
"""Characters of a text that filters may make; no message is a thousandth of it."""


class Printer:
    """
    Prints the holes of *template* in one language.

    *plainly* says that Babel's finer spaces and hyphens become plain ones, as in an SMS.
    """

    def __init__(self, template: Template, locale: str, *, plainly: bool = False) -> None:
        self._template = template
        self._locale = locale
        self._plainly = plainly
        self._parameters: dict[str, Parameter] = {}

    def parameter(self, ref: str) -> Parameter:
        """Return the parameter that *ref* names; of an item of a list, its items' own."""
        known = self._parameters.get(ref)
        if known is None:
            name, _, item = ref.partition("#")
            parameter = self._template.parameters[name]
            known = parameter.of if item and isinstance(parameter, ListOf) else parameter
            self._parameters[ref] = known
        return known

    def shown(self, ref: str, value: Any) -> object:  # noqa: ANN401 - any kind's value
        """Return what stands in the template for *value*."""
        shown = self.parameter(ref).show(value, self._locale)
        return shown.plainly() if self._plainly and isinstance(shown, Shown) else shown

    def filtered(self, filter_: Filter, value: object) -> object:
        """
        Return what a filter makes of *value*.

        Raises:
            TooMany: A text of more than `LONGEST` characters.
        """
        if filter_.name == "replace":
            _check_growth(filter_, str(value))
        if filter_ == ONE_LINE:
            return re.sub(r"\s+", " ", str(value))
        if filter_ == ONWARDS:
            return str(self.filtered(Filter("title"), f"x{value}"))[1:]
        return self._template.renderer.filtered(filter_.name, value, filter_.arguments, {}, self._locale)

    def through(self, hole: Hole, value: Any) -> object:  # noqa: ANN401 - any kind's value
        """Return what the filters of *hole* make of *value*."""
        shown = self.shown(hole.ref, value)
        for filter_ in hole.filters:
            shown = self.filtered(filter_, shown)
        return shown

    def prints(self, hole: Hole, value: Any) -> str:  # noqa: ANN401 - any kind's value
        """Return what *value* prints at *hole*."""
        return str(self.through(hole, value))


def _check_growth(replace: Filter, text: str) -> None:
    old, new = (str(each) for each in replace.arguments[:2])
    if len(text) + text.count(old) * (len(new) - len(old)) > LONGEST:
        raise TooMany(f"replace makes a text of more than {LONGEST} characters; replace with less")
