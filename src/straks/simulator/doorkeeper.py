"""
Who is let in: programs on this machine, and no web page but the simulator's own.

The simulator asks nobody who he is and shows recipients, texts and codes. It listens on loopback
for that reason; but a browser runs other people's programs on this very machine. Two things keep
them out, and both rest on headers that a page cannot change.

1. A page on a domain of the attacker's that is made to resolve to this machine (DNS rebinding)
   sends its own name as ``Host``. So the host must be an address, ``localhost``, or a name that
   the simulator was told it goes by. An address cannot be rebound.
2. A page elsewhere that posts here, or draws something in from here, says so: ``Origin`` is not
   this address, ``Sec-Fetch-Site`` is not ``same-origin``. Only a person who follows a link to the
   inbox, which is a navigation, may come from another site.

What is no browser sends neither header, and is not concerned.

Source: RFC 9110, 7.2 and 15.5.20 (421); RFC 6454, 7; W3C, «Fetch Metadata Request Headers».
"""

from __future__ import annotations

import ipaddress
import re
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from straks.simulator import answers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from straks.wire.exchange import Response

_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_HERE: Final = ("", "same-origin", "none")  # none: typed, or from a bookmark


class Stranger(IntEnum):
    """Why somebody is not let in, each with the status that says so."""

    BY_NAME = 421
    BY_ORIGIN = 403


def turned_away(method: str, headers: Mapping[str, str], names: Collection[str]) -> Response | None:
    """
    Return the answer that turns a request away; None where it is let in.

    Args:
        method: Of the request.
        headers: Of the request, their names in lower case.
        names: What the simulator goes by, besides addresses and ``localhost``.
    """
    match stranger(method, headers, names):
        case None:
            return None
        case Stranger.BY_NAME:
            return answers.own_error(
                "this simulator goes by an address or by localhost, not by the name that was asked for; if"
                " that name is its own, start it with --allow-host NAME",
                Stranger.BY_NAME,
            )
        case Stranger.BY_ORIGIN:
            return answers.own_error("a page of another site may not use this simulator", Stranger.BY_ORIGIN)


def stranger(method: str, headers: Mapping[str, str], names: Collection[str]) -> Stranger | None:
    """Tell why a request to a server on this machine is not let in, None where it is."""
    host = headers.get("host", "")
    if host and not is_ours(host, names):
        return Stranger.BY_NAME
    origin = headers.get("origin")
    navigates = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    elsewhere = headers.get("sec-fetch-site", "") not in _HERE and not navigates
    if elsewhere or (origin is not None and origin.lower() != f"http://{host}".lower()):
        return Stranger.BY_ORIGIN
    return None


def is_ours(host: str, names: Collection[str]) -> bool:
    """
    Tell whether *host*, as a request has it, is one the simulator may be asked by.

    >>> is_ours("127.0.0.1:5090", ()), is_ours("[::1]:5090", ()), is_ours("LOCALHOST", ())
    (True, True, True)
    >>> is_ours("altinn:5090", ["altinn"]), is_ours("attacker.example:5090", [])
    (True, False)
    """
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = found[1].strip("[]").lower()
    if name == "localhost" or name in (each.lower() for each in names):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
