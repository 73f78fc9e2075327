"""The rules about what a message with a one-time code gives away, beyond their examples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from straks.core.manifest import Purpose
from straks.policy.engine import inspect
from straks.policy.rules.otp_safety import RULES
from straks.policy.settings import DEFAULT_SEGMENTS, Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    import straks
    from straks.policy.rule import Finding


def found(trial: Trial | str, code: str) -> list[Finding]:
    tried = Trial(sms=trial) if isinstance(trial, str) else trial
    findings = inspect(tried.catalog()["trial"], tried.policy, RULES)
    return [finding for finding in findings if finding.code == code]


def test_a_link_is_found_where_it_stands() -> None:
    [finding] = found("Koden er {{ code }}.\nSe www.example.org nå", "OTP207")
    assert (finding.line, finding.column) == (2, 4)

    [finding] = found("Koden er {{ code }}. Se {{ link }}", "OTP207")
    assert (finding.line, finding.column) == (1, 25)

    [finding] = found(Trial(html='<p>{{ code }}</p>\n<p><a href="{{ link }}">Inn</a></p>'), "OTP207")
    assert (finding.path, finding.line) == ("trial/nb/email.html", 2)


def test_what_is_personal_is_found_in_text_and_subject() -> None:
    trial = Trial(html="<p>{{ code }} {{ name }}</p>", subject="Til {{ name }}")

    assert [finding.path for finding in found(trial, "OTP208")] == [
        "trial/nb/email.html",
        "trial/nb/subject.txt",
    ]


def test_a_code_in_a_subject_is_found_there() -> None:
    [finding] = found(Trial(html="<p>Kode {{ code }}</p>", subject="Din {{ code }}"), "OTP209")

    assert (finding.path, finding.line, finding.column) == ("trial/nb/subject.txt", 1, 5)
    assert finding.message == "the code stands in the subject"


def test_a_code_beside_a_link_is_not_in_it() -> None:
    assert found("Se www.example.org {{ code }}", "OTP209") == []


def test_a_code_that_prints_otherwise_is_found_in_the_later_language() -> None:
    files = {"nb/sms.txt": "Kode {{ code }}", "en/sms.txt": "Code\n{{ code|lower }}"}
    [finding] = found(Trial(files=files), "OTP210")

    assert (finding.path, finding.line) == ("trial/en/sms.txt", 2)
    assert finding.message == "the code prints otherwise in en than in nb"


def test_a_language_without_the_code_is_not_another_form_of_it() -> None:
    assert found(Trial(files={"nb/sms.txt": "Kode", "en/sms.txt": "Code {{ code }}"}), "OTP210") == []


def test_a_code_of_another_kind_is_found_at_its_declaration() -> None:
    parameters = PARAMETERS.replace('kind = "code"\nlength = 6', 'kind = "text"\nmax-length = 6')
    [finding] = found(Trial(sms="Koden er {{ code }}", parameters=parameters), "OTP211")

    assert (finding.path, finding.line, finding.column) == ("trial/template.toml", 6, 1)
    assert finding.message.startswith("'code' is of kind text")


def test_a_template_with_a_code_may_have_other_codes_than_one_time_ones() -> None:
    parameters = (
        PARAMETERS + '\n[parameters.country_code]\nkind = "integer"\nmin = 1\nmax = 999\nexample = 47\n'
    )

    assert found(Trial(sms="Koden er {{ code }}", parameters=parameters), "OTP211") == []


def test_a_confirmation_may_have_two_segments_but_is_told() -> None:
    head = HEAD.replace("authentication", "confirmation")
    [finding] = found(Trial(sms="Koden er {{ code }}. " + "a" * 150, head=head), "OTP212")

    assert finding.severity == "advice"
    assert "2 segments" in finding.message


def test_segments_that_are_not_allowed_are_told_once_and_not_as_advice_too() -> None:
    dear = "Koden er {{ code }}. " + "a" * 150
    policy = Policy(segments={**DEFAULT_SEGMENTS, Purpose.AUTHENTICATION: 2})
    codes = {finding.code for finding in inspect(Trial(sms=dear).catalog()["trial"])}

    assert "SMS101" in codes
    assert "OTP212" not in codes
    assert found(Trial(sms=dear, policy=policy), "OTP212")


def test_no_text_of_straks_sells_an_email_code_as_a_second_factor(catalog: straks.Catalog) -> None:
    sold = re.compile(r"fa[ck]tor|2fa|mfa|totrinn|to-trinn|two-step", re.IGNORECASE)
    mails = [
        text
        for name in catalog
        for path, text in catalog[name].sources.items()
        if path.rpartition("/")[2] in ("email.html", "email.txt", "subject.txt")
    ]

    assert mails
    assert [text for text in mails if sold.search(text)] == []


def test_a_rule_that_straks_keeps_itself_finds_nothing() -> None:
    [kept] = [rule for rule in RULES if rule.scope == "runtime"]

    assert list(kept.check(None)) == []
    assert kept.test is not None
    assert kept.test.endswith(test_no_text_of_straks_sells_an_email_code_as_a_second_factor.__name__)
