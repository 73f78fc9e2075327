"""``straks rules``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from straks.cli.known_rules import KNOWN
from straks.policy.rule import Scope
from straks.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


def test_every_rule_is_listed(cli: Callable[..., Result]) -> None:
    out = cli("rules").stdout

    assert all(code in out for code in KNOWN)
    assert {rule.code for rule in RULES} < set(KNOWN)


def test_json_says_of_every_rule_where_it_is_decided(cli: Callable[..., Result]) -> None:
    listed = json.loads(cli("rules", "--json").stdout)

    assert [rule["code"] for rule in listed] == list(KNOWN)
    assert {rule["decided"] for rule in listed} <= set(Scope)
    assert all((rule["test"] is not None) == (rule["decided"] == "runtime") for rule in listed)
    assert listed[0]["summary"].endswith(".")
