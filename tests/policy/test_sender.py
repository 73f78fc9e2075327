from __future__ import annotations

import pytest

import straks
from straks.policy.engine import inspect
from straks.policy.rules import sender
from straks.policy.settings import Policy
from straks.policy.trial import Trial


def codes_of(name: str | None, policy: Policy | None = None) -> list[str]:
    return [found.code for found in inspect(Trial(sms="Hei", sender=name).message(), policy, sender.RULES)]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("Skattedirektoratet", "has 18 characters; 11 fit"),
        ("NO", "has 2 characters; operators take 3 or more"),
        ("Ålesund", "holds U+00C5 LATIN CAPITAL LETTER A WITH RING ABOVE, which gateways do not promise"),
        (" Skatt", "has a space at its edge"),
        ("12-34", "has no letter, and is no number either"),
    ],
)
def test_an_agreed_sender_that_no_network_carries_is_found(name: str, what: str) -> None:
    (found,) = inspect(straks.Catalog({}), Policy(senders=frozenset({name, "Skatt"})), sender.RULES)

    assert found.code == "SND701"
    assert f"the sender “{name}” {what}" in found.message


@pytest.mark.parametrize("name", ["Skatt", "Info-NAV", "Kodeverket", "Altinn", "A.B & C"])
def test_a_name_of_ones_own_is_fine(name: str) -> None:
    assert codes_of(name) == []


@pytest.mark.parametrize("name", ["INFO", "Sms", "Verify", "ALERT", "notice", "kode", "Varsel", "SMS-kode"])
def test_a_generic_name_is_found(name: str) -> None:
    assert codes_of(name) == ["SND702"]


def test_the_default_sender_is_fine_unless_the_policy_names_one() -> None:
    assert codes_of(None) == []
    assert codes_of(None, Policy(senders=frozenset({"Skatt"}))) == ["SND703"]


def test_a_sender_that_was_not_agreed_is_told_which_are() -> None:
    policy = Policy(senders=frozenset({"Skatt", "NAV"}))
    (found,) = inspect(Trial(sms="Hei", sender="Oslo").message(), policy, sender.RULES)

    assert (found.code, found.hint) == ("SND703", "send from NAV or Skatt, or add it to the policy's senders")


def test_a_policy_that_agrees_on_no_sender_leaves_the_default() -> None:
    assert codes_of(None, Policy(senders=frozenset())) == []
    (found,) = inspect(Trial(sms="Hei", sender="Oslo").message(), Policy(senders=frozenset()), sender.RULES)

    assert (found.code, found.hint) == ("SND703", "add it to the policy's senders")


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("+46701740605", []),
        ("+4742000000", []),
        ("46701740605", ["SND705"]),
        ("+4622000000", ["SND705"]),
        ("2222", ["SND705"]),
    ],
)
def test_a_number_must_be_a_mobile_number(number: str, codes: list[str]) -> None:
    assert codes_of(number) == codes


def test_a_short_number_that_was_agreed_is_fine() -> None:
    assert codes_of("2222", Policy(senders=frozenset({"2222"}))) == []


def test_what_asks_for_a_reply_is_found_where_it_stands() -> None:
    trial = Trial(sms="Hei {{ name }}.\n{% if count > 1 %}\n  Svar JA i dag.\n{% endif %}")
    (found,) = inspect(trial.catalog()["trial"], None, sender.RULES)

    assert (found.code, found.path, found.line, found.column) == ("SND704", "trial/nb/sms.txt", 3, 3)


@pytest.mark.parametrize(
    "text",
    [
        "Svar på denne SMS-en med koden din.",
        "Svar på meldinga.",
        "Svar «ja» for å godta.",
        "Send svar innen i dag.",
        "Reply with your name.",
        "Text back yes.",
        "Do not wait. Reply STOP to end this.",
    ],
)
def test_wordings_that_ask_for_a_reply(text: str) -> None:
    found = inspect(Trial(sms=text).catalog()["trial"], None, sender.RULES)

    assert [each.code for each in found] == ["SND704"]


@pytest.mark.parametrize(
    "text",
    [
        "Vi venter på svar fra deg.",
        "Ikke svar på denne meldingen.",
        "Du kan ikkje svare på denne meldinga.",
        "This number cannot receive text. Please don't reply to this message.",
        "Du får svar på søknaden innen i dag.",
        "You will get a reply by e-mail.",
        "Du får svar på meldingen i morgen.",
        "Svaret ditt er mottatt.",
    ],
)
def test_wordings_that_ask_for_none(text: str) -> None:
    assert inspect(Trial(sms=text).catalog()["trial"], None, sender.RULES) == ()
