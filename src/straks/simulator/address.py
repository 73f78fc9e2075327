"""Where a server on this machine listens, and how it is called from a browser."""

from __future__ import annotations

import errno
import socket
from typing import Final

from straks.errors import InvalidSetting

_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read from the caller, never the default


def listen(host: str, port: int) -> socket.socket:
    """
    Return a socket that listens.

    Raises:
        InvalidSetting: There can be none; the sentence says why and what to do.
    """
    if not host:
        raise InvalidSetting("no host was given; give an address of this machine, such as 127.0.0.1")
    if port not in range(65_536):
        raise InvalidSetting(f"there is no port {port}; give one from 0 to 65535, 0 for any that is free")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InvalidSetting(
                f"port {port} on {host} is taken; choose another, or port 0 (--port 0) for any that is free"
            ) from error
        raise InvalidSetting(
            f"straks cannot listen on {host} port {port} ({error.strerror});"
            " give an address of this machine, such as 127.0.0.1, and a port above 1023 or 0"
        ) from error


def url_of(host: str, port: int) -> str:
    """
    Return the address under which a browser here finds who listens on *host*.

    >>> url_of("0.0.0.0", 5090), url_of("::1", 5090)
    ('http://127.0.0.1:5090', 'http://[::1]:5090')
    """
    reachable = _EVERYWHERE.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
