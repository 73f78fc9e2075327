"""One-time codes among a template's parameters, and the readings of a text that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.core.text_kinds import Code
from straks.policy.reading import bodies

if TYPE_CHECKING:
    from straks.core.template import Template
    from straks.policy.reading import Reading
    from straks.policy.subject import Page


def codes_of(template: Template) -> dict[str, Code]:
    """Return the parameters of *template* that are one-time codes."""
    return {name: parameter for name, parameter in template.parameters.items() if isinstance(parameter, Code)}


def texts_with_code(page: Page) -> tuple[Reading, ...]:
    """Return what is read on every way through every body of *page*; nothing where it has no code."""
    if not codes_of(page.template):
        return ()
    return tuple(reading.prose for reading in bodies(page))
