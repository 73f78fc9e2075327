"""``straks templates``: what there is to send, in which languages and channels, and what fills it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from straks.cli.group import Command
from straks.cli.terminal import console, json_option, write_json
from straks.cli.values import templates_option
from straks.core.fiction import FICTION_PHONE
from straks.core.typed import as_typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rich.console import RenderableType
    from rich.table import Table

    from straks.core.segment import Segmentation
    from straks.core.template import Template


@click.command("templates", cls=Command)
@templates_option
@json_option
def command(*, folders: tuple[Path, ...], as_json: bool) -> None:
    """
    List the templates, what fills them, and what they cost.

    The figure beside SMS is the number of segments, in that language, with the examples filled in.
    """
    from straks.loading import Catalog

    catalog = Catalog.load(*folders, policy=None)  # who writes a text looks at it before it is right
    if as_json:
        write_json([_document(template) for template in catalog.values()])
        return
    out = console()
    out.print(_overview(catalog.values()))
    for template in catalog.values():
        for part in _details(template):
            out.print(part)
    out.print("\nSee one with: straks preview NAME")


def _example(template: Template, locale: str) -> Segmentation | None:
    """Return how the SMS counts when the examples fill it; None where there is none."""
    from straks.core.phone_number import PhoneNumber

    if not template.has(locale, "sms"):
        return None
    return template.sms(locale, PhoneNumber.parse(FICTION_PHONE), template.examples).segmentation


def _overview(templates: Iterable[Template]) -> Table:
    from rich import box
    from rich.table import Table

    from straks.core.locale import LOCALES

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("template", *LOCALES):
        table.add_column(heading, no_wrap=True)
    for template in templates:
        cells: list[str] = []
        for locale in LOCALES:
            segmentation = _example(template, locale)
            sms = [] if segmentation is None else [f"SMS {len(segmentation)}"]
            email = ["e-mail"] if template.has(locale, "email") else []
            cells.append(", ".join([*sms, *email]) or "-")
        table.add_row(template.name, *cells)
    return table


def _details(template: Template) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    facts = f"{template.purpose}; repeat {template.repeat}{_lives(template)}"
    yield Text.assemble(("\n" + template.name, "bold"), f"  {facts}")
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    for parameter in template.parameters.values():
        marks = {"optional": parameter.optional, "personal": parameter.personal}
        takes = [parameter.limits, *(mark for mark, is_set in marks.items() if is_set)]
        table.add_row(parameter.name, Text(as_typed(parameter.example), "cyan"), "; ".join(takes))
    yield Padding(table, (0, 0, 0, 2))


def _lives(template: Template) -> str:
    time_to_live = template.manifest.time_to_live
    if isinstance(time_to_live, timedelta):
        return f"; time to live {as_typed(time_to_live)}"
    return "" if time_to_live is None else f"; time to live {time_to_live!r}"


def _document(template: Template) -> dict[str, object]:
    time_to_live = template.manifest.time_to_live
    seconds = int(time_to_live.total_seconds()) if isinstance(time_to_live, timedelta) else None
    return {
        "name": template.name,
        "purpose": template.purpose,
        "repeat": template.repeat,
        # Seconds, or the name of the parameter that says.
        "time_to_live": time_to_live if seconds is None else seconds,
        "locales": {locale: _locale_document(template, locale) for locale in template.locales},
        "parameters": [
            {
                "name": parameter.name,
                "kind": parameter.kind,
                "takes": parameter.limits,
                "example": as_typed(parameter.example),
                "secret": parameter.secret,
                "personal": parameter.personal,
                "optional": parameter.optional,
            }
            for parameter in template.parameters.values()
        ],
    }


def _locale_document(template: Template, locale: str) -> dict[str, object]:
    segmentation = _example(template, locale)
    return {
        "channels": [channel for channel in template.channels if template.has(locale, channel)],
        "encoding": None if segmentation is None else segmentation.encoding,
        "segments": None if segmentation is None else len(segmentation),
        "units": None if segmentation is None else segmentation.units,
    }
