"""Orders that are small, sealed and nobody's, and files of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

from straks.altinn.sealed import SealedOrder
from straks.bulk import write_orders
from straks.core.manifest import Repeat

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path


class Make(Protocol):
    """Makes the order of this number."""

    def __call__(
        self,
        number: int,
        *,
        repeat: Repeat = ...,
        time_to_live_s: int | None = ...,
        not_after: datetime | None = ...,
        reference: str | None = ...,
    ) -> SealedOrder: ...


def sealed(
    number: int,
    *,
    repeat: Repeat = Repeat.HARMFUL,
    time_to_live_s: int | None = 3600,
    not_after: datetime | None = None,
    reference: str | None = None,
) -> SealedOrder:
    name = f"notice.sms.{number:032d}"
    recipient = {"phoneNumber": "+46701740605", "timeToLiveInSeconds": time_to_live_s or 0}
    body: dict[str, object] = {
        "idempotencyId": name,
        "recipientSms": {**recipient, "smsSettings": {"body": f"Pakke {number} er kommet."}},
    }
    if reference is not None:
        body["sendersReference"] = reference
    return SealedOrder(
        idempotency_id=name,
        body=json.dumps(body, ensure_ascii=False).encode(),
        template="notice",
        locale="nb",
        channel="sms" if time_to_live_s is not None else "email",
        repeat=repeat,
        pseudonym=f"{number:032x}",
        time_to_live_s=time_to_live_s,
        not_after=not_after,
    )


@pytest.fixture(scope="session")
def make() -> Make:
    """Return a maker of orders: ``make(3, repeat=Repeat.HARMLESS)``."""
    return sealed


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes orders into a file: ``write(make(1), make(2), name="orders.jsonl")``."""

    def to(*orders: SealedOrder, name: str = "orders.jsonl") -> Path:
        with write_orders(tmp_path / name) as add:
            for order in orders:
                add(order)
        return tmp_path / name

    return to
