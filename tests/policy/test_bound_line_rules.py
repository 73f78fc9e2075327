"""The rules about the bound last line, beyond their examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.policy.engine import inspect
from straks.policy.rules.bound_line import RULES
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from straks.policy.rule import Finding


def found(trial: Trial | str, code: str) -> list[Finding]:
    tried = Trial(sms=trial) if isinstance(trial, str) else trial
    findings = inspect(tried.catalog()["trial"], tried.policy, RULES)
    return [finding for finding in findings if finding.code == code]


BOUND_HEAD = HEAD + "bound-line = true\n"
POLICY = Policy(login_host="login.example.org")
LINE = "@login.example.org #{{ code }}"


def bound(sms: str, policy: Policy = POLICY) -> Trial:
    return Trial(sms=sms, head=BOUND_HEAD, policy=policy)


def all_codes(trial: Trial) -> set[str]:
    return {finding.code for finding in inspect(trial.catalog()["trial"], trial.policy, RULES)}


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "  \n"])
def test_what_is_trimmed_when_it_is_rendered_unbinds_nothing(end: str) -> None:
    assert all_codes(bound(f"Kode {{{{ code }}}}\n{LINE}{end}")) == set()


def test_a_line_that_is_the_whole_text_is_bound() -> None:
    assert all_codes(bound(f"\n  {LINE}")) == set()


def test_a_last_line_that_does_not_bind_is_quoted_and_found_where_it_begins() -> None:
    [finding] = found(bound("Kode {{ code }}\nHilsen Etaten\n"), "BND301")

    assert finding.message == "the last line is “Hilsen Etaten”, not “@host #code”"
    assert (finding.path, finding.line, finding.column) == ("trial/nb/sms.txt", 2, 1)


def test_a_long_last_line_is_quoted_in_part() -> None:
    [finding] = found(bound("Kode {{ code }}\n" + "a" * 60), "BND301")

    assert f"“{'a' * 39}…”" in finding.message


def test_every_way_through_the_text_is_to_end_in_the_line() -> None:
    text = f"Kode {{{{ code }}}}\n{LINE}{{% if count > 5 %}}\n\nFlere enn fem.{{% endif %}}"
    [finding] = found(bound(text), "BND301")

    assert finding.witness is not None
    assert finding.witness["count"] > 5
    assert found(bound(text), "BND305")


def test_a_host_that_is_a_value_is_found_at_the_value() -> None:
    parameters = PARAMETERS + '\n[parameters.host]\nkind = "choice"\nexample = "a"\nchoices = ["a", "b c"]\n'
    trial = Trial(
        sms="Kode {{ code }}\n@{{ host }}.example.org #{{ code }}", parameters=parameters, head=BOUND_HEAD
    )
    [finding] = found(trial, "BND301")

    assert finding.message == "the bound line depends on 'host'"
    assert (finding.line, finding.column) == (2, 2)


def test_only_an_sms_is_bound() -> None:
    assert all_codes(Trial(html="<p>Kode {{ code }}</p>", head=BOUND_HEAD, policy=POLICY)) == set()


def test_a_code_written_out_is_not_the_code_though_it_is_the_example() -> None:
    [finding] = found(bound("Kode {{ code }}\n@login.example.org #482913"), "BND302")

    assert (finding.line, finding.column) == (2, 21)


def test_another_code_than_the_one_shown_differs() -> None:
    parameters = PARAMETERS + '\n[parameters.other]\nkind = "code"\nlength = 6\nexample = "482913"\n'
    text = "Kode {{ code }}\n@login.example.org #{{ other }}"
    [finding] = found(Trial(sms=text, parameters=parameters, head=BOUND_HEAD), "BND302")

    assert finding.message == "the bound code differs from the shown code"


def test_a_filter_on_the_bound_code_alone_makes_it_another_for_some_value() -> None:
    text = 'Kode {{ code }}\n@login.example.org #{{ code|replace("7", "") }}'

    assert found(bound(text), "BND302")


@pytest.mark.parametrize(
    ("host", "fault"),
    [
        ("https://login.example.org", "has a scheme"),
        ("login.example.org/inn", "has a path"),
        ("meg@login.example.org", "has a user name"),
        ("login.example.org:443", "has a port"),
        ("bokmål.example.org", "has other letters than ASCII; such a host is written with xn--"),
        ("login.example.org\u200b", "has other letters than ASCII; such a host is written with xn--"),
        ("Login.example.org", "has capitals"),
        ("localhost", "is no host name"),
        ("example.org", "is not the login host, login.example.org"),
    ],
)
def test_a_wrong_host_is_told_what_is_wrong_with_it(host: str, fault: str) -> None:
    [finding] = found(bound(f"Kode {{{{ code }}}}\n@{host} #{{{{ code }}}}"), "BND303")

    assert finding.message == f"“@{host}” {fault}"
    assert finding.hint == "write @login.example.org"
    assert (finding.line, finding.column) == (2, 2)


def test_a_line_that_is_not_declared_is_held_to_its_form() -> None:
    trial = Trial(sms="Kode {{ code }}\n@Login.example.org #{{ code }}")

    assert all_codes(trial) == {"BND303"}


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("@login.example.org\u00a0#{{ code }}", 19, "U+00A0"),
        ("@login.example.org  #{{ code }}", 19, "between host and code"),
        ("@login.example.org\t#{{ code }}", 19, "U+0009"),
        ("@login.example.org#{{ code }}", 19, "nothing between host and code"),
        ("@login.example.org # {{ code }}", 21, "after #"),
        ("@ login.example.org #{{ code }}", 2, "after @"),
    ],
)
def test_a_wrong_space_is_named_and_found_where_it_stands(line: str, column: int, message: str) -> None:
    [finding] = found(bound(f"Kode {{{{ code }}}}\n{line}"), "BND304")

    assert (finding.line, finding.column) == (2, column)
    assert message in finding.message
    assert found(bound(f"Kode {{{{ code }}}}\n{line}"), "BND301")


def test_text_below_the_line_is_found_where_it_begins() -> None:
    [finding] = found(bound(f"Kode {{{{ code }}}}\n{LINE}\n\nHilsen {{{{ service }}}}"), "BND305")

    assert finding.message == "“Hilsen Skatteetaten” stands below the bound line"
    assert (finding.line, finding.column) == (4, 1)


def test_text_after_the_code_is_found_where_it_begins() -> None:
    [finding] = found(bound(f"Kode {{{{ code }}}}\n{LINE} - Altinn"), "BND305")

    assert finding.message == "“- Altinn” stands after the code in the bound line"


def test_text_before_the_line_is_found_on_its_line() -> None:
    [finding] = found(bound(f"Kode {{{{ code }}}}\nBruk {LINE}"), "BND305")

    assert finding.message == "text stands before the bound line, on its line"
    assert (finding.line, finding.column) == (2, 1)


def test_a_bound_line_that_may_stand_in_the_second_segment_is_found_with_values() -> None:
    text = "Kode {{ code }}\n" + "a" * 100 + "{{ service }}\n" + LINE
    [finding] = found(bound(text), "BND306")

    assert finding.line == 3
    assert "2 segments" in finding.message
    assert finding.witness is not None


def test_a_code_is_to_be_bound_where_the_policy_has_a_login_host() -> None:
    [finding] = found(Trial(sms="Kode {{ code }}", policy=POLICY), "BND307")

    assert "“@login.example.org #{{ code }}”" in finding.hint
    assert found(Trial(sms="Kode {{ code }}"), "BND307") == []
    confirms = HEAD.replace("authentication", "confirmation")
    assert found(Trial(sms="Kode {{ code }}", policy=POLICY, head=confirms), "BND307") == []
