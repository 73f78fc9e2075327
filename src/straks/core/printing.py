"""What a value prints where a hole stands: the one place that the bound and the policy both ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from straks.core.list_kind import ListOf
from straks.core.parameter import Shown

if TYPE_CHECKING:
    from straks.core.parameter import Parameter
    from straks.core.template import Template
    from straks.core.way import Filter, Hole


class Printer:
    """Prints the holes of *template* in one language."""

    def __init__(self, template: Template, locale: str) -> None:
        self._template = template
        self._locale = locale

    def parameter(self, ref: str) -> Parameter:
        """Return the parameter that *ref* names; of an item of a list, its items' own."""
        name, _, item = ref.partition("#")
        parameter = self._template.parameters[name]
        return parameter.of if item and isinstance(parameter, ListOf) else parameter

    def filtered(self, filter_: Filter, value: object) -> object:
        """Return what a filter makes of *value*."""
        return self._template.renderer.filtered(filter_.name, value, filter_.arguments, {}, self._locale)

    def prints(self, hole: Hole, value: Any) -> str:  # noqa: ANN401 - any kind's value
        """Return what *value* prints at *hole*."""
        return self._through(hole, self.parameter(hole.ref).show(value, self._locale))

    def prints_plainly(self, hole: Hole, value: Any) -> str:  # noqa: ANN401 - any kind's value
        """Return what *value* prints at *hole* of an SMS, where spaces are plain."""
        shown = self.parameter(hole.ref).show(value, self._locale)
        return self._through(hole, shown.plainly() if isinstance(shown, Shown) else shown)

    def _through(self, hole: Hole, shown: object) -> str:
        for filter_ in hole.filters:
            shown = self.filtered(filter_, shown)
        return str(shown)
