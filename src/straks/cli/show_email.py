"""An e-mail on a terminal: its subject, its plain text, and the size of what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from straks.preview.visible import visible
from straks.preview.words import ENGLISH, WORDS
from straks.preview.written import sent_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.message import Email


def figures(email: Email) -> Iterator[str]:
    """Yield what is sent, and how large it is."""
    yield sent_in(email.content_type, len(email.body.encode()))
    if email.html is not None:
        yield WORDS[ENGLISH]["twin"]


def letter(title: str, email: Email, width: int) -> Panel:
    """Return an e-mail as a letter *width* columns wide, *title* above."""
    return Panel(
        Group(
            Text(visible(email.subject), "bold", overflow="fold"),
            "",
            Text(visible(email.text), overflow="fold"),
            "",
            Text("\n".join(figures(email)), "dim"),
        ),
        title=Text(title),
        title_align="left",
        box=box.SQUARE,
        width=width,
    )
