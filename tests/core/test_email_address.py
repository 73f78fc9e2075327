"""What is accepted as one e-mail address, what is refused and with which reason."""

from __future__ import annotations

import json
import pickle
import pprint
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import TypedDict

import email_validator
import pytest
import rich.pretty
from markupsafe import Markup

from straks.core.email_address import EmailAddress
from straks.errors import EmailFault, InvalidEmailAddress, InvalidSetting


class Accepted(TypedDict):
    why: str
    raw: str
    normalised: str
    ascii: str
    source: str


class Refused(TypedDict):
    why: str
    raw: str
    reason: str
    source: str


class Vectors(TypedDict):
    source: str
    accepted: list[Accepted]
    refused: list[Refused]


_FILE = Path(__file__).parents[1] / "vectors" / "email-addresses.json"
VECTORS: Vectors = json.loads(_FILE.read_text(encoding="utf-8"))


def refusal(raw: str) -> InvalidEmailAddress:
    with pytest.raises(InvalidEmailAddress) as caught:
        EmailAddress.parse(raw)
    return caught.value


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in VECTORS["accepted"]])
def test_an_address_is_read_and_normalised(case: Accepted) -> None:
    address = EmailAddress.parse(case["raw"])

    assert str(address) == address.normalised == case["normalised"]
    assert address.ascii == case["ascii"]
    assert address.original == case["raw"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in VECTORS["refused"]])
def test_anything_else_is_refused_with_its_reason(case: Refused) -> None:
    assert refusal(case["raw"]).reason == case["reason"]


def test_the_vectors_show_every_reason() -> None:
    assert {case["reason"] for case in VECTORS["refused"]} == set(EmailFault)


@pytest.mark.parametrize("name", email_validator.SPECIAL_USE_DOMAIN_NAMES)
def test_every_special_use_name_is_refused_as_such_alone_and_with_names_before_it(name: str) -> None:
    assert refusal(f"kari@{name}").reason is EmailFault.SPECIAL_USE_DOMAIN
    assert refusal(f"kari@post.{name}").reason is EmailFault.SPECIAL_USE_DOMAIN
    assert EmailAddress.parse(f"kari@post{name}.example.org").masked == f"k•••@post{name}.example.org"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("", "there is no e-mail address here"),
        ("kari", "an e-mail address has one @, between mailbox and domain; this has none"),
        ("ka@ri@example.org", "an e-mail address has one @, between mailbox and domain; this has 2"),
        (
            "kåre@example.org",
            (
                "the part before @ has letters outside a to z, which many mail systems cannot carry; "
                "give an address without them"
            ),
        ),
        (
            "ka..ri@example.org",
            (
                "the part before @ can have letters, digits and marks such as . _ - +, "
                "and no dot first, last or next to another"
            ),
        ),
        ("kari@example", "the part after @ is not a domain name, such as example.org"),
        (
            "a" * 65 + "@example.org",
            (
                "an e-mail address has at most 254 characters, of them at most 64 before @ and 63 between "
                "two dots after it; this is longer"
            ),
        ),
        (
            "Kari <kari@example.org>",
            "give the e-mail address alone, without a name and without < and >",
        ),
    ],
    ids=["nothing", "no @", "two @", "foreign letters", "before @", "after @", "too long", "a name"],
)
def test_the_sentence_names_the_slip_and_the_way_out(raw: str, sentence: str) -> None:
    assert str(refusal(raw)) == sentence


def test_what_is_not_text_is_an_invalid_setting_and_not_shown() -> None:
    raw: object = b"kari@example.org"

    with pytest.raises(InvalidSetting, match="not from bytes") as caught:
        EmailAddress.parse(raw)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert "kari" not in str(caught.value)


@pytest.mark.parametrize("filling", ["a", "@", " ", ",", "\n", "ø", "\u0665"])
def test_a_megabyte_is_refused_without_a_look(filling: str) -> None:
    assert refusal(f"kari@{filling * 1_000_000}.org").reason is EmailFault.TOO_LONG


def test_an_application_s_own_defaults_of_the_library_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email_validator, "ALLOW_QUOTED_LOCAL", True)
    monkeypatch.setattr(email_validator, "ALLOW_DOMAIN_LITERAL", True)
    monkeypatch.setattr(email_validator, "ALLOW_EMPTY_LOCAL", True)
    monkeypatch.setattr(email_validator, "TEST_ENVIRONMENT", True)
    monkeypatch.setattr(email_validator, "GLOBALLY_DELIVERABLE", False)

    for raw in ('"ka ri"@example.org', "kari@[192.0.2.1]", "@example.org", "kari@example"):
        assert refusal(raw).reason is EmailFault.SYNTAX
    assert refusal("kari@test").reason is EmailFault.SPECIAL_USE_DOMAIN


def test_the_mask_shows_the_domain_and_less_than_the_mailbox() -> None:
    assert EmailAddress.parse("kari@example.org").masked == "k•••@example.org"
    assert EmailAddress.parse("ka@example.org").masked == "k•••@example.org"
    assert EmailAddress.parse("k@example.org").masked == "•••@example.org"


def test_no_way_of_printing_the_value_shows_the_mailbox() -> None:
    address = EmailAddress.parse(" kari@example.org")

    for shown in (repr(address), f"{[address]}", pprint.pformat(address), rich.pretty.pretty_repr(address)):
        assert "EmailAddress('k•••@example.org')" in shown
        assert "kari" not in shown


def test_addresses_are_equal_and_hash_alike_by_their_normalised_form() -> None:
    address = EmailAddress.parse("kari@blåbær.example.org")

    assert address == EmailAddress.parse(" kari@XN--BLBR-ROAH.example.org")
    assert len({address, EmailAddress.parse(address.ascii), EmailAddress.parse("kari@example.org")}) == 2
    assert address != EmailAddress.parse("Kari@blåbær.example.org")
    assert address != object()


def test_an_address_survives_pickling_whole() -> None:
    address = EmailAddress.parse(" kari@BLÅBÆR.example.org")
    again = pickle.loads(pickle.dumps(address))  # noqa: S301 - what this test pickled itself

    assert (again, again.ascii, again.original) == (address, address.ascii, address.original)


def test_an_address_cannot_be_changed() -> None:
    address = EmailAddress.parse("kari@example.org")

    with pytest.raises(FrozenInstanceError):
        address.normalised = "ola@example.org"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]


def test_text_that_is_more_than_text_is_kept_as_plain_text() -> None:
    address = EmailAddress.parse(Markup("kari@example.org"))

    assert {type(address.normalised), type(address.ascii), type(address.original)} == {str}


def test_the_library_is_loaded_on_first_use_and_looks_nothing_up() -> None:
    program = (
        "import sys, straks.core.email_address as module\n"
        "before = 'email_validator' in sys.modules\n"
        "module.EmailAddress.parse('kari@example.org')\n"
        "print(before, 'email_validator' in sys.modules, 'dns' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["False", "True", "False"]
