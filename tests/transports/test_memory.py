"""A transport that keeps orders in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import straks
from straks.transports.memory import local_receipt

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., straks.Order]


def test_what_was_placed_can_be_looked_at_oldest_first(make_order: Maker) -> None:
    transport = straks.MemoryTransport()
    orders = [make_order(occasion=occasion) for occasion in "abc"]
    for order in [*orders, orders[0]]:
        transport.send(order)

    assert transport.orders == orders


def test_what_came_sealed_can_be_looked_at_as_it_would_go_over_the_wire(make_order: Maker) -> None:
    transport = straks.MemoryTransport()
    first, second = make_order(occasion="a"), straks.altinn.seal(make_order(occasion="b"))
    for order in (first, second):
        transport.send(order)

    assert transport.orders == [first]
    assert transport.sealed == [straks.altinn.seal(first), second]


def test_what_it_returns_is_no_way_in(make_order: Maker) -> None:
    transport = straks.MemoryTransport()
    transport.send(make_order())
    transport.orders.clear()

    assert len(transport.orders) == 1


def test_a_receipts_ids_follow_from_the_orders_own(make_order: Maker) -> None:
    first, second = local_receipt(make_order()), local_receipt(make_order(occasion="test/2"))

    assert first == local_receipt(make_order())
    assert len({first.order_id, first.shipment_id, second.order_id, second.shipment_id}) == 4


def test_what_altinn_would_refuse_is_not_kept(make_order: Maker) -> None:
    transport = straks.MemoryTransport()
    with pytest.raises(straks.InvalidPayload):
        transport.send(replace(make_order(), reference="a\x00"))

    assert transport.orders == []


def test_of_many_threads_one_places_it(make_order: Maker) -> None:
    transport, order = straks.MemoryTransport(), make_order()
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(transport.send, [order] * 200))

    assert [receipt.replayed for receipt in receipts].count(False) == 1
    assert transport.orders == [order]


def test_its_repr_counts_and_shows_nothing(make_order: Maker) -> None:
    transport = straks.MemoryTransport()
    transport.send(make_order())

    assert repr(transport) == "<MemoryTransport with 1 orders>"


def test_a_transport_is_known_by_its_one_method() -> None:
    assert isinstance(straks.MemoryTransport(), straks.Transport)
    assert not isinstance(object(), straks.Transport)
    assert not isinstance(object(), straks.AsyncTransport)
