"""
What commands tell programs: messages, figures and outcomes as JSON.

Names are those of the library's own attributes, in snake case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.core.ledger import gateway_count, is_truncated, recorded_count
from straks.core.message import Sms

if TYPE_CHECKING:
    from straks.core.message import Email, Message
    from straks.core.segment import Segmentation


def sms_figures(text: str, segmentation: Segmentation) -> dict[str, object]:
    """Return everything that is counted of an SMS."""
    return {
        "encoding": segmentation.encoding,
        "units": segmentation.units,
        "spare": segmentation.spare,
        "segments": [{"text": part.text, "units": part.units} for part in segmentation.segments],
        "foreign": [
            {"index": found.index, "character": found.character, "substitute": found.substitute}
            for found in segmentation.foreign
        ],
        "gateway_count": gateway_count(text),
        "recorded_count": recorded_count(text),
        "is_truncated": is_truncated(text),
    }


def head(message: Message, *, reveal: bool = False) -> dict[str, object]:
    """Return which message it is; the recipient is masked unless *reveal*."""
    return {
        "template": message.template,
        "locale": message.locale,
        "channel": message.channel,
        "recipient": message.address if reveal else message.masked_recipient,
        "sender": message.sender_name,
    }


def document(message: Sms | Email, *, reveal: bool = False) -> dict[str, object]:
    """
    Return a message with everything that can be said of it; the recipient is masked unless *reveal*.

    ``time_to_live`` is in seconds, ``html_bytes`` in bytes of UTF-8.
    """
    if isinstance(message, Sms):
        return {
            **head(message, reveal=reveal),
            "body": message.body,
            "time_to_live": int(message.time_to_live.total_seconds()),
            **sms_figures(message.body, message.segmentation),
        }
    return {
        **head(message, reveal=reveal),
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "html_bytes": None if message.html is None else len(message.html.encode()),
        "content_type": message.content_type,
    }
