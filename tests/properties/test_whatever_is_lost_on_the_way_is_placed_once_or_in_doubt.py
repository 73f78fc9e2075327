"""
Law: whatever is lost between a transport and the service, what the transport says agrees with what
arrived: a receipt with one message, `NotSent` with none, `InDoubt` with at most one. Where a repeat is
harmless and patience lasts, the message is placed in the end, and once.

The service here stores what it sends; that it may send without storing is why a doubt is a doubt.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

from hypothesis import example, given
from hypothesis import strategies as st

import straks
from straks.altinn.place import Receipt
from straks.errors import InDoubt, NotSent
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier

if TYPE_CHECKING:
    from straks.core.message import Order

KEY = b"a key that only tests have"
HARMLESS, HARMFUL = "one-time-code", "status-update"

Outcome: TypeAlias = Receipt | NotSent | InDoubt
Mishaps: TypeAlias = list[str | None]

REFUSED, LOST_BEFORE, LOST_AFTER = "refuse-connection", "hang", "hang-answer"

mishaps = st.lists(st.sampled_from([None, REFUSED, LOST_BEFORE, LOST_AFTER]), max_size=5)
channels = st.sampled_from(["sms", "email"])


def order_of(catalog: straks.Catalog, template: str, channel: str) -> Order:
    values = catalog[template].examples
    if channel == "sms":
        return catalog.sms(template, locale="nb", to="+46701740605", values=values).order("law/1", KEY)
    return catalog.email(template, locale="nb", to="kari@example.org", values=values).order("law/1", KEY)


def sent(order: Order, desk: Desk, lost: Mishaps, repeats: int, *, in_a_loop: bool) -> Outcome:
    async def main() -> Receipt:
        carrier = AsyncMemoryCarrier(desk, lost)
        async with straks.AsyncAltinnTransport(BASE, desk.token, pauses_s=pauses_s, carrier=carrier) as to:
            return await to.send(order)

    pauses_s = [1.0] * repeats
    try:
        if in_a_loop:
            return asyncio.run(main())
        with straks.AltinnTransport(
            BASE, desk.token, pauses_s=pauses_s, carrier=MemoryCarrier(desk, lost)
        ) as to:
            return to.send(order)
    except (NotSent, InDoubt) as error:
        return error


@given(channel=channels, lost=mishaps, repeats=st.integers(0, 6), in_a_loop=st.booleans())
@example(channel="sms", lost=[LOST_AFTER], repeats=6, in_a_loop=False)
@example(channel="email", lost=[REFUSED, LOST_BEFORE], repeats=6, in_a_loop=True)
def test_of_a_harmful_message_no_more_arrives_than_is_said(
    catalog: straks.Catalog, channel: str, lost: Mishaps, repeats: int, *, in_a_loop: bool
) -> None:
    desk = Desk()
    outcome = sent(order_of(catalog, HARMFUL, channel), desk, lost, repeats, in_a_loop=in_a_loop)
    arrived = len(desk.messages())

    if isinstance(outcome, Receipt):
        assert arrived == 1
    elif isinstance(outcome, NotSent):
        assert arrived == 0
        assert all(mishap == REFUSED for mishap in lost[: 1 + repeats])
    else:
        # It ended at the first request that left, and only what came after that was lost.
        first = next(mishap for mishap in lost if mishap != REFUSED)
        assert arrived == (first == LOST_AFTER)


@given(channel=channels, lost=mishaps, in_a_loop=st.booleans())
@example(channel="sms", lost=[LOST_AFTER] * 5, in_a_loop=False)
def test_a_harmless_message_is_placed_in_the_end_and_once(
    catalog: straks.Catalog, channel: str, lost: Mishaps, *, in_a_loop: bool
) -> None:
    desk = Desk()
    outcome = sent(order_of(catalog, HARMLESS, channel), desk, lost, len(lost), in_a_loop=in_a_loop)

    assert isinstance(outcome, Receipt)
    assert len(desk.messages()) == 1
    assert outcome.replayed == (LOST_AFTER in lost[: outcome.attempts - 1])


@given(channel=channels, lost=mishaps, repeats=st.integers(0, 3), in_a_loop=st.booleans())
def test_what_was_not_sent_may_be_placed_again_and_what_was_is_not_sent_twice(
    catalog: straks.Catalog, channel: str, lost: Mishaps, repeats: int, *, in_a_loop: bool
) -> None:
    desk = Desk()
    order = order_of(catalog, HARMFUL, channel)
    first = sent(order, desk, lost, repeats, in_a_loop=in_a_loop)
    arrived = len(desk.messages())
    again = sent(order, desk, [], 0, in_a_loop=in_a_loop)

    assert isinstance(again, Receipt)
    assert again.replayed == (arrived == 1)
    assert len(desk.messages()) == 1
    assert not isinstance(first, NotSent) or not again.replayed
