"""Who carries bytes has the seam's methods, as they are declared there."""

from __future__ import annotations

import inspect

import pytest

from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier
from straks.transports.carriers import AsyncHttpxCarrier, HttpxCarrier
from straks.wire.carrier import AsyncCarrier, Carrier


def declared(kind: type) -> dict[str, inspect.Signature]:
    return {
        name: inspect.signature(member)
        for name, member in inspect.getmembers(kind, inspect.isfunction)
        if name in ("carry", "now_s", "sleep")
    }


@pytest.mark.parametrize(
    ("kind", "seam"),
    [
        (HttpxCarrier, Carrier),
        (MemoryCarrier, Carrier),
        (AsyncHttpxCarrier, AsyncCarrier),
        (AsyncMemoryCarrier, AsyncCarrier),
        (AsyncCarrier, Carrier),
    ],
)
def test_a_carrier_is_used_as_the_seam_says(kind: type, seam: type) -> None:
    assert len(declared(seam)) == 3
    assert declared(kind) == declared(seam)
