"""Law: whatever somebody asks for, the answer is one of the languages there are, and the right one."""

from __future__ import annotations

from hypothesis import assume, example, given
from hypothesis import strategies as st

from straks.core.locale import LOCALES, negotiate

TAGS = ("nb", "nn", "en", "se", "no", "sv", "de")
AVAILABLE = st.lists(st.sampled_from(("nb", "nn", "en", "se")), min_size=1, unique=True)
RANGE = st.builds(
    "{}{}{}".format,
    st.sampled_from([*TAGS, "*", "NN", "nb-NO", "en_GB", "x" * 9, "", "nb-"]),
    st.sampled_from(["", ";q=1", ";q=0", ";q=0.5", "; q = 0.25", ";q=x", ";q=", ";", ";q=1.5.2", ";q=nan"]),
    st.sampled_from(["", " ", "\t", "\0"]),
)
HEADERS = st.lists(RANGE, max_size=6).map(",".join) | st.text(max_size=40) | st.none()


@given(HEADERS, AVAILABLE)
@example("nn" * 100_000, ["nb"])
@example(";" * 100_000 + "nn", ["nb", "nn"])
@example("nn;q=0, nb;q=0, en;q=0", ["nb", "nn", "en"])
def test_the_answer_is_there(wanted: str | None, available: list[str]) -> None:
    assert negotiate(wanted, available) in available
    assert negotiate(wanted, tuple(available)) == negotiate(wanted, available)


@given(AVAILABLE, st.data())
def test_what_is_there_is_given_to_whoever_asks_for_it(available: list[str], data: st.DataObject) -> None:
    wanted = data.draw(st.sampled_from(available))
    region = data.draw(st.sampled_from(["", "-NO", "_no", "-Latn-NO"]))
    later = data.draw(HEADERS)
    assume("q=0" not in (later or ""))

    assert negotiate(wanted, available) == wanted
    assert negotiate(wanted.upper() + region, available) == wanted
    assert negotiate(f"{wanted}{region}, {later or ''}", available) == wanted


@given(st.permutations(LOCALES), HEADERS)
def test_the_order_of_a_folder_listing_decides_nothing(available: list[str], wanted: str | None) -> None:
    assert negotiate(wanted, available) == negotiate(wanted, LOCALES)


@given(
    st.lists(st.sampled_from(["nb", "nn", "en"]), min_size=1, unique=True), st.randoms(use_true_random=False)
)
def test_the_heaviest_wins_wherever_it_stands(tags: list[str], random: object) -> None:
    weights = [f"{tag};q={round(1 - number / 10, 1)}" for number, tag in enumerate(tags)]
    for turned in (weights, weights[::-1]):
        assert negotiate(", ".join(turned), LOCALES) == tags[0]


def test_a_header_of_millions_of_characters_is_answered_at_once() -> None:
    # Steps in the square of the length would never end.
    for header in (" " * 3_000_000 + "x", "a-" * 1_500_000, "nb;q=0." + "1" * 3_000_000, "nn," * 1_000_000):
        assert negotiate(header, LOCALES) in LOCALES
