"""``straks check``: hold templates against the policy."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.exceptions import Exit

import straks
from straks.cli import exits
from straks.cli.formats import FORMATS, Report, located
from straks.cli.group import Command
from straks.cli.terminal import console, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.cli.checking import Root
    from straks.cli.formats import Found

_UNREADABLE: Final = "TPL001"


@click.command("check", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--select", multiple=True, metavar="CODES", help="Apply these rules alone: codes or prefixes.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not apply these: codes or prefixes.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="How findings are written.",
)
@click.option("--fix", is_flag=True, help="Mend what can be mended without anybody noticing.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: mend what a reader may notice, too."
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Say nothing of the findings that this file knows.",
)
@click.option("--write-baseline", is_flag=True, help="Write what is found into the file of --baseline.")
def command(
    *,
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    baseline: Path | None,
    write_baseline: bool,
) -> None:
    """
    Hold templates against the policy.

    PATHS are folders of templates, folders with such below them, templates, or files in them; without any
    it is ./templates, or else those that ship with straks. The policy is [tool.straks] of the nearest
    pyproject.toml, or straks.toml.

    Exit codes: 0 nothing was found, 1 something was, 2 something cannot be read.
    """
    from straks.cli.checking import roots_of
    from straks.cli.known_rules import known_prefixes

    if write_baseline and baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE")
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("--unsafe-fixes needs --fix or --diff")
    known = {} if baseline is None or write_baseline else _known(baseline)
    roots = roots_of(paths, known_prefixes(select), known_prefixes(ignore))
    if diff:
        changes = _differences(roots, unsafe=unsafe_fixes)
        click.echo(changes.encode(), nl=False)
        raise Exit(_outcome(roots, changed=bool(changes)))
    if fix:
        _mend(roots, unsafe=unsafe_fixes)
    found = _located(roots)
    if baseline is not None and write_baseline:
        _write_baseline(baseline, found)
        return
    report = Report(_new(found, known), sum(root.templates for root in roots))
    _write(report, form)
    if any(each.finding.code == _UNREADABLE for each in found):
        raise Exit(exits.UNUSABLE)
    if report.found:
        raise Exit(exits.DID_NOT_WORK)


def _located(roots: Sequence[Root]) -> tuple[Found, ...]:
    return tuple(
        chain.from_iterable(located(root.findings(), root.file_of, root.source_of) for root in roots)
    )


def _outcome(roots: Sequence[Root], *, changed: bool) -> int:
    if any(root.unreadable for root in roots):
        return exits.UNUSABLE
    return exits.DID_NOT_WORK if changed else 0


def _differences(roots: Sequence[Root], *, unsafe: bool) -> str:
    from straks.cli.mending import difference

    texts: list[str] = []
    for root in roots:
        before = dict(root.raw)
        changed = root.mended(unsafe=unsafe)
        texts += [difference(root.file_of(path), before[path], text) for path, text in changed.items()]
    return "".join(texts)


def _mend(roots: Sequence[Root], *, unsafe: bool) -> None:
    from straks.cli.mending import write_whole

    for root in roots:
        for path, text in root.mended(unsafe=unsafe).items():
            write_whole(root.folder / path, text)
            click.echo(f"mended {one_line(root.file_of(path))}", err=True)


def _known(baseline: Path) -> dict[str, str]:
    from straks.cli.baseline import read
    from straks.errors import InvalidSetting

    try:
        return read(baseline.read_text("utf-8"), str(baseline))
    except UnicodeDecodeError:
        raise InvalidSetting(f"{baseline} is no baseline; write one with --write-baseline") from None


def _new(found: tuple[Found, ...], known: dict[str, str]) -> tuple[Found, ...]:
    from straks.cli.baseline import gone, new

    for told in gone(found, known):
        click.echo(f"no longer found, so take it out of the baseline: {one_line(told)}", err=True)
    return new(found, known)


def _write_baseline(file: Path, found: tuple[Found, ...]) -> None:
    from straks.cli.baseline import written
    from straks.cli.mending import write_whole

    # What cannot be read is never fine.
    kept = [each for each in found if each.finding.code != _UNREADABLE]
    write_whole(file, written(kept))
    click.echo(f"{file}: {len(kept)} findings written", err=True)
    if len(kept) < len(found):
        raise Exit(exits.UNUSABLE)


def _write(report: Report, form: str) -> None:
    if form == "full":
        from straks.cli.formats.full import full

        console().print(full(report), soft_wrap=True)
        return
    from straks.cli.formats import documents, plain
    from straks.cli.known_rules import KNOWN

    written = {
        "concise": lambda: plain.concise(report),
        "github": lambda: plain.github(report),
        "json": lambda: documents.as_json(report),
        "jsonl": lambda: documents.as_jsonl(report),
        "sarif": lambda: documents.sarif(report, KNOWN.values(), straks.__version__),
        "junit": lambda: documents.junit(report),
    }[form]()
    if written:
        click.echo(written.encode())
