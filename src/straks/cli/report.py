"""
``straks report``: what became of the orders in a journal, as tables, as a page or for programs.

Doubts are listed by id and by the sender's own reference; recipients are in no journal. It looks only, and
so may be asked while a run is under way.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from straks.cli import exits
from straks.cli.group import Command
from straks.cli.terminal import console, json_option, one_line, write_json

if TYPE_CHECKING:
    from straks.journal import Run
    from straks.journal.figures import Figures


@click.command("report", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.html", help="Write a page, too."
)
@json_option
@click.pass_context
def command(ctx: click.Context, *, file: str, html: Path | None, as_json: bool) -> None:
    """
    Say what became of the orders in a journal.

    FILE is the journal of straks send ORDERS --journal FILE. With --html the same is a page with charts, in
    one file, without a script.

    Ends with 0 when every order is placed or settled, with 1 when some are not, and with 3 while any is in
    doubt.
    """
    from straks.cli.journal_tables import document
    from straks.journal import JournalView
    from straks.journal.figures import figures_of

    with JournalView(file) as journal:
        figures = figures_of(journal.entries())
        runs, environment = journal.runs(), journal.environment
    if html is not None:
        _write(html, figures, runs, environment)
    if as_json:
        write_json({"environment": environment, "runs": len(runs), **document(figures)})
    else:
        _show(figures, runs, environment)
        if html is not None:
            click.echo(f"The page is in {one_line(str(html))}.")
    ctx.exit(exits.of_figures(figures))


def _write(html: Path, figures: Figures, runs: list[Run], environment: str | None) -> None:
    from straks.cli.report_page import page
    from straks.files.whole import whole_file

    with whole_file(html) as file:
        file.write(page(figures, runs, environment))


def _show(figures: Figures, runs: list[Run], environment: str | None) -> None:
    from straks.cli.journal_tables import (
        DECIDE,
        LOOK,
        doubts_table,
        how_ended,
        requests_table,
        states_table,
        times_table,
    )

    out = console()
    where = "" if environment is None else f", to {one_line(environment)}"
    click.echo(f"{len(runs)} run{'' if len(runs) == 1 else 's'}{where}")
    for run in runs[-1:]:
        verb = "has " if run.ended_s is None else "stopped: " if run.stopped else ""
        click.echo(f"The last one {verb}{one_line(how_ended(run))}")
    out.print(states_table(figures))
    if figures.percentiles_s:
        out.print(times_table(figures))
        click.echo(f"At most {figures.busiest_per_s:,.1f} orders ended in a second.\n")
    if figures.attempts:
        out.print(requests_table(figures))
        click.echo()
    if figures.doubts:
        out.print(doubts_table(figures))
        click.echo(f"{LOOK} {DECIDE}")
