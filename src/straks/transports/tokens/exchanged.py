"""
Tokens that renew themselves: Maskinporten's, exchanged for Altinn's, and those kept.

Where Maskinporten's token comes from is one part, and `straks.Maskinporten` is the common case of it.
The rest is the same for all: the exchange, and a keeper for each service that the source is used
with. Nothing else may share a token: a source is one client with one key, one set of scopes and one
customer, so the service's address is all that is left to tell its tokens apart. One source may serve
any number of transports, threads and event loops; it has no connections of its own and is carried by
whoever asks.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from straks.altinn.claims import SCOPE
from straks.altinn.fetch import PAUSES_S, fetch
from straks.altinn.grant import Client
from straks.altinn.keeping import Keeper, Landed
from straks.altinn.maskinporten import Again, MaskinportenToken, Setback, is_token
from straks.altinn.origins import Sidecar
from straks.errors import InvalidSetting
from straks.transports.environment import is_loopback
from straks.transports.tokens.errands import Gathering, Pause, Question
from straks.transports.tokens.events import log_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from straks.altinn.fetch import Budget, Fetched, Origin
    from straks.altinn.keeping import TokenEvent
    from straks.altinn.token_source import Given, Need
    from straks.wire.plan import Plan

SIDECAR_VARIABLE: Final = "NAIS_TOKEN_ENDPOINT"


class Exchanged:
    """
    A `TokenSource` that exchanges Maskinporten's tokens for Altinn's, and keeps those.

    Args:
        origin_at: Where Maskinporten's token comes from, for the service at an address.
        test_department: Digdir's own clients alone: get tokens for ``ttd``, the test department.
        clock: Seconds since 1970.
        dice: A number from 0 to 1, another each time.
        note: Told what happens; by default it is logged under ``straks.tokens``.
    """

    def __init__(
        self,
        origin_at: Callable[[str], Origin],
        *,
        test_department: bool = False,
        clock: Callable[[], float] = time.time,
        dice: Callable[[], float] = random.random,
        note: Callable[[TokenEvent], None] = log_event,
    ) -> None:
        self._origin_at = origin_at
        self._test_department = test_department
        self._clock = clock
        self._dice = dice
        self._note = note
        self._keepers: dict[str, Keeper] = {}

    def token(self, need: Need) -> Plan[Given]:
        """
        Give the token that is kept for this service, or fetch one.

        Raises:
            NoToken: There is none; the sentence says what to fix.
            InvalidSetting: This source cannot give tokens for that service.
        """
        return (yield from self.keeper(need.base_url).token(need))

    def refused(self, given: Given, need: Need) -> bool:
        """Drop the token if it is the one that was used; tell whether another may be had."""
        return self.keeper(need.base_url).refused(given, need)

    def keeper(self, base_url: str) -> Keeper:
        """
        Return who keeps the token for the service at *base_url*.

        Raises:
            InvalidSetting: This source cannot give tokens for that service.
        """
        known = self._keepers.get(base_url)
        # One step, so that of two threads only one makes the keeper that counts.
        return known if known is not None else self._keepers.setdefault(base_url, self._keeper(base_url))

    def _keeper(self, base_url: str) -> Keeper:
        origin = self._origin_at(base_url)

        def fetch_one(budget: Budget, *, pauses_s: Sequence[float], skew_s: float) -> Plan[Fetched | Setback]:
            return fetch(
                origin,
                budget,
                base_url=base_url,
                clock=self._clock,
                pauses_s=pauses_s,
                skew_s=skew_s,
                test_department=self._test_department,
            )

        return Keeper(
            base_url,
            fetch=fetch_one,
            share=Gathering[Landed]().share,
            clock=self._clock,
            # Half to one and a half times as long: many who failed together must not return together.
            pauses=lambda: [pause_s * (0.5 + self._dice()) for pause_s in PAUSES_S],
            note=self._note,
        )


class MaskinportenSidecar(Exchanged):
    """
    Altinn tokens from a sidecar that has the client's key and gives Maskinporten's tokens, as on NAIS.

    Args:
        url: Where the sidecar is asked, such as the platform says in ``NAIS_TOKEN_ENDPOINT``: https, or
            http to this machine. A proxy must not stand between (``NO_PROXY``).
        scopes: What the token is to be good for.
        settings: As `straks.transports.tokens.exchanged.Exchanged` takes them.

    Raises:
        InvalidSetting: One of these cannot be used.
    """

    def __init__(self, url: str, scopes: str | Iterable[str] = SCOPE, **settings: Any) -> None:  # noqa: ANN401 - the base's
        self._url = secure_url(url, "the sidecar's address")
        self._scope = Client.of("sidecar", scopes, None).scope
        super().__init__(lambda _: Sidecar(self._url, self._scope, self._clock), **settings)

    def __repr__(self) -> str:
        return f"MaskinportenSidecar({self._url!r}, {self._scope!r})"


class ExchangedToken(Exchanged):
    """
    Altinn tokens from a function that returns Maskinporten's, as other libraries fetch them.

    Args:
        function: Returns a Maskinporten token; under an event loop it may be asynchronous. It is asked
            when a token has to be fetched or renewed, which is once in some 25 minutes.
        settings: As `straks.transports.tokens.exchanged.Exchanged` takes them.
    """

    def __init__(self, function: Callable[[], Any], **settings: Any) -> None:  # noqa: ANN401 - the base's
        super().__init__(lambda _: _Function(function), **settings)

    def __repr__(self) -> str:
        return "<ExchangedToken>"


@dataclass(frozen=True, slots=True)
class _Function:
    """An origin that asks the caller."""

    function: Callable[[], Any]

    def ask(self, budget: Budget, *, after_s: float, skew_s: float) -> Plan[MaskinportenToken | Setback]:  # noqa: ARG002 - the protocol's
        if after_s > 0:
            yield Pause(after_s)
        question = Question[Any](self.function)
        yield question
        budget.now_s = question.at_s
        try:
            value = question.outcome()
        except Exception as error:  # noqa: BLE001 - a function of the caller's may fail in any way
            return Setback(
                f"the function that gives Maskinporten's tokens failed ({type(error).__name__})", Again.LATER
            )
        value = value.strip() if isinstance(value, str) else value
        if not is_token(value):
            return Setback("the function that gives Maskinporten's tokens gave none", Again.NEVER)
        return MaskinportenToken(value)


def secure_url(url: str, what: str) -> str:
    """
    Return *url*, which is *what*, if a token may go there or come from there.

    Raises:
        InvalidSetting: It is neither https nor http to this machine.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not secure or parts.username is not None or parts.query or parts.fragment:
        raise InvalidSetting(f"{what} must be https, or http to this machine, and nothing but an address")
    return url
