"""
The clients that Maskinporten knows: their keys, and what they may ask for.

Without any, the simulator is open: every client id is known, is the test department, and may ask for
every scope, and the signature of its grant is not looked at. A client that is registered is held to
what is registered, its signature included. Registering clients of your own closes the simulator to
all others; the ready client that it has itself does not.

Source: docs.digdir.no, the pages on clients, keys and delegation in Maskinporten.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.simulator.signatures import public_half, public_key
from straks.simulator.tokens import (
    LIFETIME_S,
    MASKINPORTEN_LIFETIME_S,
    ORGANISATION,
    ORGANISATION_NUMBER,
    SCOPE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from straks.simulator.signatures import Certificate, Verify

READY_CLIENT_ID: Final = "7d2b6a70-0000-4000-8000-000000000001"
READY_KEY_ID: Final = "simulator-1"


@dataclass(frozen=True, slots=True)
class Client:
    """
    A client, as it stands in Samarbeidsportalen.

    Attributes:
        client_id: Its id.
        keys: Its registered keys by key id (`straks.simulator.signatures.public_key`).
        certificate: The certificate that it may sign with instead.
        scopes: Those that are on the client.
        withheld: Those of them that their owner has not granted to the organisation.
        organisation_number: Whose it is.
        organisation: The short name Altinn knows that number by; None where it is no service owner.
        delegated_by: The organisations that it may act for, as number to short name or None.
        run_out: Ids of keys that were registered more than a year ago.
        token_lifetime_s: How long Maskinporten's tokens for it live.
        altinn_lifetime_s: How long Altinn's do.
        quoted: Whether Altinn's come in quotes, as to who asks for JSON.
    """

    client_id: str
    keys: Mapping[str, Verify] = field(default_factory=dict[str, "Verify"], repr=False)
    certificate: Certificate | None = None
    scopes: frozenset[str] = frozenset({SCOPE})
    withheld: frozenset[str] = frozenset()
    organisation_number: str = ORGANISATION_NUMBER
    organisation: str | None = ORGANISATION
    delegated_by: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    run_out: frozenset[str] = frozenset()
    token_lifetime_s: int = MASKINPORTEN_LIFETIME_S
    altinn_lifetime_s: int = LIFETIME_S
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ReadyClient:
    """A client that this simulator has made itself: its id, its private JWK, and what it may ask for."""

    client_id: str
    key: Mapping[str, str] = field(repr=False)
    scope: str = SCOPE


class Clients:
    """
    Those that are registered.

    Args:
        registered: Clients of the caller's own; with any, all others are unknown.
        new_jwk: Makes a private JWK, for the ready client.
        organisation: The short name of whoever is not registered, and of the ready client.
    """

    def __init__(
        self,
        registered: Iterable[Client] = (),
        new_jwk: Callable[[], Mapping[str, str]] | None = None,
        *,
        organisation: str = ORGANISATION,
    ) -> None:
        self._organisation = organisation
        self._known = {client.client_id: client for client in registered}
        self._open = not self._known
        self._new_jwk = new_jwk
        self._ready: ReadyClient | None = None

    def find(self, client_id: str) -> Client | None:
        """Return the client of this id; None where it is unknown here."""
        known = self._known.get(client_id)
        return known if known is not None or not self._open else self._anybody(client_id)

    def is_registered(self, client_id: str) -> bool:
        """Tell whether the client is held to what is registered."""
        return client_id in self._known

    def organisation(self, client_id: str, number: str) -> str | None:
        """Return the short name that Altinn knows organisation *number* by, as far as this client goes."""
        client = self.find(client_id) or self._anybody(client_id)
        own = {client.organisation_number: client.organisation}
        return {**client.delegated_by, **own}.get(number)

    def ready(self) -> ReadyClient:
        """
        Return the client of the simulator's own, made at the first call.

        Raises:
            InvalidSetting: Nobody here can make its key.
            MissingExtra: cryptography is not installed.
        """
        if self._new_jwk is None:
            raise InvalidSetting("this simulator makes no keys; register a client of your own")
        if self._ready is None:
            jwk = {**self._new_jwk(), "kid": READY_KEY_ID}
            verify = public_key(public_half(jwk))
            self._ready = ReadyClient(READY_CLIENT_ID, jwk)
            self._known[READY_CLIENT_ID] = replace(
                self._anybody(READY_CLIENT_ID), keys={READY_KEY_ID: verify}
            )
        return self._ready

    def _anybody(self, client_id: str) -> Client:
        return Client(client_id, organisation=self._organisation)
