"""What rules about messages and orders are given, apart from all that is known of templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from straks.core.message import Message, Order
    from straks.policy.settings import Policy


class Filled(NamedTuple):
    """A message with the policy."""

    message: Message
    policy: Policy


class Placed(NamedTuple):
    """An order with the policy."""

    order: Order
    policy: Policy
