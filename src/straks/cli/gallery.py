"""``straks gallery``: every template of a folder, as one file to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from straks.cli import exits
from straks.cli.group import Command
from straks.cli.terminal import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from straks.cli.checking import Root
    from straks.core.template import Template
    from straks.errors import TemplateError
    from straks.preview.pages import Page

_ANYBODY = 0o644


@click.command("gallery", cls=Command)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.html")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--title", default="Messages", show_default=True, help="What stands above it.")
def command(*, out: Path, paths: tuple[Path, ...], title: str) -> None:
    """
    Show every template in one file to hand on.

    It is for whoever answers for the texts. PATHS are as for straks check. Each template is there in every
    language, with its example, its worst case and a short one, and with what the policy finds at its line.
    The file opens in any browser, reads without scripts and fetches nothing.

    Exit codes: 0 it is written, 2 something cannot be read; the rest is written then, too.
    """
    from straks.bulk.whole import whole_file
    from straks.cli.checking import roots_of
    from straks.policy.sweep import sound
    from straks.preview.gallery import gallery

    there: list[tuple[Root, Template]] = []
    broken: list[tuple[Root, TemplateError]] = []
    for root in roots_of(paths):
        catalog, wrong = sound(root.files, root.unreadable, root.names)
        names = [name for name in catalog if root.names is None or name in root.names]
        there += [(root, catalog[name]) for name in names]
        broken += [(root, error) for error in wrong]
    names = [template.name for _, template in there] + [_named(error) for _, error in broken]
    with whole_file(out, mode=_ANYBODY) as file:
        for part in gallery(title, _pages(there, broken), names):
            file.write(part)
    for _, error in broken:
        click.echo(f"Error: {one_line(str(error))}", err=True)
    if broken:
        raise Exit(exits.UNUSABLE)


def _pages(
    there: Sequence[tuple[Root, Template]], broken: Sequence[tuple[Root, TemplateError]]
) -> Iterator[Page]:
    from straks.cli.progress import watched
    from straks.preview.taking import page_of_error, page_of_template

    for root, template in watched("Drawing templates")(there):
        yield page_of_template(template, policy=root.policy, sources=True)
    for root, error in broken:
        yield page_of_error(error, root.files)


def _named(error: TemplateError) -> str:
    return error.template or (error.file or "").partition("/")[0]
