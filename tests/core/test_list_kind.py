"""Lists: how many, of what, and how they print."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

import pytest

from straks.core.amount_kind import Amount
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.parameter import Unfit
from straks.core.text_kinds import Text

NAMES = ListOf(name="names", of=Text(name="names", max_length=10), max_items=3)
AMOUNTS = ListOf(name="amounts", of=Amount(name="amounts", min=Decimal(0), max=Decimal(5000)), max_items=3)
WORDS = MappingProxyType({"a": MappingProxyType({"nb": "først", "nn": "fyrst", "en": "first"})})
CHOICES = ListOf(name="choices", of=Choice(name="choices", words=WORDS), max_items=3)


def refusal(value: object) -> str:
    with pytest.raises(Unfit) as caught:
        NAMES.check(value)
    return str(caught.value)


def test_every_item_is_checked_and_kept_in_order() -> None:
    assert NAMES.check([" Kari ", "Ola"]) == ("Kari", "Ola")
    assert NAMES.check(NAMES.check(("Kari",))) == ("Kari",)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([], "a list of 1 to 3 items, each at most 10 characters; this has 0"),
        (["a"] * 4, "this has 4"),
        (["a"] * 1_000_000, "this has 1000000"),
        ("abc", "not str"),
        (b"abc", "not bytes"),
        ({"a"}, "not set"),
        ({"a": 1}, "not dict"),
        (None, "not NoneType"),
        (["a", 7], "item 2, which takes text, not int"),
        (["a", "b", "c\nd"], "item 3, which holds a line break"),
        ([["a"]], "item 1, which takes text, not list"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_number(value: object, why: str) -> None:
    assert why in refusal(value)


def test_it_prints_joined_each_item_in_the_language() -> None:
    assert [str(NAMES.show(("a", "b", "c"), locale)) for locale in ("nb", "nn", "en")] == [
        "a, b og c",
        "a, b og c",
        "a, b and c",
    ]
    assert str(CHOICES.show(("a", "a"), "nn")) == "fyrst og fyrst"


def test_its_canonical_form_tells_lists_apart() -> None:
    assert NAMES.canonical(("a", "b")) == '["a", "b"]'
    assert NAMES.canonical(('a", "b',)) != NAMES.canonical(("a", "b"))
    assert AMOUNTS.canonical((Decimal(1),)) == '["1.00"]'


def test_it_is_read_from_commas_with_a_space_or_from_semicolons() -> None:
    assert NAMES.read("Kari, Ola") == ["Kari", "Ola"]
    assert NAMES.read(" Kari ;Ola, jr. ") == ["Kari", "Ola, jr."]
    assert NAMES.read("Kari,Ola") == ["Kari,Ola"]
    assert AMOUNTS.read("10,50, 3") == [Decimal("10.50"), Decimal(3)]


def test_a_decimal_comma_does_not_make_two_amounts_of_one() -> None:
    assert AMOUNTS.read("10,50") == [Decimal("10.50")]
