"""``straks rules``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from straks.cli.known_rules import by_code
from straks.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


KNOWN = by_code(RULES)


def test_every_rule_is_listed(cli: Callable[..., Result]) -> None:
    out = cli("rules").stdout

    assert all(code in out for code in KNOWN)
    assert {rule.code for rule in RULES} < set(KNOWN)


def test_rules_stand_in_families_each_of_which_says_what_it_is_about(cli: Callable[..., Result]) -> None:
    lines = cli("rules").stdout.splitlines()
    heads = [line.split("  ")[0] for line in lines if line and not line.startswith((" ", "Read"))]

    assert heads == list(dict.fromkeys(code[:3] for code in KNOWN))
    assert "LNK  where links lead, and where there should be none" in lines
    assert any(line.split()[:3] == ["SMS105", "error", "runtime"] for line in lines)


def test_json_says_of_every_rule_where_it_is_decided(cli: Callable[..., Result]) -> None:
    listed = json.loads(cli("rules", "--json").stdout)

    assert [rule["code"] for rule in listed] == list(KNOWN)
    assert {rule["decided"] for rule in listed} == {"template", "policy", "message", "order", "runtime"}
    assert all((rule["test"] is not None) == (rule["decided"] == "runtime") for rule in listed)
    assert listed[0]["summary"].endswith(".")
