"""
JSON as the service's framework reads it: strictly, in document order, knowing where it is.

Python's own ``json`` would accept what the service refuses (NaN, a lone surrogate, any depth) and
refuse nothing before it has read the whole text, whereas the service stops at the first thing it
cannot use and names the place. Hence this small pull reader. It knows the grammar and where it
stands; what the members mean is decided in `straks.simulator.reading`.

Bytes that are not UTF-8 are carried along as lone surrogates, so that one check finds both, and
only where a text is really used: what nobody asks for is skipped unread, as it is there.

Source: dotnet/runtime, System.Text.Json (RFC 8259 without comments or trailing commas, depth 32).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_DEPTH = 32

_SPACE = (" ", "\t", "\n", "\r")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Kind(StrEnum):
    """What a JSON value is."""

    OBJECT = "{"
    ARRAY = "["
    STRING = "string"
    NUMBER = "number"
    TRUE = "true"
    FALSE = "false"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Token:
    """The beginning of a value: of an object or array its bracket, of anything else the whole."""

    kind: Kind
    raw: str


class Unreadable(Exception):
    """
    The text stops making sense at *path*. Never leaves `straks.simulator.reading`.

    The message ends with path, line and byte, both counted from 0, as the framework's does.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


class JsonReader:
    """
    Reads one JSON value from *body*, piece by piece.

    >>> reader = JsonReader(b'{"a": [1, 2], "b": "x"}')
    >>> reader.next("$").kind.name
    'OBJECT'
    >>> for name in reader.members("$"):
    ...     print(name)
    ...     reader.skip("$")
    a
    b
    """

    def __init__(self, body: bytes) -> None:
        self._text = body.decode("utf-8-sig", "surrogateescape")
        self._at = 0
        self._depth = 0

    def next(self, path: str) -> Token:
        """Read the next value, or the bracket that opens it."""
        self._skip_space()
        for kind in (Kind.OBJECT, Kind.ARRAY):
            if self._text.startswith(kind, self._at):
                return self._open(kind, path)
        for kind in (Kind.TRUE, Kind.FALSE, Kind.NULL):
            if self._text.startswith(kind, self._at):
                self._at += len(kind)
                return Token(kind, kind)
        for kind, pattern in ((Kind.STRING, _STRING), (Kind.NUMBER, _NUMBER)):
            if (found := pattern.match(self._text, self._at)) is not None:
                self._at = found.end()
                return Token(kind, found[0])
        raise self.fault(path, "A JSON value was expected here.")

    def members(self, path: str) -> Iterator[str]:
        """Yield the name of each member of the object just opened; read its value before the next."""
        first = True
        while not self._take("}"):
            if not first:
                self._demand(",", path)
            first = False
            name = self.next(path)
            if name.kind is not Kind.STRING:
                raise self.fault(path, "The name of a member was expected here, in double quotes.")
            self._demand(":", path)
            yield self.text(name, path)
        self._depth -= 1

    def skip(self, path: str) -> None:
        """Read past a value nobody asked for."""
        kind = self.next(path).kind
        if kind is Kind.OBJECT:
            for _ in self.members(path):
                self.skip(path)
        elif kind is Kind.ARRAY:
            self._skip_items(path)

    def text(self, token: Token, path: str) -> str:
        """Return the text of *token*, its escapes resolved; anything but a text is refused."""
        value: object = json.loads(token.raw) if token.kind is Kind.STRING else None
        if not isinstance(value, str) or _LONE_SURROGATE.search(value) is not None:
            raise self.unusable(path, "System.String")
        return value

    def finish(self, path: str) -> None:
        """Make sure that nothing but white space follows."""
        self._skip_space()
        if self._at < len(self._text):
            raise self.fault(path, "Nothing but white space may follow a single JSON value.")

    def unusable(self, path: str, type_name: str) -> Unreadable:
        """Say that the value just read cannot become a *type_name*."""
        return self.fault(path, f"The JSON value could not be converted to {type_name}.")

    def fault(self, path: str, message: str) -> Unreadable:
        """Say *message* and where."""
        before = self._text[: self._at]
        column = len(before[before.rfind("\n") + 1 :].encode("utf-8", "surrogateescape"))
        place = f"Path: {path} | LineNumber: {before.count(chr(10))} | BytePositionInLine: {column}."
        return Unreadable(path, f"{message} {place}")

    def _open(self, kind: Kind, path: str) -> Token:
        if self._depth == MAX_DEPTH:
            raise self.fault(path, f"The maximum configured depth of {MAX_DEPTH} has been exceeded.")
        self._depth += 1
        self._at += 1
        return Token(kind, kind)

    def _skip_items(self, path: str) -> None:
        first = True
        while not self._take("]"):
            if not first:
                self._demand(",", path)
            first = False
            self.skip(path)
        self._depth -= 1

    def _skip_space(self) -> None:
        while self._text.startswith(_SPACE, self._at):
            self._at += 1

    def _take(self, character: str) -> bool:
        self._skip_space()
        if self._text.startswith(character, self._at):
            self._at += 1
            return True
        return False

    def _demand(self, character: str, path: str) -> None:
        if not self._take(character):
            raise self.fault(path, f"'{character}' was expected here.")


def integer(text: str, *, bits: int) -> int | None:
    """
    Read a whole number that fits into *bits*; None for a fraction, an exponent, or anything else.

    >>> integer("300", bits=32), integer("3e2", bits=32), integer("2147483648", bits=32)
    (300, None, None)
    """
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """Tell whether *value*, read by ``json``, is a JSON object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[object]]:
    """Tell whether *value*, read by ``json``, is a JSON array."""
    return isinstance(value, list)


def read_json(raw: str | bytes) -> object:
    """
    Read JSON of our own making or for our own places; None where it is not JSON.

    >>> read_json('{"org": "ttd"}')
    {'org': 'ttd'}
    >>> read_json("[" * 100_000) is None
    True
    """
    try:
        value: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value
