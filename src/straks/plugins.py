"""
Rules of others: what an installed package adds to those of straks, and what happens when it is broken.

A plugin is a package with an entry point in the group ``straks.rules``, which names a module with a
tuple ``RULES``, or the tuple itself. `load_rules` is the one way in. The command line takes it, and so
may you, as ``straks.inspect(catalog, rules=straks.load_rules())``; nothing else does. A package that
somebody installs must not be able to stop, or let through, the messages of a program that never asked.

A plugin is code of somebody else's, and whoever runs a check did not write it. So whatever is wrong
with it is one sentence with the name of the package in it: it does not load, its codes are none, they
are in a family of straks or taken by another package, or a rule fails while it looks. That last
sentence holds the place and the kind of the error and never its text, which may quote a value.

Families are kept apart whole, not code by code: a rule that straks adds to a family next year must not
break a check that runs today.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import wraps
from importlib.metadata import entry_points
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, cast

from straks.errors import InvalidSetting
from straks.policy.rule import CODE, FAMILY, Check, Flaw, Rule
from straks.policy.rules import RULES
from straks.policy.sweep import template_that_cannot_be_read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.metadata import EntryPoint

GROUP: Final = "straks.rules"
_OURS: Final = (*RULES, template_that_cannot_be_read)
_FAMILIES: Final = frozenset(rule.code[:FAMILY] for rule in _OURS)


def load_rules() -> tuple[Rule, ...]:
    """
    Return the rules of straks and after them those of every installed plugin, package by package.

    Raises:
        InvalidSetting: A plugin cannot be used; names the package and the way out.
    """
    whose = {rule.name: "straks" for rule in _OURS}
    rules = [*RULES]
    for point in sorted(entry_points(group=GROUP), key=lambda point: (_package(point), point.name)):
        package = _package(point)
        for rule in _rules_of(point, package):
            fault = _fault(rule)
            for taken in (rule.code, rule.name):
                if taken in whose:
                    fault = f"{taken} is taken by {whose[taken]}; choose another"
                whose[taken] = package
            if fault:
                raise InvalidSetting(f"a rule of {package} cannot be used: {fault}")
            rules.append(replace(rule, check=_guarded(rule, package)))
    return tuple(rules)


def _package(point: EntryPoint) -> str:
    return point.value if point.dist is None else f"{point.dist.name} {point.dist.version}"


def _rules_of(point: EntryPoint, package: str) -> tuple[Rule, ...]:
    why = ""
    try:
        loaded: object = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's module does when it is imported
        why = f"{type(error).__name__}: {error}"
    else:
        held: object = getattr(loaded, "RULES", None) if isinstance(loaded, ModuleType) else loaded
        if isinstance(held, tuple):
            rules = cast("tuple[object, ...]", held)
            if all(isinstance(rule, Rule) for rule in rules):
                return cast("tuple[Rule, ...]", rules)
        why = f"{point.value} is neither a tuple of rules nor a module with one named RULES"
    raise InvalidSetting(
        f"the rules of {package} cannot be loaded: {why}; mend that package, or uninstall it"
    )


def _fault(rule: Rule) -> str | None:
    if not re.fullmatch(CODE, rule.code):
        return f"{rule.code!r} is no code; one is three capital letters and three or four digits"
    family = rule.code[:FAMILY]
    if family in _FAMILIES:
        return f"{rule.code} is in {family}, a family of straks; choose three other letters"
    return None


def _guarded(rule: Rule, package: str) -> Check:
    """Return the check of *rule*, whose failure is an error with the name of its package."""

    @wraps(rule.check)
    def check(subject: Any) -> Iterator[Flaw]:  # noqa: ANN401 - as `Check`
        try:
            for flaw in cast("Iterable[object]", rule.check(subject)):
                if not isinstance(flaw, Flaw):
                    raise TypeError(type(flaw).__name__)  # noqa: TRY301 - told with all that goes wrong in a rule
                yield flaw
        except Exception as error:  # noqa: BLE001 - whatever a stranger's rule does
            failed = f"{type(error).__name__} at {_place(rule, error)}"
        else:
            return
        # Raised out here, not chained: the frames of a rule may hold the values of a message.
        raise InvalidSetting(
            f"rule {rule.code} of {package} failed with {failed}; mend that package, or ignore {rule.code}"
        )

    return check


def _place(rule: Rule, error: Exception) -> str:
    """Return file and line of *error*: the last of the rule's own module, as far as there is one."""
    own: str | None = getattr(getattr(rule.check, "__code__", None), "co_filename", None)
    places: list[tuple[str, int]] = []
    trace = error.__traceback__
    while trace is not None:
        places.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    file, line = ([place for place in places if place[0] == own] or places)[-1]
    return f"{file}:{line}"
