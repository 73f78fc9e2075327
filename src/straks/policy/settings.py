"""
What a sender has decided: the policy that messages are held against.

Read from ``[tool.straks]`` in pyproject.toml or from a ``straks.toml``. Every key stands in one table,
`KEYS`, with its default and what it decides; a misspelt one is an error that names the nearest, for
a limit that silently does not apply is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from straks.core.locale import LOCALES
from straks.core.manifest import Purpose
from straks.core.nearest import nearest
from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_CODE_OR_PREFIX = re.compile(r"[A-Z]{3}\d{0,4}|ALL")

DEFAULT_SEGMENTS: Final = MappingProxyType(
    {Purpose.AUTHENTICATION: 1, Purpose.ALERT: 2, Purpose.CONFIRMATION: 2, Purpose.NOTICE: 2}
)


@dataclass(frozen=True, slots=True)
class Policy:  # noqa: PLW1641 - the dataclass makes its hash
    """
    The policy; the defaults are what a Norwegian state body needs.

    Every field is a key of the settings file, with hyphens for underscores; `KEYS` documents them. Any
    collection does for several values.

    Raises:
        InvalidSetting: A value cannot be; says what it looks like.
    """

    languages: tuple[str, ...] = LOCALES
    regions: frozenset[str] | None = None
    segments: Mapping[Purpose, int] = field(default_factory=lambda: DEFAULT_SEGMENTS)
    senders: frozenset[str] | None = None
    hosts: frozenset[str] = frozenset()
    login_host: str | None = None
    words: tuple[str, ...] = ()
    attempts: int = 3
    codes_per_hour: int = 5
    guesses_per_day: float = 0.001
    select: tuple[str, ...] = ("ALL",)
    ignore: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        # A policy that a program makes is read as a file's is: a limit that is misspelt holds nothing.
        for key, read in _GIVEN.items():
            name = key.replace("-", "_")
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _require(read, key, _plainly(value), "the policy"))

    def __eq__(self, other: object) -> bool:
        # By hand, because one that was loaded is of the class that can load, and decides the same.
        if not isinstance(other, Policy):
            return NotImplemented
        return all(getattr(self, each.name) == getattr(other, each.name) for each in fields(self))

    def wants(self, code: str) -> bool:
        """Tell whether the rule *code* is selected and not ignored."""
        return _covers(self.select, code) and not _covers(self.ignore, code)

    def __reduce__(self) -> tuple[type[Policy], tuple[Any, ...]]:
        # By hand, because a read-only mapping does not pickle.
        held = {each.name: getattr(self, each.name) for each in fields(self)}
        plain = {"segments": dict(self.segments), "ignore": dict(self.ignore)}
        return type(self), tuple({**held, **plain}.values())


def _covers(prefixes: Iterable[str], code: str) -> bool:
    return any(prefix == "ALL" or code.startswith(prefix) for prefix in prefixes)


class Key(NamedTuple):
    """A key of the settings file: its form, its default in words, and what it decides."""

    form: str
    default: str
    decides: str


KEYS: Final[Mapping[str, Key]] = MappingProxyType(
    {
        "languages": Key(
            '["nb", "nn", "en"]', "nb, nn and en", "the languages that every template must have"
        ),
        "regions": Key('["NO", "SE"]', "any", "the countries whose numbers an SMS may go to"),
        "segments": Key(
            "{ authentication = 1, notice = 2 }",
            "1 for authentication, else 2",
            "the most SMS segments, by purpose",
        ),
        "senders": Key('["Skatt"]', "any", "the SMS senders that may be used"),
        "hosts": Key('["www.example.org"]', "none", "the hosts that links may lead to"),
        "login-host": Key(
            '"login.example.org"', "none", "the host that a one-time code's bound last line names"
        ),
        "words": Key('["klikk her"]', "none", "words and phrases never to use"),
        "attempts": Key("3", "3", "the wrong guesses that a one-time code survives"),
        "codes-per-hour": Key("5", "5", "the one-time codes that one person may be sent in an hour"),
        "guesses-per-day": Key(
            "0.001", "0.1 %", "the chance of guessing a code in a day that is still accepted"
        ),
        "select": Key('["SMS", "OTP201"]', "all", "the rules to apply, by code or prefix"),
        "ignore": Key(
            '{ SMS103 = "names need any letter" }', "none", "the rules not to apply, each with its reason"
        ),
    }
)
"""Every key of the settings file."""


def read_policy(text: str, file: str) -> Policy:
    """
    Read the policy out of a ``straks.toml``, or of a pyproject.toml's ``[tool.straks]``.

    Raises:
        InvalidSetting: It is not TOML, or a key or value cannot be; names the nearest key.
    """
    from straks.core.toml import NotToml, read_toml

    try:
        document = read_toml(text)
    except NotToml as error:
        raise InvalidSetting(f"{file} is not valid TOML: {error}") from None
    table: object = document
    for key in ("tool", "straks") if file.endswith("pyproject.toml") else ():
        table = cast("dict[str, object]", table).get(key, {})
        if not isinstance(table, dict):
            raise InvalidSetting(
                f"{file}: [tool.straks] is no table; it holds keys such as {next(iter(KEYS))}"
            )
    return policy_of(cast("dict[str, Any]", table), file)


def policy_of(table: Mapping[str, Any], file: str) -> Policy:
    """
    Return the policy that *table* describes.

    Raises:
        InvalidSetting: A key or value cannot be; names the nearest key.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key == "tool":
            raise InvalidSetting(f"{file}: its keys stand by themselves; take [tool.straks] out")
        if key not in KEYS:
            raise InvalidSetting(f"{file}: unknown key {key!r}; {_nearest(key, KEYS)}")
        values[key.replace("-", "_")] = _require(_READERS[key], key, value, file)
    return Policy(**values)


def _require(read: Callable[[object], object], key: str, value: object, where: str) -> object:
    """Return *value* as the policy has it."""
    held, why = None, ""
    try:
        held = read(value)
    except _Unfit as unfit:
        why = f". {unfit}"
    if held is None:
        raise InvalidSetting(f"{where}: {key} cannot be this; it looks like {KEYS[key].form}{why}")
    return held


def _plainly(value: object) -> object:
    """Return a collection that a program gives as TOML would give it."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    if isinstance(value, Collection) and not isinstance(value, str | bytes):
        return list(cast("Collection[object]", value))
    return value


class _Unfit(ValueError):
    """A value of the right form that cannot be all the same; the sentence says why."""


def _nearest(name: str, known: Iterable[str]) -> str:
    there = [*known]
    near = nearest(name, there)
    return f"did you mean {near!r}?" if near else f"known are {', '.join(there)}"


def _texts(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    items = cast("list[object]", value)
    texts = tuple(item for item in items if isinstance(item, str) and item.strip())
    return texts if len(texts) == len(items) else None


def _languages(value: object) -> tuple[str, ...] | None:
    texts = _texts(value)
    for text in texts or ():
        if text not in LOCALES:
            raise _Unfit(f"There is no language {text!r}; {_nearest(text, LOCALES)}")
    return texts or None


def _regions(value: object) -> frozenset[str] | None:
    texts = _texts(value)
    return frozenset(texts) if texts and all(re.fullmatch("[A-Z]{2}", text) for text in texts) else None


def _segments(value: object) -> Mapping[Purpose, int] | None:
    if not isinstance(value, dict):
        return None
    table = cast("dict[str, object]", value)
    known = [purpose.value for purpose in Purpose]
    for key in table:
        if key not in known:
            raise _Unfit(f"There is no purpose {key!r}; {_nearest(key, known)}")
    if not all(map(_is_count, table.values())):
        return None
    return MappingProxyType(
        {**DEFAULT_SEGMENTS, **{Purpose(key): cast("int", most) for key, most in table.items()}}
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _count(value: object) -> int | None:
    return cast("int", value) if _is_count(value) else None


def _share(value: object) -> float | None:
    return (
        float(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1
        else None
    )


def _host(value: object) -> str | None:
    return value if isinstance(value, str) and _HOST.fullmatch(value) else None


def _hosts(value: object) -> frozenset[str] | None:
    texts = _texts(value)
    return frozenset(texts) if texts is not None and all(map(_HOST.fullmatch, texts)) else None


def _names(value: object) -> frozenset[str] | None:
    texts = _texts(value)
    return None if texts is None else frozenset(texts)


def _codes(value: object) -> tuple[str, ...] | None:
    texts = _texts(value)
    return texts if texts and all(map(_CODE_OR_PREFIX.fullmatch, texts)) else None


def _ignored(value: object) -> Mapping[str, str] | None:
    if not isinstance(value, dict):
        return None
    table = cast("dict[str, object]", value)
    for code, why in table.items():
        if not isinstance(why, str) or not why.strip():
            raise _Unfit(f"{code} has no reason; say why it is fine")
    reasons = {code: str(why) for code, why in table.items()}
    return MappingProxyType(reasons) if all(map(_CODE_OR_PREFIX.fullmatch, reasons)) else None


_READERS: Final = MappingProxyType(
    {
        "languages": _languages,
        "regions": _regions,
        "segments": _segments,
        "senders": _names,
        "hosts": _hosts,
        "login-host": _host,
        "words": _texts,
        "attempts": _count,
        "codes-per-hour": _count,
        "guesses-per-day": _share,
        "select": _codes,
        "ignore": _ignored,
    }
)

# What a program may give in another form, or misspell; a number says itself what is wrong with it, to the
# rules, and so does a language that no template has.
_GIVEN: Final = MappingProxyType(
    {key: read for key, read in _READERS.items() if read not in (_count, _share)} | {"languages": _texts}
)
