"""
One message, with all there is to tell of it: as a value, as JSON, and as the pictures of it.

What a phone shows is what the gateway carried, so a text that was cut is drawn and counted without its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from straks.core.bound_line import read_bound_line
from straks.core.ledger import gateway_count, recorded_count
from straks.core.plain_text import plain_text
from straks.core.segment import segment
from straks.preview.drawing import sheet, style
from straks.preview.figures import strangers
from straks.preview.frame import Scheme, answered, framed
from straks.preview.phone import WIDTH, phone
from straks.preview.taking import bubble
from straks.preview.visible import visible
from straks.preview.words import ENGLISH
from straks.preview.written import marked
from straks.simulator.courses import STATUSES, is_final
from straks.simulator.orders import Channel
from straks.simulator.shipments import timestamp

if TYPE_CHECKING:
    from straks.core.bound_line import BoundLine
    from straks.preview.pages import Bubble
    from straks.simulator.attempts import Attempt
    from straks.simulator.desk import Desk
    from straks.simulator.inbox import Message

_MOST_STRANGERS: Final = 20
_DOCTYPE: Final = "<!doctype html>"
_STYLE: Final = f"<style>{style()}</style>"


@dataclass(frozen=True, slots=True)
class Seen:
    """
    A message and what there is to tell of it.

    Attributes:
        message: As it is by now.
        steps: The statuses it has had, and when, in seconds since 1970.
        attempts: The requests that came for its order, oldest first.
        statuses: Those that can be set by hand.
        text: What arrived of an SMS; the whole body of an e-mail.
        bound: What the last line says to the phone, where it is bound to a site.
        bubble: An SMS as a phone shows it; None for an e-mail.
    """

    message: Message
    steps: tuple[tuple[float, str], ...]
    attempts: tuple[Attempt, ...]
    statuses: tuple[str, ...]
    text: str = field(repr=False)
    bound: BoundLine | None
    bubble: Bubble | None

    def as_json(self) -> dict[str, object]:
        """Return it as ``/_straks/messages/ID`` tells it."""
        message, bound = self.message, self.bound
        return {
            **message.as_json(),
            "bound": None if bound is None else {"host": bound.host, "code": bound.code},
            "sms": self._sms(),
            "email": self._email(),
            "statuses": list(self.statuses),
            "course": [{"status": status, "at": timestamp(at_s)} for at_s, status in self.steps],
            "attempts": [attempt.as_json() for attempt in self.attempts],
        }

    @property
    def parts(self) -> list[tuple[str, int]]:
        """The text of each segment of an SMS, and the units it takes."""
        if self.bubble is None:
            return []
        places = [0, *self.bubble.borders, len(self.text)]
        return [
            (self.text[start:end], units)
            for start, end, units in zip(places, places[1:], self.bubble.counts.units, strict=False)
        ]

    @property
    def said(self) -> str:
        """An SMS for who does not see the picture: its text, with a mark where each segment begins."""
        return "" if self.bubble is None else marked(self.bubble)

    def _sms(self) -> dict[str, object] | None:
        shown = self.bubble
        if shown is None:
            return None
        foreign = strangers(shown.foreign)[:_MOST_STRANGERS]
        return {
            "encoding": shown.counts.encoding,
            "units": sum(shown.counts.units),
            "capacity": shown.capacity,
            "spare": shown.counts.spare,
            "segments": [{"text": text, "units": units} for text, units in self.parts],
            "foreign": [
                {"character": each.character, "substitute": each.substitute, "times": times}
                for each, times in foreign
            ],
            "gatewayCount": gateway_count(self.message.body),
            "recordedCount": recorded_count(self.message.body),
        }

    def _email(self) -> dict[str, object] | None:
        if self.bubble is not None:
            return None
        return {
            "bytes": len(self.text.encode()),
            "subjectCharacters": len(self.message.subject or ""),
        }


def seen(desk: Desk, message_id: str) -> Seen | None:
    """Return a message of *desk*, None where there is none of that id."""
    received = desk.inbox.get(message_id)
    if received is None:
        return None
    now_s = desk.now_s()
    message = received.by(now_s)
    came_s = message.received_at_s
    text = message.body[: len(message.body) - message.cut]
    statuses = STATUSES[message.channel]
    return Seen(
        message,
        tuple(
            (came_s + after_s, status)
            for after_s, status in received.course.steps
            if came_s + after_s <= now_s or after_s == 0
        ),
        tuple(desk.attempts.of(message.ordered_by, message.idempotency_id)),
        tuple(filter(is_final, statuses)) if is_final(message.status) else statuses,
        text,
        None if message.content_type == "Html" else read_bound_line(text),
        _bubble(message, text) if message.channel is Channel.SMS else None,
    )


def phone_of(it: Seen, scheme: Scheme | None = None, lang: str = ENGLISH) -> str | None:
    """
    Return an SMS on a phone, as SVG, in *scheme* or as the reader has chosen; None for an e-mail.

    Its figures and recipient stand beside it on the page.
    """
    if it.bubble is None:
        return None
    drawing, height = phone(it.bubble, lang, figured=False)
    svg = sheet(drawing, WIDTH, height + 2, title="SMS", description=it.said, styled=True)
    # The style alone: the text may speak of light and dark, too.
    return svg if scheme is None else svg.replace(_STYLE, answered(_STYLE, scheme), 1)


def mail_of(it: Seen, scheme: Scheme) -> str | None:
    """
    Return an HTML e-mail as a document in which it may do nothing; None where there is no HTML.

    The document can be focused, so that it is scrolled with keys: there may be nothing else in it to focus.
    """
    if it.message.content_type != "Html":
        return None
    return framed(it.text, scheme).replace(_DOCTYPE, f'{_DOCTYPE}<html tabindex="0">', 1)


def twin_of(it: Seen) -> str | None:
    """Return an e-mail as plain text, fit for the eye; None for an SMS."""
    if it.bubble is not None:
        return None
    return visible(plain_text(it.text) if it.message.content_type == "Html" else it.text)


def _bubble(message: Message, text: str) -> Bubble:
    return bubble(text, segment(text), sender=message.sender)
