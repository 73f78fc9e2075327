"""
Law: an order that is sealed, written down and read back is the same order, to the byte.

It holds whatever the message says, and a conversation about the one asks for exactly what a conversation
about the other asks for: the same requests, after the same pauses, with the same patience.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, reject
from hypothesis import strategies as st

from straks.altinn import SealedOrder, encode, seal
from straks.altinn.place import place
from straks.core.email_address import EmailAddress
from straks.core.manifest import Purpose, Repeat
from straks.core.message import ContentType, Email, Order, Sms
from straks.core.phone_number import PhoneNumber
from straks.errors import InvalidPayload, Undelivered
from straks.wire.exchange import Response, Silence, Trouble
from straks.wire.plan import Call, step

if TYPE_CHECKING:
    from straks.altinn.sealed import Sendable
    from straks.wire.exchange import Reply

TEXTS = st.text(min_size=1, max_size=40) | st.sampled_from(
    ["a\nb", "\u2028", "\u0085x", '"\\', "\ud83d\ude00", "</script>", "\ufeffa", "😀", "\u202e"]
)
PHONE, ADDRESS = PhoneNumber.parse("+46701740605"), EmailAddress.parse("kari@example.org")


@st.composite
def orders(draw: st.DrawFn) -> Order:
    facts: dict[str, Any] = {
        "template": draw(st.text("abc-1 å", min_size=1, max_size=30).filter(str.strip)),
        "locale": draw(st.sampled_from(["nb", "nn", "en"])),
        "purpose": Purpose.NOTICE,
        "repeat": draw(st.sampled_from(Repeat)),
        "canonical_values": {},
    }
    message: Sms | Email
    if draw(st.booleans()):
        life = timedelta(seconds=draw(st.integers(60, 172_800)))
        message = Sms(**facts, recipient=PHONE, body=draw(TEXTS), time_to_live=life)
    else:
        html, kind = draw(st.none() | TEXTS), draw(st.sampled_from(ContentType))
        texts: dict[str, Any] = {
            "subject": draw(TEXTS),
            "text": draw(TEXTS),
            "html": html,
            "content_type": kind,
        }
        message = Email(**facts, recipient=ADDRESS, **texts)
    pseudonym = draw(st.just("") | st.binary(min_size=16, max_size=16).map(bytes.hex))
    order = Order(message, draw(TEXTS), draw(st.none() | TEXTS), pseudonym, draw(st.booleans()))
    with suppress(InvalidPayload):
        encode(order)
        return order
    return reject()


@given(orders(), st.none() | st.datetimes(timezones=st.just(UTC)))
def test_it_reads_back_as_it_was(order: Order, not_after: datetime | None) -> None:
    sealed = seal(order, not_after=not_after)
    line = sealed.to_json()
    back = SealedOrder.from_json(line)

    assert back == sealed
    assert back.body == encode(order)
    assert (back.idempotency_id, back.reference) == (order.idempotency_id, order.reference)
    assert SealedOrder.from_json(line.encode()) == sealed
    assert "\n" not in line


REPLIES = st.sampled_from(
    [
        Silence(Trouble.NO_CONNECTION, left=False),
        Silence(Trouble.TIMED_OUT, left=True),
        Response(503),
        Response(400),
        Response(201),
    ]
)


def asked(order: Sendable, replies: list[Reply]) -> list[object]:
    """Return every call that placing *order* makes, and how it ended."""
    plan = place(order, base_url="https://example.org", token="t", started_s=7.0, pauses_s=(1.0, 90.0))
    said: list[object] = []
    try:
        move = step(plan)
        for number, reply in enumerate(replies):
            if not isinstance(move, Call):
                break
            said.append((move, move.request.headers, move.request.body))
            move = step(plan, replace(reply, at_s=7.0 + 30 * number))
    except Undelivered as error:
        said.append((type(error), str(error), vars(error)))
    return said


@given(orders(), st.lists(REPLIES, min_size=3, max_size=3))
@example(
    Order(
        Sms(
            template="t",
            locale="nb",
            purpose=Purpose.NOTICE,
            repeat=Repeat.HARMLESS,
            canonical_values={},
            recipient=PHONE,
            body="Hei",
            time_to_live=timedelta(seconds=60),
        ),
        "t.sms.1",
    ),
    [Response(503), Response(503), Response(503)],
)
def test_placing_it_asks_for_the_same(order: Order, replies: list[Reply]) -> None:
    assert asked(SealedOrder.from_json(seal(order).to_json()), replies) == asked(order, replies)
