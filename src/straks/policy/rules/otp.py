"""OTP2xx: what a message with a one-time code says, and where the code stands in it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from straks.core.choice_kind import Choice
from straks.core.locale import format_duration
from straks.core.manifest import Purpose
from straks.core.number_kinds import Duration
from straks.core.text_kinds import Code, Reference, Text
from straks.policy.code_text import codes_of, texts_with_code
from straks.policy.printed import first_printing
from straks.policy.reading import subjects
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.settings import Policy
from straks.policy.source import HOLE
from straks.policy.trial import CODE_MAIL, CODE_SMS, HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from straks.core.way import Hole
    from straks.policy.reading import Reading
    from straks.policy.subject import Page

_BOUND = (
    "Koden din er {{ code }}. Den gjelder i {{ lifetime }} hos {{ service }}.\n@login.example.org #{{ code }}"
)
_NO_CODE = PARAMETERS.partition("\n\n")[2]
_CASE = PARAMETERS + '\n[parameters.case]\nkind = "reference"\n{}\n'

# Chrome looks for a run of 4 to 10 characters with a digit in it, other programs for the first digits.
_RUN = re.compile(r"(?<!\d)\d{4,10}(?!\d)")


@rule(
    "OTP201",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[CODE_SMS, _BOUND, Trial(html=CODE_MAIL), Trial(sms="Saken er klar.", parameters=_NO_CODE)],
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
    for way in texts_with_code(page):
        if len(way.codes) > 1:
            yield Flaw(
                f"the code stands {len(way.codes)} times in the text",
                "show it once",
                way.spot(way.codes[1][0]),
                way.way,
            )
        elif not way.codes:
            yield Flaw(
                "the text does not show the code",
                f"print {{{{ {next(iter(codes_of(page.template)))} }}}} on every way through it",
                way.spot(0),
                way.way,
            )


@rule(
    "OTP202",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        CODE_SMS,
        _BOUND,
        Trial(html=CODE_MAIL),
        '{{ count|plural("Kode", "Koder") }}: {{ code }} hos {{ service }}',
    ],
    fails=[
        "Gjelder i 2026: koden er {{ code }}.",
        "{{ service }}: koden er {{ code }}.",
        "Gjelder i {{ lifetime }}: koden er {{ code }}.",
        "Koden er {{ code }}. Ring 22077000.",
        Trial(
            sms="Koden er {{ code }}. Gjelder sak {{ case }}.",
            parameters=_CASE.format('pattern = "[A-Z]{2}[0-9]{4}"\nexample = "AB1234"'),
        ),
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
    for way in texts_with_code(page):
        if not way.codes:
            continue  # which is OTP201
        code = way.codes[0][0]
        for match in re.finditer(r"\d+", way.text[:code]):
            if way.is_fixed(match.start()):
                yield Flaw(
                    f"“{match[0]}” before the code may be filled in instead of it",
                    "put it after the code, or write it in words",
                    way.spot(match.start()),
                )
        for start, end, hole in way.holes:
            if end <= code and (found := first_printing(page, hole, re.compile(r"\d").search)):
                name = hole.ref.partition("#")[0]
                yield Flaw(
                    f"{name!r} stands before the code and may hold digits",
                    f"put {name!r} after the code",
                    way.spot(start),
                    None if found[1] is None else _with(way, hole, found[1]),
                )
        yield from _runs_after(way, code)


def _runs_after(way: Reading, code: int) -> Iterator[Flaw]:
    for match in _RUN.finditer(way.text, code):
        if way.is_fixed(match.start()):
            yield Flaw(
                f"“{match[0]}” may be filled in instead of the code",
                "leave it out, or split it",
                way.spot(match.start()),
            )
    for start, end, hole in way.holes:
        if start <= code or _is_free(way, hole):
            continue
        shown = way.text[start:end]
        found = (shown, None) if _RUN.search(shown) else first_printing(way.page, hole, _RUN.search)
        if found and (run := _RUN.search(found[0])):
            yield Flaw(
                f"“{run[0]}” may be filled in instead of the code",
                "leave it out, or print it without so many digits in a row",
                way.spot(start),
                way.way if found[1] is None else _with(way, hole, found[1]),
            )


def _is_free(way: Reading, hole: Hole) -> bool:
    """Tell whether *hole* is a code, or a text that is its sender's choice and does least harm after it."""
    parameter = way.parameter(hole)
    patterned = isinstance(parameter, Reference) and parameter.pattern is not None
    return isinstance(parameter, (Code, Text)) and not patterned


def _with(way: Reading, hole: Hole, value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any kind's value
    """Return the values that take *way* with *value* in *hole*."""
    name, _, item = hole.ref.partition("#")
    if item:
        items = [*way.rendering.values[name]]
        items[int(item)] = value
        value = items
    return {**(way.way or {}), name: value}


@rule(
    "OTP203",
    Scope.PAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[CODE_SMS, "Kode: {{ code }}.", "Koden er {{ code }}", Trial(html=CODE_MAIL)],
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
    for way in texts_with_code(page):
        for start, end, _ in way.codes:
            before, after = way.text[max(start - 1, 0) : start], way.text[end:]
            if before.strip() or re.match(r"(?![.,:;!?]*(?:\s|\Z))", after):
                yield Flaw(
                    f"the code is glued to “{before if before.strip() else after[0]}”",
                    "put a space between",
                    way.spot(start),
                )


# A capital inside a sentence, two capitals together, or a word before a colon where the text begins.
# What code, phone and calendar are called is no sender, and a word may be shouted.
_NOBODY = (
    r"(?!(?:BankID|FA|ID|MFA|OTP|PIN|SMS|TAN|IKKE|IKKJE|ALDRI|NOT|NEVER|DO"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|January|February|March|April|May|June|July|August|September|October|November|December)\b)"
)
_NAMED = re.compile(
    rf"[^\W\d_][,;)]? {_NOBODY}[A-ZÆØÅ]\w+|\b{_NOBODY}[A-ZÆØÅ]{{2,}}\b"
    r"|\A\s*(?!\w*(?:[kK]ode|[cC]ode)\w*:)[A-ZÆØÅ]\w+:"
)


@rule(
    "OTP204",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        CODE_SMS,
        "Bruk koden {{ code }} hos Skatteetaten.",
        "NAV: koden er {{ code }}.",
        "Skatteetaten: koden er {{ code }}.",
        Trial(sms="Altinn sender deg koden {{ code }}.", policy=Policy(senders=frozenset({"Altinn"}))),
        Trial(html="<p>Koden er {{ code }}.</p>", subject="Engangskode fra Skatteetaten"),
    ],
    fails=[
        "Engangskoden din er {{ code }}.",
        "Hei {{ name }}. Koden er {{ code }}. Ikke del den.",
        "Your PIN is {{ code }}. It is valid until Monday.",
    ],
)
def sender_not_named(page: Page) -> Iterator[Flaw]:
    """
    A message with a code that does not say whose code it is.

    Why: who relays a log-in to a fraudster's page has only the text to see through it: «what you see is
    what you sign». The sender's name on the phone can be forged.
    Instead: name the service in the text, by a parameter or in words.
    Source: OWASP Transaction Authorization Cheat Sheet.
    """
    titles = subjects(page)
    if titles and all(map(_names_somebody, titles)):
        return
    for way in texts_with_code(page):
        if not _names_somebody(way):
            yield Flaw(
                "the text does not name the service",
                "say whose code it is",
                way.spot(0),
                way.way,
            )


def _names_somebody(way: Reading) -> bool:
    for _, _, hole in way.holes:
        parameter = way.parameter(hole)
        if isinstance(parameter, (Text, Choice)) and not parameter.personal and not parameter.secret:
            return True
    words = way.fixed.replace(HOLE, "0")
    senders = way.page.policy.senders or ()
    return _NAMED.search(words) is not None or any(
        sender.casefold() in words.casefold() for sender in senders
    )


# «ikke del», «del den ikke», «never share»: a verb of giving and a word of not, two words apart at most;
# or that it is secret, or for oneself.
_KEEP_IT = {
    "nb": re.compile(
        r"\b(?:ikke|aldri) (?:\w+ ){0,2}(?:del|gi|vis|oppgi|fortell|videresend|videreformidle)"
        r"|\b(?:del|gi|vis|oppgi|fortell|videresend)\w* (?:\w+ ){0,2}(?:ikke|aldri)\b"
        r"|\b(?:ber|spør|ringer) (?:deg )?aldri\b|\bfor deg selv\b|\bhemmelig",
        re.IGNORECASE,
    ),
    "nn": re.compile(
        r"\b(?:ikkje|aldri) (?:\w+ ){0,2}(?:del|gi|gje|ge|vis|oppgi|oppgje|fortel|vidaresend|vidareformidle)"
        r"|\b(?:del|gi|gje|ge|vis|oppgi|oppgje|fortel|vidaresend)\w* (?:\w+ ){0,2}(?:ikkje|aldri)\b"
        r"|\b(?:ber|spør|ringjer|ringer) (?:deg )?aldri\b|\bfor deg sjølv\b|\bhemmeleg",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?:\bnot|\bnever|n['’]t) (?:\w+ ){0,2}(?:share|give|tell|show|disclose|forward|ask)"
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
        CODE_SMS,
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
    for way in texts_with_code(page):
        if _KEEP_IT[page.locale].search(re.sub(r"\s+", " ", way.text)) is None:
            yield Flaw(
                "the text does not say that the code is not to be shared",
                f"say it, such as «{_DO_NOT_SHARE[page.locale]}»",
                way.spot(0),
            )


_DO_NOT_SHARE: Final = {"nb": "Ikke del den.", "nn": "Ikkje del han.", "en": "Do not share it."}


_LONG = {
    **dict.fromkeys(
        ("nb", "nn"),
        re.compile(
            r"\b(\d+|[^\W\d_]+)[ \u00a0]"
            r"((?:halv )?(?:sekund|minutt|min|time|timar|døgn|kvarter)(?:e?[rn])?)\b",
            re.IGNORECASE,
        ),
    ),
    "en": re.compile(r"\b(\d+|[^\W\d_]+)(?: an)?[ \u00a0]((?:second|minute|min|hour)s?)\b", re.IGNORECASE),
}
_COUNTS: Final = {
    **dict.fromkeys(("en", "ett", "et", "ein", "eit", "eitt", "one", "a", "an"), 1.0),
    **dict.fromkeys(("to", "two"), 2.0),
    **dict.fromkeys(("tre", "three"), 3.0),
    **dict.fromkeys(("fire", "four"), 4.0),
    **dict.fromkeys(("fem", "five"), 5.0),
    **dict.fromkeys(("seks", "six"), 6.0),
    **dict.fromkeys(("sju", "syv", "seven"), 7.0),
    **dict.fromkeys(("åtte", "eight"), 8.0),
    **dict.fromkeys(("ni", "nine"), 9.0),
    **dict.fromkeys(("ti", "ten"), 10.0),
    **dict.fromkeys(("femten", "fifteen"), 15.0),
    **dict.fromkeys(("tjue", "twenty"), 20.0),
    **dict.fromkeys(("tretti", "thirty"), 30.0),
    "half": 0.5,
}
_SECONDS: Final = {"s": 1, "m": 60, "t": 3_600, "h": 3_600, "d": 86_400, "k": 900}


@rule(
    "OTP206",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        CODE_SMS,
        Trial(html=CODE_MAIL),
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
    for way in texts_with_code(page):
        printed = {hole.ref for _, _, hole in way.holes if isinstance(way.parameter(hole), Duration)}
        if lives in printed or (printed and not isinstance(lives, str)):
            continue
        said = [
            (match, seconds)
            for match in _LONG[page.locale].finditer(way.text)
            if way.is_fixed(match.start()) and (seconds := _seconds(match)) is not None
        ]
        if not said:
            yield Flaw("the text does not say how long the code is valid", _print_it(page), way.spot(0))
            continue
        parameter = page.template.parameters.get(lives) if isinstance(lives, str) else None
        possible = (parameter.min, parameter.max) if isinstance(parameter, Duration) else (lives,)
        for life in possible:
            # An e-mail without a time to live may say any.
            if isinstance(life, timedelta) and life.total_seconds() not in {each[1] for each in said}:
                match, _ = said[0]
                yield Flaw(
                    f"the text says {match[0]}, the code may live {format_duration(life, 'en')}",
                    _print_it(page),
                    way.spot(match.start()),
                    {lives: life} if isinstance(lives, str) else None,
                )
                break


def _seconds(match: re.Match[str]) -> float | None:
    count = float(match[1]) if match[1].isdigit() else _COUNTS.get(match[1].lower())
    unit = match[2].lower().removeprefix("halv ")
    half = 0.5 if unit != match[2].lower() else 1.0
    return None if count is None else count * half * _SECONDS[unit[0]]


def _print_it(page: Page) -> str:
    lives = page.template.manifest.time_to_live
    name = lives if isinstance(lives, str) else "lifetime"
    return f"print {{{{ {name} }}}}"


RULES = (
    code_not_there_once,
    other_digits_beside_code,
    code_glued_to_text,
    sender_not_named,
    no_word_against_sharing,
    lifetime_not_said_rightly,
)
