"""The rules about characters, beyond their examples, and what straks keeps by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from straks.errors import BrokenManifest, BrokenTemplate, InvalidSetting, InvalidValue
from straks.policy.engine import inspect
from straks.policy.rules.text import RULES
from straks.policy.trial import PARAMETERS, Trial

if TYPE_CHECKING:
    from straks.policy.rule import Finding

SHIPPED = Path(__file__).parents[2] / "templates"


def found(trial: Trial) -> list[Finding]:
    return list(inspect(trial.catalog()["trial"], trial.policy, RULES))


def test_a_character_is_found_once_where_it_stands() -> None:
    [finding] = found(Trial(sms="{% if count > 1 %}\nHei{% endif %}\nLogg\u200b inn."))

    assert (finding.code, finding.path, finding.line, finding.column) == ("TXT1004", "trial/nb/sms.txt", 3, 5)
    assert "U+200B" in finding.message
    assert finding.fix is not None
    assert (finding.fix.end - finding.fix.start, finding.fix.text, finding.fix.safe) == (1, "", True)


def test_a_layout_is_looked_at_too() -> None:
    layout = "<html><body>\n<p>Hei \u202edu</p>{% block content %}{% endblock %}</body></html>"

    [finding] = found(Trial(html="<p>Hei</p>", files={"_layout/email.html": layout}))

    assert (finding.code, finding.path, finding.line, finding.column) == (
        "TXT1003",
        "_layout/email.html",
        2,
        8,
    )


def test_what_an_expression_prints_is_looked_at_too() -> None:
    [finding] = found(Trial(sms='Koden er {{ "\\u202e" ~ code }}'))

    assert finding.code == "TXT1003"
    [finding] = found(Trial(sms='Koden er {{ "\\u200b" ~ code }}'))
    assert (finding.code, finding.fix) == ("TXT1004", None)
    [finding] = found(Trial(sms="Hei", parameters="# \u200b\n" + PARAMETERS))
    assert (finding.path, finding.fix) == ("trial/template.toml", None)


def test_a_joiner_is_not_mended_for_it_may_hold_an_emoji_together() -> None:
    [finding] = found(Trial(sms="Takk \U0001f469\u200d\U0001f4bb"))

    assert (finding.code, finding.fix) == ("TXT1004", None)


def test_a_comment_and_the_manifest_can_hide_things_too() -> None:
    assert [each.path for each in found(Trial(sms="{# \u202e #}Hei"))] == ["trial/nb/sms.txt"]
    manifest = Trial(sms="Hei", parameters="# \u202e\n" + PARAMETERS)
    assert [each.path for each in found(manifest)] == ["trial/template.toml"]


def test_a_mixed_word_is_found_at_the_letter() -> None:
    [finding] = found(Trial(sms="Logg inn på n\u0430v"))

    assert (finding.line, finding.column) == (1, 14)
    assert "CYRILLIC SMALL LETTER A (U+0430)" in finding.message


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x85", "\r"])
def test_no_control_character_comes_into_a_message(control: str) -> None:
    with pytest.raises(BrokenTemplate, match="control character"):
        Trial(sms=f"Hei{control}du").catalog()
    with pytest.raises(InvalidValue):
        Trial(sms="{{ name }}", values={"name": f"Ka{control}ri"}).message()


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\u2028", "\u2029"])
def test_no_line_break_comes_into_a_single_line(line_break: str) -> None:
    written = f"a{line_break}b"
    for name in ("name", "service", "code", "link"):
        with pytest.raises(InvalidValue):
            Trial(sms=f"{{{{ {name} }}}}", values={name: written}).message()
    with pytest.raises(InvalidSetting):
        Trial(sms="Hei", sender=written).message()
    email = (
        Trial(html="<p>Hei</p>", subject="Hei\ndu")
        .catalog()
        .email(
            "trial", locale="nb", to="kari@example.org", values=Trial(html="x").catalog()["trial"].examples
        )
    )
    assert email.subject == "Hei du"


@pytest.mark.parametrize("value", ["{{ 7*7 }}", "{% if x %}", "{# x #}", "{{ code }}", "${x}", "<% x %>"])
def test_a_value_prints_as_it_is_whatever_syntax_it_holds(value: str) -> None:
    catalog = Trial(sms="Hei {{ name }}", html="<p>Hei {{ name }}</p>").catalog()
    values = {**catalog["trial"].examples, "name": value}

    sms = catalog.sms("trial", locale="nb", to="+46701740605", values=values)
    email = catalog.email("trial", locale="nb", to="kari@example.org", values=values)

    assert sms.body == f"Hei {value}"
    assert email.text.endswith(f"Hei {value}")


def test_no_text_is_declared_without_a_greatest_length() -> None:
    for kind in ("text", "name", "reference"):
        declared = f'[parameters.x]\nkind = "{kind}"\nexample = "a"\n'
        with pytest.raises(BrokenManifest):
            Trial(sms="{{ x }}", parameters=PARAMETERS + declared).catalog()
    two_lines = Trial(sms="{{ name }}", values={"name": "a\nb"})
    with pytest.raises(InvalidValue):
        two_lines.message()


def test_nothing_of_a_message_at_run_time_is_needed() -> None:
    assert [list(rule.check(None)) for rule in RULES if rule.test] == [[]] * 5


@pytest.mark.parametrize(
    "text", ["{% if code %}\u200b\nHei{% endif %}", "Hei {{ code -}}\u200b du", "Hei \u200b du"]
)
def test_what_keeps_white_space_where_it_is_is_not_taken_out(text: str) -> None:
    [finding] = found(Trial(sms=text))

    assert (finding.code, finding.fix) == ("TXT1004", None)


def test_a_word_in_the_look_alikes_of_latin_letters_is_typed_again_where_that_is_asked_for() -> None:
    [mixed] = found(Trial(sms="Logg inn på n\u0430v"))
    [whole] = found(Trial(sms="Se \u0440\u0430\u0441\u0435."))

    assert mixed.fix is not None
    assert (mixed.fix.text, mixed.fix.safe) == ("nav", False)
    assert "looks Latin" in whole.message
    assert whole.fix is not None
    assert whole.fix.text == "pace"


def test_what_turns_and_digits_of_other_scripts_are_mended_where_that_is_asked_for() -> None:
    findings = found(Trial(sms="Ring \uff10\u202e2222"))

    assert [(each.code, each.fix and (each.fix.text, each.fix.safe)) for each in findings] == [
        ("TXT1007", ("0", False)),
        ("TXT1003", ("", False)),
    ]
