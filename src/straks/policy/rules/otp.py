"""OTP2xx: what a message with a one-time code says, and where the code stands in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from straks.core.bound import SmsBound
from straks.core.hygiene import looks_like_link
from straks.core.locale import format_duration
from straks.core.manifest import Purpose
from straks.core.number_kinds import Duration
from straks.core.template import HTML_FILE, SUBJECT_FILE
from straks.core.text_kinds import ASCII_DIGITS, Choice, Code, Text, Url
from straks.policy.code_text import all_seen, codes_of, parameter_of, seen, value_with_digits
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.way import Filter
    from straks.policy.code_text import Seen
    from straks.policy.subject import Page, Whole

_GOOD = (
    "Engangskoden din er {{ code }} og gjelder i {{ lifetime }}. "
    "Bruk den bare hos {{ service }}, og ikke del den med noen."
)
_BOUND = (
    "Koden din er {{ code }}. Den gjelder i {{ lifetime }} hos {{ service }}.\n@login.example.org #{{ code }}"
)
_MAIL = (
    "<h1>Engangskode</h1><p>Koden din er:</p><p><strong>{{ code }}</strong></p>"
    "<p>Den gjelder i {{ lifetime }} hos {{ service }}. Ikke del den med noen.</p>"
)
_NO_CODE = PARAMETERS.partition("\n\n")[2]
_CODES = PARAMETERS + '\n[parameters.other]\nkind = "code"\nlength = 6\nexample = "593024"\n'

# Chrome looks for a run of 4 to 10 characters with a digit in it, other programs for the first digits.
_RUN = re.compile(r"(?<!\d)\d{4,10}(?!\d)")
_MOST_CHARACTERS: Final = 10


@rule(
    "OTP201",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[_GOOD, _BOUND, Trial(html=_MAIL), Trial(sms="Saken er klar.", parameters=_NO_CODE)],
    fails=[
        "Koden er {{ code }}, altså {{ code }}.",
        "Vi har sendt deg en kode.",
        "{% if count > 1 %}Koden er {{ code }}.{% else %}Koden kommer.{% endif %}",
        Trial(html="<p>Koden er {{ code }}.</p><p>{{ code }}</p>"),
    ],
)
def code_not_there_once(page: Page) -> Iterator[Flaw]:
    """
    A one-time code that the text shows twice, or not at all, on some way through it.

    Why: phones pick the code out of the text by guessing; two make them guess wrong, and make people
    think that there are two codes.
    Instead: show it once; a bound last line may hold it once more.
    Source: Chrome, «Verify phone numbers on the web with the WebOTP API».
    """
    for way in all_seen(page):
        if len(way.codes) > 1:
            yield Flaw(
                f"the code stands {len(way.codes)} times in the text",
                "show it once",
                way.spot(way.codes[1][0]),
                way.rendering.values,
            )
        elif not way.codes:
            yield Flaw(
                "the text does not show the code",
                f"print {{{{ {next(iter(codes_of(page.template)))} }}}} on every way through it",
                way.spot(0),
                way.rendering.values,
            )


@rule(
    "OTP202",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        _GOOD,
        _BOUND,
        Trial(html=_MAIL),
        '{{ count|plural("Kode", "Koder") }}: {{ code }} hos {{ service }}',
    ],
    fails=[
        "Gjelder i 2026: koden er {{ code }}.",
        "{{ service }}: koden er {{ code }}.",
        "Gjelder i {{ lifetime }}: koden er {{ code }}.",
        "Koden er {{ code }}. Ring 22077000.",
    ],
)
def other_digits_beside_code(page: Page) -> Iterator[Flaw]:
    """
    Digits that a phone, or a hasty reader, may take for the code.

    Why: programs fill in the first run of digits, or any run of 4 to 10. A year or a telephone number has
    been filled in before; so has a number in a name that stood before the code.
    Instead: put the code first, and what may hold digits after it; leave other runs of 4 to 10 digits out.
    Source: Chrome, «Verify phone numbers on the web with the WebOTP API»; axllent/mailpit issue 690.
    """
    for way in all_seen(page):
        code = way.codes[0][0] if way.codes else len(way.text)
        for match in re.finditer(r"\d+", way.text[:code]):
            if way.is_fixed(match.start()):
                yield Flaw(
                    f"“{match[0]}” before the code may be filled in instead of it",
                    "put it after the code, or write it in words",
                    way.spot(match.start()),
                )
        for start, end, hole in way.rendering.holes:
            if end <= code and way.text[start:end].strip() and not isinstance(parameter_of(page, hole), Code):
                possible, value = value_with_digits(page, hole)
                if possible:
                    yield Flaw(
                        f"{hole.ref} stands before the code and may hold digits",
                        f"put {hole.ref} after the code",
                        way.spot(start),
                        None if value is None else {**way.rendering.values, hole.ref: value},
                    )
        yield from _runs_after(way, code)


def _runs_after(way: Seen, code: int) -> Iterator[Flaw]:
    holes = way.rendering.holes
    for match in _RUN.finditer(way.text, code):
        within = [hole for start, end, hole in holes if start <= match.start() < end]
        # What a free text holds is its sender's choice, and stands where it does least harm.
        if not within or not isinstance(parameter_of(way.page, within[0]), (Code, Text)):
            yield Flaw(
                f"“{match[0]}” may be filled in instead of the code",
                "leave it out, or split it",
                way.spot(match.start()),
                way.rendering.values if within else None,
            )


@rule(
    "OTP203",
    Scope.PAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[_GOOD, "Kode: {{ code }}.", "Koden er {{ code }}", Trial(html=_MAIL)],
    fails=["Koden er S-{{ code }}.", "Koden er «{{ code }}».", "Kode:{{ code }}", "Koden er {{ code }}.Hei"],
)
def code_glued_to_text(page: Page) -> Iterator[Flaw]:
    """
    A one-time code with a letter or a sign right beside it.

    Why: a phone takes the run of characters between spaces; what is glued to the code goes with it,
    or hides it.
    Instead: a space before it, and after it a space or the end of a sentence. Group the digits on the
    page where the code is typed and not in the message, and accept both there.
    Source: Chrome, «Verify phone numbers on the web with the WebOTP API»; OWASP Forgot Password Cheat
    Sheet on spaces in codes.
    """
    for way in all_seen(page):
        for start, end, _ in way.codes:
            before, after = way.text[max(start - 1, 0) : start], way.text[end:]
            if before.strip() or re.match(r"(?![.,:;!?]*(?:\s|\Z))", after):
                yield Flaw(
                    f"the code is glued to “{before if before.strip() else after[0]}”",
                    "put a space between",
                    way.spot(start),
                )


# A capital inside a sentence, two capitals together, or a word before a colon where the text begins.
_NAMED = re.compile(
    r"[^\W_][,;)]? [A-ZÆØÅ]\w+|\b[A-ZÆØÅ]{2,}\b|\A\s*(?!\w*(?:[kK]ode|[cC]ode)\w*:)[A-ZÆØÅ]\w+:"
)


@rule(
    "OTP204",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        _GOOD,
        "Bruk koden {{ code }} hos Skatteetaten.",
        "NAV: koden er {{ code }}.",
        "Skatteetaten: koden er {{ code }}.",
        Trial(sms="Altinn sender deg koden {{ code }}.", policy=Policy(senders=frozenset({"Altinn"}))),
        Trial(html="<p>Koden er {{ code }}.</p>", subject="Engangskode fra Skatteetaten"),
    ],
    fails=["Engangskoden din er {{ code }}.", "Hei {{ name }}. Koden er {{ code }}. Ikke del den."],
)
def sender_not_named(page: Page) -> Iterator[Flaw]:
    """
    A message with a code that does not say whose code it is.

    Why: who relays a log-in to a fraudster's page has only the text to see through it: «what you see is
    what you sign». The sender's name on the phone can be forged.
    Instead: name the service in the text, by a parameter or in words.
    Source: OWASP Transaction Authorization Cheat Sheet.
    """
    subjects = [way for path in page.files if path.endswith(f"/{SUBJECT_FILE}") for way in seen(page, path)]
    if subjects and all(map(_names_somebody, subjects)):
        return
    for way in all_seen(page):
        if not _names_somebody(way):
            yield Flaw(
                "the text does not name the service",
                "say whose code it is",
                way.spot(0),
                way.rendering.values,
            )


def _names_somebody(way: Seen) -> bool:
    words = way.text
    for start, end, hole in way.rendering.holes:
        parameter = parameter_of(way.page, hole)
        named = isinstance(parameter, (Text, Choice)) and not parameter.personal and not parameter.secret
        if named and way.text[start:end].strip():
            return True
        words = words[:start] + "0" * (end - start) + words[end:]
    senders = way.page.policy.senders or ()
    return _NAMED.search(words) is not None or any(
        sender.casefold() in words.casefold() for sender in senders
    )


# «ikke del», «del den ikke», «never share»: a verb of giving and a word of not, two words apart at most;
# or that it is secret, or for oneself.
_KEEP_IT = {
    "nb": re.compile(
        r"\b(?:ikke|aldri) (?:\w+ ){0,2}(?:del|gi|vis|oppgi|fortell|videresend)"
        r"|\b(?:del|gi|vis|oppgi|fortell|videresend)\w* (?:\w+ ){0,2}(?:ikke|aldri)\b"
        r"|\bfor deg selv\b|\bhemmelig",
        re.IGNORECASE,
    ),
    "nn": re.compile(
        r"\b(?:ikkje|aldri) (?:\w+ ){0,2}(?:del|gi|gje|ge|vis|oppgi|oppgje|fortel|vidaresend)"
        r"|\b(?:del|gi|gje|ge|vis|oppgi|oppgje|fortel|vidaresend)\w* (?:\w+ ){0,2}(?:ikkje|aldri)\b"
        r"|\bfor deg sjølv\b|\bhemmeleg",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?:\bnot|\bnever|n['’]t) (?:\w+ ){0,2}(?:share|give|tell|show|disclose|forward)"
        r"|\bto yourself\b|\bsecret\b",
        re.IGNORECASE,
    ),
}


@rule(
    "OTP205",
    Scope.PAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[
        _GOOD,
        "Koden er {{ code }}. Del den ikke.",
        Trial(files={"nn/sms.txt": "Koden er {{ code }}. Ikkje del han."}),
        Trial(files={"en/sms.txt": "Your code is {{ code }}. Don't share it."}),
        Trial(sms="Koden er {{ code }}.", head=HEAD.replace("authentication", "confirmation")),
    ],
    fails=["Koden er {{ code }}.", Trial(files={"en/sms.txt": "Your code is {{ code }}."})],
)
def no_word_against_sharing(page: Page) -> Iterator[Flaw]:
    """
    A log-in code without a word that it is not to be shared.

    Why: the common fraud is a call that asks for the code. A code that only confirms a number opens
    nothing, and needs no such word.
    Instead: a short «Ikke del den.», «Ikkje del han.», «Do not share it.», where there is room.
    Source: Twilio Verify, which offers it as an option of its messages.
    """
    if page.template.purpose is not Purpose.AUTHENTICATION:
        return
    for way in all_seen(page):
        if _KEEP_IT[page.locale].search(re.sub(r"\s+", " ", way.text)) is None:
            yield Flaw("the text does not say that the code is not to be shared", "say it", way.spot(0))


_NORWEGIAN = re.compile(
    r"\b(\d+|[^\W\d_]+)[ \u00a0](sekund(?:er)?|minutt(?:er)?|min|time[rn]?|timar)\b", re.IGNORECASE
)
_SAID_LIFETIME = {
    "nb": _NORWEGIAN,
    "nn": _NORWEGIAN,
    "en": re.compile(r"\b(\d+|[^\W\d_]+)[ \u00a0](seconds?|minutes?|mins?|hours?)\b", re.IGNORECASE),
}
_WORDS: Final = {
    **dict.fromkeys(("en", "ett", "ein", "eitt", "one"), 1),
    **dict.fromkeys(("to", "two"), 2),
    **dict.fromkeys(("tre", "three"), 3),
    **dict.fromkeys(("fem", "five"), 5),
    **dict.fromkeys(("ti", "ten"), 10),
    **dict.fromkeys(("femten", "fifteen"), 15),
    **dict.fromkeys(("tretti", "thirty"), 30),
}
_SECONDS: Final = {"s": 1, "m": 60, "t": 3_600, "h": 3_600}


@rule(
    "OTP206",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        _GOOD,
        Trial(html=_MAIL),
        Trial(sms="Koden er {{ code }} og gjelder i 5 minutter.", head=HEAD.replace('"lifetime"', "300")),
        Trial(sms="Koden er {{ code }} og gjelder i fem minutter.", head=HEAD.replace('"lifetime"', "300")),
        Trial(sms="Koden er {{ code }}, gjelder i {{ lifetime }}.", head=HEAD.replace('"lifetime"', "120")),
    ],
    fails=[
        "Koden er {{ code }}.",
        "Koden er {{ code }} og gjelder i 10 minutter.",
        Trial(sms="Koden er {{ code }} og gjelder i 10 minutter.", head=HEAD.replace('"lifetime"', "300")),
        Trial(sms="Koden er {{ code }} og gjelder i en time.", head=HEAD.replace('"lifetime"', "300")),
    ],
)
def lifetime_not_said_rightly(page: Page) -> Iterator[Flaw]:
    """
    A text that does not say how long the code is valid, or says another time than the code has.

    Why: people try a dead code again and again, and then call. A number in the text stays when the
    lifetime is changed.
    Instead: print the parameter that is the time to live, ``{{ lifetime }}``.
    Source: straks, on numbers that are kept in two places.
    """
    lives = page.template.manifest.time_to_live
    for way in all_seen(page):
        printed = {
            hole.ref
            for start, end, hole in way.rendering.holes
            if isinstance(parameter_of(page, hole), Duration) and way.text[start:end].strip()
        }
        said = [
            (match, seconds)
            for match in _SAID_LIFETIME[page.locale].finditer(way.text)
            if way.is_fixed(match.start()) and (seconds := _seconds(match)) is not None
        ]
        if not printed and not said:
            yield Flaw("the text does not say how long the code is valid", _print_it(page), way.spot(0))
        elif not printed and lives is not None:
            match, seconds = said[0]
            parameter = page.template.parameters.get(lives) if isinstance(lives, str) else None
            least, most = (
                (parameter.min, parameter.max) if isinstance(parameter, Duration) else (lives, lives)
            )
            wrong = next(
                (
                    life
                    for life in (least, most)
                    if not isinstance(life, str) and life.total_seconds() != seconds
                ),
                None,
            )
            if wrong is not None:
                yield Flaw(
                    f"the text says {match[0]}, the code may live {format_duration(wrong, 'en')}",
                    _print_it(page),
                    way.spot(match.start()),
                    {lives: wrong} if isinstance(lives, str) else None,
                )


def _seconds(match: re.Match[str]) -> int | None:
    count = int(match[1]) if match[1].isdigit() else _WORDS.get(match[1].lower())
    return None if count is None else count * _SECONDS[match[2][0].lower()]


def _print_it(page: Page) -> str:
    lives = page.template.manifest.time_to_live
    name = lives if isinstance(lives, str) else "lifetime"
    return f"print {{{{ {name} }}}}"


@rule(
    "OTP207",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[_GOOD, _BOUND, Trial(html=_MAIL), Trial(sms="Se {{ link }}", parameters=_NO_CODE)],
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
    for way in all_seen(page):
        places = [
            start
            for start, end, hole in way.rendering.holes
            if isinstance(parameter_of(page, hole), Url) and way.text[start:end].strip()
        ]
        places += [
            match.start()
            for match in re.finditer(r"\S+", way.text)
            if way.is_fixed(match.start()) and looks_like_link(match[0])
        ]
        if way.text != way.rendering.text:
            places += [
                match.start()
                for match in re.finditer(r"<a\s[^>]*\bhref\b", way.rendering.text, re.IGNORECASE)
            ]
        for place in places:
            yield Flaw("a link in a message with a one-time code", "leave it out", way.spot(place))


@rule(
    "OTP208",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[_GOOD, Trial(html=_MAIL), Trial(sms="Hei {{ name }}", parameters=_NO_CODE)],
    fails=[
        "Hei {{ name }}. Koden er {{ code }}.",
        Trial(html=_MAIL, subject="Kode til {{ name }}"),
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
    for path in page.files:
        for rendering in page.renderings(path):
            for start, _, hole in rendering.holes:
                name = hole.ref.partition("#")[0]
                if page.template.parameters[name].personal or parameter_of(page, hole).personal:
                    file, offset, _ = rendering.origin(start)
                    yield Flaw(
                        f"{name} is declared personal and stands in a message with a one-time code",
                        "leave it out",
                        page.spot(file, offset),
                    )


_ADDRESS = re.compile(r"""\b(?:href|src)\s*=\s*(?:"[^"]*"|'[^']*')""", re.IGNORECASE)
_UNSEEN = re.compile(
    r"""<([a-z]+)\b[^>]*\bstyle\s*=\s*(?:"[^"]*|'[^']*)display\s*:\s*none[^>]*>.*?</\1\s*>""",
    re.IGNORECASE | re.DOTALL,
)


@rule(
    "OTP209",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[_GOOD, _BOUND, Trial(html=_MAIL)],
    fails=[
        Trial(html=_MAIL, subject="{{ code }} er koden din"),
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
    if not codes_of(page.template):
        return
    for path in page.files:
        for way in seen(page, path):
            markup = path.endswith(f"/{HTML_FILE}")
            text = way.rendering.text
            places = [(r.start(), r.end(), "an address") for r in _ADDRESS.finditer(text) if markup]
            places += [(r.start(), r.end(), "the pre-header") for r in _UNSEEN.finditer(text) if markup]
            places += [
                (word.start(), word.end(), "an address")
                for word in re.finditer(r"\S+", way.text)
                if looks_like_link(word[0])
            ]
            if path.endswith(f"/{SUBJECT_FILE}"):
                places = [(0, len(text), "the subject")]
            for start, end, hole in way.rendering.holes:
                if isinstance(parameter_of(page, hole), Code):
                    for first, last, what in places:
                        if first <= start and end <= last:
                            yield Flaw(
                                f"the code stands in {what}", "show it in the text alone", way.spot(start)
                            )


@rule(
    "OTP210",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        _GOOD,
        Trial(
            sms=_GOOD, files={"nn/sms.txt": "Koden er {{ code }}.", "en/sms.txt": "Your code is {{ code }}."}
        ),
    ],
    fails=[
        Trial(sms=_GOOD, files={"en/sms.txt": "Your code is {{ code|lower }}."}),
        Trial(sms=_GOOD, files={"en/sms.txt": "Your code is {{ other }}."}, parameters=_CODES),
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
            for way in all_seen(page)
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
        _GOOD,
        Trial(
            sms=_GOOD,
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
            sms=_GOOD,
            parameters=PARAMETERS.replace("length = 6", 'length = 6\nalphabet = "ABCDEF0123"', 1).replace(
                "482913", "A2B01C", 1
            ),
        ),
        Trial(
            sms=_GOOD,
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
                f"{name} may hold other characters than digits",
                "leave alphabet out",
                whole.manifest_spot(name),
            )
        if code.length > _MOST_CHARACTERS:
            yield Flaw(
                f"{name} has {code.length} digits; phones fill in at most {_MOST_CHARACTERS}",
                "make it 6 to 8",
                whole.manifest_spot(name),
            )
    if codes or whole.template.purpose not in (Purpose.AUTHENTICATION, Purpose.CONFIRMATION):
        return
    for name, parameter in whole.template.parameters.items():
        if _CODE_NAMES & set(re.split(r"[_-]", name.lower())):
            yield Flaw(
                f"{name} is of kind {parameter.kind}; leading zeros may be lost and anything may stand in it",
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
    passes=[_GOOD, _BOUND, Trial(html=_MAIL), Trial(sms="a" * 161, parameters=_NO_CODE)],
    fails=["Koden er {{ code }}. " + "a" * 150],
)
def code_in_several_segments(page: Page) -> Iterator[Flaw]:
    """
    A message with a one-time code that can take more than one segment, whatever the policy allows.

    Why: segments arrive out of order, and the phone offers a code only when it has the whole message.
    Instead: shorten the text, or lower the bound of a parameter.
    Source: 3GPP TS 23.040, 9.2.3.24.1.
    """
    bound = page.bound
    if codes_of(page.template) and isinstance(bound, SmsBound) and bound.segments > 1:
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
    test="tests/policy/test_otp.py::test_no_text_of_straks_sells_an_email_code_as_a_second_factor",
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
    passes=[_GOOD, _BOUND, Trial(html=_MAIL), "Kode: {{ code }}"],
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
    for way in all_seen(page):
        if way.codes and re.search(r"[^\W\d_]{3}", way.text[: way.codes[0][0]]) is None:
            yield Flaw(
                "the text starts with the code", "begin with what it is for", way.spot(way.codes[0][0])
            )


RULES = (
    code_not_there_once,
    other_digits_beside_code,
    code_glued_to_text,
    sender_not_named,
    no_word_against_sharing,
    lifetime_not_said_rightly,
    link_beside_code,
    personal_data_beside_code,
    code_where_it_is_kept,
    code_unlike_in_languages,
    code_of_another_kind,
    code_in_several_segments,
    email_as_second_factor,
    text_starts_with_code,
)
