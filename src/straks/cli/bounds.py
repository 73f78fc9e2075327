"""``straks bounds``: the proven worst case of every template, language and channel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.exceptions import Exit
from rich.cells import cell_len

from straks.cli import exits
from straks.cli.group import Command
from straks.cli.terminal import console, json_option, one_line, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from straks.cli.checking import Root
    from straks.core.bound import EmailBound, SmsBound
    from straks.core.template import Template
    from straks.errors import TemplateError

_TABLES: Final = {
    "sms": ("SMS", ("encoding", "units", "segments", "spare", "gateway", "recorded", "exact")),
    "email": ("E-mail: bytes of the body, characters of the subject", ("body", "subject", "exact")),
}
_LEFT_OUT_FIRST: Final = ("recorded", "gateway", "exact", "encoding", "spare")
_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Case:
    """The worst case of one template in one language and channel, or why there is none."""

    template: str
    locale: str
    channel: str
    bound: SmsBound | EmailBound | TemplateError


@click.command("bounds", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--witness", is_flag=True, help="Show the values that reach each worst case, too.")
@json_option
def command(*, paths: tuple[Path, ...], witness: bool, as_json: bool) -> None:
    """
    Show the worst case of every template, over all that may fill it.

    PATHS are as for straks check. A worst case is computed over every value that the parameters admit,
    never by trying some; one that is exact is reached by the values that --witness shows. Gateway and
    recorded counts are upper bounds of their own.

    Exit codes: 0 everything has a bound, 1 something has none, 2 something cannot be read.
    """
    from straks.cli.checking import roots_of

    cases: list[Case] = []
    broken: list[TemplateError] = []
    for root in roots_of(paths):
        there, wrong = _sound(root)
        broken += wrong
        cases += _cases(there, root)
    if as_json:
        write_json([_document(case) for case in cases])
    else:
        _print(cases, witness=witness)
    for error in broken:
        click.echo(f"Error: {one_line(str(error))}", err=True)
    if broken:
        raise Exit(exits.UNUSABLE)
    if any(isinstance(case.bound, Exception) for case in cases):
        raise Exit(exits.DID_NOT_WORK)


def _sound(root: Root) -> tuple[list[Template], list[TemplateError]]:
    from straks.policy.sweep import sound

    catalog, broken = sound(root.files, root.unreadable, root.names)
    return [catalog[name] for name in catalog if root.names is None or name in root.names], broken


def _cases(templates: Sequence[Template], root: Root) -> Iterator[Case]:
    from straks.cli.progress import watched
    from straks.core.bound import bound
    from straks.errors import TemplateError

    pages = [
        (template, locale, channel)
        for template in templates
        for locale in template.locales
        for channel in template.channels
        if template.has(locale, channel)
    ]
    for template, locale, channel in watched(f"Bounding {root.folder.name}")(pages):
        try:
            found: Any = bound(template, locale, channel)
        except TemplateError as none:
            found = none
        yield Case(template.name, locale, channel, found)


def _print(cases: Sequence[Case], *, witness: bool) -> None:
    out = console()
    for channel, (title, headings) in _TABLES.items():
        some = [case for case in cases if case.channel == channel]
        if some:
            longest = max(cell_len(one_line(case.template)) for case in some)
            room = out.width - longest - len("nb") - 3 * _GAP
            out.print(_table(title, some, _fitting(headings, room), witness=witness), "")


def _fitting(headings: Sequence[str], room: int) -> list[str]:
    """Return as many of *headings* as *room* columns hold, the dispensable ones left out first."""
    kept = [*headings]
    for dispensable in _LEFT_OUT_FIRST:
        if sum(len(heading) + _GAP for heading in kept) - _GAP > room and dispensable in kept:
            kept.remove(dispensable)
    return kept


def _table(title: str, cases: Sequence[Case], headings: Sequence[str], *, witness: bool) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, title_justify="left")
    table.title = Text(title, "bold")
    table.add_column("template", overflow="fold")
    table.add_column("", no_wrap=True)
    # A witness is there to be pasted: none of it is cut off.
    table.add_column(_figures([*headings], headings, "bold"), overflow="fold")
    before = ""
    for case in cases:
        cell: RenderableType
        if isinstance(case.bound, Exception):
            cell = Text.assemble(("unbounded: ", "bold red"), one_line(str(case.bound)))
        else:
            figures = _cells(case.bound)
            cell = _figures([figures[name] for name in headings], headings)
        table.add_row(one_line(case.template) if case.template != before else "", case.locale, cell)
        if witness and not isinstance(case.bound, Exception):
            table.add_row("", "", Text("\n".join(_shown(case.bound.witness)) or "no parameters", "dim"))
        before = case.template
    return table


def _figures(cells: Sequence[str], headings: Sequence[str], style: str = "") -> Table:
    """Return a row of figures, as wide as its headings, so that rows stand below each other."""
    from rich.table import Table

    row = Table.grid(padding=(0, _GAP))
    for heading in headings:
        first = heading in ("encoding", "exact")
        row.add_column(justify="left" if first else "right", width=len(heading), no_wrap=True, style=style)
    row.add_row(*cells)
    return row


def _cells(bound: SmsBound | EmailBound) -> dict[str, str]:
    from straks.core.bound import SmsBound

    exact = "yes" if bound.exact else "no"
    if isinstance(bound, SmsBound):
        return {
            "encoding": bound.encoding,
            "units": str(bound.units),
            "segments": str(bound.segments),
            "spare": str(bound.spare),
            "gateway": str(bound.gateway_count),
            "recorded": str(bound.recorded_count),
            "exact": exact,
        }
    return {
        "body": str(bound.html_bytes),
        "subject": str(bound.subject_characters),
        "exact": exact,
    }


def _shown(witness: Mapping[str, Any]) -> list[str]:
    from straks.core.typed import as_typed

    return [f"{name} = {one_line(as_typed(value))}" for name, value in witness.items()]


def _document(case: Case) -> dict[str, object]:
    from straks.core.typed import as_typed

    told: dict[str, object] = {
        "template": case.template,
        "locale": case.locale,
        "channel": case.channel,
        "bound": None,
        "unbounded": None,
    }
    found = case.bound
    if isinstance(found, Exception):
        told["unbounded"] = {"message": str(found), "file": found.file, "line": found.line}
        return told
    told["bound"] = figures(found)
    told["witness"] = {name: as_typed(value) for name, value in found.witness.items()}
    return told


def figures(bound: SmsBound | EmailBound) -> dict[str, object]:
    """Return what a bound counts, by the names of its own attributes."""
    from straks.core.bound import SmsBound

    names = (
        ("encoding", "units", "segments", "spare", "gateway_count", "recorded_count", "exact")
        if isinstance(bound, SmsBound)
        else ("html_bytes", "subject_characters", "exact")
    )
    return {name: getattr(bound, name) for name in names}
