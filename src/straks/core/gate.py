"""
Where a policy may stand in the way, without the core knowing of any.

A template asks its gate before it makes a message, and a message hands its gate every order that is
made of it. Which gate that is decides whoever makes the catalog; on its own the core lets everything
through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from straks.core.message import Order
    from straks.core.template import Template


class Gate(Protocol):
    """What may stop a message: it raises, or it says nothing."""

    def admit(self, template: Template) -> None:
        """Let *template* make messages."""
        ...

    def release(self, order: Order) -> None:
        """Let *order* be made, whose id straks has just made."""
        ...


class _Open:
    def admit(self, template: Template) -> None:
        pass

    def release(self, order: Order) -> None:
        pass

    def __reduce__(self) -> str:
        return "OPEN"


OPEN: Final[Gate] = _Open()
"""The gate that stops nothing."""
