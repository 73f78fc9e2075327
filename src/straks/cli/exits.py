"""
How a command ends: which exit code an error has, and how it is told.

The codes part what a script has to tell apart. *Nothing was tried* (2) is the script's own fault
and repeats for ever; *it did not work out* (1) may do so next time; *in doubt* (3) is neither, for
a message that may have been sent must not be sent again without a look. The error tree already
draws these lines, so a code follows from an error's class alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from straks.errors import (
    InDoubt,
    JournalFailed,
    PolicyError,
    StoreFailed,
    StraksError,
    Unanswered,
    Undelivered,
)

if TYPE_CHECKING:
    from straks.journal.figures import Figures

DID_NOT_WORK: Final = 1
UNUSABLE: Final = 2
IN_DOUBT: Final = 3
INTERRUPTED: Final = 130  # 128 and the number of the signal, as shells have it

JSON: Final = "straks.json"
"""Where a context notes that standard output is for a program."""


def exit_code(error: Exception) -> int:
    """
    Return the exit code that *error* ends a command with.

    >>> exit_code(Unanswered("nobody there")), exit_code(StraksError("no such template"))
    (1, 2)
    """
    if isinstance(error, InDoubt) or (isinstance(error, JournalFailed) and error.unwritten):
        return IN_DOUBT
    did_not_work = Undelivered | Unanswered | PolicyError | StoreFailed | JournalFailed
    return DID_NOT_WORK if isinstance(error, did_not_work) else UNUSABLE


def of_figures(figures: Figures) -> int:
    """Return the exit code for what became of many orders: any doubt before any that is not placed."""
    from straks.journal.rules import DONE, State

    if figures.states[State.IN_DOUBT] or figures.states[State.IN_FLIGHT]:
        return IN_DOUBT
    return 0 if all(state in DONE for state in +figures.states) else DID_NOT_WORK


def tell(error: StraksError | OSError, *, as_json: bool) -> None:
    """
    Tell *error* on standard error, in one line, or one for each finding and each order that it is about.

    With *as_json* it is told on standard output, too.
    """
    from straks.cli.terminal import one_line, write_json

    if isinstance(error, OSError):
        # Without a file's name it is standard output that failed, so nothing more is written there.
        where = "standard output" if error.filename is None else error.filename
        click.echo(f"Error: {one_line(f'{where}: {error.strerror}')}; name another place", err=True)
        return
    lines = str(error).splitlines() if isinstance(error, PolicyError) else [str(error)]
    if isinstance(error, JournalFailed):
        lines += [f"{name}: {outcome}, and not written down" for name, outcome in error.unwritten.items()]
    click.echo("Error: " + "\n  ".join(map(one_line, lines)), err=True)
    if as_json:
        write_json({"error": {"kind": type(error).__name__, "message": str(error), **_fields(error)}})


def _fields(error: StraksError) -> dict[str, object]:
    """Return what *error* carries for programs; it is fit for any log, `straks.errors` sees to that."""
    if isinstance(error, PolicyError):
        return {
            "findings": [{name: getattr(finding, name) for name in _FINDING} for finding in error.findings]
        }
    return {name: value for name, value in vars(error).items() if value is not None}


_FINDING = ("code", "name", "severity", "message", "hint", "path", "line", "column", "locale", "channel")
