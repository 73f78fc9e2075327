"""OTP2xx: what a message with a one-time code must not give away, and what a code is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from straks.core.bound import SmsBound
from straks.core.manifest import Purpose
from straks.core.number_kinds import Integer
from straks.core.text_kinds import ASCII_DIGITS
from straks.policy.addresses import links, shown_links
from straks.policy.code_text import codes_of, texts_with_code
from straks.policy.document import documents
from straks.policy.pointing import spot_of
from straks.policy.reading import readings, subjects
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.settings import DEFAULT_SEGMENTS, Policy
from straks.policy.trial import CODE_MAIL, CODE_SMS, HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.way import Filter
    from straks.policy.source import Spot
    from straks.policy.subject import Page, Whole

_BOUND = (
    "Koden din er {{ code }}. Den gjelder i {{ lifetime }} hos {{ service }}.\n@login.example.org #{{ code }}"
)
_NO_CODE = PARAMETERS.partition("\n\n")[2]
_CODES = PARAMETERS + '\n[parameters.other]\nkind = "code"\nlength = 6\nexample = "593024"\n'
_MOST_CHARACTERS: Final = 10
"""Chrome fills in runs of 4 to 10 characters."""


@rule(
    "OTP207",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[CODE_SMS, _BOUND, Trial(html=CODE_MAIL), Trial(sms="Se {{ link }}", parameters=_NO_CODE)],
    fails=[
        "Koden er {{ code }}. Se {{ link }}",
        "Koden er {{ code }}. Se www.example.org",
        Trial(html='<p>Koden er {{ code }}.</p><p><a href="https://www.example.org/">Logg inn</a></p>'),
    ],
)
def link_beside_code(page: Page) -> Iterator[Flaw]:
    """
    A link in a message with a one-time code.

    Why: the page that asked for the code is open already. A link beside a code is what fraud looks like,
    and public senders tell people that they send none.
    Instead: leave it out.
    Source: Digitaliseringsdirektoratet's advice on texts of notices: no links, because of fraud.
    """
    for way in texts_with_code(page):
        spots = [anchor.address.spot(0) for anchor in way.anchors]
        spots += [
            way.spot(link.begins)
            for link in shown_links(way)
            if not link.is_accident
            and not any(anchor.begins < link.ends and link.begins < anchor.ends for anchor in way.anchors)
        ]
        for spot in spots:
            yield Flaw("a link in a message with a one-time code", "leave it out", spot)


@rule(
    "OTP208",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[CODE_SMS, Trial(html=CODE_MAIL), Trial(sms="Hei {{ name }}", parameters=_NO_CODE)],
    fails=[
        "Hei {{ name }}. Koden er {{ code }}.",
        Trial(html=CODE_MAIL, subject="Kode til {{ name }}"),
    ],
)
def personal_data_beside_code(page: Page) -> Iterator[Flaw]:
    """
    A parameter that is declared personal, in a message with a one-time code.

    Why: messages go unencrypted and show on locked screens. A name or a case beside a code tells who
    holds the phone whose account it opens.
    Instead: leave it out; who asked for the code knows who they are.
    Source: Digitaliseringsdirektoratet on texts of notices: nothing personal, since they go unencrypted.
    """
    if not codes_of(page.template):
        return
    for reading in readings(page):
        for start, _, hole in reading.rendering.holes:
            name = hole.ref.partition("#")[0]
            if page.template.parameters[name].personal or reading.parameter(hole).personal:
                yield Flaw(
                    f"{name!r} is declared personal and stands in a message with a one-time code",
                    "leave it out",
                    spot_of(page, reading.rendering, start),
                )


@rule(
    "OTP209",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[CODE_SMS, _BOUND, Trial(html=CODE_MAIL)],
    fails=[
        Trial(html=CODE_MAIL, subject="{{ code }} er koden din"),
        Trial(html='<p><a href="https://www.example.org/?c={{ code }}">Logg inn</a></p>'),
        Trial(
            files={
                "nb/subject.txt": "Engangskode",
                "nb/email.html": (
                    '{% extends "_layout/email.html" %}{% block preheader %}{{ code }}{% endblock %}'
                ),
            }
        ),
        "Se https://www.example.org/{{ code }}",
    ],
)
def code_where_it_is_kept(page: Page) -> Iterator[Flaw]:
    """
    A one-time code in a subject, an address or a pre-header.

    Why: subjects and pre-headers are logged and shown in every list and on every locked screen, and
    addresses are kept by browsers, proxies and servers.
    Instead: show it in the text alone.
    Source: OWASP Logging Cheat Sheet; NIST SP 800-63B-4, on secrets that show on a locked device.
    """
    for what, spot in (*_codes_in_subject(page), *_codes_in_addresses(page), *_codes_in_preheader(page)):
        yield Flaw(f"the code stands in {what}", "show it in the text alone", spot)


def _codes_in_subject(page: Page) -> Iterator[tuple[str, Spot]]:
    for subject in subjects(page):
        for start, _, _ in subject.codes:
            yield "the subject", subject.spot(start)


def _codes_in_addresses(page: Page) -> Iterator[tuple[str, Spot]]:
    for link in links(page):
        for start, end, _ in link.whole.codes:
            if link.begins <= start and end <= link.ends:
                yield "an address", link.whole.spot(start)


def _codes_in_preheader(page: Page) -> Iterator[tuple[str, Spot]]:
    for rendering, document in documents(page):
        hidden = document.preheader
        for text in hidden.texts if hidden else ():
            for start, end, hole in rendering.holes:
                if text.start <= start < end <= text.end and hole.ref in codes_of(page.template):
                    yield "the pre-header", spot_of(page, rendering, start)


@rule(
    "OTP210",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        CODE_SMS,
        Trial(
            sms=CODE_SMS,
            files={"nn/sms.txt": "Koden er {{ code }}.", "en/sms.txt": "Your code is {{ code }}."},
        ),
    ],
    fails=[
        Trial(sms=CODE_SMS, files={"en/sms.txt": "Your code is {{ code|lower }}."}),
        Trial(sms=CODE_SMS, files={"en/sms.txt": "Your code is {{ other }}."}, parameters=_CODES),
    ],
)
def code_unlike_in_languages(whole: Whole) -> Iterator[Flaw]:
    """
    A code that prints in another form in one language than in another.

    Why: the code is typed into one and the same field; a form that only some readers get is a fault
    that only they meet.
    Instead: print the same parameter, with the same filters, in every language.
    Source: straks, on what is to be the same in every language.
    """
    first: dict[str, tuple[str, frozenset[tuple[str, tuple[Filter, ...]]]]] = {}
    for page in whole.pages:
        found = [
            ((hole.ref, hole.filters), way.spot(start))
            for way in texts_with_code(page)
            for start, _, hole in way.codes
        ]
        locale, forms = first.setdefault(page.channel, (page.locale, frozenset(form for form, _ in found)))
        for form, spot in found:
            if form not in forms and forms:
                yield Flaw(
                    f"the code prints otherwise in {page.locale} than in {locale}",
                    "print the same parameter with the same filters",
                    spot,
                )


@rule(
    "OTP211",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        CODE_SMS,
        Trial(
            sms=CODE_SMS,
            parameters=PARAMETERS.replace("length = 6", "length = 8", 1).replace("482913", "04829135"),
        ),
        Trial(
            sms="Feil {{ kode }}",
            head=HEAD.replace("authentication", "alert"),
            parameters=_NO_CODE + '\n[parameters.kode]\nkind = "integer"\nmin = 1\nmax = 9\nexample = 1\n',
        ),
    ],
    fails=[
        Trial(
            sms="Koden er {{ kode }}",
            parameters=_NO_CODE
            + '\n[parameters.kode]\nkind = "integer"\nmin = 0\nmax = 999999\nexample = 482913\n',
        ),
        Trial(
            sms="Koden er {{ login_code }}",
            parameters=_NO_CODE
            + '\n[parameters.login_code]\nkind = "text"\nmax-length = 6\nexample = "482913"\n',
        ),
        Trial(
            sms=CODE_SMS,
            parameters=PARAMETERS.replace("length = 6", 'length = 6\nalphabet = "ABCDEF0123"', 1).replace(
                "482913", "A2B01C", 1
            ),
        ),
        Trial(
            sms=CODE_SMS,
            parameters=PARAMETERS.replace("length = 6", "length = 12", 1).replace(
                "482913", "482913482913", 1
            ),
        ),
    ],
)
def code_of_another_kind(whole: Whole) -> Iterator[Flaw]:
    """
    A one-time code that is not declared as one: digits only, of a fixed length.

    Why: a number loses its leading zeros, so that «012345» prints as 12 345; a text may be anything. A
    phone fills in runs of 4 to 10 characters with a digit among them, and letters alone are not offered.
    Instead: ``kind = "code"`` with ``length = 6``, digits being the default.
    Source: Chrome, «Verify phone numbers on the web with the WebOTP API»; straks, on codes as text.
    """
    codes = codes_of(whole.template)
    for name, code in codes.items():
        if set(code.alphabet) - set(ASCII_DIGITS):
            yield Flaw(
                f"{name!r} may hold other characters than digits",
                "leave alphabet out",
                whole.manifest_spot(name),
            )
        if code.length > _MOST_CHARACTERS:
            yield Flaw(
                f"{name!r} has {code.length} digits; phones fill in at most {_MOST_CHARACTERS}",
                "make it 6 to 8",
                whole.manifest_spot(name),
            )
    if codes or whole.template.purpose not in (Purpose.AUTHENTICATION, Purpose.CONFIRMATION):
        return
    for name, parameter in whole.template.parameters.items():
        if _CODE_NAMES & set(re.split(r"[_-]", name.lower())):
            yield Flaw(
                f"{name!r} is of kind {parameter.kind}; "
                + (
                    "leading zeros are lost" if isinstance(parameter, Integer) else "anything may stand in it"
                ),
                'declare it kind = "code"',
                whole.manifest_spot(name),
            )


_CODE_NAMES: Final = frozenset(
    {"code", "kode", "otp", "pin", "passcode", "engangskode", "eingongskode", "otc", "totp"}
)


@rule(
    "OTP212",
    Scope.PAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[CODE_SMS, _BOUND, Trial(html=CODE_MAIL), Trial(sms="a" * 161, parameters=_NO_CODE)],
    fails=[
        Trial(
            sms="Koden er {{ code }}. " + "a" * 150,
            policy=Policy(segments={**DEFAULT_SEGMENTS, Purpose.AUTHENTICATION: 2}),
        )
    ],
)
def code_in_several_segments(page: Page) -> Iterator[Flaw]:
    """
    A message with a one-time code that can take more than one segment, though the policy allows it.

    Why: segments arrive out of order, and the phone offers a code only when it has the whole message.
    Instead: shorten the text, or lower the bound of a parameter.
    Source: 3GPP TS 23.040, 9.2.3.24.1.
    """
    bound = page.bound
    if not codes_of(page.template) or not isinstance(bound, SmsBound):
        return
    if 1 < bound.segments <= page.policy.segments[page.template.purpose]:
        yield Flaw(
            f"can reach {bound.segments} segments, {bound.units} units of {bound.encoding}",
            "shorten it to one",
            page.spot(page.files[0]),
            bound.witness,
        )


@rule(
    "OTP213",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/policy/test_otp_safety.py::test_no_text_of_straks_sells_an_email_code_as_a_second_factor",
)
def email_as_second_factor(_: object) -> Iterator[Flaw]:
    """
    A code by e-mail that is taken for a second factor.

    Why: whoever has the mailbox often has the password too, and mail is read on any machine. A code by
    e-mail shows that an address is reached, and no more.
    Instead: use it to confirm an address; where a second factor is asked for, send no e-mail. No check
    can see what a code is used for, so this is documentation: straks never calls it a second factor.
    Source: NIST SP 800-63B-4: e-mail is not for out-of-band authentication; OWASP Multifactor
    Authentication Cheat Sheet.
    """
    yield from ()


@rule(
    "OTP214",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[CODE_SMS, _BOUND, Trial(html=CODE_MAIL), "Kode: {{ code }}"],
    fails=["{{ code }} er koden din.", " {{ code }}", Trial(html="<p>{{ code }}</p><p>er koden din.</p>")],
)
def text_starts_with_code(page: Page) -> Iterator[Flaw]:
    """
    A text that begins with the code, before it says what the code is for.

    Why: the first words show on a locked screen, and tell whether a message was waited for. A code there
    is read by who stands by; the purpose there lets its owner stop.
    Instead: begin with what it is for: «Engangskoden din er …».
    Source: the guide of Altinn's instant notifications: start with what the message is for.
    """
    for way in texts_with_code(page):
        if way.codes and re.search(r"[^\W\d_]{3}", way.text[: way.codes[0][0]]) is None:
            yield Flaw(
                "the text starts with the code", "begin with what it is for", way.spot(way.codes[0][0])
            )


RULES = (
    link_beside_code,
    personal_data_beside_code,
    code_where_it_is_kept,
    code_unlike_in_languages,
    code_of_another_kind,
    code_in_several_segments,
    email_as_second_factor,
    text_starts_with_code,
)
