"""
Tokens that somebody else fetches: a ready one, a function's, a file's.

None of these renews a token. A function or a file is asked before every call, and once more when the
service refused what it gave: whoever renews the token may have done so meanwhile.

What a token itself shows to be wrong with it (`straks.altinn.claims`) goes along as a suspicion and is
the sentence of the error if the service says no. It does not stop the call: a token may seem to have
run out because the clock of this machine is off, and a 401 or 403 proves that nothing was sent.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from straks.altinn.claims import flaw, read_claims
from straks.altinn.keeping import Happening, TokenEvent
from straks.altinn.token_source import Given
from straks.errors import InvalidSetting, NoToken
from straks.transports.tokens.errands import Question
from straks.transports.tokens.events import log_event

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable, Callable

    from straks.altinn.claims import Claims
    from straks.altinn.token_source import Need, TokenSource
    from straks.wire.plan import Plan

Token: TypeAlias = "str | Callable[[], str] | TokenSource"  # noqa: S105 - a type
"""What a transport takes as its token."""
AsyncToken: TypeAlias = "str | Callable[[], str | Awaitable[str]] | TokenSource"
"""The same under an event loop, where a function may be asynchronous."""

SOON_S: Final = 120.0
"""A ready-made token with less than this left is worth a warning."""


def source_of(token: object) -> TokenSource:
    """
    Return the source that *token* is, or stands for.

    Raises:
        InvalidSetting: It is none.
    """
    if callable(getattr(token, "token", None)) and callable(getattr(token, "refused", None)):
        return cast("TokenSource", token)
    if callable(token):
        return AskedToken(cast("Callable[[], Any]", token))
    return ReadyToken(check_token(token))


def check_token(token: object) -> str:
    """
    Return *token* without white space around it.

    Raises:
        InvalidSetting: It cannot be one; the sentence does not repeat it.
    """
    # What stands around it is what reading it from a file leaves.
    found = token.strip() if isinstance(token, str) else ""
    if not found or not found.isascii() or not found.isprintable() or " " in found:
        raise InvalidSetting(
            "a token is one word of printable ASCII without Bearer before it, or a function that returns one,"
            " or a source of them such as straks.Maskinporten"
        )
    return found


def suspicion_of(claims: Claims | None, need: Need, now_s: float) -> str:
    """Return why the service may refuse a token that says *claims*; empty where nothing shows."""
    return "" if claims is None else flaw(claims, need.base_url, now_s) or ""


class ReadyToken:
    """
    A token that somebody fetched, good until it runs out.

    Args:
        token: An Altinn token.
        clock: Seconds since 1970.
        note: Told when there is little time left.
    """

    def __init__(
        self,
        token: str,
        *,
        clock: Callable[[], float] = time.time,
        note: Callable[[TokenEvent], None] = log_event,
    ) -> None:
        self._value = check_token(token)
        self._claims = read_claims(self._value)
        self._clock = clock
        self._note = note
        self._noted = False

    def token(self, need: Need) -> Plan[Given]:
        """Give it."""
        yield from ()
        now_s = self._clock()
        expires_s = self._claims.expires_s if self._claims is not None else None
        if expires_s is not None and expires_s - now_s < SOON_S and not self._noted:
            self._noted = True
            said = f"the ready-made token has {expires_s - now_s:.0f} s left and is not renewed"
            self._note(TokenEvent(Happening.RUNS_OUT, need.base_url, said))
        suspicion = suspicion_of(self._claims, need, now_s)
        if suspicion:
            suspicion += ". It was given ready-made and is not renewed; straks.Maskinporten renews itself"
        return Given(self._value, need.now_s, suspicion)

    def refused(self, given: Given, need: Need) -> bool:  # noqa: ARG002 - the protocol's
        """Tell that there is no other."""
        return False

    def __repr__(self) -> str:
        return "<ReadyToken>"


class AskedToken:
    """
    The tokens of a function, asked before every call; under an event loop it may be asynchronous.

    Args:
        function: Returns an Altinn token.
        clock: Seconds since 1970.
    """

    def __init__(self, function: Callable[[], Any], *, clock: Callable[[], float] = time.time) -> None:
        self._function = function
        self._clock = clock

    def token(self, need: Need) -> Plan[Given]:
        """
        Ask for one.

        Raises:
            InvalidSetting: What it gave is no token.
        """
        question = Question[Any](self._function)
        yield question
        value = check_token(question.outcome())
        return Given(value, question.at_s, suspicion_of(read_claims(value), need, self._clock()))

    def refused(self, given: Given, need: Need) -> bool:  # noqa: ARG002 - the protocol's
        """Tell that there may be another by now."""
        return True

    def __repr__(self) -> str:
        return "the token function"


class TokenFile(AskedToken):
    """
    The tokens in a file that another process renews: read before every call, for it is small.

    Args:
        path: The file. It holds an Altinn token and nothing else.
        clock: Seconds since 1970.
    """

    def __init__(self, path: str | os.PathLike[str], *, clock: Callable[[], float] = time.time) -> None:
        self._path = Path(path)
        super().__init__(self._read, clock=clock)

    def _read(self) -> str:
        try:
            return self._path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise NoToken(
                f"no token could be had: {self} cannot be read ({type(error).__name__})", temporary=True
            ) from error

    def __repr__(self) -> str:
        return f"the token file {self._path}"
