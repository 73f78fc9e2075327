"""
``straks gallery``: every template of a folder, as one file to hand on.

Most of the time goes into proving worst cases, which is work for a processor and for nothing else. So where
there are many templates each processor gets its share. Templates are not sent to the other processes: those
are forks, and have them.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.exceptions import Exit

from straks.cli import exits
from straks.cli.group import Command
from straks.cli.terminal import one_line
from straks.pages.languages import NAMES
from straks.preview.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from straks.cli.checking import Root
    from straks.core.template import Template
    from straks.errors import TemplateError

_ANYBODY: Final = 0o644
_WORTH_A_PROCESS: Final = 8
"""How many templates a process draws at least; fewer are done before it is up."""


@dataclass(frozen=True, slots=True)
class _Subject:
    """A template of a folder, or the error in its place."""

    root: Root
    it: Template | TemplateError
    lang: str

    @property
    def name(self) -> str:
        from straks.core.template import Template

        if isinstance(self.it, Template):
            return self.it.name
        return self.it.template or (self.it.file or "").partition("/")[0]

    def section(self, number: int) -> str:
        from straks.core.template import Template
        from straks.pages.gallery import section
        from straks.preview.taking import page_of_error, page_of_template

        if isinstance(self.it, Template):
            page = page_of_template(self.it, policy=self.root.policy, sources=True)
        else:
            page = page_of_error(self.it, self.root.files)
        return section(page, number, self.lang)


@click.command("gallery", cls=Command)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.html")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--title", help="What stands above it.  [default: Meldinger, or Messages]")
@click.option(
    "--page-language",
    "lang",
    type=click.Choice([*NAMES]),
    default=next(iter(NAMES)),
    show_default=True,
    help="The language of the page around the messages, Norwegian or English.",
)
def command(*, out: Path, paths: tuple[Path, ...], title: str | None, lang: str) -> None:
    """
    Show every template in one file to hand on.

    It is for whoever answers for the texts. PATHS are as for straks check. Each template is there in every
    language, with its example, its worst case and a short one, and with what the policy finds at its line.
    The file opens in any browser, reads without scripts and fetches nothing. It speaks Norwegian, as most
    who are sent it do, or else English; what the rules say is in English in both.

    Exit codes: 0 it is written, 2 something cannot be read; the rest is written then, too.
    """
    from straks.cli.checking import roots_of
    from straks.files.whole import whole_file
    from straks.pages.gallery import gallery
    from straks.pages.words import WORDS
    from straks.policy.sweep import sound

    there: list[_Subject] = []
    broken: list[_Subject] = []
    for root in roots_of(paths):
        catalog, wrong = sound(root.files, root.unreadable, root.names)
        names = [name for name in catalog if root.names is None or name in root.names]
        there += [_Subject(root, catalog[name], lang) for name in names]
        broken += [_Subject(root, error, lang) for error in wrong]
    subjects = [*there, *broken]
    with whole_file(out, mode=_ANYBODY) as file:
        names = [subject.name for subject in subjects]
        for part in gallery(title or WORDS[lang]["messages"], _sections(subjects), names, lang):
            file.write(part)
    click.echo(f"{counted(len(subjects), 'template')} in {out}{_amiss(len(broken))}")
    for subject in broken:
        click.echo(f"Error: {one_line(str(subject.it))}", err=True)
    if broken:
        raise Exit(exits.UNUSABLE)


def _amiss(broken: int) -> str:
    """Return how many templates stand there as their error."""
    if not broken:
        return ""
    return f", of which {broken} cannot be used and {'stands' if broken == 1 else 'stand'} there as the error"


def _sections(subjects: Sequence[_Subject]) -> Iterator[str]:
    """Draw *subjects* one after the other, or on every processor where there are many."""
    from straks.cli.progress import watched

    watch = watched("Drawing templates")
    workers = min(_processors(), len(subjects) // _WORTH_A_PROCESS)
    if workers < 2:  # noqa: PLR2004 - one of them is this process
        yield from (subject.section(number) for number, subject in enumerate(watch(subjects), start=1))
        return
    from multiprocessing import get_context

    with get_context("fork").Pool(workers, _begin, (subjects,)) as pool:
        drawn = pool.imap(_draw, range(len(subjects)))
        for _ in watch(subjects):
            yield next(drawn)


def _processors() -> int:
    """Return how many processors there are to fork to; elsewhere than on Linux a fork may go wrong."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


_subjects: Sequence[_Subject] = ()


def _begin(subjects: Sequence[_Subject]) -> None:  # pragma: no cover - in a process of its own
    """Make a process ready to draw any of *subjects*; Ctrl-C is for the one that it works for."""
    global _subjects  # noqa: PLW0603 - what a process is for
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _subjects = subjects


def _draw(index: int) -> str:  # pragma: no cover - in a process of its own
    return _subjects[index].section(index + 1)
