r"""
A fast way for numbers that are in E.164 already: the library's own number plan, read once.

Whatever came through `straks.core.phone_number` before, a contact register or another system holds
numbers as ``+`` and digits. For those, asking the library means some twenty steps that each look up
and match a pattern, and above 512 patterns Python compiles each anew. Here the patterns that one
step after the other would be asked for are one pattern for each region and length of number. It is
built from the metadata of the library that is installed, when a country has been seen often enough
to be worth it, and never for a single message.

It only ever accepts. What it does not know for a mobile number it leaves to the library, which
alone refuses, with the reason. The order of its questions is the library's: the regions that
share a country code in the order of its list, a region with leading digits by those and any other by
having a kind for the number; within a region the general description, the other kinds before
landline, landline before mobile. A test holds the two against each other on some hundred
thousand numbers, and under metadata that is bent so that each question decides something.

`enabled` turns it off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

enabled: bool = True
"""Whether numbers are looked up here at all; False leaves every one of them to the library."""

WARM: Final = 64
"""How many numbers of a country are left to the library before its patterns are built."""

_SHORTEST: Final = 7
_LONGEST: Final = 16
"""Characters of a number in E.164, + included (ITU-T E.164, clause 6); none is under six digits."""
# What a pattern would mean otherwise as a part of another, or from the middle of a text.
_NOT_MOVABLE: Final = re.compile(r"\\[1-9]|\(\?P|\^")
# In the library's order; landline and mobile come after them.
_OTHER_KINDS: Final = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
_NEVER: Final = "(?!)"


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """
    Where a number that an SMS can be sent to belongs, and how sure it is that it is a mobile's.

    All numbers of a region share two of these.
    """

    country_code: str
    region: str
    mobile: bool
    """False where it may be a landline as well."""


class _Region:
    """One region's part of the number plan, and its patterns by the length of the whole number."""

    __slots__ = ("_code", "_metadata", "found", "leading", "matches")

    def __init__(self, code: str, name: str, metadata: Any, *, alone: bool) -> None:  # noqa: ANN401 - the library's, which has no types
        # The only region of a code has all its numbers, whatever they begin with.
        leads = None if alone else metadata.leading_digits
        self.leading = None if leads is None else re.compile(leads, re.ASCII)
        self.matches: dict[int, Callable[[str], re.Match[str] | None]] = {}
        # What the last group of a match says.
        self.found: dict[str | None, Found | None] = {
            "mobile": Found(code, name, mobile=True),
            "either": Found(code, name, mobile=False),
            "landline": None,
            "other": None,
        }
        self._code = code
        self._metadata = metadata

    def read(self, length: int) -> Callable[[str], re.Match[str] | None]:
        """Return, and keep, what matches a whole number of *length* that is of any kind."""
        national = length - 1 - len(self._code)
        pattern = re.compile(rf"\+{self._code}{_kinds(self._metadata, national)}", re.ASCII)
        return self.matches.setdefault(length, pattern.match)


class PhoneTable:
    """
    The number plan of one release of the library.

    Args:
        phonenumbers: The library, or what stands for it in a test.
        warm: How many numbers of a country to leave to it first.
    """

    def __init__(self, phonenumbers: Any, warm: int = WARM) -> None:  # noqa: ANN401 - see above
        self._library = phonenumbers
        self._warm = warm
        self._seen: dict[str, int] = {}
        self._regions: dict[str, tuple[_Region, ...]] = {}

    def find(self, text: str) -> Found | None:
        """Return what *text* is if it is a mobile number in E.164; None says nothing at all."""
        length = len(text)
        if not _SHORTEST <= length <= _LONGEST:
            return None
        for end in (3, 2, 4):  # most codes have two digits
            regions = self._regions.get(text[:end])
            if regions is not None:
                break
        else:
            self._meet(text)
            return None
        for region in regions:
            leading = region.leading
            if leading is not None and leading.match(text, end) is None:
                continue
            match = (region.matches.get(length) or region.read(length))(text)
            if match is not None:
                return region.found[match.lastgroup]
            if leading is not None:
                return None
        return None

    def _meet(self, text: str) -> None:
        """Count a number of a country that is not in the table yet, and put it there in time."""
        for end in (2, 3, 4):
            code = text[1:end]
            known = code.isascii() and code.isdecimal() and text[0] == "+"
            if known and int(code) in self._library.COUNTRY_CODE_TO_REGION_CODE:
                seen = self._seen[code] = self._seen.get(code, 0) + 1
                if seen >= self._warm:
                    self._regions[f"+{code}"] = self._read(code)
                return

    def _read(self, code: str) -> tuple[_Region, ...]:
        """Return the regions of *code*; none where the library is not built as this module knows it."""
        try:
            names = self._library.COUNTRY_CODE_TO_REGION_CODE[int(code)]
            plans = [self._library.PhoneMetadata.metadata_for_region(name, None) for name in names]
            if any(plan is None or any(map(_NOT_MOVABLE.search, _texts(plan))) for plan in plans):
                return ()
            alone = len(names) == 1
            return tuple(
                _Region(code, name, plan, alone=alone) for name, plan in zip(names, plans, strict=True)
            )
        except (AttributeError, TypeError, re.error):
            return ()


def _kinds(plan: Any, length: int) -> str:  # noqa: ANN401 - see above
    """Return the pattern whose last group names the kind of a number: other, either, landline or mobile."""
    landline, mobile = _whole(plan, ["fixed_line"], length), _whole(plan, ["mobile"], length)
    if plan.same_mobile_and_fixed_line_pattern:
        last = f"{landline}(?P<either>)"
    else:
        last = f"{landline}(?:{mobile}(?P<either>)|(?P<landline>))|{mobile}(?P<mobile>)"
    others = _whole(plan, _OTHER_KINDS, length)
    return f"{_whole(plan, ['general_desc'], length)}(?:{others}(?P<other>)|{last})"


def _whole(plan: Any, kinds: Sequence[str], length: int) -> str:  # noqa: ANN401 - see above
    """Return a look-ahead for a whole number of one of *kinds*; one that fails if none has that *length*."""
    patterns: list[str] = []
    for kind in kinds:
        description = getattr(plan, kind)
        if description is None or not description.national_number_pattern:
            continue
        if not description.possible_length or length in description.possible_length:
            patterns.append(f"(?:{description.national_number_pattern})")
    return rf"(?=(?:{'|'.join(patterns)})\Z)" if patterns else _NEVER


def _texts(plan: Any) -> Iterator[str]:  # noqa: ANN401 - see above
    yield plan.leading_digits or ""
    for kind in ("general_desc", "fixed_line", "mobile", *_OTHER_KINDS):
        description = getattr(plan, kind)
        if description is not None:
            yield description.national_number_pattern or ""
