from __future__ import annotations

import pytest

from straks.policy.rule import Finding, Flaw, Rule, Scope, Severity, rule

PAGE = """
    A fault.

    Why: reasons.
    Instead: another way.
    Source: a standard.
    """


def declared(code: str = "ABC101", page: str = PAGE) -> Rule:
    def a_fault_in_question(_: object) -> list[Flaw]:
        return []

    a_fault_in_question.__doc__ = page
    declare = rule(code, Scope.PAGE, severity=Severity.WARNING, since="0.1", passes=["a"], fails=["b"])
    return declare(a_fault_in_question)


def test_a_rule_is_named_after_its_function() -> None:
    assert declared().name == "a-fault-in-question"


def test_a_rule_explains_itself_with_its_docstring() -> None:
    made = declared()

    assert made.summary == "A fault."
    assert made.page.splitlines()[2:] == ["Why: reasons.", "Instead: another way.", "Source: a standard."]


def test_a_rule_carries_its_examples() -> None:
    assert (declared().passes, declared().fails) == (("a",), ("b",))


@pytest.mark.parametrize("section", ["Why:", "Instead:", "Source:"])
def test_a_rule_that_does_not_explain_itself_whole_cannot_be_declared(section: str) -> None:
    with pytest.raises(TypeError, match=f"ABC101 lacks {section}"):
        declared(page=PAGE.replace(section, ""))


@pytest.mark.parametrize("code", ["AB101", "abc101", "ABC1", "ABC10101", ""])
def test_a_code_is_three_letters_and_three_or_four_digits(code: str) -> None:
    with pytest.raises(TypeError, match="is no code; one is three capital letters"):
        declared(code)


def test_a_function_without_a_docstring_is_no_rule() -> None:
    with pytest.raises(TypeError, match="lacks Why:, Instead:, Source:"):
        declared(page="")


def test_a_rule_shows_what_it_is_and_not_its_page() -> None:
    assert "reasons" not in repr(declared())


def test_a_finding_prints_its_place_then_what_is_wrong_then_the_way_out() -> None:
    found = Finding(
        "ABC101", "a-fault", Severity.ERROR, "is wrong", "mend it", path="a/sms.txt", line=2, column=5
    )

    assert str(found) == "a/sms.txt:2:5: ABC101 is wrong. mend it"


def test_a_finding_without_a_place_prints_none() -> None:
    assert (
        str(Finding("ABC101", "a-fault", Severity.ERROR, "is wrong", "mend it")) == "ABC101 is wrong. mend it"
    )


def test_a_finding_shows_no_values_in_its_repr() -> None:
    found = Finding("ABC101", "a-fault", Severity.ERROR, "is wrong", "mend it", witness={"code": "482913"})

    assert "482913" not in repr(found)
