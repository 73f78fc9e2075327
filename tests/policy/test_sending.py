from __future__ import annotations

from hashlib import sha1

import pytest

import straks
from straks.policy.engine import inspect
from straks.policy.rules import sending
from straks.policy.trial import HEAD, PARAMETERS, Trial

KEY = b"a key that only tests have"


def messages_of(reference: str | None, trial: Trial = Trial(sms="Koden er {{ code }}")) -> list[str]:  # noqa: B008 - a value
    made = trial.message().order("login/1", KEY, reference)
    return [found.message for found in inspect(made, None, sending.RULES)]


def test_a_code_that_arrives_dead_is_found_at_the_key() -> None:
    trial = Trial(sms="Koden er {{ code }}", head=HEAD.replace('"lifetime"', "600"))
    (found,) = inspect(trial.catalog()["trial"], None, sending.RULES)

    assert (found.code, found.path, found.line, found.column) == ("TTL502", "trial/template.toml", 4, 1)
    assert found.message == (
        "the SMS may arrive 480 seconds after the code died: "
        "it is tried for 600, and the code may live for 120 only"
    )


def test_a_key_that_is_written_in_quotes_is_found_at_the_files_beginning() -> None:
    head = HEAD.replace("time-to-live", '"time-to-live"').replace('"lifetime"', "600")
    (found,) = inspect(Trial(sms="Koden er {{ code }}", head=head).catalog()["trial"], None, sending.RULES)

    assert (found.line, found.column) == (1, 1)


def test_the_shortest_of_several_durations_decides() -> None:
    pause = '\n[parameters.pause]\nkind = "duration"\nmin = "1 min"\nmax = "3 min"\nexample = "1 min"\n'
    trial = Trial(sms="{{ code }}", head=HEAD.replace('"lifetime"', "90"), parameters=PARAMETERS + pause)
    (found,) = inspect(trial.catalog()["trial"], None, sending.RULES)

    assert "30 seconds after" in found.message


@pytest.mark.parametrize(
    "reference",
    ["+46701740605", "x46701740605x", "0701740605", "01740605", "login/+46701740605/1"],
)
def test_a_number_in_the_reference_is_found_however_it_is_written(reference: str) -> None:
    assert messages_of(reference) == ["the reference shows the recipient"]


def test_an_address_in_the_reference_is_found_in_any_case() -> None:
    assert messages_of("to KARI@EXAMPLE.ORG", Trial(html="<p>Hei</p>")) == [
        "the reference shows the recipient"
    ]


@pytest.mark.parametrize("reference", ["482913", "login 482913", "login-482913-b"])
def test_the_code_in_the_reference_is_found(reference: str) -> None:
    assert messages_of(reference) == ["the reference shows the code"]


@pytest.mark.parametrize("reference", [None, "login/8841", "1482913", "4829130", "2", "Skatteetaten"])
def test_a_reference_of_ones_own_is_fine(reference: str | None) -> None:
    assert messages_of(reference) == []


@pytest.mark.parametrize("form", ["+46701740605", "46701740605"])
def test_a_bare_hash_of_the_recipient_is_found(form: str) -> None:
    digest = sha1(form.encode(), usedforsecurity=False).hexdigest()

    assert messages_of(f"user {digest.upper()}") == [
        "the reference holds a hash of the recipient that anybody can try out"
    ]


def test_an_order_made_by_hand_is_held_against_the_same() -> None:
    message = Trial(sms="Hei").message()
    (found,) = inspect(straks.Order(message, "sms-46701740605"), None, sending.RULES)

    assert (found.code, found.message) == ("IDM511", "the idempotency id shows the recipient")


def test_no_value_of_the_order_is_in_what_is_found() -> None:
    made = Trial(sms="Koden er {{ code }}").message().order("1", KEY, "482913 +46701740605")

    assert "482913" not in "".join(map(str, inspect(made, None, sending.RULES)))
    assert "0605" not in "".join(map(str, inspect(made, None, sending.RULES)))
