"""Files that lie beside a module of straks: filled by Jinja and escaped, or as they are."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from straks.preview.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def render(package: str, name: str, **filling: Any) -> str:  # noqa: ANN401 - whatever the page takes
    """Return the page *name*, a file of *package*, filled."""
    return _environment(package).get_template(name).render(filling)


@cache
def file_of(package: str, name: str) -> bytes:
    """Return the file *name* of *package* as it is."""
    return files(package).joinpath(name).read_bytes()


@cache
def _environment(package: str) -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files(package)
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda each: folder.joinpath(each).read_text("utf-8")),
    )
    environment.filters["visible"] = visible
    return environment
