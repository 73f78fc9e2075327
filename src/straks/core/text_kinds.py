"""
Kinds whose value is text that people write: code, text, name, reference.

Length is counted in characters after NFC and trimming, since that is what a person counts; what
the characters cost in an SMS is the segmenter's business. A value with a line break, a control, a
bidirectional or invisible character, or something that a phone would make a link of, is refused
and never rewritten: a rewritten name is another name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar

from straks.core.alphabet import FOREIGN, describe
from straks.core.hygiene import looks_like_link, offence, starts_with_mark
from straks.core.parameter import Parameter, Unfit

ASCII_DIGITS = "0123456789"

# No character comes from composing (NFC) more than four: what is longer than four times a limit
# needs no composing to be too long.
_MOST_COMPOSED = 4


def string(value: object) -> str:
    """Return *value*, which has to be text."""
    if not isinstance(value, str):
        raise Unfit(f"takes text, not {type(value).__name__}")
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsWritten(Parameter):
    """A kind whose value is text, the same in every language and wherever it is kept."""

    def show(self, value: str, locale: str) -> object:  # noqa: ARG002 - the same in every language
        """Return the text as it is."""
        return value

    def canonical(self, value: str) -> str:
        """Return the text as it is; of a choice the value, not the word, which may be corrected."""
        return str(value)

    def read(self, text: str) -> str:
        """Return *text* as it is."""
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(AsWritten):
    """
    A one-time code: a fixed number of characters from an ASCII alphabet, digits by default.

    Always text and never a number, so that leading zeros survive; secret by nature.
    """

    kind: ClassVar[str] = "code"

    length: int
    alphabet: str = ASCII_DIGITS
    secret: bool = True

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        what = "digits 0-9" if self.alphabet == ASCII_DIGITS else f"characters out of {self.alphabet}"
        return f"exactly {self.length} {what}, as text"

    def check(self, value: object) -> str:
        """Return the code; anything but its alphabet at its length is `Unfit`."""
        if isinstance(value, int):
            raise Unfit("takes text, not a number, because a number loses leading zeros; put it in quotes")
        code = string(value)
        if len(code) != self.length:
            raise Unfit(f"takes {self.limits}; this has {len(code)}")
        if code.strip(self.alphabet):
            raise Unfit(f"takes {self.limits}; this has others among them")
        return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(AsWritten):
    """Free text within a length: a word, a sentence, or a few lines where ``lines`` is above 1."""

    kind: ClassVar[str] = "text"

    max_length: int
    min_length: int = 1
    alphabet: str = "any"
    lines: int = 1

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        least = f"{self.min_length} to " if self.min_length > 1 else "at most "
        letters = " that GSM-7 has" if self.alphabet == "gsm-7" else ""
        lines = f" in at most {self.lines} lines" if self.lines > 1 else ""
        return f"{least}{self.max_length} characters{letters}{lines}"

    def check(self, value: object) -> str:
        """Return the text composed (NFC) and trimmed; what a message may not hold is `Unfit`."""
        text = string(value).strip()
        if len(text) > _MOST_COMPOSED * self.max_length:
            raise Unfit(f"takes {self.limits}; this has far more")
        text = unicodedata.normalize("NFC", text)
        if self.lines > 1:
            text = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
        if found := offence(text, lines=self.lines > 1):
            raise Unfit(f"holds {found[1]} at character {found[0] + 1}; take it out")
        if starts_with_mark(text):
            raise Unfit("begins with a combining mark, which would change the letter before it; take it out")
        if not self.min_length <= len(text) <= self.max_length:
            raise Unfit(
                f"takes {self.limits}; this has {len(text)}" if text else f"is empty; it takes {self.limits}"
            )
        if text.count("\n") >= self.lines:
            raise Unfit(f"takes {self.limits}; this has {text.count(chr(10)) + 1} lines")
        if text in (".", ".."):
            raise Unfit("is dots alone, which in an address would mean another folder; write a word")
        if looks_like_link(text):
            raise Unfit(
                "holds something that phones turn into a link; "
                "name the place in words, and put a space after a full stop"
            )
        if self.alphabet == "gsm-7" and (foreign := FOREIGN.search(text)):
            what = f"character {foreign.start() + 1} is {describe(foreign[0])}"
            raise Unfit(f'takes {self.limits}; {what}; replace it, or declare alphabet = "any"')
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Text):
    """The name of a person or a body; checked as `Text` is."""

    kind: ClassVar[str] = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Text):
    r"""
    A case number or another reference, by a bounded regular expression or a greatest length.

    ``pattern`` must match the whole value, and is read as ASCII: ``\d`` is 0 to 9.
    """

    kind: ClassVar[str] = "reference"

    pattern: str | None = None

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        return f"what matches {self.pattern}" if self.pattern is not None else super(Reference, self).limits

    def check(self, value: object) -> str:
        """Return the reference; what does not match or may not stand in a message is `Unfit`."""
        text = super(Reference, self).check(value)
        if self.pattern is not None and re.fullmatch(self.pattern, text, re.ASCII) is None:
            raise Unfit(f"takes {self.limits}")
        return text
