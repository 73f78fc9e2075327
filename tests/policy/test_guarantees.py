"""What straks keeps by construction: the tests that runtime rules name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.core.catalog import Catalog
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = b"a key that only tests have"


def ordered(occasion: str = "login/8841", **changed: Any) -> straks.Order:  # noqa: ANN401 - values of every kind
    message = Trial(sms="Koden er {{ code }} i {{ lifetime }}", values=changed).message()
    return message.order(occasion, KEY)


def loaded(head: str, parameters: str = PARAMETERS, files: Mapping[str, str] | None = None) -> Catalog:
    return Catalog({"a/template.toml": head + parameters, "a/nb/sms.txt": "Hei", **(files or {})})


@pytest.mark.parametrize("text", ["Koden er «482913» – ikke del den…", "10 °C", "Kárášjohka", "Ŵyn 😀"])
def test_a_character_outside_gsm7_is_sent_as_it_stands(text: str) -> None:
    message = Trial(sms=text).message()
    sent: Any = straks.altinn.payload(message.order("1", KEY))

    assert sent["recipientSms"]["smsSettings"]["body"] == text


@pytest.mark.parametrize("seconds", [0, 59, 172_801, -60])
def test_a_time_to_live_that_the_service_refuses_does_not_load(seconds: int) -> None:
    with pytest.raises(straks.BrokenManifest, match="60 to 172800 seconds"):
        loaded(HEAD.replace('"lifetime"', str(seconds)))


@pytest.mark.parametrize(("least", "most"), [("59 s", "10 min"), ("2 min", "49 h")])
def test_a_lifetime_that_the_service_refuses_as_time_to_live_does_not_load(least: str, most: str) -> None:
    parameters = PARAMETERS.replace('min = "2 min"', f'min = "{least}"\nstep = "1 s"').replace(
        '"10 min"', f'"{most}"'
    )

    with pytest.raises(straks.BrokenManifest, match="60 to 172800 seconds"):
        loaded(HEAD, parameters)


def test_an_sms_without_a_time_to_live_does_not_load() -> None:
    with pytest.raises(straks.BrokenManifest, match="an SMS needs time-to-live"):
        loaded('[template]\npurpose = "notice"\n')


def test_a_repeat_has_the_same_id_and_a_new_code_another() -> None:
    first = ordered()

    assert ordered().idempotency_id == first.idempotency_id
    assert ordered(code="000000").idempotency_id != first.idempotency_id
    assert ordered(occasion="login/8842").idempotency_id != first.idempotency_id


def test_an_id_is_the_same_in_every_release() -> None:
    made = ordered().idempotency_id

    assert made == "trial.sms.pmbolfcbaooellkknpekjhpgjfnklopk"
    assert re.fullmatch("[A-Za-z0-9._~-]{1,64}", made)


@pytest.mark.parametrize("key", ["sender", "originator", "from"])
def test_a_template_names_no_sender_of_its_own(key: str) -> None:
    with pytest.raises(straks.BrokenManifest, match=key):
        loaded(HEAD + f'{key} = "Skatt"\n')
