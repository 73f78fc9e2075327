"""
Applying the rules: findings are values, and only `enforce` raises, once, with all of them.

What a rule sees twice at one place is one finding. An inline ``{# straks: ignore[SMS102] why #}`` takes
effect for its own line and the next; one without a reason, or that matches nothing, is itself a
finding, so that no ignore outlives its cause.
"""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

from straks.core.catalog import Catalog
from straks.core.given import require
from straks.core.message import Message, Order
from straks.core.template import Template
from straks.errors import PolicyError
from straks.policy.filled import Filled, Placed
from straks.policy.ignores import Ignores
from straks.policy.rule import Finding, Flaw, Rule, Scope, Severity
from straks.policy.rules import RULES
from straks.policy.settings import Policy
from straks.policy.subject import Whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_GRAVITY = (Severity.ERROR, Severity.WARNING, Severity.ADVICE)


def inspect(
    subject: Catalog | Template | Whole | Message | Order,
    policy: Policy | None = None,
    rules: Iterable[Rule] = RULES,
) -> tuple[Finding, ...]:
    """
    Hold *subject* against *policy* and return what is found, by file and line.

    Args:
        subject: A catalog, a template, a message or an order; or a `Whole`, which keeps what was worked
            out about its template for whoever looks at it next.
        policy: What the sender decided; None for the defaults.
        rules: The rules to apply, those of straks unless others are given.

    Raises:
        InvalidSetting: *subject* or *policy* is none.
    """
    require(policy, (Policy, NoneType), "messages are held against a Policy, or None for the default one")
    require(
        subject,
        (Catalog, Template, Whole, Message, Order),
        "what is inspected is a catalog, a template, a message or an order",
    )
    decided = policy or Policy()
    given = tuple(rules)
    wanted = [rule for rule in given if decided.wants(rule.code)]
    if isinstance(subject, Catalog):
        wholes = (Whole(template.ungated, decided) for template in subject.values())
        found = [finding for whole in wholes for finding in _of_template(whole, decided, wanted, given)]
        found += _of(wanted, Scope.POLICY, decided)
    elif isinstance(subject, Template | Whole):
        whole = Whole(subject.ungated, decided) if isinstance(subject, Template) else subject
        found = list(_of_template(whole, decided, wanted, given))
    elif isinstance(subject, Order):
        found = [
            *_of_message(subject.message, decided, wanted),
            *_of(wanted, Scope.ORDER, Placed(subject, decided)),
        ]
    else:
        found = list(_of_message(subject, decided, wanted))
    # What a rule sees on several ways at one place is one finding.
    return tuple({_place(finding): finding for finding in sorted(found, key=_place)}.values())


def enforce(subject: Any, policy: Policy | None = None, rules: Iterable[Rule] = RULES) -> None:  # noqa: ANN401 - as `inspect`
    """
    Hold *subject* against *policy*.

    Raises:
        PolicyError: With every finding that is an error; warnings and advice do not raise.
    """
    grave = tuple(
        finding for finding in inspect(subject, policy, rules) if finding.severity is Severity.ERROR
    )
    if grave:
        raise PolicyError(grave)


def _place(finding: Finding) -> tuple[Any, ...]:
    return (
        finding.path or "",
        finding.line or 0,
        finding.column or 0,
        _GRAVITY.index(finding.severity),
        finding.code,
        finding.message,
    )


def _of_template(
    whole: Whole, policy: Policy, rules: list[Rule], given: tuple[Rule, ...]
) -> Iterator[Finding]:
    template = whole.template
    found = [*_of(rules, Scope.TEMPLATE, whole, template=template.name)]
    for page in whole.pages:
        found += _of(
            rules,
            Scope.PAGE,
            page,
            template=template.name,
            locale=page.locale,
            channel=page.channel,
            path=page.files[0],
        )
    ignores = Ignores(template, given)
    yield from ignores.apply(found)
    for rule, flaw in ignores.flaws(policy):
        if policy.wants(rule.code):
            yield finding_of(rule, flaw, template=template.name)


def _of_message(message: Any, policy: Policy, rules: list[Rule]) -> list[Finding]:  # noqa: ANN401 - Sms or Email
    return list(
        _of(
            rules,
            Scope.MESSAGE,
            Filled(message, policy),
            template=message.template,
            locale=message.locale,
            channel=message.channel,
        )
    )


def _of(
    rules: Iterable[Rule], scope: Scope, subject: object, path: str | None = None, **where: str | None
) -> Iterator[Finding]:
    for rule in rules:
        if rule.scope is scope:
            for flaw in rule.check(subject):
                yield finding_of(rule, flaw, path, **where)


def finding_of(rule: Rule, flaw: Flaw, path: str | None = None, **where: str | None) -> Finding:
    """Return *flaw* with its rule's code and severity and its place."""
    spot = flaw.spot
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        message=flaw.message,
        hint=flaw.hint,
        path=spot.path if spot is not None else path,
        line=spot.line if spot is not None else None,
        column=spot.column if spot is not None else None,
        witness=flaw.witness,
        fix=flaw.fix,
        **where,
    )
