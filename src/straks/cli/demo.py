"""
``straks demo``: the command. What it performs stands in `straks.cli.demo_run`.

They are two, so that asking for help does not wait for all that a demo takes.
"""

from __future__ import annotations

from pathlib import Path

import click

from straks.cli import exits
from straks.cli.group import Command


@click.command("demo", cls=Command)
@click.option(
    "--out",
    default="demo.html",
    show_default=True,
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the page.",
)
@click.option("--open/--no-open", "open_page", default=False, help="Open the page in a browser. Default: no.")
@click.pass_context
def command(ctx: click.Context, *, out: Path, open_page: bool) -> None:
    """
    Send a code by SMS and e-mail to a simulator, and show all of it.

    The simulator runs on this machine and ends with the demo: no account, no network, no recipient
    that exists. What happened is written to a page of its own. Ends with 1 if a claim did not hold.
    """
    from straks.cli.demo_page import page
    from straks.cli.demo_report import report
    from straks.cli.demo_run import perform

    story = perform()
    out.write_text(page(story), encoding="utf-8", newline="\n")
    report(story, out)
    if open_page and click.launch(str(out)) != 0:
        click.echo(f"There is nothing here to open {out} with; open it in a browser.", err=True)
    if not all(claim.held for claim in story.claims):
        ctx.exit(exits.DID_NOT_WORK)
