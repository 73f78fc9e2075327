"""Every rule by its code, those of the check itself and of plugins among them; a misspelt one is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.core.nearest import nearest
from straks.errors import InvalidSetting
from straks.plugins import load_rules
from straks.policy.rule import FAMILY
from straks.policy.sweep import template_that_cannot_be_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from straks.policy.rule import Rule


def known_rules() -> dict[str, Rule]:
    """
    Return every rule there is by its code, those of plugins after those of straks.

    Raises:
        InvalidSetting: A plugin cannot be used.
    """
    return by_code(load_rules())


def by_code(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Return *rules* and that of the check itself by their codes, family by family."""
    known = {rule.code: rule for rule in (*rules, template_that_cannot_be_read)}
    families = dict.fromkeys(code[:FAMILY] for code in known)
    return {code: rule for family in families for code, rule in known.items() if code[:FAMILY] == family}


def known_rule(given: str, known: Mapping[str, Rule]) -> Rule:
    """
    Return the rule of a code, in capitals or not, or of a name.

    Raises:
        InvalidSetting: There is none; names the nearest.
    """
    for rule in known.values():
        if given.upper() == rule.code or given.lower() == rule.name:
            return rule
    raise InvalidSetting(f"there is no rule {given!r}; {_hint(given, known)}")


def _hint(given: str, known: Mapping[str, Rule]) -> str:
    names = [rule.name for rule in known.values()]
    near = nearest(given.upper(), known) or nearest(given.lower(), names)
    return f"did you mean {near}?" if near else "straks rules lists them all"


def known_prefixes(given: Iterable[str], known: Mapping[str, Rule]) -> tuple[str, ...]:
    """
    Return the codes and prefixes in *given*, each of which may be several between commas.

    Raises:
        InvalidSetting: One is neither a rule nor the beginning of one; names the nearest.
    """
    parts = [part.strip() for each in given for part in each.split(",") if part.strip()]
    return tuple(_prefix(part, known) for part in parts)


def _prefix(given: str, known: Mapping[str, Rule]) -> str:
    prefix = given.upper()
    return prefix if prefix == "ALL" or under(prefix, known) else known_rule(given, known).code


def under(prefix: str, known: Mapping[str, Rule]) -> tuple[Rule, ...]:
    """Return the rules whose codes begin with *prefix*, in capitals or not."""
    return tuple(rule for code, rule in known.items() if code.startswith(prefix.upper()))


def require_known(given: Iterable[str], rules: Iterable[Rule], settings: Path | None) -> None:
    """
    Require that every code or prefix in the file *settings* is one.

    Raises:
        InvalidSetting: One is not; names the nearest.
    """
    known = by_code(rules)
    for prefix in given:
        if prefix != "ALL" and not under(prefix, known):
            raise InvalidSetting(f"{settings}: there is no rule {prefix!r}; {_hint(prefix, known)}")
