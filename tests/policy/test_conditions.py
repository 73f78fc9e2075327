"""What a template's branches depend on."""

from __future__ import annotations

from straks.policy.conditions import questions
from straks.policy.settings import Policy
from straks.policy.subject import Page, Whole
from straks.policy.trial import PARAMETERS, Trial

LIST = """
[parameters.things]
kind = "list"
of = { kind = "text", max-length = 9 }
max-items = 3
example = ["a"]
"""


def page_of(text: str) -> Page:
    files = {"_parts/end.txt": "{% if service == 'NAV' %}Hilsen NAV{% endif %}"}
    trial = Trial(sms=text, files=files, parameters=PARAMETERS + LIST)
    return Whole(trial.catalog()["trial"], Policy()).pages[0]


def asked(text: str) -> dict[str, frozenset[str]]:
    page = page_of(text)
    return dict(questions(page, page.files[0]))


def test_a_text_without_branches_asks_nothing() -> None:
    assert asked("Hei {{ name }}") == {}


def test_branches_choices_loops_and_parts_ask() -> None:
    text = (
        "{% if count > 1 %}a{% elif not code %}b{% endif %}{{ 'c' if link else 'd' }}"
        '{% for t in things %}{{ t }}{% endfor %}{% include "_parts/end.txt" %}'
    )

    assert set(asked(text)) == {"count", "code", "link", "things", "service"}


def test_what_is_asked_is_told_apart_from_how_it_is_written_and_joined() -> None:
    one = asked("{% if count > 1 and not (code or link) %}a{% endif %}")
    other = asked("{% if   link or code %}b{% elif count>1 %}a{% endif %}")

    assert one == other
    assert one["count"] != asked("{% if count > 2 %}a{% endif %}")["count"]
