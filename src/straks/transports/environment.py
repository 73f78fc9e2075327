"""
Where Altinn is: production, the test environment, or an address of your own.

An address is https, or plain http to this machine alone, where nobody listens in. A token goes
into every request, so it never travels in the clear.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from straks.core.given import require
from straks.core.nearest import nearest
from straks.errors import InvalidSetting

ENVIRONMENTS: Final = {
    "prod": "https://platform.altinn.no",
    "tt02": "https://platform.tt02.altinn.no",
}
"""The service's own, by name."""

_ALSO_CALLED: Final = {**{name: name for name in ENVIRONMENTS}, "production": "prod", "test": "tt02"}
_API_PATH = "/notifications/api/v1"
_HOST = re.compile(r"[A-Za-z0-9._:-]+")  # colons are those of an IPv6 address, out of its brackets


def base_url_of(environment: str) -> str:
    """
    Return scheme and host for *environment*, without a slash at the end.

    Raises:
        InvalidSetting: It is neither a name nor an address that a token may go to.

    >>> base_url_of("tt02"), base_url_of("http://127.0.0.1:5090/")
    ('https://platform.tt02.altinn.no', 'http://127.0.0.1:5090')
    """
    require(environment, str, "an environment is text (str): prod, tt02 or an address")
    if environment in ENVIRONMENTS:
        return ENVIRONMENTS[environment]
    known = f"known are {', '.join(ENVIRONMENTS)}, or an address: https, or http to this machine"
    try:
        parts = urlsplit(environment)
        # The codec knows how long a label of a name may be; who only looks the name up learns it late.
        host, _ = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError:
        raise InvalidSetting(f"the environment is not a usable address; {known}") from None
    if parts.username is not None or parts.query or parts.fragment:
        raise InvalidSetting(f"the environment's address may hold no user, query or fragment; {known}")
    path = parts.path.rstrip("/").removesuffix(_API_PATH)
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not _HOST.fullmatch(host) or path or not secure:
        # What was given is not repeated: it may be the token, in the wrong place.
        near = nearest(environment.lower(), _ALSO_CALLED)
        hint = f". Did you mean {_ALSO_CALLED[near]!r}?" if near else ""
        raise InvalidSetting(f"there is no such environment; {known}{hint}")
    return f"{parts.scheme}://{parts.netloc}"


def is_loopback(host: str) -> bool:
    """Tell whether *host* is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_rehearsal(base_url: str) -> bool:
    """Tell whether *base_url* is on this machine, where nothing reaches a person."""
    return is_loopback(urlsplit(base_url).hostname or "")
