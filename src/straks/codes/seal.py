"""
Keyed hashes: what a code rests as, and the names that what is stored has.

Six digits are a million codes, and whoever holds a store tries them all in a second if the hash has no
key, however slow or salted it is. So the key is kept outside the store, and everything in the store is
HMAC-SHA-256 under it: of the code, bound to the subject, the purpose, the session and the challenge it
was issued for; and of whoever it is about, since subjects and phone numbers are as guessable as codes.

Keys are rotated by putting a new one first. Everything is then looked for under each key's name and
written under the newest's, so that no code in flight and, above all, no count is lost. Put a new key
last everywhere before you put it first anywhere, and drop an old one after a day; with it go the wrong
codes of accounts that nobody has touched since.

What is hashed is JSON, because joined strings are ambiguous: ("a", "bc") and ("ab", "c") are two. It
begins with what the hash is for, so that no hash for one thing is one for another.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as _quoted
from typing import TYPE_CHECKING, Final, cast

from straks.core.idempotency import checked_key
from straks.errors import InvalidKey

if TYPE_CHECKING:
    from typing import TypeAlias

    Key: TypeAlias = bytes | Sequence[bytes]

DIGEST_BYTES: Final = 32
"""The length of every digest: SHA-256."""
_FORM: Final = "straks-codes-1"
_NAME_BYTES = 16
_KEY_ID_BYTES = 4


class Seal:
    """
    The hashes under one or several keys, newest first.

    Raises:
        InvalidKey: A key is missing, under 16 bytes, or not bytes.
    """

    def __init__(self, key: Key | None) -> None:
        keys: Sequence[object] = (key,) if isinstance(key, bytes) else _several(key)
        for each in keys:
            checked_key(each)
        keyed = [hmac.new(each, digestmod="sha256") for each in cast("Sequence[bytes]", keys)]
        self._keyed = {_key_id(each): each for each in keyed}
        self.newest = next(iter(self._keyed))
        self.key: bytes = cast("Sequence[bytes]", keys)[0]
        """The newest key itself, for what else it makes."""

    def names(self, kind: str, *parts: str) -> tuple[str, ...]:
        """Return the names of what is stored about *parts*, the newest key's first."""
        hashes = [_hash(keyed, f"name of {kind}", parts) for keyed in self._keyed.values()]
        return tuple([f"{kind}:{digest[:_NAME_BYTES].hex()}" for digest in hashes])

    def digest(self, key_id: str, *parts: str | None) -> bytes:
        """
        Return what a code rests as, under the key that *key_id* names.

        A key that is gone is as good as any other, since nothing under it can be right any more; the
        work is the same.
        """
        return _hash(self._keyed.get(key_id) or self._keyed[self.newest], "code at rest", parts)

    def pseudonym(self, kind: str, *parts: str) -> str:
        """Return what stands in records for *parts*."""
        return _hash(self._keyed[self.newest], f"{kind} in records", parts)[:_NAME_BYTES].hex()

    def __repr__(self) -> str:
        return f"<Seal of {len(self._keyed)} keys>"


def _several(key: object) -> Sequence[object]:
    if not isinstance(key, Sequence) or isinstance(key, str) or not key:
        raise InvalidKey(
            "one-time codes need a key, at least 16 random bytes that are kept outside the store, or several "
            "in a sequence, newest first; make one with secrets.token_bytes(32)"
        )
    return cast("Sequence[object]", key)


def _key_id(keyed: hmac.HMAC) -> str:
    """Return a name for the key of *keyed* that gives nothing of it away."""
    return _hash(keyed, "key", ())[:_KEY_ID_BYTES].hex()


def _hash(keyed: hmac.HMAC, purpose: str, parts: Sequence[str | None]) -> bytes:
    # A copy of what has taken its key in already costs half of beginning with the key.
    sealed = keyed.copy()
    texts = (_FORM, purpose, *parts)
    sealed.update(
        f"[{','.join(['null' if text is None else _quoted(text) for text in texts])}]".encode("ascii")
    )
    return sealed.digest()
