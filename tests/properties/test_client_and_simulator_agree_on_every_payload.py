"""
Law: what `encode` accepts the service accepts, and what the service would refuse for its form `payload`
refuses first.

The service is here the simulator's desk, which was written from the service's rules and without a look
at straks' own. Messages are filled from the shipped templates with whatever their parameters admit.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from hypothesis import example, given, reject
from hypothesis import strategies as st

import straks
from straks.altinn.payload import encode, endpoint, payload
from straks.core.email_address import EmailAddress
from straks.errors import InvalidPayload, StraksError
from straks.simulator.desk import BASE, Desk
from straks.testing import phone_numbers, values
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.core.message import Order
    from straks.wire.exchange import Response

T = TypeVar("T")

KEY = b"a key that only tests have"
NAMES = ("contact-confirmation", "critical-alert", "one-time-code", "sign-in-alert", "status-update")

# Every character that is near the service's pattern, on either side of it.
NEAR = "aZ09!#$%&'*+-/=?^_`{|}~.;,:\"()<>[]\\ æø"
HOSTS = ("example.org", "example.com")

boxes = st.text(NEAR, min_size=1, max_size=12) | st.from_regex(r"[a-z0-9.+_-]{1,20}", fullmatch=True)
labels = st.from_regex(r"[a-z0-9æøå-]{1,63}", fullmatch=True) | st.sampled_from(
    ["a", "xn--blbr-roah", "भारत"]
)
hosts = st.sampled_from([*HOSTS, "example.भारत", "example.a", "example.abcdefghijklmno"])
domains = st.tuples(st.lists(labels, max_size=9), hosts).map(lambda parts: ".".join([*parts[0], parts[1]]))
addresses = st.builds("{}@{}".format, boxes, domains)
senders = st.none() | st.from_regex(r"[A-Za-z0-9._&-][A-Za-z0-9 ._&-]{0,9}[A-Za-z0-9._&-]", fullmatch=True)
references = st.none() | st.text(st.characters(codec="utf-8"), max_size=20) | st.just("x" * 255)


def taken(make: Callable[[], T]) -> T:
    """Return what *make* makes; what the core itself refuses is no example."""
    try:
        return make()
    except StraksError:
        reject()


def posted(order: Order, body: bytes, desk: Desk) -> Response:
    headers = {"authorization": f"Bearer {desk.token()}", "content-type": "application/json"}
    return desk.handle(Request("POST", BASE + endpoint(order), headers, body))


def refused_field(order: Order) -> str | None:
    """Return what *order* is refused for here, None where it is not."""
    try:
        encode(order)
    except InvalidPayload as refused:
        return refused.field
    return None


def changed(order: Order, message: straks.Sms | straks.Email, changes: dict[str, Any]) -> Order:
    """Return *order* with changes to it or to its message, such as nobody but a test would make."""
    if changes.keys() & {"reference", "idempotency_id"}:
        return replace(order, **changes)
    return replace(order, message=replace(message, **changes))


@st.composite
def fillings(draw: st.DrawFn, catalog: straks.Catalog) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(NAMES))
    return name, draw(values(catalog[name]))


@given(
    data=st.data(),
    locale=st.sampled_from(["nb", "nn", "en"]),
    number=phone_numbers(),
    sender=senders,
    reference=references,
)
def test_every_sms_that_can_be_made_is_taken(
    catalog: straks.Catalog,
    *,
    data: st.DataObject,
    locale: str,
    number: str,
    sender: str | None,
    reference: str | None,
) -> None:
    name, filling = data.draw(fillings(catalog))
    sms = taken(lambda: catalog.sms(name, locale=locale, to=number, values=filling, sender=sender))
    order = taken(lambda: sms.order("law/1", KEY, reference))
    desk = Desk()
    answer = posted(order, encode(order), desk)

    assert (answer.status, answer.json().get("errors")) == (201, None)
    (message,) = desk.messages()
    assert (message.recipient, message.body) == (str(sms.recipient), sms.body)
    assert message.sender == (sender or "Altinn")
    assert answer.json()["notification"].get("sendersReference") == reference


@given(
    data=st.data(),
    locale=st.sampled_from(["nb", "nn", "en"]),
    address=addresses,
    sender=st.none() | addresses,
    content_type=st.sampled_from([None, "Plain", "Html"]),
    reference=references,
)
def test_every_email_that_can_be_made_is_taken_or_refused_here_first(
    catalog: straks.Catalog,
    *,
    data: st.DataObject,
    locale: str,
    address: str,
    sender: str | None,
    content_type: str | None,
    reference: str | None,
) -> None:
    name, filling = data.draw(fillings(catalog))
    email = taken(
        lambda: catalog.email(
            name, locale=locale, to=address, values=filling, sender=sender, content_type=content_type
        )
    )
    order = taken(lambda: email.order("law/1", KEY, reference))
    if (field := refused_field(order)) is not None:
        assert field in ("recipient", "sender")
        return
    desk = Desk()
    answer = posted(order, encode(order), desk)

    assert (answer.status, answer.json().get("errors")) == (201, None)
    (message,) = desk.messages()
    assert (message.recipient, message.subject, message.body) == (
        email.recipient.ascii,
        email.subject,
        email.body,
    )
    assert message.content_type == email.content_type


@given(address=addresses, as_sender=st.booleans())
@example(address="kari/ola@example.org", as_sender=False)
@example(address="kari@example.भारत", as_sender=True)
@example(address="kari@" + "a." * 8 + "example.org", as_sender=False)
@example(address="kari@" + "a." * 9 + "example.org", as_sender=False)
@example(address="!#$%&'*+-=?^_`{|}~@example.org", as_sender=False)
def test_an_address_is_refused_here_exactly_when_the_service_refuses_it(
    catalog: straks.Catalog, address: str, *, as_sender: bool
) -> None:
    found = taken(lambda: EmailAddress.parse(address))
    values = catalog["one-time-code"].examples
    email = catalog.email(
        "one-time-code", locale="nb", to="kari@example.org", sender="post@example.com", values=values
    )
    order = email.order("law/1", KEY)
    # What the service would be told, whatever straks thinks of it.
    told = payload(order)
    recipient = told["recipientEmail"]
    place = (recipient["emailSettings"], "senderEmailAddress") if as_sender else (recipient, "emailAddress")
    place[0][place[1]] = found.ascii
    status = posted(order, json.dumps(told).encode(), Desk()).status
    field = "sender" if as_sender else "recipient"
    refused = refused_field(changed(order, email, {field: found}))

    assert (status, refused) in [(201, None), (400, field)]


@given(
    text=st.text(st.characters(), max_size=8),
    field=st.sampled_from(["body", "sender", "reference", "idempotency_id"]),
    seconds=st.integers(-10, 172_810) | st.integers(55, 65) | st.integers(172_795, 172_805),
)
@example(text="a\ufffe", field="body", seconds=300)
@example(text="\x00", field="reference", seconds=300)
@example(text="\ud800", field="body", seconds=300)
def test_no_sms_made_by_hand_gets_past_encode_and_is_then_refused_or_stumbled_over(
    catalog: straks.Catalog, text: str, field: str, seconds: int
) -> None:
    values = catalog["one-time-code"].examples
    sms = catalog.sms("one-time-code", locale="nb", to="+46701740605", values=values)
    living = replace(sms, time_to_live=timedelta(seconds=seconds))
    order = changed(replace(sms.order("law/1", KEY), message=living), living, {field: text})

    assert refused_field(order) or posted(order, encode(order), Desk()).status == 201


@given(
    text=st.text(st.characters(), max_size=8),
    field=st.sampled_from(["subject", "text", "html", "reference", "idempotency_id"]),
)
@example(text="a\r\nBcc: x", field="subject")
@example(text="a\x00", field="html")
def test_no_email_made_by_hand_gets_past_encode_and_is_then_refused_or_stumbled_over(
    catalog: straks.Catalog, text: str, field: str
) -> None:
    values = catalog["one-time-code"].examples
    email = catalog.email(
        "one-time-code", locale="nb", to="kari@example.org", values=values, content_type="Plain"
    )
    if field == "html":
        email = replace(email, content_type=straks.ContentType.HTML)
    order = changed(email.order("law/1", KEY), email, {field: text})

    assert refused_field(order) or posted(order, encode(order), Desk()).status == 201
