"""
The first leg to a token: a grant goes to Maskinporten, its token comes back, or the reason why not.

Maskinporten says no with OAuth's words and, in the description, a code of its own. The code is what
counts, then OAuth's word, then the status. Each refusal becomes a sentence that says what to fix, and
whether the same may be tried again:

* *never*: somebody has to change something first, and until then each try is one bad grant more;
* *once*: what was wrong is put right by a new grant (a clock that is off, a grant that came twice);
* *later*: nothing is wrong here, they are out of order.

What they said themselves is passed on too, for support asks for it: on one line, cut, and with every
run of characters that might be part of a grant or token left out. Ids that trace a request stay.

Source: docs.digdir.no, «Feilsøking» and the page on the token endpoint; RFC 6749, 5.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, cast

from straks.altinn.problem import one_line, retry_after_s
from straks.errors import NoToken
from straks.wire.exchange import Response, Silence, Trouble

if TYPE_CHECKING:
    from straks.wire.exchange import Reply

ANSWER_OCTETS_MOST: Final = 65_536
"""More than any token; an answer beyond it is somebody else's."""

_OK: Final = 200
_TRY_LATER: Final = frozenset({408, 425, 429})
_FORBIDDEN: Final = 403
_SERVER_ERRORS: Final = range(500, 600)
_SKEW_LEAST_S: Final = 2.0  # the Date header counts whole seconds, and an answer takes its time


class Again(StrEnum):
    """Whether asking again may help."""

    NEVER = "never"
    ONCE = "once"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Setback:
    """
    Why there is no token this time.

    ``sentence`` says what to fix. ``after_s`` is how long they asked us to wait, ``skew_s`` how far
    their clock is ahead of ours where that was the trouble.
    """

    sentence: str
    again: Again
    code: str | None = None
    status: int | None = None
    after_s: float = 0.0
    skew_s: float | None = None

    def error(self, note: str = "") -> NoToken:
        """Return it as an error, made anew each time: an error that is shared keeps growing."""
        return NoToken(
            f"no token could be had: {self.sentence}{note}",
            code=self.code,
            status=self.status,
            temporary=self.again is not Again.NEVER,
        )


@dataclass(frozen=True, slots=True)
class MaskinportenToken:
    """What Maskinporten gave, good for one exchange."""

    value: str = field(repr=False)
    expires_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked whom, for what, and under which key: what a refusal is explained with. Nothing is secret."""

    at: str
    issuer: str
    client: str
    scope: str
    key: str
    consumer: str


_MP: Final = {
    "MP-011": (
        "a parameter of the grant is unknown to it or malformed; look at the scopes and consumer_org, and "
        "report it to straks if they are right"
    ),
    "MP-012": "it has seen this grant before",
    "MP-100": "client {client} is unknown there; check the id, and that the client is of this environment",
    "MP-110": "it does not go by the name {issuer}; give it as it writes it itself, with the last slash",
    "MP-120": "{key} does not do: it has run out, is of another environment, or is not the client's own",
    "MP-121": (
        "{key} has run out, as every registered key does after a year; register a new one in "
        "Samarbeidsportalen"
    ),
    "MP-122": "the certificate is another organisation's than client {client} is",
    "MP-123": "it cannot read the certificate chain (x5c), which must be a list of texts",
    "MP-124": "the signature does not fit {key}; give the private key that belongs to what is registered",
    "MP-130": "the times in the grant do not suit its clock",
    "MP-200": "{scope} is not on client {client}; add it in Samarbeidsportalen",
    "MP-201": "{scope} is not for a client of this kind; {client} must be a Maskinporten client",
    "MP-250": (
        "its owner has not granted {scope} to the organisation; service owners ask "
        "tjenesteeier@altinn.no for it"
    ),
    "MP-251": (
        "{consumer} has not delegated {scope} to the organisation; each environment has delegations of its "
        "own"
    ),
    **dict.fromkeys(
        ("MP-301", "MP-302", "MP-303"), "it does not take authorization_details, which straks never sends"
    ),
}
"""Maskinporten's codes, and what to fix."""

_ONCE: Final = frozenset({"MP-012", "MP-130"})
"""Those that a new grant puts right."""

_OAUTH: Final = {"invalid_client": "MP-100", "invalid_scope": "MP-200"}
"""What OAuth's own words come down to where no code is given."""

_CODE: Final = re.compile(r"\bMP-[0-9]{3}\b")
_CLOCK: Final = re.compile("issue time|issued in the future|after now|expired", re.IGNORECASE)
_PRINTABLE: Final = re.compile("[!-~]+")
_LONG_RUN: Final = re.compile(r"[A-Za-z0-9_+/=-]{20,}")
_TRACE_ID: Final = re.compile("[0-9a-fA-F-]{1,55}")


def read_token_answer(reply: Reply, asked: Asked, wall_s: float) -> MaskinportenToken | Setback:
    """
    Say what Maskinporten's answer to a grant comes down to.

    Args:
        reply: The answer, or silence.
        asked: What to explain a refusal with.
        wall_s: The clock of this machine when the answer came, in seconds since 1970.
    """
    at = asked.at
    if (setback := outage(reply, at)) is not None:
        return setback
    answer = cast("Response", reply)
    said = answer.json()
    body = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    if answer.status == _OK:
        return _token(body) or not_theirs(at, answer.status)
    description, error = _text(body, "error_description"), _text(body, "error")
    if not error and not description:
        return not_theirs(at, answer.status)
    code = _code(description, error, answer.status)
    what = _MP.get(code or "", "it refused the grant").format(
        client=asked.client, issuer=asked.issuer, key=asked.key, scope=asked.scope, consumer=asked.consumer
    )
    # Where it gave no code but its words meant one, the words are kept and no code is claimed.
    given = _CODE.search(f"{description} {error}")
    words = cleaned(description or error)
    setback = Setback(
        f"{at} said no ({given[0] if given else answer.status}): {what}" + (f" [{words}]" if words else ""),
        Again.ONCE if code in _ONCE else Again.NEVER,
        code=given[0] if given else None,
        status=answer.status,
    )
    return _with_skew(setback, answer, wall_s) if code == "MP-130" else setback


def outage(reply: Reply, at: str) -> Setback | None:
    """Return the setback that *reply* is where they, or the way there, are out of order; else None."""
    if isinstance(reply, Silence):
        detail = f" ({one_line(reply.detail)})" if reply.detail else ""
        return Setback(f"{_SILENT[reply.why]} {at}{detail}", Again.LATER)
    if len(reply.body) > ANSWER_OCTETS_MOST:
        return not_theirs(at, reply.status)
    if reply.status in _TRY_LATER or reply.status in _SERVER_ERRORS:
        return Setback(
            f"{at} is out of order at the moment (it answered {reply.status})",
            Again.LATER,
            status=reply.status,
            after_s=retry_after_s(reply) or 0.0,
        )
    return None


def not_theirs(at: str, status: int) -> Setback:
    """Return the setback that an answer is which they cannot have given."""
    return Setback(
        f"what answered ({status}) in place of {at} does not speak as it does; a proxy, a gateway or a page "
        "of maintenance may stand in the way",
        Again.LATER,
        status=status,
    )


def cleaned(said: str) -> str:
    """
    Return what they said, fit for a log: one line, cut, and nothing in it that could open anything.

    >>> cleaned("MP-100: no such client (trace_id: 4bf92f3577b34da6a3ce929d0e0e4736) eyJhbGciOiJSUzI1NiJ9")
    'MP-100: no such client (trace_id: 4bf92f3577b34da6a3ce929d0e0e4736) …'
    """
    return _LONG_RUN.sub(lambda run: run[0] if _TRACE_ID.fullmatch(run[0]) else "…", one_line(said))[:200]


def is_token(value: object) -> bool:
    """Tell whether *value* can stand in a header as it is."""
    return isinstance(value, str) and _PRINTABLE.fullmatch(value) is not None


def _token(body: dict[str, Any]) -> MaskinportenToken | None:
    value, lifetime = body.get("access_token"), body.get("expires_in")
    if not is_token(value):
        return None
    known = isinstance(lifetime, int | float) and not isinstance(lifetime, bool) and lifetime > 0
    return MaskinportenToken(cast("str", value), float(cast("float", lifetime)) if known else None)


def _code(description: str, error: str, status: int) -> str | None:
    if found := _CODE.search(f"{description} {error}"):
        return found[0]
    if _CLOCK.search(description):
        return "MP-130"
    return _OAUTH.get(error) or ("MP-250" if status == _FORBIDDEN else None)


def _with_skew(setback: Setback, answer: Response, wall_s: float) -> Setback:
    skew_s = _date(answer.headers.get("date", "")) - wall_s
    if not abs(skew_s) >= _SKEW_LEAST_S:  # also where there is no Date
        return setback
    side = "behind" if skew_s > 0 else "ahead of"
    return replace(
        setback,
        skew_s=skew_s,
        sentence=f"{setback.sentence}. The clock of this machine is {abs(skew_s):.0f} s {side} theirs; set "
        "it right",
    )


def _date(text: str) -> float:
    """Read an HTTP date as seconds since 1970; NaN where it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("nan")


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


_SILENT: Final = {
    Trouble.NO_CONNECTION: "there is no connection to",
    Trouble.TIMED_OUT: "no answer came in time from",
    Trouble.CONNECTION_LOST: "the connection was lost to",
    Trouble.UNREADABLE: "no answer that can be read came from",
    Trouble.CLOSED: "the transport was closed before an answer came from",
}
