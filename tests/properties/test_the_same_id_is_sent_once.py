"""Law: whatever is ordered, in whatever order, one organisation's one id sends one message."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from straks.simulator.desk import BASE, Desk
from straks.wire.exchange import Request

ORGANISATIONS = st.sampled_from(["ttd", "skd", "nav"])
IDS = st.sampled_from(["login/1", "Login/1", "login/1 ", "2", "ø"])
ENDPOINTS = st.sampled_from(["sms", "email", ""])
BODIES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(lambda text: text.strip())
ORDERS = st.lists(
    st.tuples(ORGANISATIONS, IDS, ENDPOINTS, BODIES, st.booleans(), st.integers(0, 9)), max_size=30
)


def payload(name: str, endpoint: str, body: str, *, valid: bool) -> dict[str, object]:
    sms = {
        "phoneNumber": "+46701740605" if valid else "nobody",
        "timeToLiveInSeconds": 300,
        "smsSettings": {"body": body},
    }
    email = {
        "emailAddress": "kari@example.org" if valid else "nobody",
        "emailSettings": {"subject": "Kode", "body": body},
    }
    recipients: dict[str, dict[str, object]] = {
        "sms": {"recipientSms": sms},
        "email": {"recipientEmail": email},
        "": {"recipient": {"recipientSms": sms}},
    }
    return {"idempotencyId": name, **recipients[endpoint]}


@given(ORDERS)
def test_the_same_id_is_sent_once(orders: list[tuple[str, str, str, str, bool, int]]) -> None:
    desk = Desk()
    first: dict[tuple[str, str], object] = {}
    sent: list[str] = []
    for organisation, name, endpoint, body, valid, pause_s in orders:
        desk.advance(pause_s)
        answer = desk.handle(
            Request(
                "POST",
                f"{BASE}/notifications/api/v1/future/orders/instant/{endpoint}",
                {
                    "Authorization": f"Bearer {desk.token(organisation=organisation)}",
                    "Content-Type": "application/json",
                },
                json.dumps(payload(name, endpoint, body, valid=valid)).encode(),
            )
        )
        known = (organisation, name) in first
        assert answer.status == (400 if not valid else 200 if known else 201)
        if valid:
            assert answer.json() == first.setdefault((organisation, name), answer.json())
            sent += [] if known else [body]

    assert [message.body for message in desk.messages()] == sent
    assert len(sent) == len(first)
    assert set(Counter(message.shipment_id for message in desk.messages()).values()) <= {1}
