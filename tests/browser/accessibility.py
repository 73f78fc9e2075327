"""What axe-core finds on a page: the rules of WCAG that a machine can tell."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page


def serious(page: Page, *, within: str | None = None) -> list[tuple[str, list[str]]]:
    """
    Return the faults that keep somebody out: each rule, and the elements that break it.

    *within* is a selector, for what is on a page that is not ours.
    """
    axe: Any = import_module("axe_playwright_python.sync_playwright")  # untyped
    found = axe.Axe().run(page, context=within, options={"iframes": False, "resultTypes": ["violations"]})
    return [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found.response["violations"]
        if each["impact"] in ("serious", "critical")
    ]
