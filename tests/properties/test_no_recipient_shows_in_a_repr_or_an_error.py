"""
Law: neither the error for a bad recipient nor the ``repr`` of a good one shows it.

Recipients are drawn from characters that none of our sentences has four of in a row, so that any
four in a row that the input and an output share have come through. An error is looked at with
all that hangs on it: fields, arguments, what it was raised from, and its form after pickling.
"""

from __future__ import annotations

import pickle
import re
import traceback
from collections.abc import Callable
from typing import TypeAlias

from hypothesis import example, given
from hypothesis import strategies as st

from straks.core.email_address import EmailAddress
from straks.core.phone_number import PhoneNumber
from straks.errors import InvalidEmailAddress, InvalidPhoneNumber

SECRET = "0123456789qxzj"
SPOILERS = [
    *("", " ", "-", "(0)", "x5", ";ext=5", " ext. 5", "tel:", "++", "00", "\n", "\0", "\u200b", "\ud800"),
    *("@", "@@", ",", ";", "<", ">", '"', "..", "[", "ø", "\u0664", "\uff14", ".test", ".org", "xn--"),
]
PIECES = st.text(SECRET, min_size=1, max_size=12) | st.text("0123456789", min_size=4, max_size=16)
Parse: TypeAlias = Callable[[str], PhoneNumber | EmailAddress]


@st.composite
def phone_numbers(draw: st.DrawFn) -> str:
    """Draw something near a phone number: a known start, digits, and something in the way."""
    start = draw(st.sampled_from(["+", "00", "", "+47", "+47 4", "+4670", "+1201", "+44", "+39 0", "+881"]))
    parts = draw(st.lists(st.text("0123456789", max_size=12) | st.sampled_from(SPOILERS), max_size=4))
    return start + "".join(parts)


@st.composite
def email_addresses(draw: st.DrawFn) -> str:
    """Draw something near an e-mail address, with something in the way before or after @."""
    before = "".join(draw(st.lists(PIECES | st.sampled_from(SPOILERS), max_size=3)))
    after = "".join(draw(st.lists(PIECES | st.sampled_from(SPOILERS), max_size=3)))
    return f"{before}@{after}{draw(st.sampled_from(['', '.example.org', '.org', '.test']))}"


def fours(raw: str) -> set[str]:
    """Return every four characters in a row of *raw* that can only have come from it."""
    return {raw[at : at + 4] for at in range(len(raw) - 3) if set(raw[at : at + 4]) <= set(SECRET)}


def everything_said(error: BaseException) -> str:
    assert error.__cause__ is None
    assert error.__context__ is None
    again: BaseException = pickle.loads(pickle.dumps(error))  # noqa: S301 - what this test pickled itself
    shown = (str(one) + repr(one) + repr(one.args) + repr(vars(one)) for one in (error, again))
    return "\n".join([*shown, *traceback.format_exception_only(error)])


def refused(parse: Parse, raw: str) -> InvalidPhoneNumber | InvalidEmailAddress | None:
    # Returned, so that it is looked at outside the handler, as a caller's log would.
    try:
        parse(raw)
    except (InvalidPhoneNumber, InvalidEmailAddress) as error:
        return error
    return None


@given(phone_numbers() | email_addresses() | st.text(SECRET + "+@. ", max_size=300))
@example("+47 12345678")
@example("+99912345678")
@example("+4712345678x5678")
@example("123456@123456.test")
@example("zqjx1234@zqjx5678")
@example("xn--zqjx@xn--99999zzz.org")
@example("1234" * 1000)
def test_no_error_says_what_was_given(raw: str) -> None:
    for parse in (PhoneNumber.parse, EmailAddress.parse):
        error = refused(parse, raw)
        if error is not None:
            said = everything_said(error)
            assert not any(four in said for four in fours(raw))


@given(phone_numbers())
@example("+46701740605")
@example("+4742000000")
@example("+1 201 555 0123")
def test_an_accepted_phone_number_shows_its_country_code_and_three_digits_alone(raw: str) -> None:
    if refused(PhoneNumber.parse, raw) is None:
        number = PhoneNumber.parse(raw)
        for shown in (repr(number), number.masked):
            assert re.sub("[^0-9]", "", shown) == number.country_code + number.e164[-3:]


@given(st.text(SECRET, min_size=1, max_size=64), st.sampled_from(["example.org", "example.com"]))
def test_an_accepted_email_address_shows_its_domain_and_at_most_one_character(box: str, domain: str) -> None:
    address = EmailAddress.parse(f"{box}@{domain}")

    for shown in (repr(address), address.masked):
        assert not fours(box) & fours(shown)
        assert re.sub("[^a-zA-Z0-9@.]", "", address.masked) in {f"{box[0]}@{domain}", f"@{domain}"}
