"""The demo on a terminal: short, and ending with what to do next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from straks.cli.layout import side_by_side
from straks.cli.terminal import console
from straks.preview.figures import UNITS
from straks.preview.words import counted

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from straks.cli.demo_run import Sending, Story
    from straks.core.bound import SmsBound


def report(story: Story, page: Path) -> None:
    """Print *story*; *page* is where the whole of it was written."""
    from straks.cli.show_sms import bubble

    out = console()
    _head(out, "One code, in three languages")
    side_by_side(out, [partial(bubble, text.locale, text.body, text.segmentation) for text in story.texts])
    _head(out, "Their worst case, whatever fills them")
    for text, worst in zip(story.texts, story.worst, strict=True):
        out.print(f"  {text.locale:<7} {at_worst(worst)}", soft_wrap=True)
    _head(out, "A token, by a grant that was signed with a key made for this run")
    for leg, what in zip(story.way_in, LEGS, strict=False):
        out.print(f"  {'token':<7} {leg.method} {story.url}{leg.path}", soft_wrap=True)
        out.print(f"          {leg.status} {what}")
    _head(out, "Sent over HTTP to a simulator on this machine, to recipients that nobody has")
    for way, sending in (("SMS", story.sms), ("e-mail", story.email)):
        for answer, receipt in zip(sending.answers, sending.receipts, strict=False):
            outcome = "the same order again: nothing new was sent" if receipt.replayed else "placed"
            out.print(f"  {way:<7} POST {story.url}{sending.path}", soft_wrap=True)
            out.print(f"          {answer} {outcome}")
    _head(out, "Followed to delivery")
    out.print(f"  SMS     {_steps(story.sms)}")
    out.print(f"  e-mail  {_steps(story.email)}")
    out.print(f"  Nobody waited: the simulator's clock was advanced by {story.advanced_s:.0f} s.")
    _head(out, "The code, entered")
    for entry in story.entries:
        out.print(f"  {entry.what:<22} {entry.verdict.name}", soft_wrap=True)
    _head(out, "What this proves")
    for claim in story.claims:
        out.print(
            f"  ✓ {claim.sentence}" if claim.held else f"  ✗ Did not hold: {claim.sentence}", soft_wrap=True
        )
    _head(out, f"It took {story.took_s:.1f} s. The e-mail, the exact payloads and the rest are in {page}")
    out.print("Next:")
    for how, what in NEXT:
        out.print(f"  {how:<50} {what}", soft_wrap=True)


def at_worst(worst: SmsBound) -> str:
    """Return a worst case in words: segments, units, and what is left."""
    unit = UNITS[worst.encoding]
    return (
        f"{counted(worst.segments, 'segment')} of {counted(worst.units, unit)} at most, {worst.spare} spare"
    )


LEGS: Final = ("a signed grant, for Maskinporten's token", "Maskinporten's token, for Altinn's")
"""What goes out on each leg to a token, and what for."""

NEXT: Final = (
    ("straks templates", "every template, and what fills it"),
    ("straks preview one-time-code --set service=NAV", "one of them, filled in by you"),
    ("straks segment 'Møtet er flyttet.'", "what a text costs, and why"),
    ("straks simulate", "the service, to play with"),
    ("straks token --environment http://127.0.0.1:5090", "a token from it, leg by leg"),
)
"""What to do after the demo: commands, and what each shows."""


def _head(out: Console, text: str) -> None:
    from rich.text import Text

    out.print()
    out.print(Text(text, "bold"), soft_wrap=True)


def _steps(sending: Sending) -> str:
    return " → ".join(sending.statuses)
