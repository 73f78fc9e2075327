"""What is accepted as a mobile's number, what is refused and with which reason."""

from __future__ import annotations

import json
import pickle
import pprint
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import NotRequired, TypedDict

import phonenumbers
import pytest
import rich.pretty
from markupsafe import Markup
from phonenumbers import PhoneNumberType

from straks.core.phone_number import PhoneKind, PhoneNumber
from straks.errors import InvalidPhoneNumber, InvalidSetting, PhoneFault


class Accepted(TypedDict):
    why: str
    raw: str
    e164: str
    region: str
    kind: str
    source: str
    regions: NotRequired[list[str]]


class Refused(TypedDict):
    why: str
    raw: str
    reason: str
    source: str
    regions: NotRequired[list[str]]


class Vectors(TypedDict):
    source: str
    accepted: list[Accepted]
    refused: list[Refused]


_FILE = Path(__file__).parents[1] / "vectors" / "phone-numbers.json"
VECTORS: Vectors = json.loads(_FILE.read_text(encoding="utf-8"))


def refusal(raw: str, regions: list[str] | None = None) -> InvalidPhoneNumber:
    with pytest.raises(InvalidPhoneNumber) as caught:
        PhoneNumber.parse(raw, regions=regions)
    return caught.value


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in VECTORS["accepted"]])
def test_a_mobile_number_is_read_however_it_is_grouped(case: Accepted) -> None:
    number = PhoneNumber.parse(case["raw"], regions=case.get("regions"))

    assert str(number) == number.e164 == case["e164"]
    assert number.region == case["region"]
    assert number.kind == case["kind"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in VECTORS["refused"]])
def test_anything_else_is_refused_with_its_reason(case: Refused) -> None:
    assert refusal(case["raw"], case.get("regions")).reason == case["reason"]


def test_the_vectors_show_every_reason() -> None:
    assert {case["reason"] for case in VECTORS["refused"]} == set(PhoneFault)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (PhoneNumberType.FIXED_LINE, "a landline"),
        (PhoneNumberType.TOLL_FREE, "toll-free"),
        (PhoneNumberType.PREMIUM_RATE, "premium-rate"),
        (PhoneNumberType.SHARED_COST, "shared-cost"),
        (PhoneNumberType.VOIP, "VoIP"),
        (PhoneNumberType.PERSONAL_NUMBER, "personal"),
        (PhoneNumberType.PAGER, "pager"),
        (PhoneNumberType.UAN, "company"),
        (PhoneNumberType.VOICEMAIL, "voicemail"),
    ],
)
def test_a_number_of_another_kind_is_refused_by_the_name_of_its_kind(found: int, said: str) -> None:
    # The library's own example numbers, one per country that has the kind.
    examples = [
        example
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        if (example := phonenumbers.example_number_for_type(region, found)) is not None
        and phonenumbers.number_type(example) == found
    ]

    assert examples
    for example in examples:
        error = refusal(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164))
        assert error.reason is PhoneFault.NOT_MOBILE
        assert said in str(error)


def test_a_mobile_of_every_country_is_accepted() -> None:
    # The library's own example numbers, of the region that a country code is first of all.
    for code, (region, *_) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        if example is not None:
            e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            number = PhoneNumber.parse(e164, regions=[region])
            assert (number.e164, number.country_code) == (e164, str(code))


def test_a_mobile_on_svalbard_counts_as_norwegian() -> None:
    example = phonenumbers.example_number_for_type("SJ", PhoneNumberType.MOBILE)
    assert example is not None
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)

    assert PhoneNumber.parse(e164).region == "NO"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("+47 420 00 00", "a Norwegian mobile number has 8 digits after +47; this has 7"),
        ("+47", "there are no digits after the country code +47"),
        ("+4712345678", "a Norwegian mobile number starts with 4 or 9 after +47; this does not"),
        ("+46 70 17", "a mobile number usually has 9 digits after +46; this has 4"),
        ("+46 0", "a mobile number usually has 9 digits after +46; this has 1"),
        ("+46 070 174 06 05", "leave out the 0 right after +46: it is only dialled inside the country"),
        ("+44 7700 900123", "the number plan behind +44 has no such number; check the digits"),
        ("+46 701 740 605 0000 0000", "a phone number has at most 15 digits; this has 19"),
    ],
    ids=[
        "too few in Norway",
        "the country code alone",
        "another start in Norway",
        "too few in Sweden",
        "only the trunk prefix",
        "a trunk prefix too much",
        "the right length and yet nobody's",
        "more than E.164 has room for",
    ],
)
def test_the_sentence_names_the_slip_and_the_way_out(raw: str, sentence: str) -> None:
    assert str(refusal(raw)) == sentence


def test_a_number_from_elsewhere_is_refused_with_the_regions_that_will_do() -> None:
    assert str(refusal("+46701740605", ["no", "DK"])) == (
        "only numbers from DK, NO can be used here; this one is from SE"
    )


@pytest.mark.parametrize(
    "regions",
    ["NO", [], ["XX"], ["NOR"], ["NO", ""], ["norway"]],
    ids=["a bare string", "none", "an unknown code", "three letters", "an empty code", "a name"],
)
def test_regions_that_cannot_be_are_an_invalid_setting(regions: str | list[str]) -> None:
    with pytest.raises(InvalidSetting, match="ISO 3166-1"):
        PhoneNumber.parse("+4742000000", regions=regions)


def test_what_is_not_text_is_an_invalid_setting_and_not_shown() -> None:
    number: object = 4742000000

    with pytest.raises(InvalidSetting, match="not from int") as caught:
        PhoneNumber.parse(number)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert "4742" not in str(caught.value)


@pytest.mark.parametrize("filling", ["1", " ", "a", "+", "(0)", "x5"])
def test_a_megabyte_is_refused_without_a_look(filling: str) -> None:
    assert refusal("+47" + filling * 1_000_000).reason is PhoneFault.TOO_LONG


def test_leading_zeros_that_belong_to_a_number_are_kept() -> None:
    # In Gabon and Ivory Coast the zero is a digit like the others; E.164 keeps it.
    for region in ("GA", "CI"):
        example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        assert example is not None
        e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        code = f"+{example.country_code}"
        assert e164.startswith(code + "0")
        assert PhoneNumber.parse(e164.replace(code + "0", code + " (0)")).e164 == e164
        assert refusal(e164.replace(code, code + "0")).reason is PhoneFault.NOT_A_NUMBER_IN_USE


@pytest.mark.parametrize("zeros", ["0", "00", "000000000"])
def test_zeros_alone_are_no_number(zeros: str) -> None:
    assert refusal("+39" + zeros).reason is PhoneFault.NOT_A_NUMBER_IN_USE


def test_the_mask_shows_country_code_and_three_digits_whatever_the_length() -> None:
    assert PhoneNumber.parse("+4742000000").masked == "+47 ••• •• 000"
    assert PhoneNumber.parse("+46701740605").masked == "+46 ••• •• 605"
    assert PhoneNumber.parse("+1 201 555 0123").masked == "+1 ••• •• 123"


def test_no_way_of_printing_the_value_shows_the_number() -> None:
    number = PhoneNumber.parse("+46701740605")

    for shown in (repr(number), f"{[number]}", pprint.pformat(number), rich.pretty.pretty_repr(number)):
        assert "PhoneNumber('+46 ••• •• 605')" in shown
        assert "1740" not in shown


def test_numbers_are_equal_and_hash_alike_by_their_e164_form() -> None:
    number = PhoneNumber.parse("+46701740605")

    assert number == PhoneNumber.parse("0046 (0)70-174 06 05")
    assert len({number, PhoneNumber.parse("+46 70 174 06 05"), PhoneNumber.parse("+46701740606")}) == 2
    assert number != PhoneNumber.parse("+46701740606")
    assert number != object()


def test_a_number_survives_pickling_whole() -> None:
    number = PhoneNumber.parse("+46701740605")
    again = pickle.loads(pickle.dumps(number))  # noqa: S301 - what this test pickled itself

    assert (again, again.region, again.kind, again.masked) == (
        number,
        "SE",
        PhoneKind.MOBILE,
        number.masked,
    )


def test_a_number_cannot_be_changed() -> None:
    number = PhoneNumber.parse("+46701740605")

    with pytest.raises(FrozenInstanceError):
        number.e164 = "+46701740606"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


def test_text_that_is_more_than_text_is_kept_as_plain_text() -> None:
    assert type(PhoneNumber.parse(Markup("+46701740605")).e164) is str


def test_the_library_is_loaded_on_first_use_and_not_on_import() -> None:
    program = (
        "import sys, straks.core.phone_number as module\n"
        "before = 'phonenumbers' in sys.modules\n"
        "module.PhoneNumber.parse('+4742000000')\n"
        "print(before, 'phonenumbers' in sys.modules, 'phonenumbers.geocoder' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False", "True", "False"]
