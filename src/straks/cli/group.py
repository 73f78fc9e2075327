"""
A group of commands that are loaded when they are used, and the one place where errors end.

Whatever goes wrong on purpose (`StraksError`), and whatever the system refuses (`OSError`), leaves
here as one line on standard error and an exit code. A traceback is a bug.
"""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit

from straks.cli import exits
from straks.core.nearest import nearest
from straks.errors import StraksError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem


class Command(click.Command):
    """A command that does not repeat an argument too many: it may be a recipient or a code."""

    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; what is left over is an error that counts and does not show it."""
        left = super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:
            ctx.fail(
                f"There are arguments too many ({len(ctx.args)}); put a text with spaces in quotes, and name "
                "every option"
            )
        return left


class LazyGroup(click.Group):
    """
    Commands by name, each in the module ``straks.cli.<name>`` as its ``command``.

    Args:
        sentences: The first sentence of each command, by name, in the order of the help.
        settings: What `click.Group` takes.
    """

    def __init__(self, *, sentences: Mapping[str, str], **settings: Any) -> None:  # noqa: ANN401 - click's own
        super().__init__(**settings)
        self._sentences = sentences

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in their own order."""
        return list(self._sentences)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Load the command; None if there is none of this name."""
        if cmd_name not in self._sentences:
            return None
        command: click.Command = import_module(f"straks.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the list of commands without loading one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._sentences.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name without loading one."""
        from click.shell_completion import CompletionItem

        commands = [
            CompletionItem(name, help=sentence)
            for name, sentence in self._sentences.items()
            if name.startswith(incomplete)
        ]
        return [*commands, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that *args* begin with; a misspelt one is an error that names the nearest."""
        name = args[0]
        if name not in self._sentences:
            near = nearest(name, self._sentences)
            hint = f"did you mean {near}?" if near else f"there are {', '.join(self._sentences)}"
            ctx.fail(f"There is no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> None:
        """Run the command; what goes wrong becomes a sentence and an exit code."""
        if callable(reconfigure := getattr(sys.stdout, "reconfigure", None)):
            # An output that has no æ shows its number instead.
            reconfigure(errors="backslashreplace")
        try:
            super().invoke(ctx)
        except KeyboardInterrupt:
            raise Exit(exits.INTERRUPTED) from None
        except (StraksError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # nobody reads any more; click ends without a word
            exits.tell(error, as_json=exits.JSON in ctx.meta)
            raise Exit(exits.exit_code(error)) from None
