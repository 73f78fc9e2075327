"""How a value behaves inside a template: it prints by language and compares by value."""

from __future__ import annotations

from datetime import timedelta

import pytest

from straks.core.parameter import GIVEN_NAMES, RESERVED_NAMES, Shown


def shown(value: object, printed: str = "printed") -> Shown:
    return Shown(value, lambda _: printed)


def joined(*items: object) -> Shown:
    return Shown(items, lambda each: " og ".join(map(str, each)), items)


def test_it_prints_itself() -> None:
    assert str(shown(1250, "1 250")) == "1 250"
    assert f"{shown(1250, '1 250')} kr" == "1 250 kr"


def test_it_compares_as_the_value_that_it_is() -> None:
    five = shown(5)

    assert five == 5
    assert five == shown(5, "fem")
    assert five != 6
    assert hash(five) == hash(5)
    assert (five < 6, five <= 5, five > 5, five >= shown(6)) == (True, True, False, False)
    assert five in [1, 5]


def test_it_is_true_when_its_value_is() -> None:
    assert shown(1)
    assert not shown(0)
    assert not shown(timedelta(0))


def test_its_length_is_that_of_its_words() -> None:
    assert len(shown(1250, "1 250")) == 5
    assert "25" in shown(1250, "1 250")
    assert "one" not in shown(1250, "1 250")


def test_rounding_keeps_the_way_it_prints() -> None:
    rounded = round(Shown(2.6, lambda value: f"{value} kg"))

    assert rounded == 3
    assert str(rounded) == "3.0 kg"


def test_a_list_joins_its_items_and_gives_them() -> None:
    items = joined(shown("a", "A"), "b")

    assert str(items) == "A og b"
    assert len(items) == 2
    assert [str(item) for item in items] == ["A", "b"]
    assert "b" in items
    assert "A" not in items
    assert "a" in items


def test_what_is_no_list_cannot_be_looped_over() -> None:
    with pytest.raises(TypeError, match="only a list"):
        iter(shown("abc"))


def test_printed_plainly_there_is_nothing_that_gsm7_lacks() -> None:
    fine = shown(0, "\u22121\u00a0250\u202f000\u2009kr")

    assert str(fine.plainly()) == "-1 250 000 kr"
    assert fine.plainly() == 0


def test_a_list_printed_plainly_leaves_text_as_it_was_given() -> None:
    items = joined(shown(1250, "1\u00a0250"), "10\u00a0A").plainly()

    assert str(items) == "1 250 og 10\u00a0A"
    assert [str(item) for item in items] == ["1 250", "10\u00a0A"]


def test_its_repr_shows_nothing() -> None:
    assert repr(shown("482913", "482913")) == "Shown(…)"


def test_what_templates_have_of_themselves_is_reserved() -> None:
    assert sorted(GIVEN_NAMES) == ["locale", "subject"]
    assert GIVEN_NAMES | {"loop", "self", "super", "caller", "varargs", "kwargs"} <= RESERVED_NAMES
