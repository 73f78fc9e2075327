"""
The bound last line of a one-time code: ``@login.example.org #482913``.

A phone that finds it offers the code on that host alone, so that a person on a look-alike page is
offered nothing. `bound_line` writes the line, `read_bound_line` reads it as browsers do, step by step
as the standard has it: the last line only, one space, and whatever stands after the code ignored.

The reader is lenient where the standard is, since it tells what a phone will make of a text: it takes
any run without white space for a host. The writer is strict, since a line with a port or a capital is
read and then matches nothing.

For a log-in in a frame of another site the published text and Chrome write ``@top #code @frame``, a
later draft and Apple's page ``@top #code %frame``. We read the published form; the other is ignored,
as the published text ignores it.

Source: WICG, «Origin-bound one-time codes delivered via SMS» (2021-03), 3.2; on the sign before the
frame, WICG/sms-one-time-codes issue 18.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from straks.core.given import require
from straks.errors import InvalidSetting

_NEWLINE = re.compile(r"\r\n?")
# ASCII white space of the Infra Standard: tab, LF, FF, CR, space. A no-break space is none.
_TOKEN = r"[^\t\n\f\r ]+"  # noqa: S105 - a token of text
_LINE = re.compile(rf"@({_TOKEN}) #({_TOKEN})(?: @({_TOKEN}))?")

# RFC 1035, 2.3.4 and RFC 5891: labels of 63, names of 253; what is not ASCII is written as its A-label.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+(?=[a-z0-9-]*[a-z]){_LABEL}")
_CODE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class BoundLine:
    """
    What a bound last line says.

    ``embedded_host`` is that of a frame of another site in which the code is typed, if there is one.
    """

    host: str
    code: str = field(repr=False)
    embedded_host: str | None = None


def is_host(text: str) -> bool:
    """
    Tell whether *text* is a host as the bound line wants it: ASCII, lower case, no scheme, port or path.

    >>> is_host("login.example.org"), is_host("https://login.example.org"), is_host("login.example.org:443")
    (True, False, False)
    """
    return _HOST.fullmatch(text) is not None


def bound_line(host: str, code: str) -> str:
    """
    Return the last line that binds *code* to *host*; put it after a line feed, with nothing after it.

    >>> bound_line("login.example.org", "482913")
    '@login.example.org #482913'

    Raises:
        InvalidSetting: The host is no lower-case ASCII host name, or the code has other characters
            than printable ASCII without spaces.
    """
    if not is_host(host):
        raise InvalidSetting(
            f"a bound line needs a host such as login.example.org, not {host!r}: ASCII in lower case "
            "(xn-- for other letters), without scheme, port or path"
        )
    if _CODE.fullmatch(code) is None:
        raise InvalidSetting("a bound line needs a code of printable ASCII characters without spaces")
    return f"@{host} #{code}"


def last_line(text: str) -> str:
    r"""
    Return the last line of *text* as the standard has it; empty where *text* ends in a line break.

    >>> last_line("Koden er 482913\r\n@login.example.org #482913")
    '@login.example.org #482913'
    """
    return _NEWLINE.sub("\n", text).rpartition("\n")[2]


def read_bound_line(text: str) -> BoundLine | None:
    r"""
    Return what the last line of *text* binds, None where a phone reads no bound line.

    >>> read_bound_line("Koden er 482913\n@login.example.org #482913").host
    'login.example.org'
    >>> read_bound_line("@login.example.org #482913\nHilsen Etaten") is None
    True
    """
    require(text, str, "a bound line is read from text (str)")
    match = _LINE.match(last_line(text))
    return None if match is None else BoundLine(match[1], match[2], match[3])
