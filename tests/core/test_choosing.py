"""Values that take a way: the examples where they fit, and otherwise any that do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from straks.core.calendar_kinds import Date
from straks.core.catalog import Catalog
from straks.core.choice_kind import Choice
from straks.core.choosing import any_value, fullest_texts, values_for
from straks.core.domain import Free, Listed, Scale, Span
from straks.core.list_kind import ListOf
from straks.core.number_kinds import Integer
from straks.core.options import Options
from straks.core.printing import Printer
from straks.core.text_kinds import Text
from straks.core.way import Facts, Filter, Hole, Way

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.core.choosing import Printed, Score

PARAMETERS = {
    "count": Integer(name="count", min=1, max=20, example=2),
    "name": Text(name="name", max_length=30, example="Kari Nordmann"),
    "day": Date(name="day", example=date(2026, 5, 5)),
    "word": Choice(name="word", words={"a": {}, "b": {}}, example="a"),
    "note": Text(name="note", max_length=9, optional=True, example="Hei"),
    "things": ListOf(name="things", of=Text(name="things", max_length=5), max_items=4, example=("en", "to")),
}


def chosen(**facts: object) -> dict[str, object]:
    return values_for(Way((), Facts(**facts)), PARAMETERS)  # type: ignore[arg-type]


def test_a_way_that_says_nothing_takes_the_examples() -> None:
    assert chosen() == {name: parameter.example for name, parameter in PARAMETERS.items()}


def test_what_was_left_out_is_left_out() -> None:
    assert "note" not in chosen(there={"note": False})
    assert chosen(there={"note": True})["note"] == "Hei"


def test_an_example_that_still_fits_is_kept() -> None:
    assert chosen(domains={"count": Span(((1, 5),)), "word": Listed(("a",))})["count"] == 2


def test_where_the_example_does_not_fit_another_value_does() -> None:
    days = Span(((date(2027, 1, 1), date(2027, 1, 9)),), Scale(timedelta(days=1), "long date"))
    found = chosen(domains={"count": Span(((7, 9),)), "word": Listed(("b",)), "day": days})

    assert (found["count"], found["word"], found["day"]) == (7, "b", date(2027, 1, 1))


def test_a_text_that_must_be_longer_is_made_of_the_example() -> None:
    assert chosen(domains={"name": Free(20, 30, ("€",))})["name"] == "KariNordmannKariNord"
    assert chosen(domains={"name": Free(1, 4, ("€",))})["name"] == "Kari"
    assert chosen(domains={"name": Free(1, 9, ("€",), samples=("2026/1",))})["name"] == "2026/1"


def test_a_list_has_as_many_items_as_the_way_says() -> None:
    facts = {"lengths": {"things": (3, 4)}, "domains": {"things#1": Listed(("tre",))}}

    assert chosen(**facts)["things"] == ["en", "tre", "en", "en"]


def test_values_that_were_found_are_taken() -> None:
    way = Way((), Facts(lengths={"things": (2, 2)}))
    found = values_for(way, PARAMETERS, {"things#0": "x", "count": 9})

    assert (found["things"], found["count"]) == (["x", "en"], 9)


def test_a_parameter_without_an_example_gets_any_value() -> None:
    parameters = {"count": Integer(name="count", min=3, max=9), "name": Text(name="name", max_length=2)}

    assert values_for(Way(()), parameters) == {"count": 3, "name": "€€"}
    assert any_value(Listed(("x", "y"))) == "x"


# --- free texts --------------------------------------------------------------------------------


MANIFEST = """
[template]
purpose = "notice"
repeat = "harmless"
[parameters.name]
kind = "text"
max-length = 70
alphabet = "gsm-7"
example = "Kari"
[parameters.word]
kind = "choice"
choices = ["ja", "nei"]
example = "ja"
"""
FILES = {"m/template.toml": MANIFEST, "m/nb/subject.txt": "Hei", "m/nb/email.txt": "Hei"}
OPTIONS = Options(Printer(Catalog(FILES)["m"], "nb"))


def octets(printed: Sequence[Sequence[Printed]]) -> tuple[float, ...]:
    return (sum(len(text.encode()) * times for each in printed for _, text, times in each),)


def texts(*ways: Way, score: Score = octets) -> dict[str, str]:
    return fullest_texts(ways, OPTIONS, score)


def test_a_free_text_is_filled_with_what_scores_most() -> None:
    way = Way((Hole("name"), "-", Hole("word"), Hole("name", (Filter("upper"),))))

    assert texts(way) == {"name": "€" * 70}


def test_what_is_known_of_a_text_is_kept_to() -> None:
    way = Way((Hole("name"),), Facts(domains={"name": Free(1, 3, ("b", "å"))}))

    assert texts(way) == {"name": "ååå"}


def test_what_is_wanted_first_one_character_sees_to_and_others_cost_more() -> None:
    def foreign_and_long(printed: Sequence[Sequence[Printed]]) -> tuple[float, ...]:
        text = printed[0][0][1]
        return ("č" in text, len(text))

    way = Way(
        (Hole("name", (Filter("replace", ("9", "nine")),)),), Facts(domains={"name": Free(1, 5, ("9", "č"))})
    )

    assert texts(way, score=foreign_and_long) == {"name": "č9999"}


def test_a_text_that_stands_in_another_way_alone_is_filled_too() -> None:
    assert texts(Way(()), Way((Hole("name"),))) == {"name": "€" * 70}


@given(most=st.integers(0, 90))
def test_a_text_is_as_long_as_it_may_be(most: int) -> None:
    way = Way((Hole("name"),), Facts(domains={"name": Free(0, most, ("a", "€"))}))

    assert texts(way) == {"name": "€" * most}


def test_where_letters_may_not_be_repeated_a_sample_is_taken() -> None:
    way = Way((Hole("name"),), Facts(domains={"name": Free(1, 9, ("a",), samples=("ja", "nei€"))}))

    assert texts(way) == {"name": "nei€"}
