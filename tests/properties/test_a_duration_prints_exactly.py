"""Law: a duration's words, read back by their own rules, are the duration, in every language."""

from __future__ import annotations

import re
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from straks.core.locale import LOCALES, format_duration

# Singular and plural of each unit, written out here from grammars and not from Babel.
SIZES = (86_400, 3_600, 60, 1)
UNITS = {
    "nb": (("døgn", "døgn"), ("time", "timer"), ("minutt", "minutter"), ("sekund", "sekunder")),
    "nn": (("døgn", "døgn"), ("time", "timar"), ("minutt", "minutt"), ("sekund", "sekund")),
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
}
AND = {"nb": " og ", "nn": " og ", "en": " and "}


def read_back(printed: str, locale: str) -> tuple[timedelta, list[int]]:
    """Return what *printed* says, and the sizes of its units in their order."""
    seconds = 0
    sizes: list[int] = []
    *most, last = printed.split(AND[locale])
    assert len(most) <= 1
    for part in [*", ".join(most).split(", "), last] if most else [last]:
        found = re.fullmatch(r"([0-9]+) (\w+)", part)
        assert found is not None
        count = int(found[1])
        words = [unit[count != 1] for unit in UNITS[locale]]
        size = SIZES[words.index(found[2])]
        seconds += count * size
        sizes.append(size)
    return timedelta(seconds=seconds), sizes


@given(
    st.integers(0, 5 * 86_400) | st.integers(0, 7_200) | st.integers(0, 120).map(lambda minutes: 60 * minutes)
)
@example(0)
@example(90 * 60)
@example(86_400)
@example(86_399)
@example(90_061)
def test_every_duration_is_read_back_from_its_words(seconds: int) -> None:
    duration = timedelta(seconds=seconds)
    for locale in LOCALES:
        read, sizes = read_back(format_duration(duration, locale), locale)

        assert read == duration
        # Each unit once, the largest first: there is one way to say it.
        assert sizes == sorted(set(sizes), reverse=True)


@given(st.integers(0, 1_000).map(lambda steps: timedelta(seconds=7 * steps)), st.integers(0, 1_000))
def test_two_durations_never_print_alike(one: timedelta, steps: int) -> None:
    other = timedelta(seconds=7 * steps)
    for locale in LOCALES:
        assert (format_duration(one, locale) == format_duration(other, locale)) is (one == other)
