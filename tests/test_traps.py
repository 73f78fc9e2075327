"""
What would surprise a client of the service, and what straks does about it: each row names the test that
shows it. Run as a script, this writes the page.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import pytest

import straks
from straks.core.number_kinds import Duration
from straks.core.phone_number import PhoneKind
from straks.core.text_kinds import Code
from straks.simulator.desk import BASE, Desk
from straks.simulator.fates import fate_named
from straks.simulator.memory import MemoryCarrier

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.altinn.status import Shipment

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "traps.md"


class Trap(TypedDict):
    trap: str
    straks: str
    test: str


TRAPS: list[Trap] = json.loads((ROOT / "tests/vectors/traps.json").read_text("utf-8"))["traps"]


def page() -> str:
    """Return the page that the table makes."""
    rows = [
        f"| {number} | {each['trap']} | {each['straks']} | `{each['test'].rpartition('::')[2]}` |"
        for number, each in enumerate(TRAPS, start=1)
    ]
    return "\n".join(
        [
            "# What would surprise a client of Altinn's instant notifications",
            "",
            "And what straks does about it. The last column names the test that shows it; the table is",
            "`tests/vectors/traps.json`, and `python tests/test_traps.py` writes this page from it.",
            "",
            "| | the service | straks | shown by |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def test_there_are_27_traps() -> None:
    assert len(TRAPS) == len({each["trap"] for each in TRAPS}) == 27


@pytest.mark.parametrize("trap", [pytest.param(each, id=each["trap"]) for each in TRAPS])
def test_each_trap_is_shown_by_a_test(trap: Trap, is_a_test: Callable[[str], bool]) -> None:
    assert is_a_test(trap["test"])


def test_the_page_is_what_the_table_makes() -> None:
    assert PAGE.read_text("utf-8") == page()


# Traps that no other test shows


@pytest.mark.parametrize("number", ["+4742000000", "00 47 42 00 00 00"])
def test_a_norwegian_number_beginning_with_4_is_never_turned_away(number: str) -> None:
    assert straks.PhoneNumber.parse(number).kind in (PhoneKind.MOBILE, PhoneKind.POSSIBLY_MOBILE)


def placed(order: straks.Order) -> tuple[straks.AltinnTransport, MemoryCarrier, straks.Receipt]:
    desk = Desk()
    carrier = MemoryCarrier(desk)
    transport = straks.AltinnTransport(BASE, desk.token, carrier=carrier)
    return transport, carrier, transport.send(order)


@pytest.fixture
def to_number(catalog: straks.Catalog, key: bytes) -> Callable[[str], straks.Order]:
    """Return a maker of orders of a code by SMS to a number."""

    def make(number: str) -> straks.Order:
        values = catalog["one-time-code"].examples
        return catalog.sms("one-time-code", locale="nb", to=number, values=values).order("traps/1", key)

    return make


def fate_of(order_to: Callable[[str], straks.Order], fate: str) -> tuple[Shipment, float]:
    number = fate_named(fate).number
    assert number is not None
    transport, carrier, receipt = placed(order_to(number))
    began_s = carrier.now_s()
    return transport.follow(receipt, timeout_s=90), carrier.now_s() - began_s


def test_nobody_asks_at_the_location_of_a_new_order(to_number: Callable[[str], straks.Order]) -> None:
    transport, carrier, receipt = placed(to_number("+46701740605"))
    transport.follow(receipt)

    assert receipt.shipment_id != receipt.order_id
    assert not any(receipt.order_id in request.url for request in carrier.requests)
    assert all(receipt.shipment_id in request.url for request in carrier.requests[1:])


def test_a_receipt_is_no_delivery_and_the_shipment_says_so(to_number: Callable[[str], straks.Order]) -> None:
    shipment, _ = fate_of(to_number, "invalid-recipient")

    assert shipment.final
    assert not shipment.delivered
    assert [delivery.status for delivery in shipment.deliveries] == ["SMS_Failed_InvalidRecipient"]


def test_following_what_never_ends_ends(to_number: Callable[[str], straks.Order]) -> None:
    shipment, took_s = fate_of(to_number, "never-final")

    assert not shipment.final
    assert [delivery.status for delivery in shipment.deliveries] == ["SMS_Sending"]
    assert took_s <= 90


def test_a_shipped_code_lives_for_whole_minutes_and_two_at_the_least(catalog: straks.Catalog) -> None:
    names = [
        name
        for name in catalog
        if any(isinstance(parameter, Code) for parameter in catalog[name].parameters.values())
    ]
    assert names
    for name in names:
        lifetime = catalog[name].manifest.time_to_live
        assert isinstance(lifetime, str)
        parameter = catalog[name].parameters[lifetime]
        assert isinstance(parameter, Duration)
        assert parameter.min >= timedelta(minutes=2)
        assert parameter.min % timedelta(minutes=1) == parameter.step % timedelta(minutes=1) == timedelta(0)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")
