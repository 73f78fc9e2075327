"""
SEC4xx: how hard a one-time code is to guess, for how long, and what becomes of it.

The first four are decided over templates and policy, SEC411 over each message. The others are about what
happens at run time, where `straks.OneTimeCodes` keeps them; each names the test that shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from straks.core.message import Sms
from straks.core.number_kinds import Duration
from straks.core.odds import LEAST_CODES, LONGEST_LIFETIME, MOST_ATTEMPTS, Odds, percent
from straks.policy.code_text import codes_of
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta

    from straks.core.text_kinds import Code
    from straks.policy.filled import Filled
    from straks.policy.subject import Whole

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
    Instead: 3 to 5 attempts; 10 is the most. That an account bears at most 100 failures on end is kept
    by `straks.OneTimeCodes`.
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


@rule(
    "SEC405",
    Scope.RUNTIME,
    severity=Severity.WARNING,
    since="0.1",
    test="tests/contracts/test_code_stores.py::test_a_new_code_kills_the_old_one",
)
def several_codes_alive(_: object) -> Iterable[Flaw]:
    """
    More than one code that opens the same door.

    Why: each code that is alive is one more to hit, so five of them make guessing five times as easy; and a
    person who has got two does not know which one counts.
    Instead: nothing; a code that `straks.OneTimeCodes` issues takes the place of the one before. There is
    one for each subject and purpose, whatever session asks.
    Source: OWASP Forgot Password Cheat Sheet; OWASP ASVS 5.0, 6.6.2.
    """
    return ()


@rule(
    "SEC406",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/contracts/test_code_stores.py::test_of_many_right_codes_at_once_one_is_accepted",
)
def code_spent_twice(_: object) -> Iterable[Flaw]:
    """
    A code that two requests at once can both use, or guess at more often than is allowed.

    Why: who counts first and writes the count later lets everything through that comes in between. Sixty
    guesses at once then get forty looked at, where five are allowed.
    Instead: nothing; counting, comparing and consuming are one step of the store, in every store. A store
    of your own is to pass the contract test.
    Source: NIST SP 800-63B-4, 3.1.3.2 (a code is accepted once); OWASP ASVS 5.0, 6.5.1.
    """
    return ()


@rule(
    "SEC407",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/codes/test_rules.py::test_digests_are_compared_in_constant_time_and_never_by_equality",
)
def comparison_that_tells_by_its_time(_: object) -> Iterable[Flaw]:
    """
    A code that is compared character by character until one differs.

    Why: how long that takes says how much was right, and a code that can be found digit by digit takes
    sixty guesses and not a million.
    Instead: nothing; digests of one length are compared in constant time, and for an account that has no
    code the same is computed as for one that has.
    Source: OWASP ASVS 5.0, 6.5 and 6.6; the documentation of Python's hmac.compare_digest.
    """
    return ()


@rule(
    "SEC408",
    Scope.RUNTIME,
    severity=Severity.ADVICE,
    since="0.1",
    test="tests/codes/test_one_time_codes.py::test_a_code_is_right_however_its_digits_are_grouped",
)
def right_code_refused_for_its_form(_: object) -> Iterable[Flaw]:
    """
    A right code that is turned away for a space or a hyphen in it.

    Why: people copy a code with what stands around it, and read it out in groups. A refusal costs them one
    of few attempts.
    Instead: nothing; white space and hyphens are passed over before the length is looked at. The digits of
    other scripts are not taken for ASCII digits: nobody was sent any.
    Source: straks, on codes that are copied and read aloud; OWASP Forgot Password Cheat Sheet.
    """
    return ()


@rule(
    "SEC409",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/properties/test_no_code_shows_where_it_is_not_asked_for.py",
)
def code_where_others_read_it(_: object) -> Iterable[Flaw]:
    """
    A code in a log, an error, a trace, a metric or an id.

    Why: those are kept long, copied far and read by many, and error reporters print every local variable.
    Instead: print a code nowhere but in its message. What straks shows of one is dots; records name people
    by keyed pseudonyms, and what rests in a store is a keyed hash.
    Source: OWASP Logging Cheat Sheet, on data to exclude.
    """
    return ()


@rule(
    "SEC410",
    Scope.RUNTIME,
    severity=Severity.WARNING,
    since="0.1",
    test="tests/contracts/test_code_stores.py::test_codes_are_limited_for_account_recipient_and_caller",
)
def codes_asked_for_without_end(_: object) -> Iterable[Flaw]:
    """
    Codes that can be asked for again and again.

    Why: every code brings new guesses, and every SMS rings somebody's phone and is paid for. A limit for
    accounts alone is passed by naming many accounts, one for numbers alone by naming many numbers.
    Instead: leave ``cooldown`` and ``sends_per_hour`` on, which hold for account and recipient alike, and
    name the ``caller`` where you know one.
    Source: OWASP Multifactor Authentication Cheat Sheet.
    """
    return ()


@rule(
    "SEC411",
    Scope.MESSAGE,
    severity=Severity.ERROR,
    since="0.1",
    by_key="regions",
    passes=[
        "Koden er {{ code }}.",
        Trial(sms="Koden er {{ code }}.", policy=Policy(regions=frozenset({"NO", "SE"}))),
        Trial(html="<p>Koden er {{ code }}.</p>", policy=Policy(regions=frozenset({"NO"}))),
    ],
    fails=[Trial(sms="Koden er {{ code }}.", policy=Policy(regions=frozenset({"NO"})))],
)
def sms_sent_anywhere(filled: Filled) -> Iterator[Flaw]:
    """
    An SMS to a country that is not among those of the policy.

    Why: somebody earns on every SMS to a number of theirs, so forms that send are fed whole ranges of
    numbers; the bill comes at the end of the month.
    Instead: add the country to the policy's ``regions`` if the service has people there. For codes, say with
    `straks.Destinations` also how many may go abroad, to a country or to a block of numbers, and have
    `straks.CodeWatch` raise the alarm when few codes are ever used.
    Source: GOV.UK Notify, which sends 100 SMS abroad a day unless asked for more; NCSC, on artificially
    inflated traffic.
    """
    message, agreed = filled.message, filled.policy.regions
    if not isinstance(message, Sms) or agreed is None or message.recipient.region in agreed:
        return
    yield Flaw(
        f"the number is in {message.recipient.region}, and the policy allows {' and '.join(sorted(agreed))}",
        "send to a number there, or add the country to the policy's regions",
    )


@rule(
    "SEC412",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/codes/test_sending.py::test_a_wrong_code_sends_nothing",
)
def wrong_code_that_sends_another(_: object) -> Iterable[Flaw]:
    """
    A new code that is sent because the last one was typed wrong.

    Why: then whoever guesses also rings the phone and runs up the bill, and the code in the reader's hand
    dies of a slip of the finger.
    Instead: nothing; verifying has no way to send. Offer a button that asks for a new code.
    Source: straks, on who decides that an SMS is sent.
    """
    return ()


@rule(
    "SEC413",
    Scope.RUNTIME,
    severity=Severity.WARNING,
    since="0.1",
    test="tests/contracts/test_code_stores.py::test_failures_lock_one_purpose_and_channel_and_no_other",
)
def failures_that_lock_another_way_in(_: object) -> Iterable[Flaw]:
    """
    Wrong codes by SMS that also shut out who would come in by e-mail, or for another purpose.

    Why: then anybody can shut a person out of everything by typing wrong codes at one door.
    Instead: nothing; failures are counted for each subject, purpose and channel by themselves. After 100 on
    end that one is shut until you `unlock` it, having made sure in another way who it is.
    Source: straks, on denial of service; NIST SP 800-63B-4, 3.2.2, on the 100.
    """
    return ()


@rule(
    "SEC414",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/contracts/test_code_stores.py::test_a_clock_that_goes_back_revives_and_lengthens_nothing",
)
def clock_that_decides_too_much(_: object) -> Iterable[Flaw]:
    """
    A lifetime that follows whatever clock the machine has, wherever it jumps.

    Why: a clock that goes back makes dead codes live and spent attempts unspent; clocks of several machines
    disagree; and what reads the clock by itself cannot be tested.
    Instead: leave ``clock`` out, for the store's own, which all machines share. A code that the clock has
    gone back behind is dead.
    Source: straks, on time as an argument.
    """
    return ()


RULES = (
    code_easy_to_guess,
    code_that_lives_too_long,
    attempts_without_limit,
    code_guessed_too_often,
    several_codes_alive,
    code_spent_twice,
    comparison_that_tells_by_its_time,
    right_code_refused_for_its_form,
    code_where_others_read_it,
    codes_asked_for_without_end,
    sms_sent_anywhere,
    wrong_code_that_sends_another,
    failures_that_lock_another_way_in,
    clock_that_decides_too_much,
)
