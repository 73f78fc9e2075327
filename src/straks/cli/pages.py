"""Pages that are one file: Jinja beside this module, escaped, with the style that they share."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def render(name: str, **filling: Any) -> str:  # noqa: ANN401 - whatever the page takes
    """Return the page *name*, a file of this package, filled."""
    return _environment().get_template(name).render(filling)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    from straks.preview.visible import visible

    folder = files("straks.cli")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda each: folder.joinpath(each).read_text("utf-8")),
    )
    environment.filters["visible"] = visible
    return environment
