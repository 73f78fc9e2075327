"""The rules about links, beyond their examples."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest

from straks.policy.engine import inspect
from straks.policy.rules.links import RULES
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from straks.policy.rule import Finding

SHIPPED = Path(__file__).parents[2] / "templates"
OWN_HOST = 'hosts = ["www.example.org"]'


def found(trial: Trial) -> list[Finding]:
    return list(inspect(trial.catalog()["trial"], trial.policy, RULES))


def codes(trial: Trial) -> list[str]:
    return [finding.code for finding in found(trial)]


def test_a_link_is_found_where_it_stands() -> None:
    [finding] = [each for each in found(Trial(sms="Hei.\nSe (www.example.org/a).")) if each.code == "LNK601"]

    assert (finding.path, finding.line, finding.column) == ("trial/nb/sms.txt", 2, 5)


def test_an_address_in_html_is_found_where_it_stands() -> None:
    [finding] = found(
        Trial(
            html='<p>Hei</p>\n<p><img src="http://www.example.org/a.png" alt=""></p>',
            policy=Policy(hosts=frozenset({"www.example.org"})),
        )
    )

    assert (finding.code, finding.path, finding.line, finding.column) == (
        "LNK603",
        "trial/nb/email.html",
        2,
        14,
    )


def test_the_bound_last_line_is_no_link_for_people() -> None:
    bound = Trial(
        sms="Koden er {{ code }}.\n@login.example.org #{{ code }}", head=HEAD + "bound-line = true\n"
    )
    above = Trial(sms="login.example.org\n@login.example.org #{{ code }}", head=HEAD + "bound-line = true\n")

    assert "LNK601" not in codes(bound)
    assert codes(above).count("LNK601") == 1


def test_what_hides_its_target_is_found_in_declared_hosts_too() -> None:
    trial = Trial(sms="Hei", parameters=PARAMETERS.replace(OWN_HOST, 'hosts = ["bit.ly", "www.example.org"]'))

    [finding] = found(trial)

    assert (finding.code, finding.path) == ("LNK602", "trial/template.toml")
    assert finding.line == (HEAD + PARAMETERS).split("\n").index("[parameters.link]") + 1


def test_links_in_a_list_of_addresses_are_declared() -> None:
    parameters = (
        '\n[parameters.links]\nkind = "list"\nmax-items = 2\nexample = ["https://www.example.org/"]\n'
        '[parameters.links.of]\nkind = "url"\nhosts = ["www.example.org"]\nmax-length = 40\n'
    )

    assert codes(Trial(sms="www.example.org", parameters=PARAMETERS + parameters)) == ["LNK601"]
    other = parameters.replace('hosts = ["www.example.org"]', 'hosts = ["www.example.com"]')
    policy = Policy(hosts=frozenset({"www.example.org"}))
    trial = Trial(
        sms="Hei", parameters=PARAMETERS + other.replace("example.org/", "example.com/"), policy=policy
    )
    assert codes(trial) == ["LNK604"]


def test_a_policy_without_hosts_and_a_template_without_addresses_allow_no_link() -> None:
    parameters = PARAMETERS.replace('kind = "url"', 'kind = "text"').replace(OWN_HOST, "")
    trial = Trial(
        html='<a href="https://www.example.org/">Saken din</a>',
        parameters=parameters.replace('example = "https://www.example.org/a"', 'example = "a"'),
    )

    [finding] = found(trial)

    assert finding.code == "LNK604"
    assert "(none)" in finding.message


def test_a_value_in_the_path_leaves_the_host_alone() -> None:
    assert codes(Trial(sms="https://www.example.org/{{ service }}")) == ["LNK601"]


def test_an_address_of_a_mailbox_is_no_host() -> None:
    assert codes(Trial(html='<a href="mailto:post@example.com">Skriv til post@example.com</a>')) == []
    assert codes(Trial(html='<a href="mailto:post@example.com">Skriv til post@example.org</a>')) == ["LNK605"]


def test_markup_in_a_link_hides_nothing_from_the_rules() -> None:
    trial = Trial(
        html="<a name=a>x</a></a><a title='>' href='https://www.example.org/'>www.<b>example</b>.com</a>"
    )

    assert codes(trial) == ["LNK604", "LNK605"]
    whole = Trial(html="<a title='>' href='https://www.example.org/'><b>www.example.com</b></a>")
    assert "LNK605" in codes(whole)


def test_an_accident_is_one_finding_with_a_mend() -> None:
    [finding] = found(Trial(sms="Vi ser på saken.Vi svarer."))

    assert (finding.code, finding.line, finding.column) == ("LNK607", 1, 11)
    assert finding.fix is not None
    source = "Vi ser på saken.Vi svarer."
    fix = finding.fix
    assert source[: fix.start] + fix.text + source[fix.end :] == "Vi ser på saken. Vi svarer."


@pytest.mark.parametrize(
    "text",
    [
        "Kode {{ count }}.Ola",
        "Se saken.Logg inn",
        "{{ service }}.{{ code }}",
        "{{ name }}.abcdefg",
        "a.{{ code }}",
    ],
)
def test_what_can_be_no_link_is_no_accident(text: str) -> None:
    assert codes(Trial(sms=text)) == []


def test_two_values_around_a_full_stop_are_an_accident_where_the_second_is_a_word() -> None:
    assert codes(Trial(sms="{{ code }}.{{ name }}")) == ["LNK607"]


def test_the_words_of_a_choice_are_looked_at_though_no_example_shows_them() -> None:
    choice = (
        '[parameters.what]\nkind = "choice"\nexample = "a"\n[parameters.what.choices]\n'
        'a = { nb = "en", nn = "ein", en = "one" }\n'
        'b = { nb = "se saken.Vi venter", nn = "www.example.org", en = "two" }\n'
        'c = { nb = "se \\u0073aken.Du venter", nn = "sjå", en = "three" }\n'
    )
    manifest = PARAMETERS + "\n" + choice

    here, escaped = sorted(
        found(Trial(sms="{{ what }}", parameters=manifest)), key=lambda each: -(each.line or 0)
    )

    lines = (HEAD + manifest).split("\n")
    assert {here.code, escaped.code} == {"LNK607"}
    assert (here.path, here.line) == ("trial/template.toml", len(lines) - 2)
    assert here.fix is not None
    assert (HEAD + manifest)[: here.fix.start].endswith("saken.")
    assert (escaped.line, escaped.fix) == (lines.index("[parameters.what]") + 1, None)
    nynorsk = Trial(
        files={"nn/sms.txt": "{{ what }}"}, parameters=manifest, head=HEAD + "bound-line = true\n"
    )
    assert "LNK601" in codes(nynorsk)
    assert codes(Trial(files={"nn/sms.txt": "Hei"}, parameters=manifest)) == []


def test_a_list_of_names_beside_a_full_stop_is_an_accident_too() -> None:
    names = (
        '\n[parameters.names]\nkind = "list"\nmax-items = 2\nexample = ["Kari"]\n'
        '[parameters.names.of]\nkind = "name"\nmax-length = 10\n'
    )

    assert codes(Trial(sms="Hei.{{ names }}", parameters=PARAMETERS + names)) == ["LNK607"]


@pytest.mark.parametrize("address", ["#a", "/a", "//www.example.org/", "www.example.org", "https:/a.b"])
def test_an_address_that_is_not_whole_is_relative(address: str) -> None:
    [finding] = found(Trial(html=f'<a href="{address}">Saken din</a>'))

    assert (finding.code, finding.hint) == ("LNK604", "write it in full")


def test_an_address_without_quotation_marks_is_seen() -> None:
    assert codes(Trial(html="<a href=https://www.example.com/x>Saken din</a>")) == ["LNK604"]


def test_a_number_before_the_full_stop_is_an_accident_too() -> None:
    assert codes(Trial(sms="Se side 2.No er det nok.")) == ["LNK607"]


def test_a_text_without_a_space_does_not_hold_up_the_page_that_shows_it() -> None:
    trial = Trial(sms="a" * 200_000 + " Saken.Vi svarer")
    began_s = process_time()
    seen = codes(trial)
    taken_s = process_time() - began_s

    assert seen == ["LNK607"]
    assert taken_s < 5  # of the processor's own; read anew from each letter on, it took far longer


def test_norwegian_letters_in_a_host_are_no_disguise() -> None:
    assert "LNK602" not in codes(Trial(sms="språkrådet.no"))
    assert "LNK602" in codes(Trial(sms="n\u0430v.no"))


def test_nothing_of_a_message_at_run_time_is_needed() -> None:
    assert [list(rule.check(None)) for rule in RULES if rule.test] == [[]]
