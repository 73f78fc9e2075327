"""
The far end of Altinn's instant notifications, on this machine.

It is written from the service's own rules and knows nothing of how straks talks to the service,
so that one misreading cannot hide in both. `Simulator` serves it over HTTP; the same desk answers
in memory through `straks.simulator.memory`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from straks.simulator.inbox import Message
    from straks.simulator.serve import Simulator

__all__ = ["Message", "Simulator"]

_HOMES = {"Message": "straks.simulator.inbox", "Simulator": "straks.simulator.serve"}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
