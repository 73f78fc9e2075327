"""
From a ``[parameters.x]`` table to a `Parameter`: every key read strictly, every bound checked.

A misspelt key is an error that names the nearest one, since a limit that silently does not apply
is worse than none. The readers raise `Wrong` with the key at fault; `straks.core.manifest` knows the
file and finds the line.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

from straks.core import locale as languages
from straks.core.hygiene import offence
from straks.core.locale import LOCALES, is_currency
from straks.core.nearest import nearest
from straks.core.number_kinds import Duration, Integer, read_duration
from straks.core.parameter import RESERVED_NAMES, Parameter, Unfit
from straks.core.pattern import ATTEMPTS_MOST, attempts, widths
from straks.core.text_kinds import ASCII_DIGITS, Code, Name, Reference, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from decimal import Decimal

    from straks.core.list_kind import ListOf

Table: TypeAlias = dict[str, Any]
T = TypeVar("T")

_LONGEST = 10_000
"""Characters; no message that an instant channel carries is longer."""
_LONGEST_PATTERN = 200
_LARGEST_NUMBER = 10**15
_LONGEST_SPAN = 10**9
"""Seconds; a little over 30 years."""
_YEARS = range(1900, 2200)


class Wrong(Exception):
    """What is wrong in a table, and under which key if it is one."""

    def __init__(self, what: str, key: str | None = None) -> None:
        super().__init__(what)
        self.key = key


def read_parameter(name: str, table: object) -> Parameter:
    """Return the parameter that *table* declares, its example checked against its own bounds."""
    if re.fullmatch(r"[a-z][a-z0-9_]*", name) is None:
        raise Wrong("a name is lower-case ASCII letters, digits and underscores, and begins with a letter")
    if name in RESERVED_NAMES:
        raise Wrong("this name is taken: templates mean something else by it")
    if not isinstance(table, dict):
        raise Wrong("must be a table")
    declared = cast("Table", table)
    parameter = _of_kind(name, declared, extra=("example", "secret", "personal", "optional"))
    if "example" not in declared:
        raise Wrong("has no example; every parameter shows one value that fits")
    try:
        return replace(parameter, example=parameter.check(_native(parameter, declared["example"])))
    except Unfit as flaw:
        raise Wrong(f"the example does not fit: it {flaw}", "example") from None
    except Wrong as wrong:
        raise Wrong(f"the example does not fit: {wrong}", "example") from None


def _of_kind(name: str, table: Table, extra: tuple[str, ...]) -> Parameter:
    kind = one_of(table, "kind", list(_KINDS))
    keys, build = _KINDS[kind]
    only(table, ("kind", *keys, *extra))
    common: dict[str, Any] = {"name": name}
    for flag in ("secret", "personal", "optional"):
        if flag in table:
            common[flag] = get(table, flag, bool)
    return build(table, common)


def _code(table: Table, common: Table) -> Parameter:
    alphabet = get(table, "alphabet", str, default=ASCII_DIGITS)
    if not (alphabet.isascii() and alphabet.isalnum() and len(set(alphabet)) == len(alphabet) > 1):
        raise Wrong("alphabet must be two or more different ASCII letters and digits", "alphabet")
    return Code(length=_size(table, "length", 1, 64), alphabet=alphabet, **common)


def _text_bounds(table: Table) -> Table:
    bounds: Table = {
        "max_length": _size(table, "max-length", 1, _LONGEST),
        "min_length": _size(table, "min-length", 0, _LONGEST, default=1),
        "alphabet": one_of(table, "alphabet", ["gsm-7", "any"], "any"),
        "lines": _size(table, "lines", 1, 1_000, default=1),
    }
    if bounds["min_length"] > bounds["max_length"]:
        raise Wrong("min-length is above max-length; nothing would fit", "min-length")
    return bounds


def _reference(table: Table, common: Table) -> Parameter:
    if ("pattern" in table) == ("max-length" in table):
        raise Wrong("needs either pattern or max-length")
    if "max-length" in table:
        return Reference(max_length=_size(table, "max-length", 1, _LONGEST), **common)
    pattern = get(table, "pattern", str)
    return Reference(pattern=pattern, max_length=_longest_match(pattern), **common)


def _longest_match(pattern: str) -> int:
    """Return the length of the longest text that *pattern* matches, if that is quickly decided."""
    if len(pattern) > _LONGEST_PATTERN:
        raise Wrong(f"pattern has {len(pattern)} characters; it takes {_LONGEST_PATTERN} at most", "pattern")
    try:
        re.compile(pattern, re.ASCII)
        most = widths(pattern)[1]
        tries = attempts(pattern)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise Wrong(f"pattern is no regular expression: {error}", "pattern") from None
    if not 0 < most <= _LONGEST:
        raise Wrong("pattern is unbounded; say how often with {m,n} in place of * and +", "pattern")
    if tries is None:
        raise Wrong(
            "pattern looks around or back at a group, which cannot be followed; write it without", "pattern"
        )
    if tries > ATTEMPTS_MOST:
        raise Wrong(
            "pattern can match in so many ways that a hostile value would take long to refuse; "
            "repeat a [class] and not a group, or lower the counts",
            "pattern",
        )
    return most


def _bounds(table: Table, read: Callable[[object], Any], common: Table, **default: object) -> Table:
    bounds: Table = {}
    for key in ("min", "max"):
        if key in table:
            bounds[key] = _read_by(read, table, key)
        elif key not in default:
            raise Wrong(f"needs {key}")
    both: Table = {**default, **bounds}
    if both["min"] > both["max"]:
        raise Wrong("min is above max; nothing would fit", "min")
    return {**common, **bounds}


def _read_by(read: Callable[[object], T], table: Table, key: str) -> T:
    try:
        return read(table[key])
    except Unfit as flaw:
        raise Wrong(f"{key} {flaw}", key) from None
    except Wrong as wrong:
        raise Wrong(str(wrong), key) from None


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST_NUMBER:
        raise Wrong("min and max must be whole numbers of at most 15 digits")
    return value


def _minute(value: object) -> time:
    if not isinstance(value, time) or value.second or value.microsecond:
        raise Wrong("min and max must be times to the minute, such as 08:00:00")
    return value


def _read_decimal(value: object) -> Decimal:
    # A TOML float is read by way of its text, so that 0.10 stays 0.10.
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, str))
        or not re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,2})?", str(value))
    ):
        raise Wrong("min and max must be amounts with at most two decimals")
    from decimal import Decimal

    return Decimal(str(value))


def _read_moment(value: object) -> datetime:
    if not isinstance(value, datetime) or value.year not in _YEARS:
        raise Wrong("min and max must be moments in 1900 to 2199, such as 2026-01-01T00:00:00+01:00")
    return value if value.tzinfo is not None else value.replace(tzinfo=languages.OSLO)


def _read_span(value: object) -> timedelta:
    if isinstance(value, str):
        return read_duration(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LONGEST_SPAN:
        raise Wrong('a duration is text such as "5 min", or whole seconds')
    return timedelta(seconds=value)


def _plain_date(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime) or value.year not in _YEARS:
        raise Wrong("min and max must be dates in 1900 to 2199, such as 2026-01-01")
    return value


def _duration(table: Table, common: Table) -> Parameter:
    bounds = _bounds(table, _read_span, common)
    step = _read_by(_read_span, {"step": 60, **table}, "step")
    if not step:
        raise Wrong("step must be at least one second", "step")
    if bounds["min"] % step or bounds["max"] % step:
        raise Wrong("min and max must be whole numbers of steps (step is one minute unless declared)")
    return Duration(**bounds, step=step)


def _amount(table: Table, common: Table) -> Parameter:
    currency = get(table, "currency", str, default="NOK")
    if not is_currency(currency):
        near = languages.nearest_currency(currency)
        hint = f"; did you mean {near!r}?" if near else ""
        raise Wrong(f"currency must be an ISO 4217 code of money, such as NOK{hint}", "currency")
    from straks.core.amount_kind import Amount

    return Amount(**_bounds(table, _read_decimal, common), currency=currency)


# Kinds that fewer messages have are loaded where there is one.
def _date(table: Table, common: Table) -> Parameter:
    from straks.core.calendar_kinds import Date

    bounds = _bounds(table, _plain_date, common, min=date(2000, 1, 1), max=date(2099, 12, 31))
    return Date(**bounds, style=one_of(table, "style", _STYLES, "long"))


def _time(table: Table, common: Table) -> Parameter:
    from straks.core.calendar_kinds import Time

    bounds = _bounds(table, _minute, common, min=time(0, 0), max=time(23, 59))
    return Time(**bounds, style=one_of(table, "style", ["short", "medium"], "short"))


def _datetime(table: Table, common: Table) -> Parameter:
    from straks.core.calendar_kinds import DateTime

    first = datetime(2000, 1, 1, tzinfo=languages.OSLO)
    last = datetime(2099, 12, 31, 23, 59, tzinfo=languages.OSLO)
    bounds = _bounds(table, _read_moment, common, min=first, max=last)
    return DateTime(**bounds, style=one_of(table, "style", _STYLES, "long"))


def _choice(table: Table, common: Table) -> Parameter:
    choices = table.get("choices")
    words: dict[str, Mapping[str, str]] = {}
    if isinstance(choices, list):
        for choice in cast("list[object]", choices):
            if str(choice) in words:
                raise Wrong(f"choice {choice!r} is there twice; take one away", "choices")
            words[str(choice)] = _words(str(choice), choice)
    elif isinstance(choices, dict):
        words = {choice: _words(choice, word) for choice, word in cast("Table", choices).items()}
    if not words:
        raise Wrong("choices must be a list of texts, or a table from value to its word in each language")
    from straks.core.choice_kind import Choice

    return Choice(words=MappingProxyType(words), **common)


def _words(choice: str, word: object) -> Mapping[str, str]:
    by_locale = dict.fromkeys(LOCALES, word) if isinstance(word, str) else word
    if not isinstance(by_locale, dict):
        raise Wrong(f"choice {choice!r} needs a word, or a table of words by language", choice)
    words = cast("Table", by_locale)
    only(words, LOCALES)
    if missing := [locale for locale in LOCALES if locale not in words]:
        raise Wrong(f"choice {choice!r} has no word in {', '.join(missing)}", choice)
    for locale, said in words.items():
        if not isinstance(said, str) or not said.strip() or offence(said):
            raise Wrong(f"choice {choice!r}: its word in {locale} must be a line of readable text", choice)
    return MappingProxyType(words)


def _url(table: Table, common: Table) -> Parameter:
    hosts = table.get("hosts")
    if not isinstance(hosts, list) or not hosts:
        raise Wrong('hosts must be a list such as ["www.example.org"]', "hosts")
    for host in cast("list[object]", hosts):
        if not isinstance(host, str) or re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) is None:
            raise Wrong("each host is a name in lower-case ASCII, without scheme, port or path", "hosts")
    from straks.core.url_kind import Url

    return Url(
        hosts=tuple(cast("list[str]", hosts)), max_length=_size(table, "max-length", 9, 2_000), **common
    )


def _list(table: Table, common: Table) -> Parameter:
    inner: Table | None = table.get("of")
    if not isinstance(inner, dict) or inner.get("kind") == "list":
        raise Wrong(
            'of must be a table with a kind (not list), such as { kind = "text", max-length = 20 }', "of"
        )
    of = _of_kind(common["name"], inner, extra=())
    from straks.core.list_kind import ListOf

    # What holds secrets is secret.
    secret: Table = {"secret": of.secret, **common}
    return ListOf(of=of, max_items=_size(table, "max-items", 1, 1_000), **secret)


_STYLES = ("short", "medium", "long", "full")
_CALENDAR_KEYS = ("min", "max", "style")
_TEXT_KEYS = ("max-length", "min-length", "alphabet", "lines")
_KINDS: dict[str, tuple[tuple[str, ...], Callable[[Table, Table], Parameter]]] = {
    "code": (("length", "alphabet"), _code),
    "text": (_TEXT_KEYS, lambda table, common: Text(**_text_bounds(table), **common)),
    "name": (_TEXT_KEYS, lambda table, common: Name(**_text_bounds(table), **common)),
    "reference": (("pattern", "max-length"), _reference),
    "integer": (
        ("min", "max"),
        lambda table, common: Integer(**_bounds(table, _whole, common)),
    ),
    "amount": (("min", "max", "currency"), _amount),
    "date": (_CALENDAR_KEYS, _date),
    "time": (_CALENDAR_KEYS, _time),
    "datetime": (_CALENDAR_KEYS, _datetime),
    "duration": (("min", "max", "step"), _duration),
    "choice": (("choices",), _choice),
    "url": (("hosts", "max-length"), _url),
    "list": (("of", "max-items"), _list),
}


def _native(parameter: Parameter, example: object) -> object:
    """Turn an example as TOML has it into what `check` takes."""
    kind = parameter.kind
    if kind == "list" and isinstance(example, list):
        of = cast("ListOf", parameter).of
        return [_native(of, item) for item in cast("list[object]", example)]
    if isinstance(parameter, Duration):
        return _read_span(example)
    if kind == "amount" and isinstance(example, (str, float)):
        return parameter.read(str(example))
    if kind == "datetime" and isinstance(example, datetime) and example.tzinfo is None:
        return example.replace(tzinfo=languages.OSLO)
    if kind in {"date", "datetime", "time"} and isinstance(example, str):
        return parameter.read(example)
    return example


# --- reading a table ---------------------------------------------------------------------------


def only(table: Table, known: Collection[str]) -> None:
    """Refuse keys that are not *known*, naming the nearest that is."""
    for key in table:
        if key not in known:
            near = nearest(key, known)
            hint = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
            raise Wrong(f"unknown key {key!r}; {hint}", key)


def get(table: Table, key: str, kind: type[T], *, default: T | None = None) -> T:
    """Return a value that must be of *kind*."""
    value = table.get(key, default)
    if not isinstance(value, kind):
        name = {"bool": "true or false", "str": "text", "int": "a whole number"}.get(
            kind.__name__, kind.__name__
        )
        raise Wrong(f"{key} must be {name}" if key in table else f"needs {key}", key)
    return value


def _size(table: Table, key: str, least: int, most: int, *, default: int | None = None) -> int:
    size = get(table, key, int, default=default)
    if isinstance(size, bool) or not least <= size <= most:
        raise Wrong(f"{key} must be a whole number, {least} to {most}", key)
    return size


def one_of(table: Table, key: str, known: Collection[str], default: str | None = None) -> str:
    """Return a text that must be one of *known*."""
    value = table.get(key, default)
    if value is None:
        raise Wrong(f"needs {key}: one of {', '.join(known)}")
    if not isinstance(value, str) or value not in known:
        near = nearest(str(value), known)
        hint = f"; did you mean {near!r}?" if near else ""
        raise Wrong(f"{key} must be one of {', '.join(known)}{hint}", key)
    return value
