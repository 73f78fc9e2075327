"""The law that each text is held to: what breaks it, and how that is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

import straks
from straks.core.catalog import Catalog
from straks.testing.law import Broken, Case

MANIFEST = """
[template]
purpose = "notice"
time-to-live = 3600
[parameters.place]
kind = "text"
max-length = 40
alphabet = "gsm-7"
example = "Biblioteket"
[parameters.note]
kind = "text"
max-length = 40
optional = true
example = "Ord"
"""
PAGE = "<p>{{ place }}</p>{% if note %}<p>{{ note }}</p>{% endif %}"


def case(sms: str = "Hos {{ place }}", subject: str = "Emne", html: str = PAGE, channel: str = "sms") -> Case:
    files = {"m/template.toml": MANIFEST, "m/nb/sms.txt": sms}
    if channel == "email":
        files |= {"m/nb/subject.txt": subject, "m/nb/email.html": html}
    return Case(
        Catalog(files)["m"], "nb", channel, f"m/nb/{'sms.txt' if channel == 'sms' else 'email.html'}", 1
    )


def broken(held: Case) -> straks.Finding:
    with pytest.raises(Broken) as caught:
        held.hold(60)
    return caught.value.finding


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_text_that_keeps_the_law_is_silent(channel: str) -> None:
    case(channel=channel).hold(30)


def test_a_text_that_comes_out_empty_is_told_with_the_values_that_empty_it() -> None:
    found = broken(case("{% if note %}Hei {{ note }}{% endif %}"))

    assert found.message == "comes out empty with these values; a message needs a text"
    assert (found.path, found.line, found.column) == ("m/nb/sms.txt", 1, 1)
    assert found.witness == {"place": "Biblioteket"}


def test_a_text_that_fails_when_it_runs_is_told_at_its_line() -> None:
    found = broken(case("Hei\n{{ place|round }}"))

    assert (found.path, found.line) == ("m/nb/sms.txt", 2)
    assert not found.message.startswith("m/nb")
    assert found.witness == {"place": "Biblioteket"}


def test_a_text_that_no_bound_is_known_of_is_held_to_what_the_policy_agrees_to() -> None:
    endless = case("{{ place|replace('€', place) }}")
    found = broken(endless)

    assert "where 1 are agreed and no bound can be found" in found.message
    replace(endless, segments=99).hold(30)


def test_a_text_longer_than_segments_can_number_is_told() -> None:
    found = broken(case("a" * 40_000 + "{{ place|replace('€', place) }}"))

    assert "segments" in found.message
    assert found.line == 1


@pytest.mark.parametrize(
    ("channel", "most", "said"),
    [
        (
            "sms",
            straks.SmsBound(straks.Encoding.GSM7, 14, 1, 1, 1, exact=True, witness={}),
            "takes 1 segments and 15 units, beyond the bound of (1, 14)",
        ),
        (
            "email",
            straks.EmailBound(10, 4, exact=True, witness={}),
            "in the subject, beyond the bound of (10, 4)",
        ),
        (
            "email",
            straks.EmailBound(10**6, 3, exact=True, witness={}),
            "4 in the subject, beyond the bound of (1000000, 3)",
        ),
    ],
)
def test_what_is_beyond_its_bound_is_an_error_of_ours(
    channel: str, most: straks.SmsBound | straks.EmailBound, said: str
) -> None:
    found = case(channel=channel).flaw({"place": "Biblioteket"}, most)

    assert found is not None
    assert said in found.message
    assert found.hint.startswith("this is an error of straks")


def test_a_text_that_the_service_would_refuse_is_told() -> None:
    found = broken(case("Hos {{ place }} \uffff."))

    assert "Altinn would not take the body of this order" in found.message
    assert "U+FFFF, take it out" in found.message
