"""An e-mail on a terminal: its subject, its plain text, and the size of what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from straks.preview.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.message import Email


def figures(email: Email) -> Iterator[str]:
    """Yield what is sent, and how large it is."""
    if email.html is None:
        yield f"sent as {email.content_type}: {len(email.text.encode())} bytes"
    else:
        yield f"sent as {email.content_type}: {len(email.html.encode())} bytes of HTML"
        yield "above is its plain text"


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
