"""
Where a conversation gets its token, and the one time it may ask for another.

A source is asked for a token before every call, and told when one was refused. It answers with a
plan, so that a token which has to be fetched over HTTP is fetched the same way, and by the same
carrier, as the order it is for. A string is the simplest source there is; `straks.Maskinporten` is
the one that renews itself.

A 401 proves that the service did nothing. So the call is made once more, byte for byte, if the source
has another token to offer, and only once in a conversation: a second 401 is about something that no
token cures. The token is not logged, not shown, and in no local variable longer than it takes to put
it into a header, whose ``repr`` does not show it either.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Final, Protocol

from straks.errors import NoToken, StraksError
from straks.wire.exchange import Request, Response
from straks.wire.plan import Call

if TYPE_CHECKING:
    from straks.wire.exchange import Reply
    from straks.wire.plan import Plan

_UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True)
class Need:
    """
    Where a token is to be used, and until when it is of any use.

    ``base_url`` is scheme and host of the service. ``now_s`` and ``deadline_s`` are readings of the
    carrier's clock: whoever fetches a token must be done by the deadline.
    """

    base_url: str
    now_s: float
    deadline_s: float = inf


@dataclass(frozen=True, slots=True)
class Given:
    """
    A token, and when it was had, by the carrier's clock.

    ``suspicion`` is why the service may refuse it, as far as the token itself shows: said when it does,
    for only the service can tell whether the clock of this machine is right.
    """

    value: str = field(repr=False)
    at_s: float
    suspicion: str = ""


class TokenSource(Protocol):
    """Gives Altinn tokens. Safe to ask from several threads or tasks if the transport is used so."""

    def token(self, need: Need) -> Plan[Given]:
        """
        Give a token that is valid now.

        Raises:
            NoToken: There is none; the sentence says what to do about it.
        """
        ...

    def refused(self, given: Given, need: Need) -> bool:
        """Take note that the service refused *given*; tell whether asking again may give another."""
        ...


@dataclass(frozen=True, slots=True)
class PlainToken:
    """A token as it stands: nothing is known about it, and there is no other."""

    value: str = field(repr=False)

    def token(self, need: Need) -> Plan[Given]:
        """Give it."""
        yield from ()
        return Given(self.value, need.now_s)

    def refused(self, given: Given, need: Need) -> bool:  # noqa: ARG002 - the protocol's
        """Tell that there is no other."""
        return False


class OutOfTime(Exception):
    """There was not enough time left to send anything."""


@dataclass(frozen=True, slots=True)
class Terms:
    """
    How long a call may take, in seconds and by the carrier's clock.

    ``patience_s`` is how long to wait for each answer, ``after_s`` how long to wait before sending,
    ``deadline_s`` when the answer must be there at the latest, and ``least_s`` the least time that an
    answer must be given: with less left nothing is sent.
    """

    patience_s: float
    after_s: float = 0.0
    deadline_s: float = inf
    least_s: float = 0.0

    def call(self, request: Request, given: Given) -> Call:
        """Return the call with the token in it; raises `OutOfTime` where it is too late."""
        left_s = self.deadline_s - given.at_s - self.after_s
        if left_s < self.least_s:
            raise OutOfTime
        headers = {"authorization": f"Bearer {given.value}", **request.headers}
        return Call(
            replace(request, headers=headers), timeout_s=min(self.patience_s, left_s), after_s=self.after_s
        )


class Bearer:
    """
    One conversation's way with tokens.

    Args:
        token: A token, or who gives them.
        base_url: The service's scheme and host.

    Attributes:
        calls: How many requests were sent, those for tokens left out.
        renewed: Whether a token was refused and another was asked for.
        suspicion: Why the service may refuse the token that was sent last.
    """

    def __init__(self, token: str | TokenSource, base_url: str) -> None:
        self._source = PlainToken(token) if isinstance(token, str) else token
        self._base_url = base_url
        self.calls = 0
        self.renewed = False
        self.suspicion = ""

    def carry(self, request: Request, now_s: float, terms: Terms) -> Plan[Reply]:
        """
        Send *request* with a token, and once more with another if the first was refused.

        Args:
            request: What to send, without its ``authorization``.
            now_s: The carrier's clock.
            terms: How long it may take.

        Raises:
            NoToken: There is no token.
            OutOfTime: It is too late to send anything, or getting a token made it so.
        """
        need = Need(self._base_url, now_s, terms.deadline_s - terms.after_s - terms.least_s)
        if need.deadline_s < now_s:
            raise OutOfTime
        given = yield from self._ask(need)
        reply = yield from self._send(terms.call(request, given))
        if self.renewed or not _unauthorized(reply) or not self._source.refused(given, need):
            return reply
        self.renewed = True
        at_once = replace(terms, after_s=0.0)
        other = yield from self._ask(
            replace(need, now_s=reply.at_s, deadline_s=terms.deadline_s - terms.least_s)
        )
        if other.value == given.value:
            return reply
        return (yield from self._send(at_once.call(request, other)))

    def _send(self, call: Call) -> Plan[Reply]:
        self.calls += 1
        return (yield call)

    def _ask(self, need: Need) -> Plan[Given]:
        try:
            given = yield from self._source.token(need)
        except StraksError:
            raise
        except Exception as error:
            # A function of the caller's own may fail in any way, and say anything as it does.
            raise NoToken(
                f"no token could be had ({type(error).__name__}): the function that was given for it failed",
                temporary=True,
            ) from error
        self.suspicion = given.suspicion
        return given


def _unauthorized(reply: Reply) -> bool:
    return isinstance(reply, Response) and reply.status == _UNAUTHORIZED
