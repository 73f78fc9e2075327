"""``straks check``: hold templates against the policy."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.exceptions import Exit

import straks
from straks.cli import exits
from straks.cli.group import Command
from straks.cli.terminal import console, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from straks.cli.baseline import Baseline, Known
    from straks.cli.checking import Root
    from straks.cli.formats import Found, Report
    from straks.policy.rule import Rule

FORMATS: Final = ("full", "concise", "json", "jsonl", "github", "sarif", "junit")
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
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
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
    pyproject.toml, or straks.toml; for those that ship, the nearest to where you are.

    Exit codes: 0 nothing was found, 1 something was, 2 something cannot be read.
    """
    from straks.cli.checking import roots_of
    from straks.cli.formats import Report
    from straks.cli.known_rules import by_code, known_prefixes
    from straks.plugins import load_rules

    if write_baseline and baseline is None:
        raise click.UsageError("--write-baseline needs --baseline FILE")
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("--unsafe-fixes needs --fix or --diff")
    known = {} if baseline is None else _known(baseline, anew=write_baseline)
    rules = load_rules()
    there = by_code(rules)
    roots = roots_of(paths, known_prefixes(select, there), known_prefixes(ignore, there), rules)
    if diff:
        changes = _differences(roots, unsafe=unsafe_fixes)
        click.echo(changes.encode(), nl=False)
        raise Exit(_outcome(_located(roots), changed=bool(changes)))
    if fix:
        _mend(roots, unsafe=unsafe_fixes)
    found = _located(roots)
    if baseline is not None and write_baseline:
        kept = {mark: each for mark, each in known.items() if not _looked(roots, each)}
        _write_baseline(baseline, found, kept)
        return
    report = Report(_new(roots, found, known), sum(root.templates for root in roots))
    _write(report, form, there)
    if any(each.finding.code == _UNREADABLE for each in found):
        raise Exit(exits.UNUSABLE)
    if report.found:
        raise Exit(exits.DID_NOT_WORK)


def _located(roots: Sequence[Root]) -> tuple[Found, ...]:
    from straks.cli.formats import located

    return tuple(
        chain.from_iterable(located(root.findings(), root.file_of, root.source_of) for root in roots)
    )


def _outcome(found: Sequence[Found], *, changed: bool) -> int:
    """Say what of *found* cannot be read, beside the changes, and return how the command ends."""
    unreadable = [each for each in found if each.finding.code == _UNREADABLE]
    for each in unreadable:
        told = f"{each.where}: {each.finding.message}; {each.finding.hint}"
        click.echo(f"Error: {one_line(told)}", err=True)
    if unreadable:
        return exits.UNUSABLE
    return exits.DID_NOT_WORK if changed else 0


def _differences(roots: Sequence[Root], *, unsafe: bool) -> str:
    from straks.cli.checking import called
    from straks.cli.mending import difference

    texts: list[str] = []
    for root in roots:
        before = dict(root.raw)
        changed = root.mended(unsafe=unsafe)
        texts += [
            difference(one_line(called(root.sources[path].file)), before[path], text)
            for path, text in changed.items()
        ]
    return "".join(texts)


def _mend(roots: Sequence[Root], *, unsafe: bool) -> None:
    from straks.cli.checking import called
    from straks.cli.mending import write_whole

    for root in roots:
        for path, text in root.mended(unsafe=unsafe).items():
            file = root.sources[path].file
            write_whole(file, text)
            click.echo(f"mended {one_line(called(file))}", err=True)


def _known(baseline: Path, *, anew: bool) -> Baseline:
    from straks.cli.baseline import read
    from straks.errors import InvalidSetting

    if anew and not baseline.exists():
        return {}
    try:
        return read(baseline.read_text("utf-8"), str(baseline))
    except UnicodeDecodeError:
        raise InvalidSetting(f"{baseline} is no baseline; write one with --write-baseline") from None


def _looked(roots: Sequence[Root], known: Known) -> bool:
    """Tell whether this check would have found what is *known*."""
    template = (known.path or "_").partition("/")[0]
    return any(
        root.policy.wants(known.code)
        and (root.names is None or template in root.names or template.startswith("_"))
        for root in roots
    )


def _new(roots: Sequence[Root], found: tuple[Found, ...], known: Baseline) -> tuple[Found, ...]:
    from straks.cli.baseline import gone, new

    for told in gone(found, known, lambda each: _looked(roots, each)):
        click.echo(f"no longer found, so take it out of the baseline: {one_line(str(told))}", err=True)
    return new(found, known)


def _write_baseline(file: Path, found: tuple[Found, ...], kept: Baseline) -> None:
    from straks.cli.baseline import written
    from straks.cli.mending import write_whole

    # What cannot be read is never fine.
    readable = [each for each in found if each.finding.code != _UNREADABLE]
    write_whole(file, written(readable, kept))
    click.echo(f"{file}: {len(readable)} findings written", err=True)
    if len(readable) < len(found):
        raise Exit(exits.UNUSABLE)


def _write(report: Report, form: str, rules: Mapping[str, Rule]) -> None:
    if form == "full":
        from straks.cli.formats.full import full

        out = console()
        out.print(full(report, out.width), soft_wrap=True)
        return
    from straks.cli.formats import documents, plain
    from straks.cli.formats.sarif import sarif

    written = {
        "concise": lambda: plain.concise(report),
        "github": lambda: plain.github(report),
        "json": lambda: documents.as_json(report),
        "jsonl": lambda: documents.as_jsonl(report),
        "sarif": lambda: sarif(report, rules.values(), straks.__version__),
        "junit": lambda: documents.junit(report),
    }[form]()
    if written:
        click.echo(written.encode())
