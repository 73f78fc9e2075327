"""
The promise's code path: no message comes out of a template that does not pass the check.

A template is inspected once, at its first use, and what was found is kept; each order is held against
the rules about messages and orders alone, which are few and cheap. Only errors stop anything, so only
rules that make errors are asked: warnings and advice are for `straks.policy.engine.inspect`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.errors import PolicyError
from straks.policy.engine import enforce, inspect
from straks.policy.rule import Scope, Severity
from straks.policy.rules import RULES
from straks.policy.subject import Filled, Placed

if TYPE_CHECKING:
    from straks.core.gate import Gate
    from straks.core.message import Order
    from straks.core.template import Template
    from straks.policy.rule import Finding
    from straks.policy.settings import Policy

_GRAVE = tuple(rule for rule in RULES if rule.severity is Severity.ERROR)
_GRAVE_OF_ORDERS = tuple(rule for rule in _GRAVE if rule.scope in (Scope.MESSAGE, Scope.ORDER))


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
        self._of_messages = tuple(rule.check for rule in wanted if rule.scope is Scope.MESSAGE)
        self._of_orders = tuple(rule.check for rule in wanted if rule.scope is Scope.ORDER)
        self._found: dict[str, tuple[Finding, ...]] = {}

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
        Let *order* be made.

        Raises:
            PolicyError: The message or the order has errors.
        """
        filled, placed = Filled(order.message, self.policy), Placed(order, self.policy)
        for subject, checks in ((filled, self._of_messages), (placed, self._of_orders)):
            for check in checks:
                # Nearly always there is nothing to find; findings are put together only where there is.
                for _ in check(subject):
                    enforce(order, self.policy, _GRAVE_OF_ORDERS)

    def __reduce__(self) -> tuple[type[PolicyGate], tuple[Policy]]:
        # A message keeps its gate where it is pickled: another process inspects for itself.
        return PolicyGate, (self.policy,)
