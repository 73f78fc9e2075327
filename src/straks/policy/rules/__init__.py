"""
Every rule there is, in the order of their codes.

A family is a module; its ``RULES`` is a tuple that one can read. Rules of others come in through the
entry point ``straks.rules`` and are added by the command line, never behind a library's back.

All of them together are loaded when they are first asked for: an order needs only those about orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from straks.policy.rule import Rule

    RULES: tuple[Rule, ...]


def __getattr__(name: str) -> tuple[Rule, ...]:
    if name != "RULES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from straks.policy.ignores import IGNORE_RULES
    from straks.policy.rules import (
        bound_line,
        email,
        html,
        language,
        links,
        otp,
        otp_safety,
        security,
        sender,
        sending,
        sms,
        text,
        wording,
    )

    found = globals()["RULES"] = (
        *sms.RULES,
        *otp.RULES,
        *otp_safety.RULES,
        *bound_line.RULES,
        *security.RULES,
        *sending.RULES,
        *links.RULES,
        *sender.RULES,
        *language.RULES,
        *wording.RULES,
        *html.RULES,
        *email.RULES,
        *text.RULES,
        *IGNORE_RULES,
    )
    return found
