"""
What the service can carry: the characters of each text, and the addresses that it takes.

Source: the validators of Altinn Notifications (Altinn/altinn-notifications, commit 0d0183fb).
"""

from __future__ import annotations

import re
from typing import Final

ID_CHARACTERS_MOST: Final = 255
"""The longest id: far below the 2700 bytes where the service's index fails, after the message was sent."""

# Controls and surrogates, and what else XML has no place for (XML 1.0, 2.2).
NOT_IN_LINE: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NOT_IN_SMS: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NOT_IN_EMAIL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# The service's own pattern for an address, without its accidents (it also takes ";" and "&quot;" in
# places, which no address that straks accepts has).
_LETTER = "A-Za-z0-9æøåÆØÅ"
_LABEL = f"[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?"
_ATOM = rf"[{_LETTER}!#$%&'*+=?^_`{{|}}~-]+"
SERVICE_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.){{1,9}}[A-Za-z]{{2,14}}")
SERVICE_ADDRESS_RULE: Final = (
    "the part before @ has the letters a-z and æøå, digits and !#$%&'*+-=?^_`{|}~ in it, dots between; "
    "the domain has at most ten labels and ends in 2 to 14 letters a-z"
)
