from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.core.message import Email, Sms
from straks.policy.filled import Filled, Placed
from straks.policy.rule import Flaw, Rule, Scope, Severity, rule
from straks.policy.settings import Policy
from straks.policy.subject import Page, Whole
from straks.policy.trial import HEAD, Trial, fails, subjects

if TYPE_CHECKING:
    from collections.abc import Iterator


def shouting(scope: Scope) -> Rule:
    def text_that_shouts(subject: Page) -> Iterator[Flaw]:
        """
        A text that shouts.

        Why: a test. Instead: nothing. Source: none.
        """
        if "!" in subject.source(subject.files[0]):
            yield Flaw("shouts", "calm down")

    return rule("TST101", scope, severity=Severity.ADVICE, since="0.1")(text_that_shouts)


@pytest.mark.parametrize(("text", "seen"), [("Hei!", True), ("Hei.", False)])
def test_a_rule_is_tried_on_a_text(text: str, *, seen: bool) -> None:
    assert fails(shouting(Scope.PAGE), text) is seen


@pytest.mark.parametrize(
    ("scope", "kinds"),
    [
        (Scope.TEMPLATE, [Whole]),
        (Scope.PAGE, [Page, Page]),
        (Scope.MESSAGE, [Filled]),
        (Scope.ORDER, [Placed]),
        (Scope.POLICY, [Policy]),
        (Scope.RUNTIME, []),
    ],
)
def test_each_scope_is_given_its_subjects(scope: Scope, kinds: list[type]) -> None:
    trial = Trial(sms="Hei", html="<p>Hei</p>")

    assert [type(subject) for subject in subjects(trial, scope)] == kinds


def test_a_trial_is_a_template_in_bokmaal_unless_files_say_more() -> None:
    trial = Trial(sms="Hei", files={"en/sms.txt": "Hi", "_parts/a.txt": "x"})

    assert trial.catalog()["trial"].locales == ("nb", "en")
    assert trial.catalog()["trial"].renderer.source("_parts/a.txt") == "x"


def test_a_trial_fills_its_text_with_the_examples_and_the_values_given() -> None:
    message = Trial(
        sms="{{ code }} {{ count }}", values={"count": 7}, to="+46701740699", sender="Skatt"
    ).message()

    assert isinstance(message, Sms)
    assert (message.body, message.address, message.sender) == ("482913 7", "+46701740699", "Skatt")


def test_a_trial_of_an_email_makes_one() -> None:
    message = Trial(html="<p>{{ code }}</p>", subject="Kode", sender="post@example.org").message()

    assert isinstance(message, Email)
    assert (message.subject, message.address, message.sender_name) == (
        "Kode",
        "kari@example.org",
        "post@example.org",
    )


def test_a_trial_replaces_the_manifest_where_told() -> None:
    assert (
        Trial(sms="Hei", head=HEAD.replace("authentication", "alert")).catalog()["trial"].purpose == "alert"
    )


def test_a_trial_carries_its_policy_occasion_and_reference_into_the_order() -> None:
    policy = Policy(attempts=4)
    (placed,) = subjects(Trial(sms="Hei", policy=policy, occasion="a/1", reference="r"), Scope.ORDER)

    assert isinstance(placed, Placed)
    assert (placed.policy, placed.order.reference) == (policy, "r")
