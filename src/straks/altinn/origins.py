"""
Where Maskinporten's token comes from: Maskinporten itself, or a sidecar that asks it for us.

Both answer alike, so their refusals are read by the same table; they differ in what is sent. A grant
is new every time. A sidecar holds the client's key itself and is only told the scope; it knows
nothing of Altinn's exchange, which stays ours.

Source: docs.digdir.no, the page on the token endpoint; docs.nais.io, «Consume external API using
Maskinporten».
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from straks.altinn.grant import write_grant
from straks.altinn.maskinporten import Again, Asked, MaskinportenToken, Setback, read_token_answer
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.altinn.fetch import Budget
    from straks.altinn.grant import Client, Signer
    from straks.wire.plan import Plan

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Granted:
    """
    Maskinporten itself, asked with a grant that is new every time.

    ``clock`` gives seconds since 1970; ``new_id`` an id that nothing had before.
    """

    client: Client
    signer: Signer
    issuer: str
    token_url: str
    clock: Callable[[], float]
    new_id: Callable[[], str]

    def ask(self, budget: Budget, *, after_s: float, skew_s: float) -> Plan[MaskinportenToken | Setback]:
        """Send a grant."""
        try:
            request = self._request(self.clock() + after_s + skew_s)
        except Exception as error:  # noqa: BLE001 - a signer elsewhere may fail in any way
            return Setback(f"the grant could not be signed ({type(error).__name__})", Again.LATER)
        reply = yield from budget.call("Maskinporten", request, after_s)
        key_id = self.signer.header.get("kid")
        asked = Asked(
            at=f"Maskinporten at {self.issuer}",
            issuer=self.issuer,
            client=self.client.client_id,
            scope=self.client.scope,
            key="the certificate" if key_id is None else f"key {key_id}",
            consumer=self.client.consumer_org or "the consumer",
        )
        return read_token_answer(reply, asked, self.clock())

    def _request(self, issued_s: float) -> Request:
        return _form(
            self.token_url,
            {
                "grant_type": GRANT_TYPE,
                "assertion": write_grant(
                    self.client, self.signer, issuer=self.issuer, issued_s=issued_s, grant_id=self.new_id()
                ),
            },
        )


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A process beside ours that has the client's key, and gives Maskinporten's tokens for the asking."""

    url: str
    scope: str
    clock: Callable[[], float]

    def ask(self, budget: Budget, *, after_s: float, skew_s: float) -> Plan[MaskinportenToken | Setback]:  # noqa: ARG002 - the protocol's
        """Ask it."""
        request = _form(self.url, {"identity_provider": "maskinporten", "target": self.scope})
        reply = yield from budget.call("sidecar", request, after_s)
        asked = Asked(
            at=f"the sidecar at {self.url}",
            issuer="given to the sidecar",
            client="of the sidecar",
            scope=self.scope,
            key="the key of the sidecar",
            consumer="the consumer",
        )
        return read_token_answer(reply, asked, self.clock())


def _form(url: str, fields: Mapping[str, str]) -> Request:
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    return Request("POST", url, headers, urlencode(fields).encode())
