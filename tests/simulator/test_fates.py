"""The table of fates: who asks for which, and that each does what it says."""

from __future__ import annotations

from collections import Counter
from math import inf, isfinite
from typing import TYPE_CHECKING

import pytest

from straks.core.email_address import EmailAddress
from straks.core.phone_number import PhoneKind, PhoneNumber
from straks.errors import InvalidSetting
from straks.simulator.desk import Desk
from straks.simulator.fate import Fate, Stage
from straks.simulator.fates import FATES, fate_named, fate_of
from straks.simulator.orders import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]

PLAIN_NUMBERS = [f"+467017406{last:02}" for last in range(5, 60)]
COURSES = [fate for fate in FATES if fate.stage is Stage.COURSE]
ENDING = [fate for fate in COURSES if fate.name not in ("late", "last-moment", "never-final", "transient")]

# The service's own list of what a recipient's status may end as (ProcessingLifecycleExt.cs).
SMS_ENDS = {
    "SMS_Delivered",
    "SMS_Failed",
    *(
        f"SMS_Failed_{why}"
        for why in (
            "InvalidRecipient",
            "RecipientReserved",
            "BarredReceiver",
            "Deleted",
            "Expired",
            "Undelivered",
            "RecipientNotIdentified",
            "Rejected",
            "TTL",
        )
    ),
}
EMAIL_ENDS = {
    "Email_Delivered",
    "Email_Failed",
    *(
        f"Email_Failed_{why}"
        for why in (
            "RecipientReserved",
            "RecipientNotIdentified",
            "InvalidFormat",
            "SuppressedRecipient",
            "TransientError",
            "Bounced",
            "FilteredSpam",
            "Quarantined",
            "TTL",
            "InvalidSasUrl",
            "PayloadTooLarge",
        )
    ),
}


def named(fates: list[Fate]) -> list[object]:
    return [pytest.param(fate, id=fate.name) for fate in fates]


# The table


def test_each_fate_has_a_name_a_number_and_an_address_of_its_own() -> None:
    given = [(fate.name, fate.number, fate.address) for fate in FATES]
    for column in zip(*given, strict=True):
        assert {count for value, count in Counter(column).items() if value is not None} == {1}


def test_the_numbers_are_the_upper_part_of_the_range_for_fiction() -> None:
    numbers = [fate.number for fate in FATES if fate.number is not None]

    assert numbers == [f"+467017406{last}" for last in range(60, 100)]


def test_a_fate_has_a_number_or_an_address_for_every_channel_it_befalls() -> None:
    for fate in FATES:
        if fate.stage is not Stage.CONNECTION:
            assert (fate.number is not None) == fate.befalls(Channel.SMS)
            assert (fate.address is not None) == fate.befalls(Channel.EMAIL)


def test_nobody_can_ask_by_a_recipient_that_nobody_listens() -> None:
    assert [fate.name for fate in FATES if fate.number is fate.address is None] == ["refuse-connection"]


@pytest.mark.parametrize("fate", named(list(FATES)))
def test_straks_takes_the_recipients_of_a_fate(fate: Fate) -> None:
    if fate.number is not None:
        assert PhoneNumber.parse(fate.number).kind is PhoneKind.MOBILE
    if fate.address is not None:
        assert str(EmailAddress.parse(fate.address)) == fate.address


@pytest.mark.parametrize("recipient", [*PLAIN_NUMBERS, "+4742000000", "kari@example.org", "503@example.com"])
def test_an_ordinary_recipient_asks_for_nothing(recipient: str) -> None:
    assert fate_of(recipient) is None


def test_a_name_that_is_misspelt_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidSetting, match="did you mean drop-after-sending"):
        fate_named("drop-after-send")
    with pytest.raises(InvalidSetting, match="there are late, last-moment"):
        fate_named("zzz")


# What becomes of the message


def test_every_status_of_the_services_list_can_be_had(
    desk: Desk, post: Way, sms: Maker, email: Maker
) -> None:
    for fate in COURSES:
        if fate.number is not None:
            post("sms", sms(fate.name, number=fate.number))
        if fate.address is not None:
            post("email", email(f"{fate.name} by e-mail", address=fate.address))
    post("sms", sms("plain"))
    seen: set[str] = set()
    for elapsed_s in (0, 0.5, 1, 60, 300, 3 * 86_400):
        desk.advance(elapsed_s)
        seen |= {message.status for message in desk.messages()}

    assert seen >= SMS_ENDS | EMAIL_ENDS | {"SMS_Sending", "SMS_Accepted", "Email_New", "Email_Sending"}
    assert seen - SMS_ENDS - EMAIL_ENDS == {
        "SMS_Sending",
        "SMS_Accepted",
        "Email_New",
        "Email_Sending",
        "Email_Succeeded",
        "SMS_Failed_PhoneFull",
        "Email_Failed_MailboxFull",
    }


@pytest.mark.parametrize("fate", named(ENDING))
def test_an_order_is_taken_whatever_becomes_of_its_message_and_is_complete_in_the_end(  # noqa: PLR0917
    desk: Desk, post: Way, get: Way, sms: Maker, email: Maker, fate: Fate
) -> None:
    orders = [sms("1", number=fate.number)] if fate.number else []
    answers = [post("sms", order) for order in orders]
    answers += [post("email", email("2", address=fate.address))] if fate.address else []
    desk.advance(3 * 86_400)
    shipments = [get(f"shipment/{answer.json()['notification']['shipmentId']}").json() for answer in answers]

    assert answers
    assert [answer.status for answer in answers] == [201] * len(answers)
    assert {shipment["status"] for shipment in shipments} == {"Order_Completed"}
    assert len(get("shipment/feed").json()) == len(answers)
    for message, shipment in zip(desk.messages(), shipments, strict=True):
        assert shipment["recipients"][0]["status"] == message.status
        assert message.fate == fate.name
        assert not message.reached


def test_a_number_asks_for_its_fate_however_it_is_written(desk: Desk, post: Way, sms: Maker) -> None:
    post("sms", sms(number="00 46 70-174 06 63"))

    assert desk.messages()[0].fate == "never-final"


def test_an_address_asks_for_its_fate_with_white_space_around_it(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(address=" bounced@example.org "))

    assert desk.messages()[0].fate == "bounced"


def test_what_never_ends_is_in_no_feed_and_completes_no_order(
    desk: Desk, post: Way, get: Way, sms: Maker, email: Maker
) -> None:
    answers = [
        post("sms", sms("1", number=fate_named("never-final").number)),
        post("email", email("2", address=fate_named("never-final").address)),
    ]
    desk.advance(80 * 86_400)
    shipments = [get(f"shipment/{answer.json()['notification']['shipmentId']}").json() for answer in answers]

    assert [shipment["status"] for shipment in shipments] == ["Order_Processed"] * 2
    assert [shipment["recipients"][0]["status"] for shipment in shipments] == ["SMS_Sending", "Email_Sending"]
    assert get("shipment/feed").json() == []


def test_a_transient_refusal_is_queued_and_delivered_late(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(address="transient@example.org"))
    seen: list[tuple[str, bool]] = []
    for elapsed_s in (0, 1, 59, 1, 1):
        desk.advance(elapsed_s)
        seen.append((desk.messages()[0].status, desk.messages()[0].reached))

    assert seen == [
        ("Email_Sending", False),
        ("Email_New", False),
        ("Email_Sending", False),
        ("Email_Succeeded", False),
        ("Email_Delivered", True),
    ]


def test_a_late_message_comes_late_by_both_channels(desk: Desk, post: Way, sms: Maker, email: Maker) -> None:
    post("sms", sms("1", number=fate_named("late").number))
    post("email", email("2", address="late@example.org"))
    desk.advance(44)
    assert [message.reached for message in desk.messages()] == [False, False]

    desk.advance(1)
    assert [message.status for message in desk.messages()] == ["SMS_Delivered", "Email_Delivered"]
    assert [message.reached for message in desk.messages()] == [True, True]


# TT02


def test_in_tt02_a_number_on_the_list_gets_its_sms_and_another_looks_as_if(send: Way, sms: Maker) -> None:
    desk = Desk(allow_list=["00 46 70 174 06 05"])
    for number in ("+46701740605", "+46 70 174 06 06"):
        send(desk, "sms", sms(number, number=number))
    desk.advance(2)
    listed, other = desk.messages()

    assert (listed.status, listed.reached, listed.fate) == ("SMS_Delivered", True, None)
    assert (other.status, other.reached, other.fate) == ("SMS_Delivered", False, "pretended")


def test_in_tt02_an_email_is_sent_for_real(send: Way, email: Maker) -> None:
    desk = Desk(allow_list=[])
    send(desk, "email", email())
    desk.advance(2)

    assert desk.messages()[0].reached


def test_in_tt02_a_number_off_the_list_asks_for_no_fate_and_a_fault_still_strikes(
    send: Way, sms: Maker
) -> None:
    desk = Desk(allow_list=["+46701740605"])
    send(desk, "sms", sms("1", number=fate_named("never-final").number))
    desk.faults.arm("rejected")
    send(desk, "sms", sms("2", number="+46701740606"))

    assert [message.fate for message in desk.messages()] == ["pretended", "rejected"]


@pytest.mark.parametrize("number", ["", "0701740606", "+4712345678", "kari"])
def test_an_allow_list_that_holds_no_number_is_refused_without_repeating_it(number: str) -> None:
    with pytest.raises(InvalidSetting, match="number 2 of the allow-list is no valid phone number") as caught:
        Desk(allow_list=["+46701740605", number])

    assert not number or number not in str(caught.value)


# What the table says of time


def test_a_fate_that_waits_says_for_how_long_and_what_ends_never_waits_for_ever() -> None:
    for fate in FATES:
        assert fate.takes_seconds == (fate.waits_s is not None or fate.retry_after_s is not None)
        if fate.waits_s is not None and not isfinite(fate.waits_s):
            assert fate.waits_s == inf
            assert fate.name.startswith("hang")
