"""SEC4xx: how hard a one-time code is to guess, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from straks.core.number_kinds import Duration
from straks.core.odds import LEAST_CODES, Odds, percent
from straks.policy.code_text import codes_of
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.text_kinds import Code
    from straks.policy.subject import Whole

LONGEST_LIFETIME: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 10

# Five characters out of sixteen are 1 048 576 codes.
_LETTERS: Final = PARAMETERS.replace("length = 6", 'length = 5\nalphabet = "23456789BCDFGHJK"', 1).replace(
    "482913", "2B3C4"
)


@rule(
    "SEC401",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        "Koden er {{ code }}.",
        Trial(
            sms="Koden er {{ code }}.",
            parameters=PARAMETERS.replace("length = 6", "length = 8", 1).replace("482913", "48291375"),
        ),
        Trial(
            sms="Koden er {{ code }}.",
            parameters=_LETTERS,
        ),
    ],
    fails=[
        Trial(
            sms="Koden er {{ code }}.",
            parameters=PARAMETERS.replace("length = 6", "length = 4", 1).replace("482913", "4829"),
        ),
        Trial(
            sms="Koden er {{ code }}.",
            parameters=PARAMETERS.replace("length = 6", "length = 5", 1).replace("482913", "48291"),
        ),
    ],
)
def code_easy_to_guess(whole: Whole) -> Iterator[Flaw]:
    """
    A one-time code with fewer possible values than six digits have.

    Why: who may guess a few times for every code, and ask for new ones, gets in by luck. Each digit
    fewer makes that ten times as likely.
    Instead: six digits, or as many characters of another alphabet as make a million codes. Six digits
    are enough: that they are 19.93 bits and not 20 is no flaw.
    Source: NIST SP 800-63B-4, 3.1.3.2; OWASP ASVS 5.0, 6.5.4.
    """
    for name, code in codes_of(whole.template).items():
        if (count := _count(code)) < LEAST_CODES:
            odds = Odds(count, whole.policy.attempts, whole.policy.codes_per_hour)
            yield Flaw(
                f"{name} is one of {count} codes: {odds.attempts} attempts hit one in "
                f"{percent(odds.per_code)} of cases",
                "use six digits or more",
                whole.manifest_spot(name),
            )


@rule(
    "SEC402",
    Scope.TEMPLATE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        "Koden er {{ code }}.",
        Trial(sms="Saken er klar.", head=HEAD.replace('"lifetime"', "86400"), parameters=""),
    ],
    fails=[
        Trial(sms="Koden er {{ code }}.", parameters=PARAMETERS.replace('max = "10 min"', 'max = "30 min"')),
        Trial(sms="Koden er {{ code }}.", head=HEAD.replace('"lifetime"', "1800")),
    ],
)
def code_that_lives_too_long(whole: Whole) -> Iterator[Flaw]:
    """
    A one-time code that may be valid for more than ten minutes.

    Why: the longer a code lives, the longer it can be guessed, read off a screen or asked for on the
    telephone.
    Instead: let the parameter that is the time to live admit at most 10 minutes; 5 is a good life.
    Source: NIST SP 800-63B-4, on out-of-band codes; OWASP ASVS 5.0, 6.5.5.
    """
    if not codes_of(whole.template):
        return
    declared = whole.template.manifest.time_to_live
    lives: dict[str | None, timedelta] = {
        name: parameter.max
        for name, parameter in whole.template.parameters.items()
        if isinstance(parameter, Duration)
    }
    if isinstance(declared, str):
        lives = {declared: lives[declared]}
    elif declared is not None:
        lives = {**(lives if len(lives) == 1 else {}), None: declared}
    for name, longest in lives.items():
        if longest > LONGEST_LIFETIME:
            yield Flaw(
                f"the code may live {longest.total_seconds():.0f} s; "
                f"{LONGEST_LIFETIME.total_seconds():.0f} s is the most",
                "lower time-to-live" if name is None else f"lower the most that {name} admits",
                whole.manifest_spot(name),
                None if name is None else {name: longest},
            )


@rule(
    "SEC403",
    Scope.POLICY,
    severity=Severity.ERROR,
    since="0.1",
    passes=["", Trial(policy=Policy(attempts=10, codes_per_hour=10))],
    fails=[Trial(policy=Policy(attempts=11)), Trial(policy=Policy(attempts=0))],
)
def attempts_without_limit(policy: Policy) -> Iterator[Flaw]:
    """
    More guesses for one code than anybody needs who has it before their eyes.

    Why: the limit of attempts is what makes a short code safe; without one, a million requests are a
    certain hit.
    Instead: 3 to 5 attempts; 10 is the most. That an account bears at most 100 failures on end is
    for the store of one-time codes to keep.
    Source: NIST SP 800-63B-4, 3.2.2; OWASP ASVS 5.0, 6.6.3.
    """
    if not 1 <= policy.attempts <= MOST_ATTEMPTS:
        chance = percent(max(policy.attempts, 0) / LEAST_CODES)
        yield Flaw(
            f"a code bears {policy.attempts} attempts, a chance of {chance} for six digits; "
            f"it is to be 1 to {MOST_ATTEMPTS}",
            "set attempts to 3",
        )


@rule(
    "SEC404",
    Scope.TEMPLATE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Koden er {{ code }}.",
        Trial(sms="Koden er {{ code }}.", policy=Policy(attempts=5, codes_per_hour=5)),
    ],
    fails=[
        Trial(sms="Koden er {{ code }}.", policy=Policy(attempts=10, codes_per_hour=10)),
        Trial(sms="Koden er {{ code }}.", policy=Policy(guesses_per_day=0.0001)),
    ],
)
def code_guessed_too_often(whole: Whole) -> Iterator[Flaw]:
    """
    A code, with the attempts and the codes in an hour that the policy allows, guessed too often in a day.

    Why: limits multiply. Each is harmless alone; together ten attempts and ten codes an hour, day and
    night, hit one account in four hundred every day.
    Instead: fewer attempts, fewer codes in an hour, or longer codes, until the chance that the finding
    prints is below the policy's «guesses-per-day».
    Source: NIST SP 800-63B-4, 3.2.2, on limiting guesses; the floor is the policy's.
    """
    policy = whole.policy
    for name, code in codes_of(whole.template).items():
        odds = Odds(_count(code), policy.attempts, policy.codes_per_hour)
        if odds.per_day > policy.guesses_per_day:
            yield Flaw(
                f"{name} is guessed too often: {odds} (limit {percent(policy.guesses_per_day)})",
                "allow fewer attempts or codes in an hour, or use a longer code",
                whole.manifest_spot(name),
            )


def _count(code: Code) -> int:
    return int(len(code.alphabet) ** code.length)


RULES = (code_easy_to_guess, code_that_lives_too_long, attempts_without_limit, code_guessed_too_often)
