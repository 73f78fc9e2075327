"""The promise: no message comes out of a template that does not pass."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

import straks
from straks.core.bound import bound
from straks.core.catalog import Catalog
from straks.core.gate import OPEN
from straks.core.idempotency import SIMULATOR_KEY
from straks.policy.filled import Filled, Placed
from straks.policy.gate import PolicyGate
from straks.policy.rule import Scope, Severity
from straks.policy.rules import RULES
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from pathlib import Path

    from straks.core.message import Order
    from straks.core.template import Template

LANGUAGES = ("nb", "nn", "en")
DEAR = "Koden er {{ code }}, og " + "a" * 160
FINE = "Koden er {{ code }}."


def written(folder: Path, text: str) -> Path:
    """Write a template whose SMS says *text* in every language."""
    head = HEAD + '\n[parameters.code]\nkind = "code"\nlength = 6\nexample = "482913"\n'
    lifetime = '\n[parameters.lifetime]\nkind = "duration"\nmin = "2 min"\nmax = "5 min"\nexample = "5 min"\n'
    (folder / "code").mkdir()
    (folder / "code" / "template.toml").write_text(head + lifetime, "utf-8")
    for locale in LANGUAGES:
        (folder / "code" / locale).mkdir()
        (folder / "code" / locale / "sms.txt").write_text(text, "utf-8")
    return folder


def filled(catalog: Catalog, sender: str | None = None) -> straks.Sms:
    values = catalog["code"].examples
    return catalog.sms("code", locale="nb", to="+46701740605", values=values, sender=sender)


def segments_alone() -> straks.Policy:
    return straks.Policy(select=("SMS101", "SND"))


def test_a_template_with_errors_makes_no_message(tmp_path: Path) -> None:
    catalog = straks.Catalog.load(written(tmp_path, DEAR), policy=segments_alone())

    for _ in range(2):
        with pytest.raises(straks.PolicyError, match="SMS101") as caught:
            filled(catalog)
        assert [(each.code, each.locale) for each in caught.value.findings] == [
            ("SMS101", "en"),
            ("SMS101", "nb"),
            ("SMS101", "nn"),
        ]


def test_the_default_policy_applies_when_none_is_given(tmp_path: Path) -> None:
    with pytest.raises(straks.PolicyError, match="SMS101"):
        filled(straks.Catalog.load(written(tmp_path, DEAR)))


def test_without_a_policy_a_catalog_lets_everything_through(tmp_path: Path) -> None:
    catalog = straks.Catalog.load(written(tmp_path, DEAR), policy=None)

    assert len(filled(catalog).segmentation) == 2


def test_a_policy_that_allows_more_lets_it_through(tmp_path: Path) -> None:
    policy = straks.Policy(segments=dict.fromkeys(straks.Purpose, 2), select=("SMS101",))

    assert filled(straks.Catalog.load(written(tmp_path, DEAR), policy=policy)).body


def test_loading_a_template_with_errors_is_no_error_yet(tmp_path: Path) -> None:
    catalog = straks.Catalog.load(written(tmp_path, DEAR), policy=segments_alone())

    assert list(catalog) == ["code"]
    assert catalog["code"].locales == LANGUAGES


def test_a_template_that_is_asked_itself_is_stopped_too(tmp_path: Path) -> None:
    template = straks.Catalog.load(written(tmp_path, DEAR), policy=segments_alone())["code"]

    with pytest.raises(straks.PolicyError):
        template.sms("nb", straks.PhoneNumber.parse("+46701740605"), template.examples)


def test_an_email_is_stopped_like_an_sms() -> None:
    class Shut:
        def admit(self, template: Template) -> None:
            raise straks.PolicyError((template.name,))

        def release(self, order: Order) -> None:
            raise AssertionError(order)

    files = {"a/template.toml": HEAD + PARAMETERS, "a/nb/subject.txt": "Hei", "a/nb/email.txt": "Hei"}
    catalog = Catalog(files, Shut())

    with pytest.raises(straks.PolicyError):
        catalog.email("a", locale="nb", to="kari@example.org", values=catalog["a"].examples)


def test_a_template_is_inspected_once() -> None:
    asked = list[str]()

    class Asked(Policy):
        def wants(self, code: str) -> bool:
            asked.append(code)
            return super().wants(code)

    catalog = Trial(sms="Koden er {{ code }}").catalog()
    gate = PolicyGate(Asked(select=("SMS101",)))
    gate.admit(catalog["trial"])
    once = len(asked)
    gate.admit(catalog["trial"])

    assert once
    assert len(asked) == once


def test_an_order_that_the_policy_does_not_let_go_is_not_made(tmp_path: Path) -> None:
    policy = straks.Policy(select=("SND703",), senders=frozenset({"Skatt"}))
    catalog = straks.Catalog.load(written(tmp_path, FINE), policy=policy)
    message = filled(catalog, sender="NAV")

    with pytest.raises(straks.PolicyError, match="SND703"):
        message.order("login/8841", SIMULATOR_KEY)


def test_what_a_sender_may_is_asked_once_and_what_it_may_not_each_time(tmp_path: Path) -> None:
    policy = straks.Policy(select=("SND",), senders=frozenset({"Skatt"}))
    catalog = straks.Catalog.load(written(tmp_path, FINE), policy=policy)
    for _ in range(2):
        filled(catalog, sender="Skatt").order("login/8841", SIMULATOR_KEY)
        with pytest.raises(straks.PolicyError, match="SND703"):
            filled(catalog, sender="NAV").order("login/8841", SIMULATOR_KEY)
        with pytest.raises(straks.PolicyError, match="SND703"):
            filled(catalog).order("login/8841", SIMULATOR_KEY)


def test_a_gate_asks_every_rule_about_messages_and_orders_that_makes_errors() -> None:
    gate = PolicyGate(Policy())
    grave = [rule for rule in RULES if rule.severity is Severity.ERROR]
    of_messages = [rule for rule in grave if rule.scope is Scope.MESSAGE]
    of_orders = [rule for rule in grave if rule.scope is Scope.ORDER]

    assert gate._of_senders == tuple(rule.check for rule in of_messages if rule.by_sender)
    assert gate._of_messages == tuple(rule.check for rule in of_messages if rule.by_key == "regions")
    assert gate._of_references == tuple(rule.check for rule in of_orders)
    assert all(rule.by_sender or rule.by_key == "regions" for rule in of_messages)
    assert all(rule.by_reference for rule in of_orders)


@pytest.mark.parametrize("code", [rule.code for rule in RULES if rule.by_sender])
def test_a_rule_by_sender_says_the_same_of_all_that_a_sender_sends(code: str) -> None:
    (check,) = [rule.check for rule in RULES if rule.code == code]
    policy = Policy(senders=frozenset({"Skatt", "2222"}))
    shipped = straks.Catalog.load(policy=None)
    one, other = shipped["one-time-code"], shipped["status-update"]
    for sender in (None, "Skatt", "NAV", "2222", "4444", "+46701740605", "+4622000000"):
        said = [
            [
                flaw.message
                for flaw in check(Filled(template.sms(locale, number, template.examples, sender), policy))
            ]
            for template, locale in ((one, "nb"), (other, "nn"))
            for number in map(straks.PhoneNumber.parse, ("+46701740605", "+4742000000"))
        ]

        assert said == [said[0]] * len(said)


@pytest.mark.parametrize("code", [rule.code for rule in RULES if rule.by_reference])
def test_a_rule_by_reference_says_nothing_of_an_order_that_its_caller_gave_none(code: str) -> None:
    (check,) = [rule.check for rule in RULES if rule.code == code]
    shipped = straks.Catalog.load(policy=None)
    said = [
        flaw.message
        for name in shipped
        for to in ("+46701740605", "+4742000000")
        for occasion in ("1", to, "482913")
        for order in [
            shipped.sms(name, locale="nb", to=to, values=shipped[name].examples).order(
                occasion, SIMULATOR_KEY
            )
        ]
        for flaw in check(Placed(order, Policy()))
    ]

    assert said == []


def test_an_order_that_passes_is_made(tmp_path: Path) -> None:
    message = filled(straks.Catalog.load(written(tmp_path, FINE), policy=segments_alone()))

    assert message.order("login/8841", SIMULATOR_KEY).message is message


def test_no_value_of_a_message_is_in_what_stops_it(tmp_path: Path) -> None:
    catalog = straks.Catalog.load(written(tmp_path, FINE), policy=straks.Policy(select=("IDM",)))
    with pytest.raises(straks.PolicyError) as caught:
        filled(catalog).order("login/8841", SIMULATOR_KEY, reference="code 482913")

    assert "482913" not in str(caught.value)


def test_a_gate_makes_no_two_messages_differ(tmp_path: Path) -> None:
    gated = filled(straks.Catalog.load(written(tmp_path, FINE), policy=segments_alone()))
    open_ = filled(straks.Catalog.load(tmp_path, policy=None))

    assert gated == open_
    assert gated.order("1", SIMULATOR_KEY) == open_.order("1", SIMULATOR_KEY)
    assert "gate" not in repr(gated)


def test_a_message_keeps_its_gate_when_it_is_pickled(tmp_path: Path) -> None:
    policy = straks.Policy(select=("SND703",), senders=frozenset({"Skatt"}))
    message = filled(straks.Catalog.load(written(tmp_path, FINE), policy=policy))
    again = pickle.loads(pickle.dumps(message))  # noqa: S301 - our own bytes

    assert isinstance(again, straks.Sms)
    assert isinstance(again.gate, PolicyGate)
    with pytest.raises(straks.PolicyError, match="SND703"):
        again.order("1", SIMULATOR_KEY)


def test_the_open_gate_is_one_object_in_every_process() -> None:
    assert pickle.loads(pickle.dumps(OPEN)) is OPEN  # noqa: S301 - our own bytes


def test_whoever_inspects_a_template_meets_no_gate(tmp_path: Path) -> None:
    catalog = straks.Catalog.load(written(tmp_path, DEAR), policy=segments_alone())

    assert straks.inspect(catalog["code"], segments_alone()) == straks.inspect(catalog, segments_alone())
    worst = bound(catalog["code"].ungated, "nb", "sms")
    assert worst.exact


def test_every_shipped_template_makes_messages_under_the_default_policy(catalog: straks.Catalog) -> None:
    for name, template in catalog.items():
        sms = catalog.sms(name, locale="nb", to="+46701740605", values=template.examples)
        email = catalog.email(name, locale="nb", to="kari@example.org", values=template.examples)

        assert sms.order("1", SIMULATOR_KEY).idempotency_id != email.order("1", SIMULATOR_KEY).idempotency_id


def test_no_order_goes_to_a_country_that_the_policy_does_not_name() -> None:
    catalog = straks.Catalog.load(policy=straks.Policy(regions=frozenset({"NO"})))
    values = catalog["one-time-code"].examples
    at_home = catalog.sms("one-time-code", locale="nb", to="+4742000000", values=values)
    abroad = catalog.sms("one-time-code", locale="nb", to="+46701740605", values=values)

    assert at_home.order("login/1", SIMULATOR_KEY).idempotency_id
    with pytest.raises(straks.PolicyError, match="SEC411 the number is in SE, and the policy allows NO"):
        abroad.order("login/1", SIMULATOR_KEY)
