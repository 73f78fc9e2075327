"""Every rule by its code, those of the check itself among them; a misspelt code names the nearest."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.policy.rules import RULES
from straks.policy.sweep import template_that_cannot_be_read

if TYPE_CHECKING:
    from straks.policy.rule import Rule

KNOWN: Final[dict[str, Rule]] = {rule.code: rule for rule in (*RULES, template_that_cannot_be_read)}


def known_rule(given: str) -> Rule:
    """
    Return the rule of a code, in capitals or not, or of a name.

    Raises:
        InvalidSetting: There is none; names the nearest.
    """
    for rule in KNOWN.values():
        if given.upper() == rule.code or given.lower() == rule.name:
            return rule
    names = {**{code: code for code in KNOWN}, **{rule.name: rule.code for rule in KNOWN.values()}}
    nearest = get_close_matches(given.upper(), KNOWN, n=1) or get_close_matches(given.lower(), names, n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else "straks rules lists them all"
    raise InvalidSetting(f"there is no rule {given!r}; {hint}")


def known_prefixes(given: tuple[str, ...]) -> tuple[str, ...]:
    """
    Return the codes and prefixes in *given*, each of which may be several between commas.

    Raises:
        InvalidSetting: One is neither a rule nor the beginning of one; names the nearest.
    """
    wanted = tuple(part.strip().upper() for each in given for part in each.split(",") if part.strip())
    for prefix in wanted:
        if prefix != "ALL" and not any(code.startswith(prefix) for code in KNOWN):
            known_rule(prefix)
    return wanted
