"""
How a command ends: which exit code an error has, and how it is told.

The codes part what a script has to tell apart. *Nothing was tried* (2) is the script's own fault
and repeats for ever; *it did not work out* (1) may do so next time; *in doubt* (3) is neither, for
a message that may have been sent must not be sent again without a look. The error tree already
draws these lines, so a code follows from an error's class alone.
"""

from __future__ import annotations

from typing import Final

import click

from straks.errors import InDoubt, PolicyError, StoreFailed, StraksError, Unanswered, Undelivered

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
    if isinstance(error, InDoubt):
        return IN_DOUBT
    return (
        DID_NOT_WORK if isinstance(error, Undelivered | Unanswered | PolicyError | StoreFailed) else UNUSABLE
    )


def tell(error: StraksError | OSError, *, as_json: bool) -> None:
    """
    Tell *error* on standard error, in one line, or one for each finding.

    With *as_json* it is told on standard output, too.
    """
    from straks.cli.terminal import one_line, write_json

    if isinstance(error, OSError):
        # Without a file's name it is standard output that failed, so nothing more is written there.
        where = "standard output" if error.filename is None else error.filename
        click.echo(f"Error: {one_line(f'{where}: {error.strerror}')}; name another place", err=True)
        return
    lines = str(error).splitlines() if isinstance(error, PolicyError) else [str(error)]
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
