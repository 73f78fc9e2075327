"""The rules about how hard a code is to guess, beyond their examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.policy.engine import inspect
from straks.policy.rules.security import RULES
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    import straks
    from straks.policy.rule import Finding


def found(trial: Trial | str, code: str) -> list[Finding]:
    tried = Trial(sms=trial) if isinstance(trial, str) else trial
    findings = inspect(tried.catalog()["trial"], tried.policy, RULES)
    return [finding for finding in findings if finding.code == code]


def test_the_shipped_templates_are_clean(catalog: straks.Catalog) -> None:
    assert inspect(catalog, Policy(), RULES) == ()


KODE = "Kode {{ code }}"


def with_length(length: int) -> str:
    return PARAMETERS.replace("length = 6", f"length = {length}", 1).replace("482913", "4829135724"[:length])


def test_six_digits_are_never_turned_away_as_19_93_bits() -> None:
    assert found(Trial(sms=KODE, parameters=with_length(6)), "SEC401") == []
    assert found(Trial(sms=KODE, parameters=with_length(5)), "SEC401")


def test_a_short_code_is_found_at_its_declaration_with_its_odds() -> None:
    [finding] = found(Trial(sms=KODE, parameters=with_length(4), policy=Policy(attempts=5)), "SEC401")

    assert finding.message == "code is one of 10000 codes: 5 attempts hit one in 0.05 % of cases"
    assert (finding.path, finding.line, finding.column) == ("trial/template.toml", 6, 1)


def test_a_long_life_is_found_at_the_parameter_that_admits_it() -> None:
    [finding] = found(Trial(sms=KODE, parameters=PARAMETERS.replace('"10 min"', '"30 min"')), "SEC402")

    assert finding.message == "the code may live 1800 s; 600 s is the most"
    assert finding.line == PARAMETERS[: PARAMETERS.index("[parameters.lifetime]")].count("\n") + 5
    assert finding.witness is not None
    assert finding.hint == "lower the most that lifetime admits"


def test_a_long_time_to_live_in_seconds_is_found_in_the_head() -> None:
    [finding] = found(Trial(sms=KODE, head=HEAD.replace('"lifetime"', "1800")), "SEC402")

    assert (finding.line, finding.hint) == (1, "lower time-to-live")


def test_a_lifetime_is_held_to_ten_minutes_beside_a_time_to_live_in_seconds() -> None:
    trial = Trial(
        sms=KODE,
        head=HEAD.replace('"lifetime"', "300"),
        parameters=PARAMETERS.replace('"10 min"', '"30 min"'),
    )

    assert found(trial, "SEC402")


def test_an_email_that_has_no_time_to_live_is_held_to_its_lifetime() -> None:
    trial = Trial(
        html="<p>Kode {{ code }}</p>",
        head=HEAD.replace('time-to-live = "lifetime"\n', ""),
        parameters=PARAMETERS.replace('"10 min"', '"1 h"'),
    )

    assert found(trial, "SEC402")


def test_another_duration_than_the_time_to_live_is_no_lifetime() -> None:
    parameters = (
        PARAMETERS + '\n[parameters.session]\nkind = "duration"\nmin = "1 h"\nmax = "8 h"\nexample = "8 h"\n'
    )

    assert found(Trial(sms=KODE, parameters=parameters), "SEC402") == []
    assert (
        found(Trial(sms=KODE, parameters=parameters, head=HEAD.replace('"lifetime"', "300")), "SEC402") == []
    )


@pytest.mark.parametrize("attempts", [-1, 0, 11, 10_000_000])
def test_attempts_are_one_to_ten(attempts: int, catalog: straks.Catalog) -> None:
    [finding] = [f for f in inspect(catalog, Policy(attempts=attempts), RULES) if f.code == "SEC403"]

    assert f"{attempts} attempts" in finding.message
    assert finding.path is None


def test_the_odds_of_a_day_are_printed_with_their_factors() -> None:
    [finding] = found(Trial(sms=KODE, policy=Policy(attempts=10, codes_per_hour=10)), "SEC404")

    assert finding.message == (
        "code is guessed too often: 10 attempts × 10 codes an hour out of 1 000 000: "
        "0.01 % an hour, 0.24 % a day (limit 0.1 %)"
    )


def test_a_longer_code_bears_more_guesses() -> None:
    policy = Policy(attempts=10, codes_per_hour=10)

    assert found(Trial(sms=KODE, parameters=with_length(8), policy=policy), "SEC404") == []


def test_what_holds_no_code_is_not_weighed() -> None:
    trial = Trial(
        sms="Saken er klar.",
        head=HEAD.replace('"lifetime"', "86400"),
        parameters=PARAMETERS.partition("\n\n")[2],
        policy=Policy(attempts=10, codes_per_hour=1000),
    )

    assert inspect(trial.catalog()["trial"], trial.policy, RULES) == ()
