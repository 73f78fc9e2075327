"""
Phone numbers of phones that can receive an SMS, kept in E.164.

Four decisions:

*Nothing is guessed.* A number carries its country code, after ``+`` or ``00``; there is no
default country. Marks that people group digits with are dropped (spaces, no-break spaces,
hyphens, dots, brackets), and anything else is refused, though the library would read letters,
labels, extensions and the digits of other scripts.

*No number becomes another one.* ``phonenumbers.parse`` quietly drops or swaps digits that are
only dialled inside a country. So it is not asked to parse: it is given the country code and the
digits as they stand, and asked what they are. What it would have had to change is refused, with
the digits to leave out. One form is accepted, because it says itself that they are not part of
the number: the country's own trunk prefix alone in brackets, as in ``+46 (0)70 …``. As nothing is
parsed, there is no library exception either, whose text or context could hold the number.

*A type is the whole verdict.* The library calls a number valid exactly when it knows its type, so
only the type is asked for. «Landline or mobile» (all of North America, parts of Denmark) cannot be
told apart by anybody and is let through as `PhoneKind.POSSIBLY_MOBILE`.

*A citizen is not turned away by the age of a data file.* Eight Norwegian digits that start with 4
or 9 are for mobiles by the number plan; where the data at hand has not allocated them yet they are
possibly mobile too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from straks.core import phone_table
from straks.errors import InvalidPhoneNumber, InvalidSetting, PhoneFault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import phonenumbers

MAX_DIGITS = 15
"""The most digits of an international number, country code included (ITU-T E.164, clause 6)."""

_MAX_CHARACTERS = 100  # 15 digits with marks between them are far shorter; a megabyte is not looked at

_SPACES = " \u00a0\u2007\u2009\u202f"  # plain; no-break, figure, thin and narrow no-break
HYPHENS = "-\u2010\u2011"  # hyphen-minus, hyphen, no-break hyphen
_WITHOUT_MARKS = str.maketrans("", "", _SPACES + HYPHENS + ".")
_WITHOUT_BRACKETS = str.maketrans("", "", "()[]")

# Read after the marks are gone, so that "ext. 5" is "ext5".
_EXTENSION = re.compile(
    r"[+0-9()\[\]]*[0-9)\]](?:;?ext(?:n|ension)?[:=]?|x|#)[0-9]+#?", re.ASCII | re.IGNORECASE
)
_BRACKETED_TRUNK_PREFIX = re.compile(r"\(?(?:\+|00)(?P<code>[1-9][0-9]{0,2})\)?\((?P<prefix>[0-9]{1,2})\)")
_NUMBER = re.compile(r"\+?[0-9]+")
_NORWEGIAN_MOBILE = re.compile(r"47[49][0-9]{7}")

_OTHER_KINDS = {
    "FIXED_LINE": "a landline",
    "TOLL_FREE": "a toll-free number",
    "PREMIUM_RATE": "a premium-rate number",
    "SHARED_COST": "a shared-cost number",
    "VOIP": "an internet (VoIP) phone",
    "PERSONAL_NUMBER": "a personal number that forwards calls",
    "PAGER": "a pager",
    "UAN": "a company's common number",
    "VOICEMAIL": "a voicemail box",
}


class PhoneKind(StrEnum):
    """How sure it is that a phone number belongs to a mobile."""

    MOBILE = "mobile"
    POSSIBLY_MOBILE = "possibly-mobile"


@dataclass(frozen=True, repr=False)
class PhoneNumber:
    """
    A phone number that an SMS can be sent to. Made by `parse`, which is the proof of it.

    Numbers are equal, and hash alike, by their E.164 form. ``str`` and ``e164`` reveal the number;
    ``repr`` and ``masked`` do not.

    >>> number = PhoneNumber.parse("00 46 (0)70-174 06 05")
    >>> str(number), number.region, number.kind.value
    ('+46701740605', 'SE', 'mobile')
    >>> number
    PhoneNumber('+46 ••• •• 605')
    """

    e164: str
    region: str = field(compare=False)
    """Where the number belongs: an ISO 3166-1 alpha-2 code."""
    kind: PhoneKind = field(compare=False)
    country_code: str = field(compare=False)
    """One to three digits, without ``+`` (ITU-T E.164, clause 6)."""

    @classmethod
    def parse(cls, raw: str, *, regions: Collection[str] | None = None) -> PhoneNumber:
        """
        Read a phone number as a person writes it.

        Args:
            raw: ``+`` or ``00``, country code and digits; spaces, hyphens, dots and brackets
                are dropped.
            regions: ISO 3166-1 alpha-2 codes, in any case, of the places whose numbers are
                wanted; otherwise any. Mobiles of a place that shares all its ranges with a
                larger one count as the larger's: Svalbard's as NO, Åland's as FI.

        Raises:
            InvalidPhoneNumber: No SMS may be sent there. ``reason`` says why, and the sentence
                is fit to be shown to whoever typed the number; it does not repeat it.
            InvalidSetting: *raw* is not text, or *regions* is not such a collection.

        >>> PhoneNumber.parse("+47 42 00 00 00", regions={"NO"}).kind.value
        'possibly-mobile'
        >>> PhoneNumber.parse("+47 420 00 00")
        Traceback (most recent call last):
        straks.errors.InvalidPhoneNumber: a Norwegian mobile number has 8 digits after +47; this has 7
        """
        wanted = None if regions is None else _checked_regions(regions)
        found = _table().find(raw) if phone_table.enabled and type(raw) is str else None
        if found is None:
            digits = _read_digits(_checked_text(raw))
            code, home = _read_country(digits)
            kind, region = _judge(code, digits[len(code) :], home)
            number = cls(e164="+" + digits, region=region, kind=kind, country_code=code)
        else:
            number = cls.__new__(cls)  # as `straks.core.made`, written out
            own = number.__dict__
            own.update(_shared(found))
            own["e164"] = raw
        if wanted is not None and number.region not in wanted:
            raise InvalidPhoneNumber(
                f"only numbers from {', '.join(sorted(wanted))} can be used here; this one is from "
                f"{number.region}",
                reason=PhoneFault.WRONG_REGION,
            )
        return number

    @property
    def masked(self) -> str:
        """
        The country code and the last three digits: enough to recognise one's own number by.

        The bullets are always five, so that they do not tell how long the number is.

        >>> PhoneNumber.parse("+47 42 00 00 00").masked
        '+47 ••• •• 000'
        """
        return f"+{self.country_code} ••• •• {self.e164[-3:]}"

    def __str__(self) -> str:
        return self.e164

    def __repr__(self) -> str:
        return f"PhoneNumber({self.masked!r})"


@cache
def _table() -> phone_table.PhoneTable:
    import phonenumbers

    return phone_table.PhoneTable(phonenumbers)


@cache
def _shared(found: phone_table.Found) -> Mapping[str, object]:
    """Return the fields of all numbers of a region, but for the number; there are some four hundred."""
    kind = PhoneKind.MOBILE if found.mobile else PhoneKind.POSSIBLY_MOBILE
    return {"e164": "", "region": found.region, "kind": kind, "country_code": found.country_code}


def _checked_text(raw: object) -> str:
    if type(raw) is str:
        return raw
    if not isinstance(raw, str):
        raise InvalidSetting(
            f"a phone number is read from text (str), not from {type(raw).__name__}: "
            "as a number it would lose its + and its zeros"
        )
    return str(raw)


def _checked_regions(regions: Collection[object]) -> frozenset[str]:
    import phonenumbers

    if isinstance(regions, str) or not regions:
        raise InvalidSetting(
            "regions is a collection of at least one ISO 3166-1 alpha-2 code, such as {'NO', 'SE'}; "
            "leave it out to take numbers from anywhere"
        )
    wanted: set[str] = set()
    for region in regions:
        if not isinstance(region, str) or region.upper() not in phonenumbers.SUPPORTED_REGIONS:
            raise InvalidSetting(
                f"regions holds {region!r}, which has no number plan; "
                "give ISO 3166-1 alpha-2 codes, such as NO or SE"
            )
        wanted.add(region.upper())
    return frozenset(wanted)


def _read_digits(text: str) -> str:
    """Return the digits of *text*, country code first and nothing before it."""
    import phonenumbers

    if len(text) > _MAX_CHARACTERS:
        raise InvalidPhoneNumber(
            f"a phone number has at most {MAX_DIGITS} digits; this text is far longer",
            reason=PhoneFault.TOO_LONG,
        )
    text = "" if text.isspace() else text.translate(_WITHOUT_MARKS)
    if not text:
        raise InvalidPhoneNumber("there is no phone number here", reason=PhoneFault.EMPTY)
    if _EXTENSION.fullmatch(text):
        raise InvalidPhoneNumber(
            "an SMS cannot be sent to an extension; give a mobile number of its own",
            reason=PhoneFault.EXTENSION,
        )
    if trunk := _BRACKETED_TRUNK_PREFIX.match(text):
        home = phonenumbers.region_code_for_country_code(int(trunk["code"]))
        if trunk["prefix"] == phonenumbers.ndd_prefix_for_region(home, strip_non_digits=True):
            text = f"+{trunk['code']}{text[trunk.end() :]}"
    text = text.translate(_WITHOUT_BRACKETS)
    if text.startswith("00"):
        text = "+" + text[2:]
    if not _NUMBER.fullmatch(text):
        raise InvalidPhoneNumber(
            "a phone number is + and digits, with nothing but spaces, hyphens, dots or brackets between",
            reason=PhoneFault.UNREADABLE,
        )
    if not text.startswith("+"):
        raise InvalidPhoneNumber(
            "a phone number starts with + and its country code, such as +47; this one does not",
            reason=PhoneFault.NO_COUNTRY_CODE,
        )
    digits = text[1:]
    if len(digits) > MAX_DIGITS:
        raise InvalidPhoneNumber(
            f"a phone number has at most {MAX_DIGITS} digits; this has {len(digits)}",
            reason=PhoneFault.TOO_LONG,
        )
    return digits


def _read_country(digits: str) -> tuple[str, str]:
    """Return the country code that *digits* start with, and the region that it is first of all."""
    import phonenumbers

    if not digits.startswith("0"):
        # No code is the start of another, so the first that fits is the one.
        for code in (digits[:1], digits[:2], digits[:3]):
            home = phonenumbers.region_code_for_country_code(int(code))
            if home == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY:
                raise InvalidPhoneNumber(
                    f"+{code} is a global network (satellite, toll-free or the like) and no country; "
                    "give an ordinary mobile number",
                    reason=PhoneFault.GLOBAL_NETWORK,
                )
            if home != phonenumbers.UNKNOWN_REGION:
                return code, home
    raise InvalidPhoneNumber(
        "no country has the code that this number starts with; Norway's, for one, is +47",
        reason=PhoneFault.UNKNOWN_COUNTRY,
    )


def _judge(code: str, national: str, home: str) -> tuple[PhoneKind, str]:
    """Return the kind and region of a number, or raise what keeps an SMS from it."""
    import phonenumbers
    from phonenumbers import PhoneNumberType

    if not national:
        raise InvalidPhoneNumber(
            f"there are no digits after the country code +{code}", reason=PhoneFault.NOT_A_NUMBER_IN_USE
        )
    entry = _entry(code, national)
    found = phonenumbers.number_type(entry)
    region = phonenumbers.region_code_for_number(entry) or home
    if found == PhoneNumberType.MOBILE:
        return PhoneKind.MOBILE, region
    if found == PhoneNumberType.FIXED_LINE_OR_MOBILE:
        return PhoneKind.POSSIBLY_MOBILE, region
    if found != PhoneNumberType.UNKNOWN:
        other = _OTHER_KINDS.get(PhoneNumberType.to_string(found), "something else")
        raise InvalidPhoneNumber(
            f"an SMS needs a mobile number; this one is {other}", reason=PhoneFault.NOT_MOBILE
        )
    if _NORWEGIAN_MOBILE.fullmatch(code + national):
        return PhoneKind.POSSIBLY_MOBILE, "NO"
    raise InvalidPhoneNumber(_why_unknown(code, national, home), reason=PhoneFault.NOT_A_NUMBER_IN_USE)


def _entry(code: str, national: str) -> phonenumbers.PhoneNumber:
    """Return the library's form of a number; leading zeros are digits like the others (Italy, Gabon)."""
    import phonenumbers

    value = int(national)
    zeros = len(national) - len(str(value))
    return phonenumbers.PhoneNumber(
        country_code=int(code),
        national_number=value,
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros,
    )


def _why_unknown(code: str, national: str, home: str) -> str:
    """Say what is wrong with a number that is in no number plan: the likeliest slip that fits."""
    import phonenumbers
    from phonenumbers import PhoneNumberType

    count = len(national)
    if code == "47":
        # Norway's plan is plain enough to be exact about, and most who read this are there.
        if count == 8:  # noqa: PLR2004 - the number that the sentence below states
            return "a Norwegian mobile number starts with 4 or 9 after +47; this does not"
        return f"a Norwegian mobile number has 8 digits after +47; this has {count}"
    trunk = phonenumbers.ndd_prefix_for_region(home, strip_non_digits=True)
    if (
        trunk
        and national.startswith(trunk)
        and (rest := national[len(trunk) :])
        and phonenumbers.number_type(_entry(code, rest)) != PhoneNumberType.UNKNOWN
    ):
        return f"leave out the {trunk} right after +{code}: it is only dialled inside the country"
    usual = _usual_digits(home)
    possible = phonenumbers.is_possible_number_for_type(_entry(code, national), PhoneNumberType.MOBILE)
    if usual is not None and not possible:
        return f"a mobile number usually has {usual} digits after +{code}; this has {count}"
    return f"the number plan behind +{code} has no such number; check the digits"


@cache
def _usual_digits(region: str) -> int | None:
    """Return how many digits the library's example of a mobile number has; None where it has none."""
    import phonenumbers
    from phonenumbers import PhoneNumberType

    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    return None if example is None else len(phonenumbers.national_significant_number(example))
