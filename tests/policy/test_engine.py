from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from straks.core.idempotency import SIMULATOR_KEY
from straks.errors import PolicyError
from straks.policy.engine import enforce, inspect
from straks.policy.filled import Filled, Placed
from straks.policy.rule import Finding, Flaw, Rule, Scope, Severity, rule
from straks.policy.settings import Policy
from straks.policy.subject import Page, Whole
from straks.policy.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from straks.policy.source import Spot


def made(
    code: str,
    scope: Scope,
    see: Callable[[Any], Iterable[Flaw]],
    severity: Severity = Severity.ERROR,
) -> Rule:
    def fault(subject: object) -> Iterable[Flaw]:
        """
        A fault.

        Why: a test. Instead: nothing. Source: none.
        """
        return see(subject)

    return rule(code, scope, severity=severity, since="0.1")(fault)


def always(code: str, scope: Scope, severity: Severity = Severity.ERROR) -> Rule:
    return made(code, scope, lambda _: [Flaw("is wrong", "mend it")], severity)


def at(*spots: Callable[[Page], Spot]) -> Callable[[Page], Iterable[Flaw]]:
    return lambda page: [Flaw("is wrong", "mend it", spot(page)) for spot in spots]


def codes(found: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in found]


EVERYWHERE = tuple(always(f"TST{number}01", scope) for number, scope in enumerate(Scope, start=1))
TRIAL = Trial(sms="Koden er {{ code }}", files={"nn/sms.txt": "Koden er {{ code }}"})


def test_a_template_is_held_against_rules_about_templates_and_their_pages() -> None:
    found = inspect(TRIAL.catalog()["trial"], None, EVERYWHERE)

    assert [(each.code, each.locale, each.channel, each.path) for each in found] == [
        ("TST101", None, None, None),
        ("TST201", "nb", "sms", "trial/nb/sms.txt"),
        ("TST201", "nn", "sms", "trial/nn/sms.txt"),
    ]
    assert {each.template for each in found} == {"trial"}


def test_a_catalog_is_held_against_them_for_each_template_and_against_rules_about_the_policy() -> None:
    found = inspect(TRIAL.catalog(), None, EVERYWHERE)

    assert sorted(codes(found)) == ["TST101", "TST201", "TST201", "TST501"]


def test_a_message_is_held_against_rules_about_messages() -> None:
    (found,) = inspect(TRIAL.message(), None, EVERYWHERE)

    assert (found.code, found.template, found.locale, found.channel) == ("TST301", "trial", "nb", "sms")


def test_an_email_is_a_message_too() -> None:
    (found,) = inspect(Trial(html="<p>Hei</p>").message(), None, EVERYWHERE)

    assert (found.code, found.channel) == ("TST301", "email")


def test_an_order_is_held_against_rules_about_messages_and_orders() -> None:
    assert codes(inspect(TRIAL.message().order("1", SIMULATOR_KEY), None, EVERYWHERE)) == ["TST301", "TST401"]


def test_each_rule_is_given_what_its_scope_says() -> None:
    given: dict[Scope, type] = {}

    def see(scope: Scope) -> Callable[[object], Iterable[Flaw]]:
        def note(subject: object) -> Iterable[Flaw]:
            given[scope] = type(subject)
            return ()

        return note

    rules = [made(f"TST{number}01", scope, see(scope)) for number, scope in enumerate(Scope, start=1)]
    inspect(TRIAL.catalog(), None, rules)
    inspect(TRIAL.message().order("1", SIMULATOR_KEY), None, rules)

    assert given == {
        Scope.TEMPLATE: Whole,
        Scope.PAGE: Page,
        Scope.MESSAGE: Filled,
        Scope.ORDER: Placed,
        Scope.POLICY: Policy,
    }


def test_rules_see_the_policy_that_was_given() -> None:
    seen = list[Policy]()

    def note(whole: Whole) -> Iterable[Flaw]:
        seen.append(whole.policy)
        return ()

    policy = Policy(attempts=9)
    inspect(TRIAL.catalog(), policy, [made("TST101", Scope.TEMPLATE, note)])

    assert seen == [policy]


def test_a_rule_that_is_not_wanted_is_not_asked() -> None:
    assert inspect(TRIAL.catalog()["trial"], Policy(ignore={"TST": "why"}), EVERYWHERE) == ()


def test_without_rules_given_those_of_straks_apply() -> None:
    assert "SMS101" in codes(inspect(Trial(sms="a" * 161).catalog()["trial"]))


def test_a_finding_has_its_rule_and_its_place() -> None:
    placed = made("TST101", Scope.PAGE, at(lambda page: page.spot(page.files[0], 6)))
    (found,) = inspect(Trial(sms="Hei\n  du").catalog()["trial"], None, [placed])

    assert (found.name, found.severity, found.message, found.hint) == (
        "fault",
        "error",
        "is wrong",
        "mend it",
    )
    assert (found.path, found.line, found.column) == ("trial/nb/sms.txt", 2, 3)


def test_findings_come_by_file_line_column_gravity_and_code() -> None:
    first = at(lambda page: page.spot(page.files[0], 0))
    rules = [
        made("TST301", Scope.PAGE, first, Severity.ADVICE),
        made("TST302", Scope.PAGE, first, Severity.ERROR),
        made("TST303", Scope.PAGE, first, Severity.WARNING),
        made(
            "TST304",
            Scope.PAGE,
            at(lambda page: page.spot(page.files[0], 9), lambda page: page.spot(page.files[0], 3)),
        ),
        made("TST101", Scope.PAGE, first, Severity.ERROR),
    ]
    trial = Trial(sms="Hei du\nog du", files={"nn/sms.txt": "Hei du\nog du", "en/sms.txt": "Hi, and you"})
    found = inspect(trial.catalog()["trial"], None, rules)

    assert [each.path for each in found[::6]] == ["trial/en/sms.txt", "trial/nb/sms.txt", "trial/nn/sms.txt"]
    assert [(each.code, each.line, each.column) for each in found[6:12]] == [
        ("TST101", 1, 1),
        ("TST302", 1, 1),
        ("TST303", 1, 1),
        ("TST301", 1, 1),
        ("TST304", 1, 4),
        ("TST304", 2, 3),
    ]


def test_what_is_seen_twice_at_one_place_is_one_finding() -> None:
    spot = at(lambda page: page.spot(page.files[0], 2), lambda page: page.spot(page.files[0], 2))
    (found,) = inspect(Trial(sms="Hei").catalog()["trial"], None, [made("TST101", Scope.PAGE, spot)])

    assert found.column == 3


def test_enforce_raises_once_with_every_error() -> None:
    rules = [
        always("TST101", Scope.TEMPLATE),
        always("TST201", Scope.PAGE),
        always("TST301", Scope.PAGE, Severity.WARNING),
    ]
    with pytest.raises(PolicyError, match="the policy stops this: 3 findings") as caught:
        enforce(TRIAL.catalog(), None, rules)

    assert codes(caught.value.findings) == ["TST101", "TST201", "TST201"]


def test_enforce_lets_warnings_and_advice_through() -> None:
    rules = [always("TST101", Scope.PAGE, Severity.WARNING), always("TST102", Scope.PAGE, Severity.ADVICE)]

    enforce(TRIAL.catalog(), None, rules)


def test_enforce_takes_messages_and_orders() -> None:
    message = TRIAL.message()
    for subject in (message, message.order("1", SIMULATOR_KEY)):
        with pytest.raises(PolicyError, match="TST301 is wrong"):
            enforce(subject, None, [always("TST301", Scope.MESSAGE)])


def test_a_witness_and_a_fix_travel_with_the_finding() -> None:
    shown = made("TST101", Scope.PAGE, lambda _: [Flaw("is wrong", "mend it", witness={"count": 2})])
    (found,) = inspect(Trial(sms="Hei").catalog()["trial"], None, [shown])

    assert (found.witness, found.fix) == ({"count": 2}, None)


def test_a_way_that_prints_nothing_is_a_finding_and_no_crash() -> None:
    trial = Trial(sms="{% if count > 5 %}Hei{% endif %}", html="{% if count > 5 %}<p>Hei</p>{% endif %}")
    found = inspect(trial.catalog()["trial"])

    assert [(each.channel, each.witness) for each in found if each.code == "LNG803"] == [
        ("email", {"count": 2}),
        ("sms", {"count": 2}),
    ]
