"""
The number plan as `straks.core.phone_table` reads it, against the library's own answers.

Numbers here are drawn from the patterns' neighbourhood and belong to whoever they belong to: none is
printed, kept or named.
"""

from __future__ import annotations

import random
import re
from copy import copy
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import phonenumbers
import pytest
from phonenumbers import PhoneMetadata, PhoneNumberType, phonenumberutil

from straks.core import phone_number, phone_table
from straks.core.phone_number import PhoneNumber
from straks.core.phone_table import PhoneTable
from straks.errors import InvalidPhoneNumber

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = 200_000
BENT_NUMBERS = 20_000
KINDS = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail")


@pytest.fixture(autouse=True)
def _quick_library(monkeypatch: pytest.MonkeyPatch) -> None:
    # The library's patterns are more than Python keeps compiled; it can keep them itself, but then for good.
    monkeypatch.setattr(phonenumberutil, "re_compile", cache(re.compile))


@cache
def beginnings() -> list[tuple[str, str]]:
    """Return a country code and an example number for each region and kind."""
    found = {
        (str(number.country_code), phonenumbers.national_significant_number(number))
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in PhoneNumberType.values()
        if (number := phonenumbers.example_number_for_type(region, kind)) is not None
    }
    return sorted(found)


def drawn(count: int, seed: int) -> Iterator[tuple[str, str]]:
    """Yield country codes and national digits: examples with some digits changed, or any digits."""
    dice = random.Random(seed)  # noqa: S311 - drawn again alike, and no secret
    examples = beginnings()
    for _ in range(count):
        code, national = dice.choice(examples)
        digits = list(national)
        if dice.random() < 0.2:
            digits = dice.choices("0123456789", k=dice.randint(4, 12))
        for _ in range(dice.randint(0, 3)):
            place = dice.randrange(len(digits))
            if dice.random() < 0.8:
                digits[place] = dice.choice("0123456789")
            elif dice.random() < 0.5:
                digits.insert(place, dice.choice("0123456789"))
            elif len(digits) > 4:
                del digits[place]
        yield code, "".join(digits)


def librarys(code: str, national: str) -> tuple[str, bool] | None:
    """Return the region of a number that may be a mobile's, and whether it surely is; by the library."""
    value = int(national)
    zeros = len(national) - len(str(value))
    number = phonenumbers.PhoneNumber(
        country_code=int(code),
        national_number=value,
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros,
    )
    kind = phonenumbers.number_type(number)
    if kind not in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return None
    return str(phonenumbers.region_code_for_number(number)), kind == PhoneNumberType.MOBILE


def compared(table: PhoneTable, count: int, seed: int) -> tuple[int, int]:
    """Return how many drawn numbers were told to be mobiles', and how many otherwise than by the library."""
    for code, national in beginnings():
        table.find(f"+{code}{national}")  # so that no country is met for the first time below
    accepted = wrong = 0
    for code, national in drawn(count, seed):
        text = f"+{code}{national}"
        found = table.find(text)
        expected = librarys(code, national) if 7 <= len(text) <= 16 else None
        accepted += found is not None
        wrong += (found and (found.region, found.mobile)) != expected
        assert found is None or found.country_code == code
    return accepted, wrong


def test_what_the_table_says_is_what_the_library_says() -> None:
    accepted, wrong = compared(PhoneTable(phonenumbers, warm=1), NUMBERS, seed=1)

    assert wrong == 0
    assert accepted > NUMBERS / 20


def blind(plan: Any, question: str) -> SimpleNamespace:  # noqa: ANN401 - the library's, or bent
    """Return *plan* for a table that does not ask one of its questions."""
    seen = SimpleNamespace(
        leading_digits=plan.leading_digits,
        same_mobile_and_fixed_line_pattern=plan.same_mobile_and_fixed_line_pattern,
        **{kind: getattr(plan, kind) for kind in ("general_desc", "fixed_line", "mobile", *KINDS)},
    )
    if question == "the other kinds":
        for kind in KINDS:
            setattr(seen, kind, None)
    elif question == "the general description":
        seen.general_desc = SimpleNamespace(national_number_pattern=r"\d+", possible_length=())
    elif question == "the leading digits":
        seen.leading_digits = None
    elif question == "whether landlines look alike":
        seen.same_mobile_and_fixed_line_pattern = False
    elif question == "landlines":
        seen.fixed_line = None
    elif question == "the lengths" and plan.mobile is not None:
        seen.mobile = SimpleNamespace(
            national_number_pattern=plan.mobile.national_number_pattern, possible_length=()
        )
    return seen


@pytest.mark.parametrize(
    "question",
    [
        "the other kinds",
        "the general description",
        "the leading digits",
        "whether landlines look alike",
        "landlines",
        "the lengths",
    ],
)
def test_each_question_decides_something(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So the comparison would tell if one were left out."""
    plans = bent(1)
    bend(monkeypatch, plans)

    def seen(region: str, _default: object) -> object:
        return blind(plans[region], question)

    short_sighted = SimpleNamespace(
        COUNTRY_CODE_TO_REGION_CODE=phonenumbers.COUNTRY_CODE_TO_REGION_CODE,
        PhoneMetadata=SimpleNamespace(metadata_for_region=seen),
    )
    _, wrong = compared(PhoneTable(short_sighted, warm=1), BENT_NUMBERS // 4, seed=1)

    assert wrong > 0


def bend(monkeypatch: pytest.MonkeyPatch, plans: dict[str, Any]) -> None:
    """Have the library read *plans*."""

    def plan_of(region: str, _default: object = None) -> object:
        return plans.get(region)

    def plan_of_either(_code: int, region: str) -> object:
        return plans.get(region)

    monkeypatch.setattr(PhoneMetadata, "metadata_for_region", plan_of)
    monkeypatch.setattr(PhoneMetadata, "metadata_for_region_or_calling_code", plan_of_either)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_so_it_is_when_every_question_decides_something(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's number plan is so regular that some questions never decide; here they do."""
    bend(monkeypatch, bent(seed))
    accepted, wrong = compared(PhoneTable(phonenumbers, warm=1), BENT_NUMBERS, seed)

    assert wrong == 0
    assert accepted > BENT_NUMBERS / 50


def bent(seed: int) -> dict[str, Any]:
    """Return the number plans with kinds that overlap, other leading digits, lengths and flags."""
    dice = random.Random(seed)  # noqa: S311 - drawn again alike, and no secret
    plans: dict[str, Any] = {}
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        whole: Any = PhoneMetadata.metadata_for_region(region, None)
        plan = SimpleNamespace(
            leading_digits=whole.leading_digits,
            same_mobile_and_fixed_line_pattern=whole.same_mobile_and_fixed_line_pattern,
            **{kind: getattr(whole, kind) for kind in ("general_desc", "fixed_line", "mobile", *KINDS)},
        )
        match dice.randrange(7):
            case 0:  # the same numbers are mobiles' and something else's
                setattr(plan, dice.choice(KINDS), narrowed(plan.mobile, dice))
            case 1:
                plan.fixed_line = narrowed(plan.mobile, dice)
            case 2:
                plan.same_mobile_and_fixed_line_pattern = True
                plan.fixed_line = plan.mobile
            case 3:
                plan.leading_digits = dice.choice(["[1-5]", "[4-9]", "7", None])
            case 4:
                plan.general_desc = narrowed(plan.general_desc, dice)
            case 5:
                plan.mobile = SimpleNamespace(
                    national_number_pattern=plan.mobile.national_number_pattern if plan.mobile else r"\d+",
                    possible_length=(dice.randint(6, 10),),
                )
            case _:
                pass
        plans[region] = plan
    return plans


def narrowed(description: object, dice: random.Random) -> SimpleNamespace:
    """Return *description* for some first digits only."""
    pattern = getattr(description, "national_number_pattern", None) or r"\d{6,12}"
    return SimpleNamespace(
        national_number_pattern=f"(?=[{dice.randint(0, 4)}-{dice.randint(5, 9)}])(?:{pattern})",
        possible_length=getattr(description, "possible_length", ()),
    )


def test_a_country_is_left_to_the_library_until_it_is_worth_it() -> None:
    table = PhoneTable(phonenumbers, warm=3)
    found = [table.find("+46701740605") for _ in range(5)]

    assert [each is None for each in found] == [True, True, True, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "", "+", "46701740605", " +46701740605", "+46 701740605", "+46701740605 ", "+4670174060\n",
        "+46\u0667\u06601740605", "\uff0b46701740605", "+\u0664\u066601740605", "+00701740605", "+999123456",
        "+88213123456", "+4670174060512345678",
    ],
)  # fmt: skip
def test_what_is_not_in_e164_is_left_to_the_library(text: str) -> None:
    table = PhoneTable(phonenumbers, warm=1)
    for _ in range(3):
        table.find(text)

    assert table.find(text) is None


def test_a_library_built_otherwise_is_asked_itself() -> None:
    def plan_of(_region: str, _default: None) -> object:
        return SimpleNamespace(leading_digits=None)  # with none of what the table reads

    other = SimpleNamespace(
        COUNTRY_CODE_TO_REGION_CODE={46: ("SE",)}, PhoneMetadata=SimpleNamespace(metadata_for_region=plan_of)
    )
    table = PhoneTable(other, warm=1)

    assert [table.find("+46701740605") for _ in range(3)] == [None] * 3


@pytest.mark.parametrize("pattern", [r"(7)\d\1\d{6}", r"^7\d{8}", r"(?P<a>7)\d{8}"])
def test_a_pattern_that_means_something_else_inside_another_is_left_to_the_library(pattern: str) -> None:
    whole = copy(PhoneMetadata.metadata_for_region("SE", None))
    plan = SimpleNamespace(
        leading_digits=None,
        same_mobile_and_fixed_line_pattern=False,
        **{kind: getattr(whole, kind) for kind in ("general_desc", "fixed_line", *KINDS)},
        mobile=SimpleNamespace(national_number_pattern=pattern, possible_length=(9,)),
    )

    def plan_of(_region: str, _default: None) -> object:
        return plan

    other = SimpleNamespace(
        COUNTRY_CODE_TO_REGION_CODE={46: ("SE",)}, PhoneMetadata=SimpleNamespace(metadata_for_region=plan_of)
    )
    table = PhoneTable(other, warm=1)

    assert [table.find("+46701740605") for _ in range(3)] == [None] * 3


def test_turned_off_every_number_is_the_librarys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_table, "enabled", False)
    monkeypatch.setattr(phone_number, "_table", None)

    assert PhoneNumber.parse("+46701740605").region == "SE"


def test_a_number_is_the_same_before_and_after_its_country_is_known() -> None:
    numbers = ["+46701740605", "+4742000000", "+46701740699"]
    before = [PhoneNumber.parse(number) for number in numbers]
    for _ in range(phone_table.WARM):
        PhoneNumber.parse("+46701740605")
    after = [PhoneNumber.parse(number) for number in numbers]

    assert after == before
    assert [(each.region, each.kind) for each in after] == [(each.region, each.kind) for each in before]


def test_a_region_that_is_not_wanted_is_refused_by_the_table_too() -> None:
    for _ in range(phone_table.WARM + 1):
        PhoneNumber.parse("+46701740605")

    with pytest.raises(InvalidPhoneNumber, match="this one is from SE"):
        PhoneNumber.parse("+46701740605", regions={"NO"})
