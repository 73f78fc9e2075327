"""
The token and the key of a sending: from a file or the environment, never from an argument.

What stands in an argument stands in the list of processes and in the shell's history. A key is
read as hexadecimal digits, the one form that survives every editor, shell and secret store, and
that ``python -c "import secrets; print(secrets.token_hex(32))"`` makes. A client of Maskinporten's is
named by an argument, and its key is in a file or in the environment, under the names that platforms
for containers use (`straks.transports.tokens.maskinporten` lists them).

A simulator on this machine needs none of it: it hands out tokens, and the key everybody knows is
made for it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

import click

from straks.cli.option_group import F, in_one
from straks.core.idempotency import KEY_BYTES_LEAST, SIMULATOR_KEY
from straks.errors import InvalidKey, InvalidSetting, NoToken
from straks.transports.environment import is_rehearsal
from straks.wire.exchange import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from straks.altinn.keeping import TokenEvent
    from straks.altinn.token_source import TokenSource
    from straks.wire.carrier import Carrier

TOKEN_VARIABLE: Final = "STRAKS_TOKEN"  # noqa: S105 - the variable's name
KEY_VARIABLE: Final = "STRAKS_KEY"
SIDECAR_VARIABLE: Final = "NAIS_TOKEN_ENDPOINT"

_TOKEN_PLACE: Final = "/_straks/token"  # noqa: S105 - a path
_CLIENT_PLACE: Final = "/_straks/client"
_ASK_S: Final = 5.0
_OK: Final = 200
_HOW_TO_MAKE: Final = "make one with: python -c 'import secrets; print(secrets.token_hex(32))'"


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """What a command was told about its token."""

    token_file: IO[bytes] | None = None
    client_id: str | None = None
    client_key_file: Path | None = None
    client_key_id: str | None = None


def token_options(command: F) -> F:
    """Give *command* the options that say where its token comes from, as the argument *token*."""
    options = (
        click.option(
            "--token-file",
            type=click.File("rb"),
            metavar="FILE",
            help=f"Holds the Altinn token; by default it is in {TOKEN_VARIABLE}, or fetched.",
        ),
        click.option(
            "--client-id",
            metavar="ID",
            help="The Maskinporten client that fetches it; by default in MASKINPORTEN_CLIENT_ID.",
        ),
        click.option(
            "--client-key-file",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            help="Holds its key (JWK, PEM, PKCS#12); by default MASKINPORTEN_CLIENT_JWK or _KEY_FILE.",
        ),
        click.option(
            "--client-key-id",
            metavar="KID",
            help="Under which name the key is registered, if it does not say itself.",
        ),
    )
    return in_one(command, "token", TokenOptions, options)


def find_key(file: IO[bytes] | None, base_url: str) -> bytes:
    """
    Return the key for ids and pseudonyms: from *file*, else ``STRAKS_KEY``, else the simulator's.

    Raises:
        InvalidKey: There is none for this environment, or it is not hexadecimal, or short.
    """
    written = _written(file, KEY_VARIABLE)
    if written is None:
        if is_rehearsal(base_url):
            return SIMULATOR_KEY
        raise InvalidKey(
            f"a key is needed to send beyond this machine: put it into {KEY_VARIABLE} or name a --key-file; "
            f"{_HOW_TO_MAKE}"
        )
    return _key_of(written)


def find_keys(files: Sequence[IO[bytes]], *, rehearsal: bool) -> tuple[bytes, ...]:
    """
    Return the keys in *files*, else the one in ``STRAKS_KEY``; for a *rehearsal* the simulator's alone.

    Raises:
        InvalidKey: There is none, or one is not hexadecimal, or short.
    """
    if rehearsal:
        return (SIMULATOR_KEY,)
    each = [_written(file, KEY_VARIABLE) for file in files or (None,)]
    keys = tuple(_key_of(written) for written in each if written is not None)
    if not keys:
        raise InvalidKey(
            f"a key is needed: put it into {KEY_VARIABLE} or name a --key-file; {_HOW_TO_MAKE}. For a "
            "simulator, say --rehearsal"
        )
    return keys


def rehearsal_option(command: F) -> F:
    """Give *command* the option ``--rehearsal``."""
    return click.option(
        "--rehearsal", is_flag=True, help="For a simulator: take the key that everybody knows."
    )(command)


def _key_of(written: str) -> bytes:
    try:
        key = bytes.fromhex(written)
    except ValueError:
        raise InvalidKey(
            f"the key is not hexadecimal; write it as two digits 0-9a-f for each byte; {_HOW_TO_MAKE}"
        ) from None
    if len(key) < KEY_BYTES_LEAST:
        raise InvalidKey(
            f"a key has at least {KEY_BYTES_LEAST} bytes, which is {2 * KEY_BYTES_LEAST} hexadecimal digits; "
            f"this has {len(key)} bytes; {_HOW_TO_MAKE}"
        )
    return key


def find_token(
    options: TokenOptions,
    base_url: str,
    carrier: Carrier,
    *,
    by_grant: bool = False,
    note: Callable[[TokenEvent], None] | None = None,
) -> str | TokenSource:
    """
    Return the token, or who fetches it: what was asked for by an option, else by a variable.

    Without either a simulator gives one: ready, or *by_grant* with the client that it has ready.

    Raises:
        InvalidSetting: There is none for this environment.
        InvalidKey: The client's key will not do.
        NoToken: No simulator answers.
    """
    if options.token_file is not None:
        return cast("str", _written(options.token_file, TOKEN_VARIABLE))
    settings: dict[str, Any] = {} if note is None else {"note": note}
    by_option = options.client_id is not None or options.client_key_file is not None
    if not by_option and (written := _written(None, TOKEN_VARIABLE)) is not None:
        return written
    if (source := _fetching(options, settings)) is not None:
        return source
    if not is_rehearsal(base_url):
        raise InvalidSetting(
            "a token is needed to send beyond this machine: set MASKINPORTEN_CLIENT_ID and its key "
            "(MASKINPORTEN_CLIENT_JWK or MASKINPORTEN_KEY_FILE), put an Altinn token into "
            f"{TOKEN_VARIABLE}, or name a --token-file"
        )
    reply = _asked(carrier, base_url, _CLIENT_PLACE if by_grant else _TOKEN_PLACE)
    if not by_grant:
        return reply.body.decode("ascii", "replace")
    from straks.transports.tokens.maskinporten import Maskinporten

    ready = reply.json()
    return Maskinporten(ready["client_id"], ready["key"], **settings)


def _fetching(options: TokenOptions, settings: dict[str, Any]) -> TokenSource | None:
    """Return who fetches the token; None where no client is named."""
    from straks.transports.tokens.exchanged import MaskinportenSidecar
    from straks.transports.tokens.maskinporten import (
        CLIENT_ID,
        CLIENT_JWK,
        KEY_FILE,
        KEY_ID,
        SCOPES,
        Maskinporten,
    )

    environ = dict(os.environ)
    if options.client_id is not None:
        environ[CLIENT_ID] = options.client_id
    if options.client_key_id is not None:
        environ[KEY_ID] = options.client_key_id
    if options.client_key_file is not None:
        environ = {**environ, CLIENT_JWK: "", KEY_FILE: str(options.client_key_file)}
    if environ.get(CLIENT_ID, "").strip() or options.client_key_file is not None:
        return Maskinporten.from_environment(environ, **settings)
    if sidecar := environ.get(SIDECAR_VARIABLE, "").strip():
        scopes = environ.get(SCOPES, "").strip()
        return MaskinportenSidecar(sidecar, **({"scopes": scopes} if scopes else {}), **settings)
    return None


def _asked(carrier: Carrier, base_url: str, place: str) -> Response:
    reply = carrier.carry(Request("POST", base_url + place, {}), timeout_s=_ASK_S)
    if isinstance(reply, Response) and reply.status == _OK:
        return reply
    if isinstance(reply, Response):
        what = f"what answers at {base_url} is no straks simulator; name another address, or give a token"
    else:
        what = f"there is no simulator at {base_url}; start one with: straks simulate"
    raise NoToken(f"no token could be had: {what}. Nothing was sent", temporary=True)


def _written(file: IO[bytes] | None, variable: str) -> str | None:
    """Return what *file* or else the environment holds, None where neither is given."""
    if file is None:
        return os.environ.get(variable, "").strip() or None
    try:
        text = file.read().decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        text = ""
    if not text:
        raise InvalidSetting(
            f"{file.name} holds no line of text; put the token or key into it, and nothing else"
        )
    return text
