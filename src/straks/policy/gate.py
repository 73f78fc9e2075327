"""
The promise's code path: no message comes out of a template that does not pass the check.

A template is inspected once, at its first use, and what was found is kept; each order is held against
the rules about messages and orders alone, which are few and cheap: of them those that look at the
sender alone once for each sender, and those that look at the reference where there is one. Only errors
stop anything, so only rules that make errors are asked: warnings and advice are for
`straks.policy.engine.inspect`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from straks.errors import PolicyError
from straks.policy.engine import enforce, inspect
from straks.policy.rule import Scope, Severity
from straks.policy.rules import RULES
from straks.policy.subject import Filled, Placed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from straks.core.gate import Gate
    from straks.core.message import Order
    from straks.core.template import Template
    from straks.policy.rule import Check, Finding
    from straks.policy.settings import Policy

_GRAVE = tuple(rule for rule in RULES if rule.severity is Severity.ERROR)
_GRAVE_OF_ORDERS = tuple(rule for rule in _GRAVE if rule.scope in (Scope.MESSAGE, Scope.ORDER))
_SENDERS_KEPT: Final = 256


def policy_of(gate: Gate) -> Policy | None:
    """Return the policy that *gate* holds templates against, None where it asks for none."""
    return gate.policy if isinstance(gate, PolicyGate) else None


class PolicyGate:
    """
    A gate that holds templates and orders against *policy*.

    One gate belongs to one catalog, whose templates it knows by name, and may serve any number of
    threads: two that come first at once both inspect, and find the same.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        wanted = [rule for rule in _GRAVE_OF_ORDERS if policy.wants(rule.code)]
        of_messages = [rule for rule in wanted if rule.scope is Scope.MESSAGE]
        self._of_senders = tuple(rule.check for rule in of_messages if rule.by_sender)
        self._of_messages = tuple(rule.check for rule in of_messages if not rule.by_sender)
        of_orders = [rule for rule in wanted if rule.scope is Scope.ORDER]
        self._with_reference = tuple(rule.check for rule in of_orders)
        self._without_reference = tuple(rule.check for rule in of_orders if not rule.by_reference)
        self._found: dict[str, tuple[Finding, ...]] = {}
        self._good_senders: set[tuple[str, str | None]] = set()

    def admit(self, template: Template) -> None:
        """
        Let *template* make messages.

        Raises:
            PolicyError: It has errors; each time with all of them.
        """
        found = self._found.get(template.name)
        if found is None:
            every = inspect(template, self.policy, _GRAVE)
            # An ignore of a warning matches nothing here; what it says about itself is no error.
            found = tuple(finding for finding in every if finding.severity is Severity.ERROR)
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
            self._hold(order, Filled(message, self.policy), self._of_senders)
            if len(self._good_senders) < _SENDERS_KEPT:
                self._good_senders.add(sender)
        if self._of_messages:
            self._hold(order, Filled(message, self.policy), self._of_messages)
        of_orders = self._without_reference if order.reference is None else self._with_reference
        if of_orders:
            self._hold(order, Placed(order, self.policy), of_orders)

    def _hold(self, order: Order, subject: Filled | Placed, checks: Iterable[Check]) -> None:
        for check in checks:
            # Nearly always there is nothing to find; findings are put together only where there is.
            for _ in check(subject):
                enforce(order, self.policy, _GRAVE_OF_ORDERS)

    def __reduce__(self) -> tuple[type[PolicyGate], tuple[Policy]]:
        # A message keeps its gate where it is pickled: another process inspects for itself.
        return PolicyGate, (self.policy,)
