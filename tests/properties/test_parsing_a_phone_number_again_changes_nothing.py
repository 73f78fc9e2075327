"""
Law: ``parse(str(x)) == x``, with the same region, kind and mask, however x was written at first.

The numbers are the library's own example of a mobile in each country with its last digits changed,
so that most are accepted; what is drawn goes nowhere. Beside the law stands its reason: a
number that is accepted is the digits that were written, and what the library alone would have made
of them.
"""

from __future__ import annotations

import re

import phonenumbers
from hypothesis import example, given, reject
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from straks.core.phone_number import PhoneKind, PhoneNumber
from straks.errors import InvalidPhoneNumber


def _examples() -> list[str]:
    found = (
        phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    )
    return [phonenumbers.format_number(one, PhoneNumberFormat.E164) for one in found if one is not None]


EXAMPLES = _examples()
MOBILES = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.POSSIBLY_MOBILE,
}
MARKS = st.text(alphabet=" \u00a0\u2007\u2009\u202f-\u2010\u2011.()[]", max_size=2)


@st.composite
def written_numbers(draw: st.DrawFn) -> str:
    """Draw an E.164 number with other last digits, written with + or 00 and any marks between."""
    number = draw(st.sampled_from(EXAMPLES))
    kept = draw(st.integers(min_value=len(number) - 4, max_value=len(number)))
    tail = draw(st.text("0123456789", min_size=len(number) - kept, max_size=len(number) - kept))
    start = draw(st.sampled_from(["+", "00"]))
    return start + "".join(draw(MARKS) + digit for digit in number[1:kept] + tail) + draw(MARKS)


def accepted(raw: str) -> PhoneNumber:
    try:
        return PhoneNumber.parse(raw)
    except InvalidPhoneNumber:
        reject()


def as_e164(raw: str) -> str:
    # No country code starts with 0, so leading zeros can only be the 00 that stands for +.
    return "+" + re.sub("[^0-9]", "", raw).lstrip("0")


def judged_by_the_library(e164: str) -> tuple[int, str | None] | None:
    """Return the type and region that the library reads, or None if it reads another number or none."""
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.format_number(number, PhoneNumberFormat.E164) != e164:
        return None
    return phonenumbers.number_type(number), phonenumbers.region_code_for_number(number)


def assert_law(number: PhoneNumber) -> None:
    again = PhoneNumber.parse(str(number))

    assert again == number
    assert hash(again) == hash(number)
    assert (again.region, again.kind, again.masked) == (number.region, number.kind, number.masked)
    assert PhoneNumber.parse("00" + str(number)[1:], regions=[number.region.lower()]) == number


@given(written_numbers())
@example("+46 (0)70-174 06 05")
@example("+4742000000")
def test_a_number_read_from_writing_is_the_same_when_read_again(raw: str) -> None:
    assert_law(accepted(raw))


@given(st.text("+0123456789 -.()x#;ext=", max_size=30))
@example("+46701740605")
def test_whatever_is_accepted_is_the_same_when_read_again(raw: str) -> None:
    try:
        number = PhoneNumber.parse(raw)
    except InvalidPhoneNumber:
        return
    assert_law(number)


@given(written_numbers())
@example("+4742000000")
@example("+1 201 555 0123")
def test_an_accepted_number_is_the_digits_that_were_written(raw: str) -> None:
    number = accepted(raw)

    assert number.e164 == as_e164(raw)
    assert number.e164.startswith("+" + number.country_code)


@given(written_numbers(), st.integers(min_value=2, max_value=4), st.sampled_from(["", "0", "1", "8", "15"]))
@example("+46 70 174 06 05", 3, "0")
@example("+52 55 0000 0000", 3, "1")
def test_a_number_that_the_library_would_change_is_refused_and_any_other_judged_as_it_does(
    raw: str, at: int, put_in: str
) -> None:
    plain = as_e164(raw)
    e164 = plain[:at] + put_in + plain[at:]
    theirs = judged_by_the_library(e164)

    try:
        number = PhoneNumber.parse(e164)
    except InvalidPhoneNumber:
        assert theirs is None or theirs[0] not in MOBILES
    else:
        assert theirs is not None
        if theirs[0] == PhoneNumberType.UNKNOWN:
            assert (number.region, number.kind) == ("NO", PhoneKind.POSSIBLY_MOBILE)
        else:
            assert (MOBILES[theirs[0]], theirs[1]) == (number.kind, number.region)
