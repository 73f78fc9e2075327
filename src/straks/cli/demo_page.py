"""
The demo as a page: one file, no script, nothing fetched, in light and dark and on paper.

The page is a Jinja file beside this one, with escaping on; what stands here is what it is filled
with. The e-mail is shown as a mail program would, in a frame that may do nothing: no script, no
link that opens, no origin.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from straks import __version__
from straks.altinn import encode, payload
from straks.cli.demo_report import LEGS, at_worst
from straks.cli.pages import render
from straks.preview.svg import svg_of_panel
from straks.preview.taking import page_of_messages

if TYPE_CHECKING:
    from straks.cli.demo_run import Sending, Story
    from straks.core.bound import SmsBound
    from straks.core.message import Sms

_WAYS: Final = {"sms": "SMS", "email": "e-mail"}


def page(story: Story) -> str:
    """Return the page for *story*."""
    return render(
        "demo.html.jinja",
        story=story,
        phones=[_phone(text, worst) for text, worst in zip(story.texts, story.worst, strict=True)],
        way_in=list(zip(story.way_in, LEGS, strict=False)),
        sendings=[_sending(sending) for sending in (story.sms, story.email)],
        version=__version__,
    )


def _phone(sms: Sms, worst: SmsBound) -> dict[str, Any]:
    # The number is nobody's, and the code is spent.
    (panel,) = page_of_messages((sms,), reveal=True).panels
    return {"locale": sms.locale, "drawn": Markup(svg_of_panel(panel)), "worst": at_worst(worst)}  # noqa: S704


def _sending(sending: Sending) -> dict[str, Any]:
    return {
        "way": _WAYS[sending.order.message.channel],
        "path": sending.path,
        "answered": list(zip(sending.answers, sending.receipts, strict=False)),
        "statuses": sending.statuses,
        "bytes": len(encode(sending.order)),
        "json": json.dumps(payload(sending.order), ensure_ascii=False, indent=2),
    }
