"""Every rule there is: declared, explained, and tried on its own examples."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from straks.policy import rules
from straks.policy.rule import Rule, Scope
from straks.policy.rules import RULES
from straks.policy.trial import try_rule

ROOT = Path(__file__).parents[2]
TABLE: dict[str, Any] = json.loads((ROOT / "tests/vectors/policy-codes.json").read_text("utf-8"))
STRENGTHS: dict[str, str] = {row["code"]: row["strength"] for row in TABLE["codes"]}
FAMILIES = {
    module.name: tuple[Rule, ...](importlib.import_module(f"{rules.__name__}.{module.name}").RULES)
    for module in pkgutil.iter_modules(rules.__path__)
    if hasattr(importlib.import_module(f"{rules.__name__}.{module.name}"), "RULES")
}
EVERY = list(
    {
        rule.code: rule for rule in (*RULES, *(rule for family in FAMILIES.values() for rule in family))
    }.values()
)
every_rule = pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.code)


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def by_number(code: str) -> tuple[str, int]:
    return code[:3], int(code[3:])


def test_no_two_rules_have_the_same_code_or_name() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_sorted_and_among_the_rules(family: str) -> None:
    codes = [rule.code for rule in FAMILIES[family]]

    assert codes == sorted(codes, key=by_number)
    assert set(codes) <= {rule.code for rule in RULES}


@every_rule
def test_a_rule_is_named_after_its_function(rule: Rule) -> None:
    assert rule.name == rule.check.__name__.replace("_", "-")
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)+", rule.name)


@every_rule
def test_a_rule_explains_itself(rule: Rule) -> None:
    sections = dict(re.findall(r"^(Why|Instead|Source): (.+)", rule.page, re.MULTILINE))

    assert list(sections) == ["Why", "Instead", "Source"]
    assert rule.summary.endswith(".")


@every_rule
def test_a_rule_passes_its_examples_or_names_the_test_that_shows_it(rule: Rule) -> None:
    if rule.scope is not Scope.RUNTIME:
        try_rule(rule)

        assert rule.test is None
        return
    path, _, name = (rule.test or "").partition("::")

    assert list(rule.check(None)) == []
    assert (ROOT / path).is_file()
    assert not name or name in names_in(path)


def test_every_rule_is_in_the_table_of_codes_and_every_code_of_it_has_a_rule() -> None:
    assert {rule.code for rule in EVERY} == set(STRENGTHS)


def test_the_table_is_whole_and_sorted() -> None:
    codes = [row["code"] for row in TABLE["codes"]]

    assert codes == sorted(set(codes), key=by_number)
    assert set(STRENGTHS.values()) == {"must", "should", "may"}
    assert all(row["source"] for row in TABLE["codes"])
