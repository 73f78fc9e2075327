"""
`straks.Maskinporten`: who asks, with which key, and where.

An environment is a pair. Altinn's production takes tokens that began at Maskinporten's production, and
Altinn's TT02 those of its test environment; so the issuer follows from the transport's environment and
cannot be set against it. For an address of your own it is yours to say, and a simulator on this
machine is both ends in one.

Settings may come from the environment, under the names that platforms for containers use:

================================  ==================================================================
``MASKINPORTEN_CLIENT_ID``        the client's id
``MASKINPORTEN_CLIENT_JWK``       its key: a JWK, as JSON or base64 of it
``MASKINPORTEN_KEY_FILE``         or a file with its key: JWK, PEM or PKCS#12
``MASKINPORTEN_KEY_PASSPHRASE``   what the file is encrypted with
``MASKINPORTEN_KEY_ID``           under which name the key is registered, if the key does not say
``MASKINPORTEN_SCOPES``           scopes, with spaces between; by default the one that is needed
``MASKINPORTEN_CONSUMER_ORG``     the organisation that a supplier acts for
``MASKINPORTEN_ISSUER``           checked against the environment; needed for an address of your own
``MASKINPORTEN_TOKEN_ENDPOINT``   by default ``token`` under the issuer
================================  ==================================================================
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from straks.altinn.claims import SCOPE
from straks.altinn.grant import Client
from straks.altinn.keeping import Happening, TokenEvent
from straks.altinn.origins import Granted
from straks.errors import InvalidKey, InvalidSetting, MissingExtra
from straks.transports.environment import ENVIRONMENTS, is_rehearsal
from straks.transports.tokens.events import log_event
from straks.transports.tokens.exchanged import Exchanged, secure_url
from straks.transports.tokens.keys import find_signer, warn_of_readers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Self

    from straks.altinn.grant import Signer
    from straks.transports.tokens.keys import KeyLike

ISSUERS: Final = {
    ENVIRONMENTS["prod"]: "https://maskinporten.no/",
    ENVIRONMENTS["tt02"]: "https://test.maskinporten.no/",
}
"""Maskinporten's own name beside each of Altinn's environments."""

EXPIRY_NOTICE_S: Final = 30 * 86_400.0
"""With less than this left, a certificate is worth a warning."""

CLIENT_ID: Final = "MASKINPORTEN_CLIENT_ID"
CLIENT_JWK: Final = "MASKINPORTEN_CLIENT_JWK"
KEY_FILE: Final = "MASKINPORTEN_KEY_FILE"
KEY_PASSPHRASE: Final = "MASKINPORTEN_KEY_PASSPHRASE"  # noqa: S105 - the variable's name
KEY_ID: Final = "MASKINPORTEN_KEY_ID"
SCOPES: Final = "MASKINPORTEN_SCOPES"
CONSUMER_ORG: Final = "MASKINPORTEN_CONSUMER_ORG"
ISSUER: Final = "MASKINPORTEN_ISSUER"
TOKEN_ENDPOINT: Final = "MASKINPORTEN_TOKEN_ENDPOINT"  # noqa: S105 - the variable's name


def _new_id() -> str:
    return str(uuid.uuid4())  # noqa: TID251 - the dice of a grant are thrown here


class Maskinporten(Exchanged):
    """
    Altinn tokens by Maskinporten: asked for with a signed grant, exchanged, kept and renewed.

    It takes its environment from the transport that it is given to, and may be given to several.

    Args:
        client_id: The client's id in Samarbeidsportalen.
        key: Its key: a JWK (mapping, JSON, or base64 of that), a PEM, a PKCS#12, a `pathlib.Path` to
            one, or whoever else signs (`straks.altinn.grant.Signer`). RSA, of 2048 bits at least.
        scopes: What the token is to be good for, as a list or with spaces between.
        key_id: Under which name the key is registered, if the key does not say.
        passphrase: What the key is encrypted with.
        consumer_org: The organisation a supplier acts for, nine digits; by default the client's own.
        issuer: Maskinporten's own name; needed only for a service at an address of your own.
        token_endpoint: Where grants go, if not to ``token`` under the issuer.
        test_department: Digdir's own clients alone: get tokens for ``ttd``, the test department.
        clock: Seconds since 1970.
        new_id: An id that nothing had before, for each grant.
        settings: ``dice`` and ``note``, as `straks.transports.tokens.exchanged.Exchanged` takes them.

    Raises:
        InvalidKey: The key will not do. Nothing of it is shown.
        InvalidSetting: One of the others cannot be used.
        MissingExtra: straks[maskinporten] is not installed.

    Warns (UserWarning) if everybody on this machine may read the key's file.
    """

    def __init__(
        self,
        client_id: str,
        key: KeyLike,
        scopes: str | Iterable[str] = SCOPE,
        *,
        key_id: str | None = None,
        passphrase: str | bytes | None = None,
        consumer_org: str | None = None,
        issuer: str | None = None,
        token_endpoint: str | None = None,
        test_department: bool = False,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = _new_id,
        note: Callable[[TokenEvent], None] = log_event,
        **settings: Any,  # noqa: ANN401 - the base's
    ) -> None:
        signer = find_signer(key, key_id=key_id, passphrase=passphrase)
        file = Path(key) if isinstance(key, os.PathLike) else None
        # Gone before anything is raised: what a frame holds, a traceback may show.
        del key, passphrase
        if isinstance(signer, InvalidKey | MissingExtra):
            raise signer
        if file is not None:
            warn_of_readers(file, stacklevel=2)
        super().__init__(
            self._granted,
            test_department=test_department,
            clock=clock,
            note=lambda event: self._noted(event, note),
            **settings,
        )
        self._client = Client.of(client_id, scopes, consumer_org)
        self._signer: Signer = signer
        self._issuer = None if issuer is None else secure_url(issuer, "the issuer")
        self._token_endpoint = (
            None if token_endpoint is None else secure_url(token_endpoint, "the token endpoint")
        )
        self._new_id = new_id
        if self._issuer is not None and not self._issuer.endswith("/"):
            raise InvalidSetting("an issuer ends with a slash; write it as it does itself")
        if self._certificate_left_s <= 0:
            raise InvalidKey(f"the key's certificate ran out at {self.key_expires:%Y-%m-%d}; order a new one")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, **settings: Any) -> Self:  # noqa: ANN401 - the class's
        """
        Make one of environment variables; the module's documentation lists them.

        Args:
            environ: The variables; by default those of this process.
            settings: Others that the class takes.

        Raises:
            InvalidSetting: A variable that is needed is missing.
            InvalidKey: The key will not do.
            MissingExtra: straks[maskinporten] is not installed.
        """
        given = _Variables(os.environ if environ is None else environ)
        del environ  # a frame that holds all variables holds all secrets
        if given[CLIENT_ID] is None:
            raise InvalidSetting(f"{CLIENT_ID} is not set; put the client's id into it")
        if given.key is None:
            raise InvalidSetting(
                f"neither {CLIENT_JWK} (the key) nor {KEY_FILE} (a file that holds it) is set; set one"
            )
        if given[CLIENT_JWK] is not None and given[KEY_FILE] is not None:
            raise InvalidSetting(f"both {CLIENT_JWK} and {KEY_FILE} are set; keep the one that counts")
        return cls(**{**given.settings(), **settings})

    @property
    def key_expires(self) -> datetime | None:
        """When the key's certificate runs out; None for a key without one, which lives a year."""
        return getattr(self._signer, "expires", None)

    @property
    def _certificate_left_s(self) -> float:
        expires = self.key_expires
        return float("inf") if expires is None else expires.timestamp() - self._clock()

    def _granted(self, base_url: str) -> Granted:
        issuer = self._issuer_for(base_url)
        return Granted(
            client=self._client,
            signer=self._signer,
            issuer=issuer,
            token_url=self._token_endpoint or f"{issuer}token",
            clock=self._clock,
            new_id=self._new_id,
        )

    def _issuer_for(self, base_url: str) -> str:
        own = ISSUERS.get(base_url)
        if own is not None and self._issuer not in (None, own):
            raise InvalidSetting(
                f"{base_url} takes tokens that began at {own}, and the issuer given is another; environments "
                "do not mix"
            )
        if own is not None:
            return own
        if self._issuer is not None:
            return self._issuer
        if is_rehearsal(base_url):
            return f"{base_url}/"
        raise InvalidSetting(
            f"which Maskinporten {base_url} goes with is not known here; give issuer, the name it goes by"
        )

    def _noted(self, event: TokenEvent, note: Callable[[TokenEvent], None]) -> None:
        note(event)
        new = event.happening in (Happening.FETCHED, Happening.RENEWED_EARLY)
        if new and self._certificate_left_s < EXPIRY_NOTICE_S:
            days = self._certificate_left_s / 86_400
            said = f"the certificate of the key runs out in {days:.0f} days, at {self.key_expires:%Y-%m-%d}"
            note(TokenEvent(Happening.KEY_EXPIRES, event.base_url, said))

    def __repr__(self) -> str:
        if not hasattr(self, "_signer"):
            return "<Maskinporten, not made>"  # a traceback may show what could not be made
        key_id = self._signer.header.get("kid", "a certificate")
        client = self._client
        return f"Maskinporten({client.client_id!r}, key_id={key_id!r}, scopes={client.scope!r})"


class _Variables:
    """Environment variables, which do not show themselves. One that is empty is not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __getitem__(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    @property
    def key(self) -> str | Path | None:
        file = self[KEY_FILE]
        return self[CLIENT_JWK] if file is None else Path(file)

    def settings(self) -> dict[str, Any]:
        named = {
            "client_id": self[CLIENT_ID],
            "key": self.key,
            "scopes": self[SCOPES],
            "key_id": self[KEY_ID],
            "passphrase": self[KEY_PASSPHRASE],
            "consumer_org": self[CONSUMER_ORG],
            "issuer": self[ISSUER],
            "token_endpoint": self[TOKEN_ENDPOINT],
        }
        return {name: value for name, value in named.items() if value is not None}
