"""An address that a reader may follow: https, on a declared host, with nothing that hides where it leads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from straks.core.parameter import Unfit
from straks.core.text_kinds import AsWritten, string

# RFC 3986, 3: unreserved, reserved and percent; what else a browser would repair is not repaired here.
_URL = re.compile(r"https://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")


class Link(str):
    """An https address that was checked: the only value that may be the whole of an ``href``."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Url(AsWritten):
    """An https address on one of the declared hosts: no user, no port, ASCII, host in lower case."""

    kind: ClassVar[str] = "url"

    hosts: tuple[str, ...]
    max_length: int

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        return f"an https address on {' or '.join(self.hosts)}, at most {self.max_length} characters"

    def check(self, value: object) -> Link:
        """Return the address; another scheme, host or character is `Unfit`."""
        text = string(value)
        match = _URL.fullmatch(text)
        if match is None or match[1] not in self.hosts or len(text) > self.max_length:
            raise Unfit(f"takes {self.limits}")
        return Link(text)
