"""What a hole may print, over all that its parameter admits."""

from __future__ import annotations

import pytest

from straks.core.alphabet import FOREIGN
from straks.policy.printed import first_printing, printings, widest
from straks.policy.settings import Policy
from straks.policy.subject import Page, Whole
from straks.policy.trial import PARAMETERS, Trial


def page_of(text: str, declared: str = "") -> Page:
    trial = Trial(sms=text, parameters=f"{PARAMETERS}\n{declared}\n")
    return Whole(trial.catalog()["trial"], Policy()).pages[0]


def printed(text: str, declared: str = "") -> set[str]:
    page = page_of(text, declared)
    (rendering, *_) = page.renderings(page.files[0])
    return {said for _, _, hole in rendering.holes for said, _ in printings(page, hole)}


def test_every_number_and_every_word_is_printed() -> None:
    assert printed("{{ count }}") == {str(number) for number in range(1, 21)}
    assert printed("{{ count|plural('sak', 'saker') }}") == {"sak", "saker"}


def test_a_free_text_is_printed_in_each_sort_of_character_through_its_filters() -> None:
    assert "ÀÀÀÀ" in printed("{{ service|upper }}")
    assert "àààà" in printed("{{ service }}")


def test_a_pattern_is_printed_as_its_longest_match() -> None:
    declared = '[parameters.case]\nkind = "reference"\npattern = "[A-Z]{2}[0-9]{4}"\nexample = "AB1234"'
    (said,) = printed("{{ case }}", declared)

    assert len(said) == 6


@pytest.mark.parametrize(
    ("text", "found"), [("{{ service }}", False), ("{{ service|upper }}", True), ("{{ name }}", True)]
)
def test_the_first_that_is_wanted_comes_with_a_value_that_prints_it(text: str, *, found: bool) -> None:
    page = page_of(text)
    (rendering,) = page.renderings(page.files[0])
    ((_, _, hole),) = rendering.holes
    first = first_printing(page, hole, FOREIGN.search)

    assert (first is not None) is found
    if first is not None:
        assert page.template.parameters[hole.ref].check(first[1])


@pytest.mark.parametrize(
    ("declared", "most"),
    [
        ('[parameters.x]\nkind = "text"\nmax-length = 10\nalphabet = "any"\nexample = "a"', 40),
        ('[parameters.x]\nkind = "text"\nmax-length = 2\nalphabet = "gsm-7"\nexample = "a"', 6),
        ('[parameters.x]\nkind = "integer"\nmin = 1\nmax = 2000\nexample = 1', 5),
    ],
)
def test_the_widest_printing_is_known_in_bytes(declared: str, most: int) -> None:
    page = page_of("{{ x }}", declared)
    (rendering,) = page.renderings(page.files[0])

    assert widest(page, rendering.holes[0][2]) == most
