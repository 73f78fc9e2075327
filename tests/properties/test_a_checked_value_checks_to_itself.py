"""
Law: a checked value is in its one form, and everything that is asked of it is answered.

Checking it again changes nothing; it prints in every language; two values have one canonical text
if and only if they are one value; and what a person would type for it is read as the value. For
every kind, with random bounds.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.locale import LOCALES, OSLO
from straks.core.number_kinds import Duration, Integer
from straks.core.parameter import Parameter, Shown, Unfit
from straks.core.text_kinds import Code, Name, Reference, Text
from straks.core.url_kind import Url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALPHABETS = ("0123456789", "ABCDEFGHJKMNPQRSTUVWXYZ", "ab")
PATTERNS = ("20[0-9]{2}/[0-9]{1,6}", "[A-ZÆØÅ]{1,3}-[a-z ]{0,5}", r"(?:\d{2}|x)[.!]?", r"\w{1,8}")
WORD: Mapping[str, str] = {"nb": "åpen", "nn": "open", "en": "open still"}
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(dict.fromkeys(("a", "b", "å c"), WORD))
HOSTS = ("www.example.org", "example.com")
TAILS = ("", "/", "/a?b=c&d", "?å", "#x", "/" + "a" * 90)
ZONES = st.sampled_from([UTC, OSLO, ZoneInfo("Pacific/Auckland"), timezone(timedelta(hours=-9, minutes=-30))])
STYLES = st.sampled_from(["short", "medium", "long", "full"])

# Anything that somebody might pass, near and far from what a parameter takes.
LOOSE = st.text(max_size=24) | st.text("aå\u030a \n\r\u00a0/.:-0AZ<&", max_size=10)

Drawn: TypeAlias = "tuple[Parameter, st.SearchStrategy[Any]]"
"""A parameter, and values that it may well take."""


def bounds(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> dict[str, Any]:
    low, high = sorted([draw(values), draw(values)])
    return {"name": "it", "min": low, "max": high}


def code(draw: st.DrawFn) -> Drawn:
    length, alphabet = draw(st.integers(1, 8)), draw(st.sampled_from(ALPHABETS))
    values = st.text(alphabet, min_size=length, max_size=length)
    return Code(name="it", length=length, alphabet=alphabet), values


def text(draw: st.DrawFn) -> Drawn:
    least = draw(st.integers(0, 3))
    kind = draw(st.sampled_from([Text, Name]))
    made = kind(
        name="it",
        min_length=least,
        max_length=least + draw(st.integers(1, 20)),
        alphabet=draw(st.sampled_from(["any", "gsm-7"])),
        lines=draw(st.integers(1, 3)),
    )
    return made, LOOSE


def reference(draw: st.DrawFn) -> Drawn:
    if draw(st.booleans()):
        return Reference(name="it", max_length=draw(st.integers(1, 20))), LOOSE
    pattern = draw(st.sampled_from(PATTERNS))
    values: st.SearchStrategy[str] = st.from_regex(pattern, fullmatch=True)
    return Reference(name="it", pattern=pattern, max_length=20), values


def choice(draw: st.DrawFn) -> Drawn:
    return Choice(name="it", words=WORDS), st.sampled_from(sorted(WORDS))


def url(draw: st.DrawFn) -> Drawn:
    values = st.builds("https://{}{}".format, st.sampled_from(HOSTS), st.sampled_from(TAILS))
    return Url(name="it", hosts=HOSTS, max_length=draw(st.integers(30, 80))), values


def integer(draw: st.DrawFn) -> Drawn:
    made = Integer(**bounds(draw, st.integers(-(10**15), 10**15)))
    return made, st.integers(made.min, made.max)


def amount(draw: st.DrawFn) -> Drawn:
    money = st.decimals(-(10**9), 10**9, places=2)
    made = Amount(**bounds(draw, money), currency=draw(st.sampled_from(["NOK", "EUR", "ISK"])))
    return made, st.decimals(made.min, made.max, places=2) | st.integers(-5, 5)


def day(draw: st.DrawFn) -> Drawn:
    made = Date(**bounds(draw, st.dates(date(1900, 1, 1), date(2199, 12, 31))), style=draw(STYLES))
    return made, st.dates(made.min, made.max)


def hour(draw: st.DrawFn) -> Drawn:
    minutes = st.times().map(lambda at: at.replace(second=0, microsecond=0))
    made = Time(**bounds(draw, minutes), style=draw(st.sampled_from(["short", "medium"])))
    return made, minutes | st.sampled_from([made.min, made.max])


def moment(draw: st.DrawFn) -> Drawn:
    first = datetime(1901, 1, 1, tzinfo=draw(ZONES))
    seconds = st.integers(0, 9 * 10**9)
    made = DateTime(
        **bounds(draw, seconds.map(lambda after: first + timedelta(seconds=after))), style=draw(STYLES)
    )
    span = int((made.max - made.min).total_seconds())
    values = st.tuples(st.integers(0, span), ZONES).map(
        lambda pair: (made.min + timedelta(seconds=pair[0])).astimezone(pair[1])
    )
    return made, values


def duration(draw: st.DrawFn) -> Drawn:
    step = timedelta(seconds=draw(st.integers(1, 4_000)))
    low, more = draw(st.integers(0, 500)), draw(st.integers(0, 500))
    made = Duration(name="it", min=low * step, max=(low + more) * step, step=step)
    return made, st.integers(low, low + more).map(lambda count: count * step)


SINGLE = (code, text, reference, choice, url, integer, amount, day, hour, moment, duration)


def listed(draw: st.DrawFn) -> Drawn:
    of, values = draw(st.sampled_from(SINGLE))(draw)
    most = draw(st.integers(1, 4))
    return ListOf(name="it", of=of, max_items=most), st.lists(values, min_size=1, max_size=most)


@st.composite
def drawn(draw: st.DrawFn, makers: tuple[Callable[[st.DrawFn], Drawn], ...], count: int) -> tuple[Any, ...]:
    """Draw a parameter and *count* values for it."""
    parameter, values = draw(st.sampled_from(makers))(draw)
    return (parameter, *(draw(values) for _ in range(count)))


EVERY = (*SINGLE, listed)
CHECKED = drawn(EVERY, 1)
NOT_LISTED = tuple(make for make in SINGLE if make is not duration)


def checked(parameter: Parameter, value: object) -> Any:  # noqa: ANN401 - each kind has its own type
    """Return the checked value; draw another where it does not fit."""
    try:
        return parameter.check(value)
    except Unfit:
        assume(False)  # noqa: FBT003 - Hypothesis' own signature
        raise


@given(CHECKED)
def test_checking_again_changes_nothing(given_: tuple[Parameter, object]) -> None:
    parameter, value = given_
    once = checked(parameter, value)
    again = parameter.check(once)

    assert again == once
    assert type(again) is type(once)
    assert parameter.canonical(again) == parameter.canonical(once)


@given(CHECKED)
def test_it_prints_in_every_language(given_: tuple[Parameter, object]) -> None:
    parameter, value = given_
    once = checked(parameter, value)
    said = "".join(map(str, once)) if isinstance(parameter, ListOf) else str(once)
    for locale in LOCALES:
        shown = parameter.show(once, locale)
        assert isinstance(shown, (str, Shown))
        assert str(shown) or not once
        assert unicodedata.is_normalized("NFC", str(shown))
        if isinstance(shown, Shown):
            assert shown == once
            assert not set("\u00a0\u202f\u2212") & set(str(shown.plainly())) - set(said)


@given(drawn(EVERY, 2))
def test_one_canonical_text_means_one_value(given_: tuple[Parameter, object, object]) -> None:
    parameter, one, other = given_
    first, second = checked(parameter, one), checked(parameter, other)

    assert (parameter.canonical(first) == parameter.canonical(second)) is (first == second)


@given(drawn(NOT_LISTED, 1))
def test_what_one_would_type_for_it_is_read_as_the_value(given_: tuple[Parameter, object]) -> None:
    parameter, value = given_
    once = checked(parameter, value)

    assert parameter.check(parameter.read(parameter.canonical(once))) == once
    assert parameter.check(parameter.read(str(once))) == once


@given(drawn((duration,), 1))
def test_a_duration_is_read_in_seconds_and_in_units(given_: tuple[Parameter, object]) -> None:
    parameter, value = given_
    once: timedelta = checked(parameter, value)
    hours, rest = divmod(once, timedelta(hours=1))

    assert parameter.read(f"{parameter.canonical(once)} s") == once
    assert parameter.read(f"{hours} h {rest.seconds // 60} min {rest.seconds % 60} s") == once


@given(drawn((integer, amount, day, hour, choice), 3))
def test_a_list_is_read_from_semicolons_or_commas(given_: tuple[Parameter, object, object, object]) -> None:
    of, *values = given_
    items = tuple(checked(of, value) for value in values)
    several = ListOf(name="it", of=of, max_items=3)

    assert several.check(several.read("; ".join(map(str, items)))) == items
    assert several.check(several.read(", ".join(map(str, items)))) == items


@given(
    drawn(EVERY, 0),
    LOOSE
    | st.integers()
    | st.none()
    | st.binary()
    | st.floats()
    | st.lists(st.text(max_size=3))
    | st.dates(),
)
def test_whatever_is_given_it_fits_or_it_does_not(given_: tuple[Parameter], value: object) -> None:
    (parameter,) = given_
    try:
        once = parameter.check(value)
    except Unfit:
        return
    assert parameter.check(once) == once


@given(drawn(EVERY, 0), LOOSE | st.text("0123456789:.,-+TZ dhmins;", max_size=20))
def test_whatever_is_typed_it_is_read_or_it_is_not(given_: tuple[Parameter], typed: str) -> None:
    (parameter,) = given_
    try:
        once = parameter.check(parameter.read(typed))
    except Unfit:
        return
    assert parameter.check(once) == once
