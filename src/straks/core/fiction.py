"""Recipients that nobody is: for examples, previews and whatever else is never to reach a person."""

from __future__ import annotations

from typing import Final

FICTION_PHONE: Final = "+46701740605"
"""A number nobody has: Sweden sets +46 70 174 06 05 to 99 aside for fiction (Source: PTS)."""
FICTION_ADDRESS: Final = "kari@example.org"
"""An address nobody has: the domain is set aside (Source: RFC 2606, 3)."""
