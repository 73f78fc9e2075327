"""
The yardstick: the same message from the same libraries, called as their own pages call them.

What a careful programmer writes who wants each step to be right and has no time for more: get the template,
render it, ask phonenumbers and email-validator, clean the rendered HTML with bleach, count segments, hash,
dump. What costs nothing to keep is kept (the environment, the style sanitiser, the key), and every check that
straks makes of a value, a text or a payload is made here too, in the plainest words that do it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import bleach
import phonenumbers
from babel.dates import format_date
from babel.units import format_unit
from bleach.css_sanitizer import CSSSanitizer
from email_validator import validate_email
from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from straks.core.alphabet import EXTENDED_CHARACTERS, SEPTETS
from straks.core.markup import EMAIL

if TYPE_CHECKING:
    from collections.abc import Mapping

BABEL = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
LINK = re.compile(
    r"://|\bwww\.|\w\.(?:[a-z]{2}|com|net|org|info|biz)\b|\b\d{1,3}(?:\.\d{1,3}){3}\b", re.IGNORECASE
)
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
ADDRESS = re.compile(r"[\w!#$%&'*+=?^`{|}~.-]+@(?:[\w-]+\.){1,9}[A-Za-z]{2,14}")
ALONE, JOINED, ALONE_UCS2, JOINED_UCS2 = 160, 153, 70, 67
LONGEST_SERVICE, SHORTEST_LIFE, LONGEST_LIFE = 24, 120, 600
ATTRIBUTES = {tag: sorted(names) for tag, names in EMAIL.attributes.items()}
PROTOCOLS = frozenset[str]().union(*EMAIL.schemes.values())


class Naive:
    """
    The naive composition, for the templates in *texts* by their path.

    Args:
        texts: The text of each file.
        key: What ids are hashed with.
    """

    def __init__(self, texts: Mapping[str, str], key: bytes) -> None:
        self._plain = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(texts)), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._html = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(texts)),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._styles = CSSSanitizer(allowed_css_properties=EMAIL.properties)
        self._key = key

    def sms(self, name: str, locale: str, to: str, values: Mapping[str, Any], occasion: str) -> bytes:
        """Return the payload of an SMS."""
        recipient, _ = phone(to)
        checked = {key: CHECKS[key](value) for key, value in values.items()}
        shown = {key: printed(value, locale) for key, value in checked.items()}
        body = self._plain.get_template(f"{name}/{locale}/sms.txt").render(shown)
        body = unicodedata.normalize("NFC", body.strip())
        if not body or CONTROL.search(body):
            raise ValueError
        segments(body)
        payload = {
            "idempotencyId": self._id(name, "sms", locale, recipient, checked, occasion),
            "recipientSms": {
                "phoneNumber": recipient,
                "timeToLiveInSeconds": int(checked["lifetime"].total_seconds()),
                "smsSettings": {"body": body},
            },
        }
        self._pseudonym(recipient)
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()

    def email(self, name: str, locale: str, to: str, values: Mapping[str, Any], occasion: str) -> bytes:
        """Return the payload of an e-mail."""
        recipient = address(to)
        checked = {key: CHECKS[key](value) for key, value in values.items()}
        shown = {key: printed(value, locale) for key, value in checked.items()}
        subject = self._plain.get_template(f"{name}/{locale}/subject.txt").render(shown)
        subject = " ".join(unicodedata.normalize("NFC", subject).split())
        page = self._html.get_template(f"{name}/{locale}/email.html").render(shown)
        body = bleach.clean(
            unicodedata.normalize("NFC", page),
            tags=EMAIL.tags,
            attributes=ATTRIBUTES,
            protocols=PROTOCOLS,
            strip=True,
            css_sanitizer=self._styles,
        )
        if not subject or not body or CONTROL.search(subject) or CONTROL.search(body):
            raise ValueError
        payload = {
            "idempotencyId": self._id(name, "email", locale, recipient, checked, occasion),
            "recipientEmail": {
                "emailAddress": recipient,
                "emailSettings": {"subject": subject, "body": body, "contentType": "Html"},
            },
        }
        self._pseudonym(recipient)
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()

    def _id(  # noqa: PLR0917 - what an id is made of
        self, name: str, channel: str, locale: str, recipient: str, values: Mapping[str, Any], occasion: str
    ) -> str:
        canonical = sorted((key, str(value)) for key, value in values.items())
        facts = json.dumps([name, channel, locale, recipient, None, canonical, occasion])
        return f"{name}.{channel}.{hmac.new(self._key, facts.encode(), hashlib.sha256).hexdigest()[:40]}"

    def _pseudonym(self, recipient: str) -> str:
        return hmac.new(self._key, recipient.encode(), hashlib.sha256).hexdigest()[:32]


def phone(raw: str) -> tuple[str, str | None]:
    """Return E.164 and region of a number that an SMS can be sent to."""
    number = phonenumbers.parse(raw, None)
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in MOBILE:
        raise ValueError
    region = phonenumbers.region_code_for_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), region


def address(raw: str) -> str:
    """Return an address as the service takes it."""
    found = validate_email(raw, check_deliverability=False, allow_smtputf8=False)
    if found.ascii_email is None or ADDRESS.fullmatch(found.ascii_email) is None:
        raise ValueError
    return found.ascii_email


def segments(text: str) -> int:
    """Return how many segments *text* takes, counted character by character."""
    septets = 0
    for character in text:
        if character not in SEPTETS:
            units = len(text.encode("utf-16-be")) // 2
            return 1 if units <= ALONE_UCS2 else math.ceil(units / JOINED_UCS2)
        septets += 2 if character in EXTENDED_CHARACTERS else 1
    return 1 if septets <= ALONE else math.ceil(septets / JOINED)


def printed(value: object, locale: str) -> str:
    """Return what a value prints."""
    if isinstance(value, str):
        return value
    if isinstance(value, timedelta):
        return str(format_unit(value.seconds // 60, "duration-minute", "long", locale=BABEL[locale]))
    if isinstance(value, date):
        return format_date(value, "long", locale=BABEL[locale])
    raise TypeError


def _code(value: str) -> str:
    if re.fullmatch("[0-9]{6}", value) is None:
        raise ValueError
    return value


def _lifetime(value: timedelta) -> timedelta:
    seconds = value.total_seconds()
    if not SHORTEST_LIFE <= seconds <= LONGEST_LIFE or seconds % 60:
        raise ValueError
    return value


def _service(value: str) -> str:
    text = unicodedata.normalize("NFC", value.strip())
    if not 1 <= len(text) <= LONGEST_SERVICE or LINK.search(text):
        raise ValueError
    if any(unicodedata.category(each).startswith(("C", "M")) or each not in SEPTETS for each in text):
        raise ValueError
    return text


def _reference(value: str) -> str:
    text = _service(value)
    if re.fullmatch("20[0-9]{2}/[0-9]{1,6}", text) is None:
        raise ValueError
    return text


def _deadline(value: date) -> date:
    if not 2000 <= value.year <= 2099:  # noqa: PLR2004 - what the parameter admits
        raise ValueError
    return value


CHECKS: dict[str, Any] = {
    "code": _code,
    "lifetime": _lifetime,
    "service": _service,
    "reference": _reference,
    "deadline": _deadline,
}
