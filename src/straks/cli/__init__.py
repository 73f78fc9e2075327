"""
The command line: `straks`, a module per command.

A person who asks for help should not wait for a template engine. So the commands stand here as
literals, and a command's module is loaded when that command is used, and not before. A test holds
the sentences of this table against the commands' own.
"""

from __future__ import annotations

from typing import Final

import click

import straks
from straks.cli.group import LazyGroup

COMMANDS: Final = {
    "bounds": "Show the worst case of every template, over all that may fill it.",
    "build": "Build orders out of the rows of a file: CSV, JSON lines or Parquet.",
    "check": "Hold templates against the policy.",
    "codes": "Look after the store of one-time codes.",
    "demo": "Send a code by SMS and e-mail to a simulator, and show all of it.",
    "diff": "Show what differs between two sets of templates.",
    "explain": "Explain a rule: what is wrong, why, and what to do.",
    "feed": "Read what became of finished orders, each at least once.",
    "gallery": "Show every template in one file to hand on.",
    "preview": "Show what the phone and the mailbox will show, in every language.",
    "prove": "Prove the templates that ship, for every process that starts here.",
    "records": "Look up what was sent: to whom, when, and how it ended.",
    "report": "Say what became of the orders in a journal.",
    "rules": "List every rule, and where it is decided.",
    "segment": "Count a text as the network, the gateway and the service do.",
    "send": "Send one message to one person, or a file of orders.",
    "simulate": "Run the service's far end on this machine, with an inbox.",
    "templates": "List the templates, what fills them, and what they cost.",
    "token": "Get a token, and say what it holds or what to fix.",
}
"""Each command and its first sentence, in the order in which help lists them."""

EPILOG: Final = """
\b
Exit codes:
  0    it worked
  1    it did not: refused, not sent, not delivered, not answered
  2    what was given cannot be used, and nothing was tried
  3    in doubt: the message may have been sent
  130  interrupted
"""


@click.group(
    cls=LazyGroup,
    sentences=COMMANDS,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(straks.__version__, prog_name="straks")
def main() -> None:
    """
    Instant messages, proven before they are sent.

    Every command that a program may want to read has --json: one JSON document on standard output.
    """
