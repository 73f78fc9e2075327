"""The service's rules for recipients and times, against the tables of verdicts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.simulator.orders import is_blank, trim
from straks.simulator.rules import is_valid_address, is_valid_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator.desk import Desk
    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]


class Case(TypedDict):
    text: str
    valid: bool
    why: str


class Verdicts(TypedDict):
    source: str
    cases: list[Case]


_FOLDER = Path(__file__).parents[1] / "vectors"
PHONE: Verdicts = json.loads((_FOLDER / "service-phone.json").read_text(encoding="utf-8"))
EMAIL: Verdicts = json.loads((_FOLDER / "service-email.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in PHONE["cases"]])
def test_the_verdict_on_a_phone_number(case: Case) -> None:
    assert is_valid_number(case["text"]) is case["valid"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in EMAIL["cases"]])
def test_the_verdict_on_an_address(case: Case) -> None:
    assert is_valid_address(case["text"]) is case["valid"]


@given(st.text())
def test_any_text_has_a_verdict(text: str) -> None:
    assert is_valid_number(text) in (True, False)
    assert is_valid_address(text) in (True, False)


@given(st.text(alphabet="+0123456789 ().-x;=", max_size=20))
def test_no_number_is_valid_without_plus_or_double_zero(text: str) -> None:
    assert not is_valid_number(text) or text.startswith(("+", "00"))


def test_a_hostile_address_is_judged_at_once() -> None:
    assert not is_valid_address("a." * 50_000 + "@")
    assert not is_valid_address("kari@" + "a-" * 50_000)


def test_the_rules_speak_in_these_words(post: Way, sms: Maker, email: Maker) -> None:
    order = json.dumps(sms(number="nobody")).replace("300", "1").encode()

    assert post("sms", order).json()["errors"] == {
        "RecipientSms.PhoneNumber": ["Recipient phone number is not a valid mobile number."],
        "RecipientSms.TimeToLiveInSeconds": [
            "Time-to-live must be between 60 and 172800 seconds (48 hours)."
        ],
    }
    assert post("email", email(address="nobody", sender="", content_type="7")).json()["errors"] == {
        "InstantEmailDetails.EmailAddress": ["Invalid email address format."],
        "InstantEmailDetails.EmailSettings.SenderEmailAddress": ["Invalid email address format."],
        "InstantEmailDetails.EmailSettings.ContentType": ["Email content type must be either Plain or HTML."],
    }


def test_an_address_is_checked_trimmed_and_kept_as_it_was(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(address="kari@example.org ", sender=" skatt@example.org"))

    assert desk.messages()[0].recipient == "kari@example.org "
    assert desk.messages()[0].sender == " skatt@example.org"


@pytest.mark.parametrize("text", [None, "", " ", "\t\n\v\f\r", "\x85", "\u00a0", "\u2003", "\u3000"])
def test_null_nothing_and_white_space_are_blank(text: str | None) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["x", "\x00", "\x1c", "\x1f", "\u200b", "\ufeff"])
def test_what_the_framework_does_not_call_white_space_is_not_blank(text: str) -> None:
    assert not is_blank(text)
    assert trim(f" {text} ") == text
