"""
The token and the key of a sending: from a file or the environment, never from an argument.

What stands in an argument stands in the list of processes and in the shell's history. A key is
read as hexadecimal digits, the one form that survives every editor, shell and secret store, and
that ``python -c "import secrets; print(secrets.token_hex(32))"`` makes.

A simulator on this machine needs neither: it hands out tokens, and the key everybody knows is
made for it.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar

import click

from straks.core.idempotency import KEY_BYTES_LEAST, SIMULATOR_KEY
from straks.errors import InvalidKey, InvalidSetting, NotSent
from straks.transports.environment import is_rehearsal
from straks.wire.exchange import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from straks.wire.carrier import Carrier

F = TypeVar("F", bound="Callable[..., Any]")

TOKEN_VARIABLE: Final = "STRAKS_TOKEN"  # noqa: S105 - the variable's name
KEY_VARIABLE: Final = "STRAKS_KEY"

_TOKEN_PLACE: Final = "/_straks/token"  # noqa: S105 - a path
_ASK_S: Final = 5.0
_OK: Final = 200
_HOW_TO_MAKE: Final = "make one with: python -c 'import secrets; print(secrets.token_hex(32))'"


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


def find_token(file: IO[bytes] | None, base_url: str, carrier: Carrier, idempotency_id: str) -> str:
    """
    Return the token: from *file*, else ``STRAKS_TOKEN``, else a simulator's own, asked for there.

    Raises:
        InvalidSetting: There is none for this environment.
        NotSent: No simulator answers.
    """
    written = _written(file, TOKEN_VARIABLE)
    if written is not None:
        return written
    if not is_rehearsal(base_url):
        raise InvalidSetting(
            f"a token is needed to send beyond this machine: put an Altinn token into {TOKEN_VARIABLE}, or "
            "name a --token-file"
        )
    reply = carrier.carry(Request("POST", base_url + _TOKEN_PLACE, {}), timeout_s=_ASK_S)
    if isinstance(reply, Response) and reply.status == _OK:
        return reply.body.decode("ascii", "replace")
    if isinstance(reply, Response):
        what = f"what answers at {base_url} is no straks simulator; name another address, or give a token"
    else:
        what = f"there is no simulator at {base_url}; start one with: straks simulate"
    raise NotSent(f"{what}. Nothing was sent", idempotency_id=idempotency_id, attempts=0)


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
