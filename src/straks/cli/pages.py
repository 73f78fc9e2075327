"""Pages that are one file: Jinja beside this module, escaped, with the style that they share."""

from __future__ import annotations

from importlib.resources import files
from typing import Any


def render(name: str, **filling: Any) -> str:  # noqa: ANN401 - whatever the page takes
    """Return the page *name*, a file of this package, filled."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("straks.cli")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda each: folder.joinpath(each).read_text("utf-8")),
    )
    return environment.get_template(name).render(filling)
