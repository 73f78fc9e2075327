"""
What somebody may give for a parameter who means it no good, or does not know better.

Each value is one that has broken a template engine, a mail header, a phone or a program before. The law
that all of them keep: the parameter refuses it with `straks.InvalidValue`, which names the parameter, or
it stands in the message as it was given and does nothing there. ``<b>`` in a name is the second: a name
may hold it, and a reader sees it as written.

    =====================  =====================================================================
    given for              what
    =====================  =====================================================================
    every kind             other types, None where it is not optional, nothing, a million characters
    kinds of text          template syntax, markup, links, header lines, controls, lone surrogates,
                           characters that turn the reading direction or do not show, digits and
                           letters that look like others, one character more than fits
    kinds that count       one step beyond each bound and between two steps, not a number, infinite,
                           so large that printing takes long, floats, moments without a zone
    ``url``                other schemes, hosts, users, ports, and hosts that look like yours
    ``list``               none, too many, text, sets, and hostile items
    =====================  =====================================================================
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from hypothesis import strategies as st

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.locale import OSLO, currency_decimals
from straks.core.number_kinds import Duration, Integer
from straks.core.text_kinds import Code, Name, Reference, Text
from straks.core.url_kind import Url
from straks.testing.admission import edges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from straks.core.parameter import Parameter

TEXTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "template syntax": (
            *("{{ 7*7 }}", "{{", "}}", "{%", "%}", "{% raw %}", "{#", "#}", "|safe", "{{ self }}"),
            *("${7*7}", "#{7*7}", "{{''.__class__.__mro__}}", "%(name)s", "{0.__class__}"),
        ),
        "markup": (
            *("<script>alert(1)</script>", "<b>", "</p>", "</title>", "</style>", "<!--", "-->", "<![CDATA["),
            *("<img src=x onerror=alert(1)>", "<svg/onload=x>", '" onclick="x', "' autofocus onfocus='x"),
            *("&lt;b&gt;", "&#60;b", "&amp;", "&nbsp", "`", "\\", "=cmd|'/c calc'!A1"),
        ),
        "links": (
            *("https://evil.example.com", "evil.no", "www.evil.no/x", "javascript:alert(1)", "//evil.no"),
            *("tel:+4742000000", "mailto:kari@example.org", "192.0.2.1", "evil\uff0eno", "data:text/html,x"),
        ),
        "header lines": ("\r\nBcc: kari@example.org", "\nSubject: x", "\r", "\n\n.\n", "%0d%0aBcc:"),
        "controls": ("\0", "\x1b[2J", "\x07", "\t", "\x7f", "\x85", "\u2028", "\u2029", "\x02", "\x03"),
        "reading directions": ("\u202e", "\u2066", "\u200f", "\u061c", "\u202bx\u202c"),
        "what does not show": (
            *("\u200b", "\u200d", "\ufeff", "\u00ad", "\u3164", "\u2060", "\U000e0041", "\ufe0f"),
        ),
        "marks in front": ("\u0301", "\u20e3", "\u1161", "\u0338"),
        "no characters": ("\ud800", "\udfff", "\ue000", "\uffff", "\U0010ffff"),
        "look-alikes": ("\u0664\u0668", "\uff14\uff18", "\u0430dmin", "\U0001d7d2", "\u2488", "\u00b2"),
        "dots": (".", "..", "../../etc/passwd"),
    }
)
"""Pieces of text by what they try."""

_HUGE: Final = 1_000_000
_MINUTES_PER_DAY: Final = 24 * 60
# Zones in which the first and the last moment there is are outside of what a clock in UTC can show.
_EAST: Final = timezone(timedelta(hours=23, minutes=59))
_WEST: Final = timezone(-timedelta(hours=23, minutes=59))


class _Silent:
    """Of no kind at all, and says nothing about itself."""

    def __repr__(self) -> str:
        return "object()"


_OTHER_TYPES: Final[tuple[Any, ...]] = (
    *(b"482913", bytearray(b"x"), 0, -1, 10**30, True, False, 0.5, float("nan"), float("inf"), -0.0, 1j),
    *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+999999"), Decimal("1E-999999")),
    *([], [None], (), {}, {"a": 1}, {1}, frozenset({"a"}), range(3), _Silent(), str, Ellipsis),
    *(date(2026, 5, 17), time(12), datetime(2026, 5, 17, tzinfo=UTC), timedelta(minutes=5)),
    *("", " ", "0", "-1", "1e3", "NaN", "None", "null", "true", "2026-05-17", "x" * _HUGE, "9" * 5_000),
)


def hostile(parameter: Parameter) -> st.SearchStrategy[Any]:
    """
    Return values that *parameter* must refuse or print inertly; the module lists them by kind.

    Some of them it may admit all the same (a text may be ``"0"``). What it may do with none is raise
    anything but `straks.InvalidValue`, or let it become template syntax, markup, a link or a header.
    """
    ways: list[st.SearchStrategy[Any]] = [st.sampled_from(outside(parameter))]
    if _is_text(parameter):
        pieces = st.sampled_from([piece for some in TEXTS.values() for piece in some])
        around = st.sampled_from([edge for edge in edges(parameter) if isinstance(edge, str)])
        ways += [pieces, st.builds(_spoilt, around, pieces, st.integers(0, 40)), st.text()]
    if isinstance(parameter, ListOf):
        good = st.sampled_from(edges(parameter.of))
        ways.append(st.tuples(good, hostile(parameter.of)).map(list))
        ways.append(hostile(parameter.of).map(lambda item: [item]))
    return st.one_of(ways)


def outside(parameter: Parameter) -> tuple[Any, ...]:
    """Return values of other types than *parameter* takes, and those just outside of what it admits."""
    nothing = () if parameter.optional else (None,)
    return (*nothing, *_OTHER_TYPES, *_BEYOND[type(parameter)](parameter))


def _is_text(parameter: Parameter) -> bool:
    return isinstance(parameter, (Text, Code, Choice, Url))


def _spoilt(text: str, piece: str, at: int) -> str:
    return text[:at] + piece + text[at:]


# --- just outside of what a kind admits -------------------------------------------------------------


def _beyond_code(parameter: Code) -> Iterator[Any]:
    good = parameter.alphabet[-1] * parameter.length
    yield from (good[1:], good + good[0], f" {good}", f"{good}\n", f"{good[:-1]}\u0664", f"{good[:-1]}-")
    yield from (good.translate({ord("9"): "\uff19"}), int("1" * parameter.length), [*good])


def _beyond_text(parameter: Text) -> Iterator[Any]:
    most, least = parameter.max_length, parameter.min_length
    yield from ("a" * (most + 1), "a" * (least - 1), "a\u0301" * (most + 1), "č" * most)
    yield from (" " * least, "\u00a0" * least, "a" + "\n" * parameter.lines + "a")


def _beyond_reference(parameter: Reference) -> Iterator[Any]:
    yield from _beyond_text(parameter)
    good = edges(parameter)[0]
    yield from (f"{good}x", f"x{good}", f"{good}\n", f"{good}\u0660", good * 2, good[:-1])


def _beyond_choice(parameter: Choice) -> Iterator[Any]:
    for choice, words in parameter.words.items():
        yield from (f"{choice} ", choice.swapcase(), f"{choice}\n", choice[:-1], [choice])
        yield from words.values()


def _beyond_url(parameter: Url) -> Iterator[Any]:
    for host in parameter.hosts:
        yield from _beyond_host(host, parameter.max_length)


def _beyond_integer(parameter: Integer) -> Iterator[Any]:
    low, high = parameter.min, parameter.max
    yield from (low - 1, high + 1, str(low), float(low), Decimal(low), -(10**400), 10**400)


def _beyond_amount(parameter: Amount) -> Iterator[Any]:
    low, high = parameter.min, parameter.max
    small = Decimal(1).scaleb(-currency_decimals(parameter.currency))
    yield from (low - small, high + small, low + small / 2, low + small / 10**20, float(low), str(low))


def _beyond_date(parameter: Date) -> Iterator[Any]:
    low, high = parameter.min, parameter.max
    one = timedelta(days=1)
    yield from (low - one, high + one, date.min, date.max, datetime.combine(low, time(12), OSLO))
    yield from (low.isoformat(), low.toordinal())


def _beyond_time(parameter: Time) -> Iterator[Any]:
    low, high = parameter.min, parameter.max
    yield from (low.replace(second=1), high.replace(microsecond=1), low.replace(tzinfo=UTC), "14:30")
    for at, step in ((low, -1), (high, 1)):
        minute = at.hour * 60 + at.minute + step
        if 0 <= minute < _MINUTES_PER_DAY:
            yield time(*divmod(minute, 60))


def _beyond_moment(parameter: DateTime) -> Iterator[Any]:
    low, high = parameter.min, parameter.max
    small = timedelta(microseconds=1)
    yield from (low - small, high + small, low.replace(tzinfo=None), low.timestamp(), low.isoformat())
    yield from (datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59), low.date())  # noqa: DTZ001 - what it is here for
    yield from (datetime(1, 1, 1, tzinfo=_EAST), datetime(9999, 12, 31, 23, 59, tzinfo=_WEST))


def _beyond_duration(parameter: Duration) -> Iterator[Any]:
    low, high, step = parameter.min, parameter.max, parameter.step
    small = timedelta(microseconds=1)
    yield from (low - step, high + step, low - small, high + small, low + small, low + step / 2)
    yield from (timedelta.min, timedelta.max, low.total_seconds(), str(low))


def _beyond_list(parameter: ListOf) -> Iterator[Any]:
    good = edges(parameter.of)[0]
    yield from ([good] * (parameter.max_items + 1), [], good, iter([good]), {0: good}, [[good]])


def _beyond_host(host: str, most: int) -> Iterator[str]:
    good = f"https://{host}/"
    yield from (
        f"http://{host}/",
        f"//{host}/",
        f"HTTPS://{host}/",
        f"https:/{host}",
        f"javascript://{host}/%0ax",
    )
    yield from (
        f"https://{host}.evil.example.com/",
        f"https://evil.example.com/{host}",
        f"https://{host}@evil.no/",
    )
    yield from (
        f"https://kari@{host}/",
        f"https://{host}:443/",
        f"https://{host}\\@evil.no/",
        f"https://{host}./",
    )
    yield from (
        f"https://{host.upper()}/",
        f"https://{host.replace('o', chr(0x43E))}/",
        f"https://evil{host}/",
    )
    yield from (f"{good} x", f"{good}\n", f"{good}å", f'{good}"><b>', f"{good}{{{{ x }}}}", f" {good}")
    yield good + "a" * (most - len(good) + 1)


_BEYOND: Final[Mapping[type[Parameter], Callable[[Any], Iterator[Any]]]] = MappingProxyType(
    {
        Code: _beyond_code,
        Text: _beyond_text,
        Name: _beyond_text,
        Reference: _beyond_reference,
        Choice: _beyond_choice,
        Url: _beyond_url,
        Integer: _beyond_integer,
        Amount: _beyond_amount,
        Date: _beyond_date,
        Time: _beyond_time,
        DateTime: _beyond_moment,
        Duration: _beyond_duration,
        ListOf: _beyond_list,
    }
)
