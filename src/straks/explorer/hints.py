"""
What an input takes, in the language of the page and in words that ask for no programming.

An error says the same more exactly, in English, and is the parameter's own; a hint is there to be read first.
A kind that is not known here has the parameter's words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from straks.core.amount_kind import Amount
from straks.core.calendar_kinds import Date, DateTime, Time
from straks.core.choice_kind import Choice
from straks.core.list_kind import ListOf
from straks.core.number_kinds import Duration, Integer
from straks.core.text_kinds import ASCII_DIGITS, Code, Reference, Text
from straks.core.typed import as_typed
from straks.core.url_kind import Url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.core.parameter import Parameter

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {
        "digits": "{} sifre",
        "of": "{} tegn av {}",
        "most": "inntil {} tegn",
        "between": "{} til {} tegn",
        "plain": "{}, bare slike som en vanlig SMS har",
        "pattern": "etter mønsteret {}",
        "lines": "{}, på inntil {} linjer",
        "from_to": "{} til {}",
        "steps": "{} til {}, i steg på {}",
        "url": "en adresse hos {}, inntil {} tegn",
        "list": "inntil {}, ett element på hver linje; {}",
    },
    "en": {
        "digits": "{} digits",
        "of": "{} characters out of {}",
        "most": "up to {} characters",
        "between": "{} to {} characters",
        "plain": "{}, only such as a plain SMS has",
        "pattern": "after the pattern {}",
        "lines": "{}, on up to {} lines",
        "from_to": "{} to {}",
        "steps": "{} to {}, in steps of {}",
        "url": "an address at {}, up to {} characters",
        "list": "up to {}, one item on each line; {}",
    },
}


def hint(parameter: Parameter, lang: str) -> str:
    """Return what *parameter* takes, nothing where its input shows it."""
    words = WORDS[lang]
    if isinstance(parameter, Code):
        if parameter.alphabet == ASCII_DIGITS:
            return words["digits"].format(parameter.length)
        return words["of"].format(parameter.length, parameter.alphabet)
    if isinstance(parameter, Text):
        return _of_text(parameter, words)
    if isinstance(parameter, Url):
        return words["url"].format(", ".join(parameter.hosts), parameter.max_length)
    if isinstance(parameter, ListOf):
        return words["list"].format(parameter.max_items, hint(parameter.of, lang)).removesuffix("; ")
    return "" if isinstance(parameter, Choice) else _of_size(parameter, words)


def _of_text(parameter: Text, words: Mapping[str, str]) -> str:
    if isinstance(parameter, Reference) and parameter.pattern is not None:
        return words["pattern"].format(parameter.pattern)
    said = words["most"].format(parameter.max_length)
    if parameter.min_length > 1:
        said = words["between"].format(parameter.min_length, parameter.max_length)
    if parameter.alphabet == "gsm-7":
        said = words["plain"].format(said)
    return words["lines"].format(said, parameter.lines) if parameter.lines > 1 else said


def _of_size(parameter: Parameter, words: Mapping[str, str]) -> str:
    if isinstance(parameter, Duration):
        return words["steps"].format(*map(as_typed, (parameter.min, parameter.max, parameter.step)))
    if isinstance(parameter, Amount):
        return f"{words['from_to'].format(parameter.min, parameter.max)} {parameter.currency}"
    if isinstance(parameter, Integer | Date | DateTime | Time):
        return words["from_to"].format(as_typed(parameter.min), as_typed(parameter.max))
    return parameter.limits
