"""
The idempotency id: what makes two orders the same order.

Hashed are the inputs (template, locale, channel, recipient, sender, values, occasion) and not the
rendered text, so that a corrected comma or a new Babel does not turn a repeat into another
message. The hash is keyed, because a bare hash hides nothing here: there are 20 million Norwegian
mobile numbers and a million six-digit codes, and both are tried in seconds.

An id begins with template and channel, for the people who read logs, and because the service has
one id space for SMS and e-mail alike: the same id for both would silently send only the first. The
hash is written in letters alone, so that nobody who searches for a code finds it there by chance.
The ids of a release are the ids of every release: a change here makes each repeat a new message.
"""

from __future__ import annotations

import json
import re
from binascii import hexlify
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from straks.errors import InvalidKey, InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_BYTES_LEAST: Final = 16
"""The shortest key: 128 bits."""

SIMULATOR_KEY: Final = b"for the simulator alone"
"""A key that everybody knows. Ids made with it are good for a simulator on this machine only."""

_BLAKE2B_KEY_MOST = 64  # RFC 7693, 2.1
_DIGEST_BYTES = 16
_PSEUDONYM_BYTES = 16
_TEMPLATE_CHARACTERS = 24
_LETTERS: Final = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
_BETWEEN: Final = "\0"
_KEYS_KEPT = 8
_NAMES_KEPT = 1024
_UNSAFE = re.compile("[^A-Za-z0-9_-]")


class Keyed(NamedTuple):
    """
    What ids and pseudonyms are made with: hashes that have taken in a sender's key, there to be copied.

    To take in a key is half of what hashing so little takes.
    """

    of_orders: blake2b
    of_recipients: blake2b
    rehearsal: bool
    """Whether it is the simulator's public key."""


_KEYED: Final[dict[bytes, Keyed]] = {}


def keyed(key: object) -> Keyed:
    """
    Return *key*, ready to make ids and pseudonyms with; the latest few are kept.

    Raises:
        InvalidKey: It is missing, not bytes, or under 16 bytes.
    """
    known = _KEYED.get(key) if type(key) is bytes else None
    if known is not None:
        return known
    usable = checked_key(key)
    if len(_KEYED) >= _KEYS_KEPT:
        _KEYED.clear()
    made = Keyed(
        blake2b(digest_size=_DIGEST_BYTES, key=usable, person=b"straks order"),
        blake2b(digest_size=_PSEUDONYM_BYTES, key=usable, person=b"straks recipient"),
        usable == SIMULATOR_KEY,
    )
    return _KEYED.setdefault(bytes(cast("bytes", key)), made)


def checked_key(key: object) -> bytes:
    """
    Return *key*, as long as a keyed hash takes it.

    Raises:
        InvalidKey: It is missing, not bytes, or under 16 bytes.
    """
    if key is None:
        raise InvalidKey("an order needs a key, at least 16 random bytes that stay the same; none was given")
    if not isinstance(key, bytes):
        raise InvalidKey(f"a key is bytes, at least {KEY_BYTES_LEAST} of them; this is {type(key).__name__}")
    if len(key) < KEY_BYTES_LEAST:
        raise InvalidKey(
            f"a key has at least {KEY_BYTES_LEAST} bytes; this has {len(key)}. "
            "Make one with secrets.token_bytes(32) and keep it"
        )
    return key if len(key) <= _BLAKE2B_KEY_MOST else blake2b(key).digest()


def idempotency_id(
    *,
    key: Keyed,
    template: str,
    channel: str,
    locale: str,
    recipient: str,
    sender: str | None,
    values: Mapping[str, str],
    occasion: object,
) -> str:
    """
    Return the id of an order: at most 64 characters of ASCII, the same in every process.

    Args:
        key: From `keyed`.
        template: The template's name.
        channel: ``sms`` or ``email``.
        locale: The language of the message.
        recipient: E.164, or the normalised address.
        sender: The originator or address, or None for the service's default.
        values: The values in canonical form, by parameter name.
        occasion: The caller's own name for the event that the message is about, a text.

    Raises:
        InvalidSetting: The occasion is no text, or empty.
    """
    if not isinstance(occasion, str) or not occasion.strip():
        raise InvalidSetting("an order needs an occasion: your own name for the event, such as login/8841")
    said = _said(template, channel, locale, sender, (*values,))
    in_order = values.values() if said.names is None else [values[name] for name in said.names]
    parts = [said.first, recipient, *in_order, occasion]
    facts = _BETWEEN.join(parts)
    # Joined strings are ambiguous ("a", "bc" and "ab", "c") only where what joins them is in one of them.
    if facts.count(_BETWEEN) != said.joints:
        facts = json.dumps(parts)
    digest = key.of_orders.copy()
    digest.update(facts.encode("utf-8", "surrogatepass"))
    return said.beginning + hexlify(digest.digest()).translate(_LETTERS).decode("ascii")


class _Said(NamedTuple):
    """What the ids of one template, channel, language and sender have in common."""

    beginning: str
    first: str
    joints: int
    """How many there are between what is hashed."""
    names: list[str] | None
    """The values in order of name; None where they are given in it."""


@lru_cache(maxsize=_NAMES_KEPT)
def _said(template: str, channel: str, locale: str, sender: str | None, names: tuple[str, ...]) -> _Said:
    # What is not safe in a URL or a log is replaced here; the whole name is in the hash.
    name = _UNSAFE.sub("-", template[:_TEMPLATE_CHARACTERS])
    in_order = sorted(names)
    first = json.dumps(["straks-1", template, channel, locale, sender, in_order])
    return _Said(f"{name}.{channel}.", first, len(names) + 2, None if in_order == [*names] else in_order)


def pseudonym(recipient: str, key: Keyed) -> str:
    """
    Return the pseudonym of *recipient* under *key*: 32 hexadecimal digits.

    The same recipient has the same one under the same key, so «who got what» can be answered from
    records that name nobody.
    """
    digest = key.of_recipients.copy()
    digest.update(recipient.encode())
    return digest.hexdigest()
