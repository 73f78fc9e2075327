"""What every transport promises: one body, run over each of them."""

from __future__ import annotations

import asyncio
import pickle
from contextlib import nullcontext
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

import pytest

import straks
from straks.simulator import Simulator
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    Maker = Callable[..., straks.Order]

SendAll: TypeAlias = "Callable[..., list[straks.Receipt]]"
"""Sends orders one after another through one transport."""

occasions = map("contract/{}".format, count())


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


def through(transport: straks.Transport) -> SendAll:
    return lambda *orders: [transport.send(order) for order in orders]


def through_async(make: Callable[[], AbstractAsyncContextManager[straks.AsyncTransport]]) -> SendAll:
    async def send_all(*orders: straks.Order) -> list[straks.Receipt]:
        async with make() as transport:
            return [await transport.send(order) for order in orders]

    return lambda *orders: asyncio.run(send_all(*orders))


def fails(_: straks.Record) -> None:
    raise OSError


@pytest.fixture(
    params=[
        *("altinn", "altinn-async", "altinn-in-memory", "altinn-async-in-memory", "memory", "folder"),
        *("watched", "watched-async"),
    ]
)
def send(request: pytest.FixtureRequest, simulator: Simulator, tmp_path: Path) -> Iterator[SendAll]:
    desk = Desk()
    match request.param:
        case "altinn":
            with straks.AltinnTransport(simulator.url, simulator.token()) as transport:
                yield through(transport)
        case "altinn-async":
            yield through_async(lambda: straks.AsyncAltinnTransport(simulator.url, simulator.token()))
        case "altinn-in-memory":
            yield through(straks.AltinnTransport(BASE, desk.token, carrier=MemoryCarrier(desk)))
        case "altinn-async-in-memory":
            carrier = AsyncMemoryCarrier(desk)
            yield through_async(lambda: straks.AsyncAltinnTransport(BASE, desk.token, carrier=carrier))
        case "memory":
            yield through(straks.MemoryTransport())
        case "watched":
            yield through(straks.watched(straks.MemoryTransport(), fails))
        case "watched-async":
            carrier = AsyncMemoryCarrier(desk)
            altinn = straks.AsyncAltinnTransport(BASE, desk.token, carrier=carrier)
            yield through_async(lambda: nullcontext(straks.watched(altinn, fails)))
        case _:
            yield through(straks.FolderTransport(tmp_path))


channels = pytest.mark.parametrize("channel", ["sms", "email"])


@channels
def test_an_order_is_answered_with_a_receipt_that_has_ids(
    send: SendAll, make_order: Maker, channel: str
) -> None:
    (receipt,) = send(make_order(channel=channel, occasion=next(occasions), reference="sak/1"))

    assert UUID(receipt.order_id) != UUID(receipt.shipment_id)
    assert (receipt.replayed, receipt.attempts, receipt.reference) == (False, 1, "sak/1")


@channels
def test_the_same_order_is_placed_once_and_its_first_reference_counts(
    send: SendAll, make_order: Maker, channel: str
) -> None:
    order = make_order(channel=channel, occasion=next(occasions), reference="sak/1")
    first, second, third = send(order, replace(order, reference="sak/2"), replace(order, reference=None))

    assert second == third == replace(first, replayed=True)
    assert (second.order_id, second.shipment_id) == (first.order_id, first.shipment_id)
    assert second.reference == "sak/1"


@channels
def test_a_sealed_order_is_the_order_that_it_was_made_of(
    send: SendAll, make_order: Maker, channel: str
) -> None:
    order = make_order(channel=channel, occasion=next(occasions), reference="sak/1")
    sealed = straks.SealedOrder.from_json(straks.altinn.seal(order).to_json())
    first, second, third = send(sealed, order, replace(sealed))

    assert (first.replayed, first.reference) == (False, "sak/1")
    assert second == third == replace(first, replayed=True)


def test_a_first_order_without_a_reference_stays_without(send: SendAll, make_order: Maker) -> None:
    order = make_order(occasion=next(occasions))
    _, second = send(order, replace(order, reference="sak/2"))

    assert second.reference is None


def test_an_sms_and_an_email_about_the_same_occasion_are_two(send: SendAll, make_order: Maker) -> None:
    occasion = next(occasions)
    sms, email = send(make_order(occasion=occasion), make_order(channel="email", occasion=occasion))

    assert not email.replayed
    assert sms.shipment_id != email.shipment_id


def test_another_occasion_is_another_order(send: SendAll, make_order: Maker) -> None:
    first, second = send(make_order(occasion=next(occasions)), make_order(occasion=next(occasions)))

    assert not second.replayed
    assert first.shipment_id != second.shipment_id


def test_another_template_for_the_same_occasion_is_another_order(send: SendAll, make_order: Maker) -> None:
    occasion = next(occasions)
    _, second = send(make_order(occasion=occasion), make_order("status-update", occasion=occasion))

    assert not second.replayed


@channels
def test_what_the_service_would_refuse_for_its_form_is_not_placed(
    send: SendAll, make_order: Maker, channel: str
) -> None:
    order = make_order(channel=channel, occasion=next(occasions))
    with pytest.raises(straks.InvalidPayload):
        send(replace(order, reference="a\x00"))
    (receipt,) = send(order)

    assert not receipt.replayed


def test_a_receipt_survives_pickle(send: SendAll, make_order: Maker) -> None:
    (receipt,) = send(make_order(occasion=next(occasions), reference="sak/1"))

    assert pickle.loads(pickle.dumps(receipt)) == receipt  # noqa: S301 - what this test pickled itself
