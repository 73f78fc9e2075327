"""
What a preview says around a message, in Bokmål and English.

A picture in a notebook is looked at beside a library that speaks English, and so are its words; a page speaks
the language of whoever looks at it. What a template says, the names of Unicode and what a rule found are
nobody's to translate here: they stand as they were written, and HTML says of them which language they are in.

A sentence with ``{}`` takes a number, a name or a text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ENGLISH: Final = "en"
"""The language of pictures that nobody asked for in another, and of what rules say."""

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {
        "sms": "SMS",
        "email": "E-post",
        "as it is": "slik den blir sendt",
        "example": "eksempel",
        "worst case": "verste fall",
        "shortest": "korteste",
        "authentication": "innlogging",
        "alert": "varsel",
        "confirmation": "bekreftelse",
        "notice": "beskjed",
        "harmless": "å få den to ganger gjør ingen skade",
        "harmful": "å få den to ganger kan gjøre skade",
        "unusable": "kan ikke brukes",
        "uninspected": "kunne ikke undersøkes",
        "own_sender": "tjenestens egen avsender",
        "from": "fra {}",
        "to": "til {}",
        "subject": "emne: {}",
        "spare": "{}, {}, {} ledig",
        "counted": "gatewayen teller {}, tjenesten noterer {}",
        "cut": "kuttes: gatewayen tar {} og dropper resten",
        "most": "ingen verdier gir flere",
        "never_more": "aldri mer enn {} og {}",
        "times": "{} ganger",
        "no_stand_in": "ingen erstatning",
        "leave_out": "utelat det",
        "line_feed": "et linjeskift",
        "space": "et mellomrom",
        "more": "og {} til",
        "more_lines": "… og {} til",
        "more_alike": ", og {} av samme slag",
        "sent_as": "sendes som {}, {}",
        "Html": "HTML",
        "Plain": "ren tekst",
        "twin": "over er den som ren tekst",
        "light": "lyst",
        "dark": "mørkt",
        "nothing": "Det er ingenting å vise.",
        "no_message": "Kan ikke vises",
        "title": "Visning av {}",
        "title_of_nothing": "Visning av ingenting",
        "error": "feil",
        "warning": "advarsel",
        "advice": "råd",
    },
    "en": {
        "sms": "SMS",
        "email": "E-mail",
        "as it is": "as it will be sent",
        "example": "example",
        "worst case": "worst case",
        "shortest": "shortest",
        "authentication": "authentication",
        "alert": "alert",
        "confirmation": "confirmation",
        "notice": "notice",
        "harmless": "a repeat would be harmless",
        "harmful": "a repeat would be harmful",
        "unusable": "cannot be used",
        "uninspected": "could not be inspected",
        "own_sender": "the service’s own sender",
        "from": "from {}",
        "to": "to {}",
        "subject": "subject: {}",
        "spare": "{}, {}, {} spare",
        "counted": "gateway counts {}, service records {}",
        "cut": "cut off: the gateway carries {} and drops the rest",
        "most": "no values take more",
        "never_more": "never more than {} and {}",
        "times": "{} times",
        "no_stand_in": "no stand-in",
        "leave_out": "leave it out",
        "line_feed": "a line feed",
        "space": "a space",
        "more": "and {} more",
        "more_lines": "… and {} more",
        "more_alike": ", and {} more of it",
        "sent_as": "sent as {}, {}",
        "Html": "HTML",
        "Plain": "plain text",
        "twin": "above is its plain text",
        "light": "light",
        "dark": "dark",
        "nothing": "There is nothing to show.",
        "no_message": "There is nothing to show",
        "title": "Preview of {}",
        "title_of_nothing": "Preview of nothing",
        "error": "error",
        "warning": "warning",
        "advice": "advice",
    },
}
"""Each sentence by its name, in each language there is."""

NOUNS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "nb": {
        "segment": ("segment", "segmenter"),
        "septet": ("septet", "septeter"),
        "code unit": ("kodeenhet", "kodeenheter"),
        "byte": ("byte", "byte"),
        "character": ("tegn", "tegn"),
        "line": ("linje", "linjer"),
        "template": ("mal", "maler"),
        "finding": ("funn", "funn"),
    },
    "en": {},
}
"""What is counted: one of it and several. An English noun that is not here takes an s."""


def counted(count: int, thing: str, lang: str = ENGLISH) -> str:
    """
    Return *count* with its noun, which *thing* is in English.

    >>> counted(1, "segment"), counted(2144, "septet"), counted(2, "code unit", "nb")
    ('1 segment', '2144 septets', '2 kodeenheter')
    """
    one, many = NOUNS[lang].get(thing, (thing, f"{thing}s"))
    return f"{count} {one if count == 1 else many}"
