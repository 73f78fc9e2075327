"""
The promise's code path: no message comes out of a template that does not pass the check.

A template is inspected once, at its first use, and what was found is kept; each order is held against
the rules about messages and orders alone, which are few and cheap: of them those that look at the
sender alone once for each sender, and those that look at the reference where there is one. Only errors
stop anything, so only rules that make errors are asked: warnings and advice are for
`straks.policy.engine.inspect`.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from straks.core.given import require
from straks.errors import PolicyError
from straks.policy.settings import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.core.gate import Gate
    from straks.core.message import Order
    from straks.core.template import Template
    from straks.policy.filled import Filled, Placed
    from straks.policy.rule import Check, Finding, Rule

_SENDERS_KEPT: Final = 256


def grave_rules() -> tuple[Rule, ...]:
    """Return the rules that make errors."""
    from straks.policy.rule import Severity
    from straks.policy.rules import RULES

    return tuple(rule for rule in RULES if rule.severity is Severity.ERROR)


def policy_of(gate: Gate) -> Policy | None:
    """Return the policy that *gate* holds templates against, None where it asks for none."""
    return gate.policy if isinstance(gate, PolicyGate) else None


class PolicyGate:
    """
    A gate that holds templates and orders against *policy*.

    One gate belongs to one catalog, whose templates it knows by name, and may serve any number of
    threads: two that come first at once both inspect, and find the same.

    Args:
        policy: What the sender decided.
        proven: Names of templates that were inspected before, and have no errors.
        good_senders: Channels and senders in which the rules about senders found no error before.
    """

    def __init__(
        self, policy: Policy, proven: Iterable[str] = (), good_senders: Iterable[tuple[str, str | None]] = ()
    ) -> None:
        require(policy, Policy, "templates are held against a Policy, or policy=None to go without")
        self.policy = policy
        self._found: dict[str, tuple[Finding, ...]] = dict.fromkeys(proven, ())
        self._good_senders = set(good_senders)

    def admit(self, template: Template) -> None:
        """
        Let *template* make messages.

        Raises:
            PolicyError: It has errors; each time with all of them.
        """
        found = self._found.get(template.name)
        if found is None:
            from straks.policy.engine import inspect

            every = inspect(template, self.policy, grave_rules())
            # An ignore of a warning matches nothing here; what it says about itself is no error.
            found = tuple(finding for finding in every if finding.severity == "error")
            self._found[template.name] = found
        if found:
            raise PolicyError(found)

    def release(self, order: Order) -> None:
        """
        Let *order* be made, whose id straks has just made.

        Raises:
            PolicyError: The message or the order has errors.
        """
        message = order.message
        sender = message.channel, message.sender_name
        if sender not in self._good_senders:
            from straks.policy.filled import Filled

            self._hold(order, Filled(message, self.policy), self._of_senders)
            if len(self._good_senders) < _SENDERS_KEPT:
                self._good_senders.add(sender)
        if self.policy.regions is not None:
            from straks.policy.filled import Filled

            self._hold(order, Filled(message, self.policy), self._of_messages)
        if order.reference is not None:
            from straks.policy.filled import Placed

            self._hold(order, Placed(order, self.policy), self._of_references)

    # A family of rules is loaded when it is first needed; a test holds these three, and when they are asked,
    # against all the rules that there are.
    @cached_property
    def _of_senders(self) -> tuple[Check, ...]:
        from straks.policy.rules import sender

        return self._checks(sender.RULES, "message")

    @cached_property
    def _of_messages(self) -> tuple[Check, ...]:
        from straks.policy.rules import security

        return self._checks(security.RULES, "message")

    @cached_property
    def _of_references(self) -> tuple[Check, ...]:
        from straks.policy.rules import sending

        return self._checks(sending.RULES, "order")

    def _checks(self, rules: Iterable[Rule], scope: str) -> tuple[Check, ...]:
        return tuple(
            rule.check
            for rule in rules
            if rule.scope == scope and rule.severity == "error" and self.policy.wants(rule.code)
        )

    def _hold(self, order: Order, subject: Filled | Placed, checks: Iterable[Check]) -> None:
        for check in checks:
            # Nearly always there is nothing to find; findings are put together only where there is.
            for _ in check(subject):
                from straks.policy.engine import enforce
                from straks.policy.rule import Scope

                of_orders = (Scope.MESSAGE, Scope.ORDER)
                enforce(order, self.policy, [rule for rule in grave_rules() if rule.scope in of_orders])

    def __reduce__(self) -> tuple[type[PolicyGate], tuple[Policy]]:
        # A message keeps its gate where it is pickled: another process inspects for itself.
        return PolicyGate, (self.policy,)
