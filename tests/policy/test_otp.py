"""The rules about what a text with a one-time code says, beyond their examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.policy.engine import inspect
from straks.policy.rules import otp, otp_safety
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from straks.policy.rule import Finding


RULES = (*otp.RULES, *otp_safety.RULES)


def found(trial: Trial | str, code: str) -> list[Finding]:
    tried = Trial(sms=trial) if isinstance(trial, str) else trial
    findings = inspect(tried.catalog()["trial"], tried.policy, RULES)
    return [finding for finding in findings if finding.code == code]


# --- where a finding points ------------------------------------------------------------------


def test_the_second_code_is_found_where_it_stands() -> None:
    [finding] = found("Koden er {{ code }}.\nAltså {{ code }}.", "OTP201")

    assert (finding.path, finding.line, finding.column) == ("trial/nb/sms.txt", 2, 7)
    assert finding.message == "the code stands 2 times in the text"


def test_a_code_that_one_way_leaves_out_is_found_with_values_that_take_it() -> None:
    [finding] = found("Kode{% if count == 3 %} kommer{% else %} {{ code }}{% endif %}", "OTP201")

    assert finding.witness is not None
    assert finding.witness["count"] == 3


def test_a_code_in_the_bound_line_alone_is_not_in_the_text() -> None:
    assert found("Her er koden din.\n@login.example.org #{{ code }}", "OTP201")


def test_a_code_stands_once_in_each_of_html_and_plain_text() -> None:
    files = {"nb/email.html": "<p>Kode {{ code }}</p>", "nb/email.txt": "Kode {{ code }} {{ code }}"}
    findings = found(Trial(subject="Hei", files={"nb/subject.txt": "Hei", **files}), "OTP201")

    assert [finding.path for finding in findings] == ["trial/nb/email.txt"]


def test_digits_before_the_code_are_found_where_they_stand() -> None:
    [finding] = found("Hei.\nI 2026 er koden {{ code }}.", "OTP202")

    assert (finding.line, finding.column) == (2, 3)
    assert finding.message.startswith("“2026”")


def test_a_text_before_the_code_is_shown_with_digits_in_it() -> None:
    [finding] = found("{{ service }}: koden er {{ code }}.", "OTP202")

    assert finding.witness is not None
    assert finding.witness["service"] == "0000"
    assert (finding.line, finding.column) == (1, 1)


@pytest.mark.parametrize(
    ("parameter", "speaks"),
    [
        ('kind = "reference"\npattern = "[A-Z]{3}"\nexample = "ABC"', False),
        ('kind = "reference"\npattern = "[A-Z]{2}[0-9]{2}"\nexample = "AB12"', True),
        ('kind = "choice"\nchoices = ["nord", "vest"]\nexample = "nord"', False),
        (
            (
                'kind = "choice"\nexample = "a"\n[parameters.what.choices]\n'
                'a = { nb = "sone 1", nn = "a", en = "b" }'
            ),
            True,
        ),
        ('kind = "date"\nexample = 2026-05-05', True),
        (
            'kind = "url"\nhosts = ["a.example.org"]\nmax-length = 40\nexample = "https://a.example.org/"',
            False,
        ),
        (
            'kind = "url"\nhosts = ["a1.example.org"]\nmax-length = 40\nexample = "https://a1.example.org/"',
            True,
        ),
        ('kind = "list"\nmax-items = 2\nof = { kind = "integer", min = 1, max = 9 }\nexample = [1]', True),
        ('kind = "integer"\nmin = 1\nmax = 9000\nexample = 1', True),
    ],
)
def test_what_stands_before_the_code_is_asked_whether_it_may_hold_digits(
    *, parameter: str, speaks: bool
) -> None:
    trial = Trial(
        sms="{{ what }} koden er {{ code }}.", parameters=f"{PARAMETERS}\n[parameters.what]\n{parameter}\n"
    )

    assert bool(found(trial, "OTP202")) is speaks


def test_a_word_that_a_number_chooses_holds_no_digits() -> None:
    assert found('{{ count|plural("Kode", "Koder") }}: {{ code }}', "OTP202") == []


def test_a_date_after_the_code_is_a_run_of_digits_and_a_name_is_not() -> None:
    parameters = PARAMETERS + '\n[parameters.when]\nkind = "date"\nexample = 2026-05-05\n'
    parameters = parameters.replace("Skatteetaten", "Kode 2026")
    trial = Trial(sms="Kode {{ code }} hos {{ service }} den {{ when }}", parameters=parameters)
    [finding] = found(trial, "OTP202")

    assert (finding.column, finding.message[:6]) == (39, "“2026”")


def test_digits_in_markup_are_not_read() -> None:
    trial = Trial(html='<p style="color: #121212;">Kode&nbsp;&#8211; <b>{{ code }}</b></p>')

    assert found(trial, "OTP202") == []
    assert found(trial, "OTP203") == []


def test_a_glued_code_is_found_at_the_code() -> None:
    [finding] = found("Koden er\nS-{{ code }}.", "OTP203")

    assert (finding.line, finding.column) == (2, 3)
    assert finding.message == "the code is glued to “-”"


def test_a_code_glued_to_what_follows_names_it() -> None:
    [finding] = found("Koden er {{ code }}{{ service }}", "OTP203")

    assert finding.message == "the code is glued to “S”"


def test_a_person_is_not_the_service() -> None:
    assert found("Hei {{ name }}. Koden er {{ code }}.", "OTP204")
    assert found("Koden er {{ code }}. Hilsen {{ service }}", "OTP204") == []


def test_an_email_may_name_the_service_in_its_subject() -> None:
    assert found(Trial(html="<p>Kode {{ code }}</p>", subject="Kode fra {{ service }}"), "OTP204") == []
    assert found(Trial(html="<p>Kode {{ code }}</p>", subject="Engangskode"), "OTP204")


def test_a_text_about_sharing_is_asked_of_each_language_in_its_own_words() -> None:
    wrong = Trial(sms="x {{ code }} ikke del", files={"nn/sms.txt": "x {{ code }} ikke del"})

    assert [finding.locale for finding in found(wrong, "OTP205")] == ["nn"]


@pytest.mark.parametrize(
    ("text", "seconds", "speaks"),
    [
        ("gjelder i 5 minutter", 300, False),
        ("gjelder i ti minutter", 600, False),
        ("gjelder i 90 sekunder", 90, False),
        ("gjelder i en time", 3600, False),
        ("gjelder i noen minutter", 300, True),
        ("gjelder i 5 min", 600, True),
    ],
)
def test_a_lifetime_in_words_is_held_against_the_time_to_live(
    *, text: str, seconds: int, speaks: bool
) -> None:
    trial = Trial(sms=f"Koden er {{{{ code }}}}, {text}.", head=HEAD.replace('"lifetime"', str(seconds)))

    assert bool(found(trial, "OTP206")) is speaks


def test_a_wrong_lifetime_is_found_with_both_numbers_and_where_it_stands() -> None:
    [finding] = found("Koden er {{ code }}.\nDen gjelder i 10 minutter.", "OTP206")

    assert finding.message == "the text says 10 minutter, the code may live 2 minutes"
    assert (finding.line, finding.column) == (2, 15)
    assert finding.hint == "print {{ lifetime }}"


def test_an_english_one_time_code_is_no_hour() -> None:
    trial = Trial(files={"en/sms.txt": "Enter it one time: {{ code }}. Valid for {{ lifetime }}."})

    assert found(trial, "OTP206") == []


def test_an_email_without_time_to_live_may_say_any_lifetime() -> None:
    head = HEAD.replace('time-to-live = "lifetime"\n', "")

    assert found(Trial(html="<p>Kode {{ code }} i 5 minutter</p>", head=head), "OTP206") == []
    [finding] = found(Trial(html="<p>Kode {{ code }}</p>", head=head), "OTP206")
    assert finding.hint == "print {{ lifetime }}"


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("nb", "Del den aldri med andre."),
        ("nb", "Hold den for deg selv."),
        ("nn", "Ikkje gje koden til nokon."),
        ("nn", "Koden er hemmeleg."),
        ("en", "Do not ever give it away."),
        ("en", "Keep it to yourself."),
    ],
)
def test_there_are_many_ways_to_say_that_a_code_is_not_shared(locale: str, text: str) -> None:
    assert found(Trial(files={f"{locale}/sms.txt": f"{{{{ code }}}}\n{text}"}), "OTP205") == []


def test_a_message_without_a_code_is_none_of_these_rules_business() -> None:
    parameters = PARAMETERS.partition("\n\n")[2]
    trial = Trial(
        sms="2026: Hei {{ name }}, se {{ link }}. " + "a" * 200,
        html="<p>Hei {{ name }}</p>",
        subject="Til {{ name }}",
        parameters=parameters,
    )

    assert inspect(trial.catalog()["trial"], trial.policy, RULES) == ()


def test_the_bound_line_is_no_second_code_no_link_and_no_glue() -> None:
    text = (
        "Koden din er {{ code }}. Den gjelder i {{ lifetime }} hos {{ service }}. Ikke del den.\n"
        "@login.example.org #{{ code }}\n"
    )

    assert inspect(Trial(sms=text).catalog()["trial"], None, RULES) == ()
