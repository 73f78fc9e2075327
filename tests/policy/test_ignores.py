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
UCS2_NAMES = (*UCS2, sms.value_that_may_force_ucs2)
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


@pytest.mark.parametrize(
    ("written", "meant"),
    [("SMS1O2", "SMS102"), ("charakter-that-forces-ucs2", "character-that-forces-ucs2"), ("CLR101", None)],
)
def test_an_ignore_of_a_misspelt_rule_names_the_one_that_is_meant_and_is_not_taken_out(
    written: str, meant: str | None
) -> None:
    found = next(
        each for each in found_in(f"{{# straks: ignore[{written}] why #}}\n«") if each.code == "IGN002"
    )

    assert found.hint == (
        f"did you mean {meant}? if not, take the ignore out" if meant else "take the ignore out"
    )
    assert (found.fix is None) is (meant is not None)


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


@pytest.mark.parametrize(
    "text",
    [
        "{# straks: ignore[sms102] the name is written so #}\n«",
        "{# straks: ignore[character-that-forces-ucs2] the name is written so #}\n«",
        "{# straks : ignore [ Character-That-Forces-UCS2 ] the name is written so #}\n«",
    ],
)
def test_a_rule_may_be_named_in_small_letters_and_by_its_name(text: str) -> None:
    assert codes_in(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{# straks: ignore SMS102 the name is written so #}\n«",
        "{# straks: SMS102 #}\n«",
        "{# straks: noqa[SMS102] why #}\n«",
        "{# straks: #}\n«",
    ],
)
def test_a_comment_to_straks_that_is_no_ignore_does_not_pass_in_silence(text: str) -> None:
    assert codes_in(text) == ["IGN003", "SMS102"]


NAME = '[parameters.name]\nkind = "name"\nmax-length = 40\nexample = "Kari"\n'


@pytest.mark.parametrize(
    "parameters",
    [
        "# straks: ignore[SMS103] names need any letter\n" + NAME,
        NAME.replace("\n", "  # straks: ignore[SMS103] names need any letter\n", 1),
    ],
)
def test_a_finding_in_a_manifest_is_ignored_in_a_comment_of_toml(parameters: str) -> None:
    trial = Trial(sms="Hei {{ name }}", head=HEAD.replace('"lifetime"', "300"), parameters=parameters)

    assert inspect(trial.catalog()["trial"], None, UCS2_NAMES) == ()


def test_an_ignore_in_a_manifest_needs_a_reason_and_a_finding_too() -> None:
    comments = "# straks: ignore[SMS103]\n# straks: ignore[SMS102] why\n# straks: later\n"
    trial = Trial(sms="Hei {{ name }}", head=HEAD.replace('"lifetime"', "300"), parameters=comments + NAME)
    found = inspect(trial.catalog()["trial"], None, UCS2_NAMES)

    assert [each.code for each in found] == ["IGN001", "IGN002", "IGN003", "SMS103"]


def test_an_ignore_in_a_shared_file_covers_it_for_every_template_and_need_not_match() -> None:
    shared = {"_parts/greeting.txt": "{# straks: ignore[SMS102] our name is written so #}\n«Etaten»\n"}
    using = Trial(sms='{% include "_parts/greeting.txt" %}', files=shared)
    not_using = Trial(sms='{% if code == "1" %}{% include "_parts/greeting.txt" %}{% endif %}', files=shared)

    assert inspect(using.catalog()["trial"], None, UCS2) == ()
    assert inspect(not_using.catalog()["trial"], None, UCS2) == ()


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
