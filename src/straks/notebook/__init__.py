"""
Widgets for notebooks: JupyterLab, Notebook, VS Code, marimo, and whatever else knows `anywidget`.

That a cell which ends with a message shows it needs none of this (`straks.preview.picture`). What is here
talks to the kernel while somebody types, and needs the extra ``straks[notebook]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.errors import MissingExtra

if TYPE_CHECKING:
    from straks.core.catalog import Catalog
    from straks.notebook.widget import Explorer

__all__ = ["explore"]


def explore(catalog: Catalog, template: str | None = None, *, lang: str | None = None) -> Explorer:
    """
    Return a widget that shows the messages of *catalog* while their values are typed.

    It has an input for each parameter, made from the manifest; the worst case and the shortest at a click;
    what the policy finds; and a button that copies the Python of what is shown.

    Args:
        catalog: What there is to choose from.
        template: The one to begin with; None for the first.
        lang: The language of the widget itself, ``"nb"`` or ``"en"``; None for the browser's.

    Raises:
        UnknownTemplate: There is no such template.
        MissingExtra: ``straks[notebook]`` is not installed.
    """
    try:
        from straks.notebook.widget import Explorer
    except ImportError as missing:
        raise MissingExtra("straks.notebook.explore", "notebook") from missing
    return Explorer(catalog, template, lang)
