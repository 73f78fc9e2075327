"""TTL5xx and IDM5xx: how long a message may be on its way, and what its id gives away."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import md5, new, sha256
from typing import TYPE_CHECKING, Final

from straks.core.manifest import Purpose
from straks.core.number_kinds import Duration
from straks.core.odds import LONGEST_LIFETIME
from straks.core.text_kinds import Code
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.trial import HEAD, Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.core.message import Message
    from straks.policy.filled import Placed
    from straks.policy.subject import Whole

_TTL_KEY = re.compile(r"^\s*time-to-live\b", re.MULTILINE)
_BARE_HASHES: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b")
_HASH = re.compile(r"[0-9a-f]{32,}", re.IGNORECASE)
_OURS = re.compile(r"[A-Za-z0-9_-]{1,24}\.(?:sms|email)\.[a-p]{32}")
_NATIONAL_DIGITS = 8
"""The digits of a Norwegian number without its country code."""
_CODE_DIGITS_LEAST = 4

_TOO_LONG = HEAD.replace('"lifetime"', "601")
_NO_LIFETIME = '\n[parameters.code]\nkind = "code"\nlength = 6\nexample = "482913"\n'
_NO_CODE = '\n[parameters.count]\nkind = "integer"\nmin = 1\nmax = 20\nexample = 2\n'


@rule(
    "TTL501",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/policy/test_guarantees.py::test_a_time_to_live_that_the_service_refuses_does_not_load",
)
def time_to_live_out_of_range(_: object) -> Iterable[Flaw]:
    """
    An SMS that the gateway should try to deliver for under 60 seconds, or for over 48 hours.

    Why: the service refuses it.
    Instead: write 60 to 172800 seconds; a manifest that says anything else does not load.
    Source: Altinn Notifications, instant SMS, timeToLiveInSeconds.
    """
    return ()


@rule(
    "TTL502",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        "Koden er {{ code }} i {{ lifetime }}",
        Trial(sms="Koden er {{ code }}", head=HEAD.replace('"lifetime"', "120")),
        Trial(sms="Koden er {{ code }}", head=HEAD.replace('"lifetime"', "600"), parameters=_NO_LIFETIME),
        Trial(sms="Antall: {{ count }}", head=_TOO_LONG, parameters=_NO_CODE),
        Trial(html="<p>Koden er {{ code }}</p>", head=_TOO_LONG),
    ],
    fails=[
        Trial(sms="Koden er {{ code }}", head=HEAD.replace('"lifetime"', "121")),
        Trial(sms="Koden er {{ code }}", head=_TOO_LONG, parameters=_NO_LIFETIME),
    ],
)
def code_that_arrives_dead(whole: Whole) -> Iterator[Flaw]:
    """
    An SMS with a one-time code that may arrive after the code has died.

    Why: the gateway goes on trying until the time to live is over; what it delivers then is a code
    that is refused, and a person who believes that the service is broken.
    Instead: let the time to live be the code's own lifetime: ``time-to-live = "lifetime"``.
    Source: Altinn Notifications, instant SMS; NIST SP 800-63B-4 and OWASP ASVS 5.0, 6.5.5 (10 minutes
    at most, where the template names no lifetime).
    """
    template = whole.template
    parameters = template.parameters.values()
    declared = template.manifest.time_to_live
    if "sms" not in template.channels or not isinstance(declared, timedelta):
        return
    lives = [parameter.min for parameter in parameters if isinstance(parameter, Duration)]
    life = min(lives, default=LONGEST_LIFETIME)
    if declared > life and any(isinstance(parameter, Code) for parameter in parameters):
        from straks.policy.source import Spot

        source = template.sources[whole.manifest_path]
        key = _TTL_KEY.search(source)
        late = int((declared - life).total_seconds())
        yield Flaw(
            f"the SMS may arrive {late} seconds after the code died: it is tried for "
            f"{int(declared.total_seconds())}, and the code may live for {int(life.total_seconds())} only",
            "give time-to-live the name of the parameter that is the code's lifetime",
            Spot.at(whole.manifest_path, source, key.start() if key else 0),
        )


@rule(
    "TTL503",
    Scope.RUNTIME,
    severity=Severity.ADVICE,
    since="0.1",
    test="tests/policy/test_guarantees.py::test_an_sms_without_a_time_to_live_does_not_load",
)
def time_to_live_by_accident(_: object) -> Iterable[Flaw]:
    """
    An SMS for which nobody has decided how long it stays of use.

    Why: an alert that arrives two days late alarms for nothing, and a notice that is given up after
    five minutes never reaches a phone that was off.
    Instead: declare ``time-to-live``; a template with an SMS and without it does not load.
    Source: Altinn Notifications, instant SMS.
    """
    return ()


@rule(
    "IDM511",
    Scope.ORDER,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        "Koden er {{ code }}",
        Trial(sms="Koden er {{ code }}", reference="login/8841"),
        Trial(
            sms="Antall: {{ count }}", head=HEAD.replace("authentication", "notice"), reference="sak 482913"
        ),
        Trial(html="<p>Koden er {{ code }}</p>", reference=sha256(b"login/8841").hexdigest()),
    ],
    fails=[
        Trial(sms="Koden er {{ code }}", reference="login +46701740605"),
        Trial(sms="Koden er {{ code }}", reference="login 0701740605"),
        Trial(sms="Koden er {{ code }}", reference="482913"),
        Trial(sms="Koden er {{ code }}", reference=sha256(b"+46701740605").hexdigest()),
        Trial(sms="Koden er {{ code }}", reference=sha256(b"01740605").hexdigest()),
        Trial(sms="Koden er {{ code }}", reference=md5(b"46701740605", usedforsecurity=False).hexdigest()),
        Trial(html="<p>Koden er {{ code }}</p>", reference="Kari@example.org/7"),
    ],
    by_reference=True,
)
def recipient_in_a_reference(placed: Placed) -> Iterator[Flaw]:
    """
    An order whose id or reference shows the recipient or the code, or hashes the recipient without a key.

    Why: ids and references lie in logs and in other people's systems. A bare hash hides nothing: there
    are 20 million Norwegian mobile numbers, and all are tried in a second.
    Instead: refer to the event by your own name for it; ids that straks makes are keyed hashes.
    Source: Altinn Notifications, idempotencyId and sendersReference; GDPR, article 5 (1) c and f.
    """
    order = placed.order
    # An id that straks made is the template's name and a keyed hash, in which any digits may stand.
    ours = _OURS.fullmatch(order.idempotency_id)
    if ours and order.reference is None:
        return
    message = order.message
    shown = {"reference": order.reference}
    if not ours:
        shown["idempotency id"] = order.idempotency_id
    for field, text in shown.items():
        if not text:
            continue
        if any(secret in text.casefold() for secret in _recipient(message)):
            yield Flaw(f"the {field} shows the recipient", "refer to the event by your own name for it")
        elif any(code in re.findall("[0-9]+", text) for code in _codes(message)):
            yield Flaw(f"the {field} shows the code", "refer to the event by your own name for it")
        elif _HASH.search(text) and any(digest in text.lower() for digest in _hashes(message)):
            yield Flaw(
                f"the {field} holds a hash of the recipient that anybody can try out",
                "refer to the event by your own name for it",
            )


def _recipient(message: Message) -> Iterator[str]:
    address = message.address.casefold()
    yield address
    if message.channel == "sms":
        yield address[-_NATIONAL_DIGITS:]


def _codes(message: Message) -> list[str]:
    """Return the values of *message* that may be a one-time code; a message does not say which is."""
    if message.purpose is not Purpose.AUTHENTICATION:
        return []
    return [
        value
        for value in message.canonical_values.values()
        if value.isdecimal() and len(value) >= _CODE_DIGITS_LEAST
    ]


def _hashes(message: Message) -> Iterator[str]:
    national = message.address[-_NATIONAL_DIGITS:] if message.channel == "sms" else message.address
    for form in {message.address, message.address.casefold(), message.address.lstrip("+"), national}:
        for algorithm in _BARE_HASHES:
            yield new(algorithm, form.encode(), usedforsecurity=False).hexdigest()


@rule(
    "IDM512",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/policy/test_guarantees.py::test_a_repeat_has_the_same_id_and_a_new_code_another",
)
def id_that_does_not_follow_the_message(_: object) -> Iterable[Flaw]:
    """
    An id that changes when the same message is placed again, or stays when a new code is sent.

    Why: the service sends nothing for an id that it knows. A repeat under a new id reaches the person
    twice; a new code under an old id never does.
    Instead: nothing; straks makes the id of what the message is, and of the occasion that you name.
    Source: Altinn Notifications, idempotencyId.
    """
    return ()


@rule(
    "IDM513",
    Scope.RUNTIME,
    severity=Severity.WARNING,
    since="0.1",
    test="tests/policy/test_guarantees.py::test_an_id_is_the_same_in_every_release",
)
def id_of_no_fixed_form(_: object) -> Iterable[Flaw]:
    """
    An id that is long, needs escaping, or differs between processes or releases.

    Why: ids stand in logs and addresses, and an id that another process makes otherwise is another
    message to the service.
    Instead: nothing; the ids of straks are at most 64 characters of URL-safe ASCII, the same everywhere.
    Source: Altinn Notifications, idempotencyId; RFC 3986, 2.3.
    """
    return ()


RULES = (
    recipient_in_a_reference,
    id_that_does_not_follow_the_message,
    id_of_no_fixed_form,
    time_to_live_out_of_range,
    code_that_arrives_dead,
    time_to_live_by_accident,
)
