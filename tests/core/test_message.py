"""Messages and orders: values that travel, and show nothing."""

from __future__ import annotations

import pickle
import pprint
from copy import copy, deepcopy
from dataclasses import FrozenInstanceError, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import rich.pretty

import straks
from straks.core.email_address import EmailAddress
from straks.core.idempotency import SIMULATOR_KEY
from straks.core.manifest import Purpose, Repeat
from straks.core.message import ContentType, Email, Order, Sms
from straks.core.phone_number import PhoneNumber
from straks.errors import InvalidKey, InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.core.message import Message

KEY = b"a key for tests, nothing else"
SMS = Sms(
    template="one-time-code",
    locale="nb",
    purpose=Purpose.AUTHENTICATION,
    repeat=Repeat.HARMLESS,
    canonical_values={"code": "482913"},
    recipient=PhoneNumber.parse("+46701740605"),
    body="Koden er 482913",
    time_to_live=timedelta(minutes=5),
)
EMAIL = Email(
    template="one-time-code",
    locale="nn",
    purpose=Purpose.AUTHENTICATION,
    repeat=Repeat.HARMLESS,
    canonical_values={"code": "482913"},
    recipient=EmailAddress.parse("kari@EXAMPLE.org"),
    subject="Eingongskode",
    text="Koden er 482913",
    html="<p>Koden er 482913</p>",
    content_type=ContentType.HTML,
    sender=EmailAddress.parse("post@example.com"),
)
MESSAGES = [SMS, EMAIL]


def test_a_message_knows_its_channel_and_its_whole_recipient() -> None:
    assert (SMS.channel, SMS.address, SMS.sender_name) == ("sms", "+46701740605", None)
    assert (EMAIL.channel, EMAIL.address, EMAIL.sender_name) == (
        "email",
        "kari@example.org",
        "post@example.com",
    )


def test_an_sms_knows_its_segments() -> None:
    assert (len(SMS.segmentation), SMS.segmentation.units) == (1, 15)


def test_what_is_sent_is_what_the_content_type_says() -> None:
    plain = replace(EMAIL, content_type=ContentType.PLAIN, sender=None)

    assert EMAIL.body == "<p>Koden er 482913</p>"
    assert plain.body == "Koden er 482913"
    assert plain.sender_name is None


@pytest.mark.parametrize("message", MESSAGES)
def test_neither_a_message_nor_its_order_shows_what_it_holds(message: Message) -> None:
    order = message.order("login/8841", KEY, "ref-77")
    seen = "".join(
        [repr(message), str(message), repr(order), pprint.pformat(order), rich.pretty.pretty_repr(order)]
    )

    for hidden in ("482913", "701740", "kari", "ref-77", order.pseudonym):
        assert hidden not in seen
    assert f"<{type(message).__name__} one-time-code ({message.locale}) to " in seen
    assert order.idempotency_id in seen


@pytest.mark.parametrize("message", MESSAGES)
def test_messages_and_orders_are_values(message: Message) -> None:
    order = message.order("login/8841", KEY)
    again: Order = pickle.loads(pickle.dumps(order))  # noqa: S301 - what this test pickled itself

    assert again == order == message.order("login/8841", KEY)
    assert hash(again) == hash(order)
    assert len({order, again, message.order("login/8842", KEY)}) == 2


def test_an_order_is_about_its_occasion() -> None:
    order = SMS.order("login/8841", KEY, reference="ref-77")

    assert order.message is SMS
    assert order.reference == "ref-77"
    assert order.idempotency_id.startswith("one-time-code.sms.")
    assert order.idempotency_id != SMS.order("login/8842", KEY).idempotency_id
    assert order.pseudonym == SMS.order("login/8842", KEY).pseudonym
    assert not order.rehearsal


def test_an_order_under_the_simulators_key_is_a_rehearsal() -> None:
    assert SMS.order("a", SIMULATOR_KEY).rehearsal


def test_an_order_needs_a_key_and_an_occasion() -> None:
    with pytest.raises(InvalidKey, match="none was given"):
        SMS.order("login/8841", None)
    with pytest.raises(InvalidSetting, match="needs an occasion"):
        SMS.order(" ", KEY)


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("", "1 to 255 characters"),
        ("  ", "1 to 255 characters"),
        ("x" * 256, "1 to 255 characters"),
        ("a\r\nb", r"holds a line break \(U\+000D\) at character 2; take it out"),
        ("a\u202e", "turns the reading direction"),
    ],
)
def test_a_reference_is_one_readable_line(reference: str, why: str) -> None:
    with pytest.raises(InvalidSetting, match=why):
        SMS.order("login/8841", KEY, reference)
    assert SMS.order("login/8841", KEY, "x" * 255).reference == "x" * 255


LAZY = straks.Catalog.load(policy=None)["one-time-code"]


def lazy() -> Email:
    """Return an e-mail whose body nobody has asked for yet."""
    return LAZY.email("nb", EMAIL.recipient, LAZY.examples)


def pickled(email: Email) -> Email:
    found: Email = pickle.loads(pickle.dumps(email))  # noqa: S301 - our own, a moment old
    return found


def test_what_a_template_makes_has_the_fields_that_it_should_have() -> None:
    sms = LAZY.sms("nb", SMS.recipient, LAZY.examples)
    order = sms.order("login/8841", KEY)
    email = lazy()

    assert vars(sms).keys() == {field.name for field in fields(Sms)}
    assert vars(order).keys() == {field.name for field in fields(Order)}
    assert vars(SMS.recipient).keys() == {field.name for field in fields(PhoneNumber)}
    assert vars(email).keys() == {field.name for field in fields(Email)} - {"html", "text"} | {"page"}


def test_a_body_is_put_together_when_it_is_asked_for_and_once() -> None:
    email = lazy()
    whole = Email(**{field.name: getattr(lazy(), field.name) for field in fields(Email)})

    assert email.unmade_body is not None
    assert whole.unmade_body is None
    assert (email.html, email.text, email.body) == (whole.html, whole.text, whole.body)
    assert email.html is email.html
    assert email == whole


@pytest.mark.parametrize("carried", [copy, deepcopy, pickled, replace])
def test_an_email_that_travels_before_it_is_put_together_is_the_same(
    carried: Callable[[Email], Email],
) -> None:
    assert carried(lazy()) == lazy()
    assert carried(lazy()).text == lazy().text


def test_what_an_email_does_not_have_it_does_not_have() -> None:
    with pytest.raises(AttributeError, match="no attribute 'subjekt'"):
        _ = lazy().subjekt  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
    with pytest.raises(AttributeError, match="no attribute 'html'"):
        _ = object.__new__(Email).html


@pytest.mark.parametrize("message", MESSAGES)
def test_no_field_can_be_set(message: Message) -> None:
    values: list[Any] = [message, message.order("login/8841", KEY), SMS.recipient, lazy()]
    for value in values:
        with pytest.raises(FrozenInstanceError):
            value.locale = "en"
