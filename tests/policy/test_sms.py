from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from straks.policy.engine import inspect
from straks.policy.rules import sms
from straks.policy.trial import PARAMETERS, Trial

if TYPE_CHECKING:
    from straks.policy.rule import Finding, Rule

LIST = """
[parameters.things]
kind = "list"
of = { kind = "text", max-length = 9, alphabet = "any" }
max-items = 3
example = ["a", "b"]
"""
AMOUNT = """
[parameters.price]
kind = "{}"
min = {}
max = 20000
example = 1000
"""

# Eight seconds divide no minute, so that these are not told apart by minutes and hours.
ENDLESS = 'max = "9000 h"\nstep = "8 s"\nexample = "2 min"'


def found_in(rule: Rule, text: str, **trial: Any) -> tuple[Finding, ...]:  # noqa: ANN401 - whatever a trial takes
    return inspect(Trial(sms=text, **trial).catalog()["trial"], None, (rule,))


def places(found: tuple[Finding, ...]) -> list[tuple[str | None, int | None, int | None]]:
    return [(each.path, each.line, each.column) for each in found]


def fixed(source: str, found: tuple[Finding, ...]) -> str:
    for each in sorted(found, key=lambda each: -(each.column or 0) - 1000 * (each.line or 0)):
        assert each.fix is not None
        source = source[: each.fix.start] + each.fix.text + source[each.fix.end :]
    return source


def test_too_dear_a_text_is_told_how_much_to_shorten_it() -> None:
    (found,) = found_in(sms.more_segments_than_agreed, "a" * 160 + "{{ code }}")

    assert found.message == "can reach 2 segments (limit 1): 166 units of GSM-7, and 160 fit"
    assert found.hint.startswith("shorten the text by 6 units")
    assert places((found,)) == [("trial/nb/sms.txt", 1, 1)]
    assert found.witness is not None
    assert set(found.witness) >= {"code"}


def test_too_dear_a_text_in_ucs2_is_measured_in_code_units() -> None:
    (found,) = found_in(
        sms.more_segments_than_agreed, "č" * 140, head='[template]\npurpose = "notice"\ntime-to-live = 60\n'
    )

    assert found.message == "can reach 3 segments (limit 2): 140 units of UCS-2, and 134 fit"
    assert "by 6 units" in found.hint


def test_a_pair_that_does_not_fit_at_the_border_costs_a_unit_at_least() -> None:
    text = "a" * 152 + "€" + "a" * 152
    (found,) = found_in(
        sms.more_segments_than_agreed, text, head='[template]\npurpose = "notice"\ntime-to-live = 60\n'
    )

    assert found.message == "can reach 3 segments (limit 2): 306 units of GSM-7, and 306 fit"
    assert "by 1 units" in found.hint


def test_a_text_without_a_bound_is_found_where_it_is_lost() -> None:
    (found,) = found_in(sms.more_segments_than_agreed, "Hei\n og {{ code|replace('1', code) }}")

    assert places((found,)) == [("trial/nb/sms.txt", 2, 1)]
    assert found.message.startswith("what this can cost has no limit that can be found: ")


def test_too_many_values_to_look_through_are_found_at_the_files_beginning() -> None:
    endless = PARAMETERS.replace('max = "10 min"\nexample = "5 min"', ENDLESS)
    head = '[template]\npurpose = "notice"\ntime-to-live = 60\n'
    (found,) = found_in(sms.more_segments_than_agreed, "I {{ lifetime }}", head=head, parameters=endless)

    assert places((found,)) == [("trial/nb/sms.txt", 1, 1)]


def test_a_foreign_character_is_found_in_its_file_with_a_stand_in() -> None:
    text = "Hei {{ name }}\n{% if count > 1 %}\n  – se «her»\n{% endif %}"
    found = found_in(sms.character_that_forces_ucs2, text)

    assert places(found) == [
        ("trial/nb/sms.txt", 3, 3),
        ("trial/nb/sms.txt", 3, 8),
        ("trial/nb/sms.txt", 3, 12),
    ]
    assert found[0].message.startswith("U+2013 EN DASH moves the message")
    assert [each.hint for each in found] == ["write '-'", "write '\"'", "write '\"'"]
    assert fixed(text, found) == text.replace("–", "-").replace("«", '"').replace("»", '"')
    assert not any(each.fix.safe for each in found if each.fix)


def test_a_foreign_character_without_a_stand_in_has_no_fix() -> None:
    (found,) = found_in(sms.character_that_forces_ucs2, "Kárášjohka".replace("á", "a"))

    assert found.fix is None
    assert found.hint == 'write it another way, or accept it with encoding = "ucs-2"'


def test_a_character_that_nobody_sees_is_taken_out_safely() -> None:
    (found,) = found_in(sms.character_that_forces_ucs2, "ord\N{SOFT HYPHEN}deling")

    assert found.hint == "leave it out: nobody will see the difference"
    assert found.fix is not None
    assert (found.fix.text, found.fix.safe) == ("", True)


def test_a_foreign_character_in_an_expression_is_found_at_its_output_and_not_fixed() -> None:
    (found,) = found_in(sms.character_that_forces_ucs2, "Hei {{ 'du – ' ~ code }}")

    assert places((found,)) == [("trial/nb/sms.txt", 1, 5)]
    assert found.fix is None


def test_a_foreign_character_in_an_included_file_is_found_there() -> None:
    files = {"_parts/end.txt": "Hilsen\noss …"}
    found = found_in(sms.character_that_forces_ucs2, 'Hei {% include "_parts/end.txt" %}', files=files)

    assert places(found) == [("_parts/end.txt", 2, 5)]


def test_a_decomposed_letter_is_one_finding_of_its_own() -> None:
    text = "Koden ga\u030ar ut"

    assert found_in(sms.character_that_forces_ucs2, text) == ()
    (found,) = found_in(sms.text_that_is_not_composed, text)
    assert places((found,)) == [("trial/nb/sms.txt", 1, 8)]
    assert fixed(text, (found,)) == "Koden går ut"


def test_a_decomposed_letter_in_an_expression_has_no_fix() -> None:
    (found,) = found_in(sms.text_that_is_not_composed, "Hei {{ 'pa\u030a' ~ code }}")

    assert found.fix is None


def test_a_value_after_a_composed_letter_is_no_flaw() -> None:
    assert found_in(sms.text_that_is_not_composed, "Pa\u030a {{ name }}")[0].column == 2
    assert found_in(sms.text_that_is_not_composed, "{{ name }}\u030a") == ()


@pytest.mark.parametrize("text", ["{{ name }}", "{% for n in things %}{{ n }}{% endfor %}", "{{ things }}"])
def test_a_value_that_may_force_ucs2_is_found_in_the_manifest(text: str) -> None:
    (found,) = found_in(sms.value_that_may_force_ucs2, text, parameters=PARAMETERS + LIST)

    assert found.path == "trial/template.toml"
    assert found.line is not None
    assert repr("name" if "name" in text else "things") in found.message


@pytest.mark.parametrize(("kind", "least"), [("integer", 1), ("amount", 1)])
def test_numbers_are_printed_plainly_and_force_nothing(kind: str, least: int) -> None:
    parameters = PARAMETERS + AMOUNT.format(kind, least)

    assert found_in(sms.value_that_may_force_ucs2, "{{ price }}", parameters=parameters) == ()


def test_white_space_is_found_where_it_begins_and_can_be_taken_out() -> None:
    text = "Hei  \nKoden:\t{{ code }}\n\n \n"
    found = found_in(sms.loose_white_space, text)

    assert places(found) == [
        ("trial/nb/sms.txt", 1, 4),
        ("trial/nb/sms.txt", 2, 7),
        ("trial/nb/sms.txt", 2, 18),
        ("trial/nb/sms.txt", 4, 1),
    ]


def test_a_fix_of_the_end_leaves_one_line_feed() -> None:
    for text in ("Hei \n\n  ", "Hei\n\n", "Hei  "):
        source = text
        while found := found_in(sms.loose_white_space, source):
            source = fixed(source, found[:1])
        assert source == "Hei\n"


def test_a_tab_in_an_expression_is_found_without_a_fix() -> None:
    (found,) = found_in(sms.loose_white_space, "Hei {{ 'a\\tb' ~ code }}")

    assert (found.message, found.column, found.fix) == ("holds a tab", 5, None)


def test_a_tab_in_a_value_is_no_flaw_of_the_text() -> None:
    assert found_in(sms.loose_white_space, "Hei {{ name }}") == ()


def test_an_unused_parameter_is_found_in_the_manifest() -> None:
    found = found_in(sms.parameter_that_nothing_uses, "Hei {{ code }} {{ service }} {{ name }} {{ link }}")

    assert [(each.message, each.path, each.line) for each in found] == [
        ("no text uses 'count'", "trial/template.toml", found[0].line)
    ]


def test_what_the_gateway_cuts_is_told_in_its_own_figures() -> None:
    (found,) = found_in(sms.longer_than_the_gateway_carries, "a" * 2145)

    assert found.message == (
        "can reach 17 messages at the gateway; what is after 2,144 characters is cut without an error"
    )


def test_a_character_that_keeps_a_line_end_from_a_tag_is_not_taken_out() -> None:
    (found,) = found_in(sms.character_that_forces_ucs2, "{% if count %}Hei{% endif %}\N{SOFT HYPHEN}\ndu")

    assert found.fix is None


def test_too_dear_a_text_is_told_which_parameters_may_be_long_and_to_keep_to_gsm7() -> None:
    (plain,) = found_in(sms.more_segments_than_agreed, "a" * 120 + "{{ service }}{{ link }}{{ code }}")
    (foreign,) = found_in(sms.more_segments_than_agreed, "–" + "a" * 90)
    accepted = "[template]\npurpose = 'notice'\ntime-to-live = 60\nencoding = 'ucs-2'\n"
    (chosen,) = found_in(sms.more_segments_than_agreed, "–" * 140, head=accepted)

    assert plain.hint == "shorten the text by 110 units, or lower the bound of 'link' or 'service'"
    assert foreign.hint == "keep to GSM-7, of which 160 units fit; or shorten the text by 21 units"
    assert chosen.hint == "shorten the text by 6 units"
