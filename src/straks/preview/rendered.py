"""Pages, and pieces of pages, that stand as Jinja beside a package; what fills them is escaped."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def render(package: str, name: str, **filling: Any) -> str:  # noqa: ANN401 - whatever the page takes
    """Return the page *name*, a file of *package*, filled."""
    return _environment(package).get_template(name).render(filling)


@cache
def beside(package: str, name: str) -> str:
    """Return the text of *name*, a file of *package*."""
    return files(package).joinpath(name).read_text("utf-8")


@cache
def _environment(package: str) -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    from straks.preview.visible import visible

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: beside(package, name)),
    )
    environment.filters["visible"] = visible
    return environment
