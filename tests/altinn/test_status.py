"""What became of a shipment, in the service's words, known and new."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import TypedDict

import pytest

from straks.altinn.status import Delivery, DeliveryStatus, OrderStatus, Shipment, is_final, read_status


class Case(TypedDict):
    status: str
    final: bool


class Vectors(TypedDict):
    source: str
    note: str
    orders: list[Case]
    deliveries: list[Case]
    new: list[Case]


VECTORS: Vectors = json.loads(
    (Path(__file__).parents[1] / "vectors/shipment-statuses.json").read_text("utf-8")
)
every = pytest.mark.parametrize(
    "case",
    [*VECTORS["orders"], *VECTORS["deliveries"], *VECTORS["new"]],
    ids=lambda case: case["status"] or "(empty)",
)


def test_the_services_statuses_are_all_there_and_no_others() -> None:
    assert [status.value for status in OrderStatus] == [case["status"] for case in VECTORS["orders"]]
    assert [status.value for status in DeliveryStatus] == [case["status"] for case in VECTORS["deliveries"]]


@every
def test_a_status_is_final_or_open(case: Case) -> None:
    assert is_final(read_status(case["status"])) == is_final(case["status"]) == case["final"]


@every
def test_a_status_is_read_as_it_came(case: Case) -> None:
    status = read_status(case["status"])

    assert status == case["status"]
    assert isinstance(status, OrderStatus) == (case in VECTORS["orders"])
    assert isinstance(status, DeliveryStatus) == (case in VECTORS["deliveries"])


def shipment(status: str, *deliveries: str, reference: str | None = None) -> Shipment:
    found = tuple(Delivery(read_status(each), "2026-02-04T11:32:01Z", "sms") for each in deliveries)
    return Shipment("id", read_status(status), "2026-02-04T11:32:01Z", found, reference)


@pytest.mark.parametrize(
    ("found", "final", "delivered"),
    [
        (shipment("Order_Processed", "SMS_Sending"), False, False),
        (shipment("Order_Processed", "SMS_Delivered"), True, True),
        (shipment("Order_Processed", "SMS_Delivered", "SMS_Sending"), False, False),
        (shipment("Order_Completed", "SMS_Failed_TTL"), True, False),
        (shipment("Order_Completed", "SMS_Delivered", "SMS_Failed"), True, False),
        (shipment("Order_Cancelled"), True, False),
        (shipment("Order_Registered"), False, False),
    ],
)
def test_a_shipment_is_what_its_deliveries_are(found: Shipment, *, final: bool, delivered: bool) -> None:
    assert found.final == final
    assert found.delivered == delivered


def test_a_delivery_is_delivered_or_only_final() -> None:
    arrived, failed = Delivery(DeliveryStatus.EMAIL_DELIVERED, ""), Delivery("Email_Failed_New", "")

    assert (arrived.final, arrived.delivered) == (True, True)
    assert (failed.final, failed.delivered) == (True, False)


def test_a_shipment_survives_pickle_and_does_not_show_its_reference() -> None:
    found = shipment("Order_Completed", "SMS_Delivered", reference="sak/8841")

    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - what this test pickled itself
    assert "8841" not in repr(found)
