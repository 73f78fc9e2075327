"""Pages that are one file of this package, with the style that they share."""

from __future__ import annotations

from typing import Any

from straks.pages import rendering


def render(name: str, **filling: Any) -> str:  # noqa: ANN401 - whatever the page takes
    """Return the page *name*, a file of this package, filled."""
    return rendering.render("straks.cli", name, **filling)
