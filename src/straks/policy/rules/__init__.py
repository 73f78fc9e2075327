"""
Every rule there is, in the order of their codes.

A family is a module; its ``RULES`` is a tuple that one can read. Rules of others come in through the
entry point ``straks.rules`` and are added by the command line, never behind a library's back.
"""

from __future__ import annotations

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

RULES = (
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
