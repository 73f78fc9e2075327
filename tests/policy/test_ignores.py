from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.core.message import Sms
from straks.policy.engine import inspect
from straks.policy.rules import sms
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from straks.policy.rule import Finding

UCS2 = (sms.character_that_forces_ucs2,)
REASON = "{# straks: ignore[SMS102] the name is written so #}"


def found_in(text: str, policy: Policy | None = None) -> tuple[Finding, ...]:
    return inspect(Trial(sms=text).catalog()["trial"], policy, UCS2)


def codes_in(text: str, policy: Policy | None = None) -> list[str]:
    return [finding.code for finding in found_in(text, policy)]


@pytest.mark.parametrize(
    "text",
    [
        f"{REASON}\nHei «du»",
        f"Hei «du» {REASON}",
        "{#straks:ignore[ SMS102 ] why#}\nHei «du»",
        "{#- straks: ignore[SMS102,] why -#}\nHei «du»",
        "{# straks: ignore[SMS102] a reason\nover two lines #}Hei «du»",
    ],
)
def test_an_ignore_with_a_reason_covers_its_own_line_and_the_next(text: str) -> None:
    assert codes_in(text) == []


def test_an_ignore_covers_no_line_above_it_and_none_two_below() -> None:
    assert codes_in(f"«\n{REASON}\n\n«") == ["SMS102", "IGN002", "SMS102"]


def test_an_ignore_of_another_rule_does_not_count() -> None:
    assert codes_in("{# straks: ignore[SMS101] why #}\n«") == ["IGN002", "SMS102"]


def test_several_rules_are_ignored_at_once() -> None:
    assert codes_in("{# straks: ignore[SMS102, SMS103] why #}\n«") == ["IGN002"]


@pytest.mark.parametrize("text", ["{# straks: ignore[SMS102] #}\n«", "{# straks: ignore[SMS102]#}\n«"])
def test_an_ignore_without_a_reason_is_a_finding_and_ignores_nothing(text: str) -> None:
    assert codes_in(text) == ["IGN001", "SMS102"]


def test_an_ignore_of_nothing_is_a_finding() -> None:
    assert codes_in("{# straks: ignore[] why #}Hei") == ["IGN001"]


def test_an_ignore_that_matches_nothing_is_a_finding_at_its_place() -> None:
    (found,) = found_in(f"Hei\n  {REASON} du")

    assert (found.code, found.path, found.line, found.column) == ("IGN002", "trial/nb/sms.txt", 2, 3)
    assert "no SMS102 is found here" in found.message


def test_an_ignore_of_a_rule_that_the_policy_does_not_want_is_no_finding() -> None:
    assert codes_in(REASON + "Hei", Policy(ignore={"SMS102": "names"})) == []


def test_findings_about_ignores_can_be_ignored_by_the_policy() -> None:
    assert codes_in(REASON + "Hei", Policy(ignore={"IGN": "later"})) == []


def test_an_ignore_in_one_file_does_not_cover_another() -> None:
    trial = Trial(sms=f"{REASON}\nHei", files={"nn/sms.txt": "Hei\n«"})
    found = inspect(trial.catalog()["trial"], None, UCS2)

    assert [(each.code, each.path) for each in found] == [
        ("IGN002", "trial/nb/sms.txt"),
        ("SMS102", "trial/nn/sms.txt"),
    ]


def test_a_comment_that_is_no_ignore_is_left_alone() -> None:
    assert codes_in("{# straks is nice #}Hei {# ignore[SMS102] #}") == []


def test_a_finding_without_a_place_in_a_file_is_not_ignored() -> None:
    trial = Trial(sms="{# straks: ignore[SMS108] why #}Hei {{ code }}")
    found = inspect(trial.catalog()["trial"], None, (sms.parameter_that_nothing_uses,))

    assert {each.code for each in found} == {"SMS108", "IGN002"}


def test_a_finding_in_the_manifest_is_ignored_by_a_comment_of_toml() -> None:
    commented = PARAMETERS.replace(
        "[parameters.name]", "# straks: ignore[SMS103] any letter\n[parameters.name]"
    )
    rules = (sms.value_that_may_force_ucs2,)

    assert inspect(Trial(sms="Hei {{ name }}").catalog()["trial"], None, rules)
    assert inspect(Trial(sms="Hei {{ name }}", parameters=commented).catalog()["trial"], None, rules) == ()


def test_an_ignore_in_a_shared_file_counts_for_whoever_draws_on_it() -> None:
    part = {"_parts/end.txt": f"{REASON}\n«Hilsen»"}
    with_finding = Trial(sms='Hei. {% include "_parts/end.txt" %}', files=part)
    without = Trial(sms="Hei.", files=part)

    assert inspect(with_finding.catalog()["trial"], None, UCS2) == ()
    assert inspect(without.catalog()["trial"], None, UCS2) == ()


def body_of(text: str) -> str:
    message = Trial(sms=text).message()
    assert isinstance(message, Sms)

    return message.body


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{REASON}\nHei", "Hei"),
        (f"Hei\n  {REASON}\ndu", "Hei\ndu"),
        (f"Hei {REASON}\ndu", "Hei du"),
        (f"Hei {REASON} du", "Hei  du"),
        ("{# straks: ignore[SMS102, SMS101] why #}\n«", "{# straks: ignore[SMS102] why #}\n«"),
        ("Hei {#- straks: ignore[SMS102] why #}\ndu", None),
        (f"Hei {REASON}\n  {{% if count %}}du{{% endif %}}", None),
    ],
)
def test_a_needless_ignore_is_taken_out_and_the_text_prints_the_same(before: str, after: str | None) -> None:
    (found,) = [each for each in found_in(before) if each.code == "IGN002"]
    if after is None:
        assert found.fix is None
        return
    assert found.fix is not None
    mended = before[: found.fix.start] + found.fix.text + before[found.fix.end :]

    assert mended == after
    assert found.fix.safe
    assert body_of(mended) == body_of(before)


def test_a_needless_ignore_in_a_manifest_goes_with_its_line() -> None:
    commented = "# straks: ignore[SMS103] why\n" + PARAMETERS
    (found,) = inspect(Trial(sms="Hei", parameters=commented).catalog()["trial"], None, UCS2[:0])

    assert (found.code, found.path) == ("IGN002", "trial/template.toml")
    assert found.fix is not None
    source = HEAD + commented
    assert source[: found.fix.start] + source[found.fix.end :] == HEAD + PARAMETERS
