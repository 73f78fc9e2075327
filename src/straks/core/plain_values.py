"""
A fast way for values that are plainly as they should be, or were seen before.

Most names and words are letters and single marks, in which there is nothing to find: no control, nothing to
compose, no dot that could make a link. One pattern tells those from the rest. And numbers, days and durations
come again: a code lives for five minutes today and tomorrow. What such a value is checked to, printed as and
written as in an id depends on the value alone, so it is kept, for the latest few hundred of each parameter.

It only ever takes what `Parameter.check` would. Whatever is not plain goes there, which alone refuses.
Nothing is kept of a parameter that is secret or personal, nor of any text but the words of a choice.

`enabled` turns it off.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from straks.core.parameter import Parameter, Shown
from straks.core.text_kinds import AsWritten, Code, Name, Reference, Text

if TYPE_CHECKING:
    from collections.abc import Callable

enabled: bool = True
"""Whether values are looked at here at all; False leaves every one of them to its parameter."""

KEPT: Final = 256
"""How many values of a parameter are kept, the latest that came, in each language and channel."""

Taken: TypeAlias = tuple[Any, str, str]
"""A value that is admitted: as it is, as it prints, and in canonical form."""

# Printed by GSM-7 and by any other, each one character for good; a dot or a colon may make a link.
_LETTER: Final = "A-Za-z0-9æøåÆØÅäöÄÖéÉ"
_INSIDE: Final = rf"{_LETTER} ,'()/&+-"
# A value of one of these types is told by being equal. A moment is not: at the end of summer time two are
# equal and an hour apart. Nor is an amount, of which there are those that cannot even be looked up.
_TOLD_BY_VALUE: Final[dict[str, type]] = {
    "choice": str, "integer": int, "date": date, "time": time, "duration": timedelta,
}  # fmt: skip


def taker(parameter: Parameter, locale: str, *, plainly: bool) -> Callable[[object], Taken]:
    """
    Return what takes a value of *parameter* in one language, and raises `Unfit` where it is not admitted.

    *plainly* is whether it prints with plain spaces, as in an SMS.
    """
    ordinary = _ordinary(parameter, locale, plainly=plainly)
    # Of the very kind: what is made of it by others may print otherwise.
    exact = _TOLD_BY_VALUE.get(vars(type(parameter)).get("kind", ""))
    if exact is None or parameter.secret or parameter.personal:
        return ordinary
    kept = lru_cache(maxsize=KEPT)(ordinary)
    # Of that very type: what is equal to it may print otherwise (1 is equal to True, and to 1.0).
    return lambda value: kept(value) if enabled and type(value) is exact else ordinary(value)


def _ordinary(parameter: Parameter, locale: str, *, plainly: bool) -> Callable[[object], Taken]:
    if isinstance(parameter, AsWritten) and type(parameter).show is AsWritten.show:

        def as_written(value: object) -> Taken:
            text = parameter.check(value)
            return text, text, text

        return as_written

    def printed(value: object) -> Taken:
        checked = parameter.check(value)
        shown = parameter.show(checked, locale)
        if plainly and isinstance(shown, Shown):
            shown = shown.plainly()
        return checked, str(shown), parameter.canonical(checked)

    return printed


def plain_text(parameter: Parameter) -> Callable[[str], object] | None:
    """
    Return what matches plain texts that *parameter* admits, if not all that it does; None where it has none.

    Such a text is taken as it is: it prints, and is written in an id, as it was given.
    """
    if type(parameter) not in {Code, Text, Name, Reference}:
        return None
    return re.compile(_pattern(cast("Code | Text", parameter))).fullmatch


def _pattern(parameter: Code | Text) -> str:
    if isinstance(parameter, Code):
        return f"[{re.escape(parameter.alphabet)}]{{{parameter.length}}}"
    least, most = max(parameter.min_length, 1), parameter.max_length
    own = parameter.pattern if isinstance(parameter, Reference) else None
    also = "" if own is None else rf"(?=(?a:{own})\Z)"
    return rf"{also}(?=[{_LETTER}])[{_INSIDE}]{{{least},{most}}}+(?<=[{_LETTER}])"
