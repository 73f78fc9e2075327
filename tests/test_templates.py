"""The five templates that ship: in every language and channel, at their examples and at their worst."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from itertools import product
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pytest

import straks
from straks.core.choice_kind import Choice
from straks.core.hygiene import looks_like_link, offence

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = straks.Catalog.load(policy=None)
LOCALES = ("nb", "nn", "en")
CASES = [(name, locale) for name in CATALOG for locale in LOCALES]

# The longest that each parameter prints, worked out by hand. "€" takes two septets, the most that a
# character of GSM-7 takes; September is the longest month in all three languages.
WORST: Final[dict[str, Any]] = {
    "code": "888888",
    "lifetime": timedelta(minutes=10),
    "service": "€" * 24,
    "when": datetime(2099, 9, 30, 23, 59, tzinfo=ZoneInfo("Europe/Oslo")),
    "deadline": date(2099, 9, 30),
    "reference": "2099/999999",
}


class Page(HTMLParser):
    """What is asked of a page here: its languages, its title, its links and its headings."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.languages: list[str] = []
        self.links: list[str] = []
        self.texts: dict[str, str] = {}
        self._tag = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        self.languages += [value or "" for name, value in attrs if name == "lang"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts[self._tag] = self.texts.get(self._tag, "") + data


def sms(name: str, locale: str, values: dict[str, Any]) -> straks.Sms:
    return CATALOG.sms(name, locale=locale, to="+46701740605", values=values)


def email(name: str, locale: str, values: dict[str, Any]) -> straks.Email:
    return CATALOG.email(name, locale=locale, to="kari@example.org", values=values)


def worst_cases(name: str) -> list[dict[str, Any]]:
    """Return the worst values with every combination of choices."""
    parameters = CATALOG[name].parameters
    choices = [
        [(key, word) for word in one.words] for key, one in parameters.items() if isinstance(one, Choice)
    ]
    rest = {key: WORST[key] for key, one in parameters.items() if not isinstance(one, Choice)}
    return [{**rest, **dict(chosen)} for chosen in product(*choices)]


def test_each_is_there_in_three_languages_and_both_channels() -> None:
    for template in CATALOG.values():
        assert template.locales == LOCALES
        for locale in LOCALES:
            assert template.has(locale, "sms")
            assert template.has(locale, "email")


@pytest.mark.parametrize(("name", "locale"), CASES)
def test_the_examples_fill_one_segment(name: str, locale: str) -> None:
    message = sms(name, locale, CATALOG[name].examples)

    assert message.segmentation.encoding is straks.Encoding.GSM7
    assert len(message.segmentation) == 1
    assert offence(message.body, lines=True) is None
    assert not looks_like_link(message.body)
    assert "  " not in message.body
    assert message.body.endswith(".")


@pytest.mark.parametrize(("name", "locale"), CASES)
def test_the_worst_values_still_fit_one_segment(name: str, locale: str) -> None:
    for values in worst_cases(name):
        segmentation = sms(name, locale, values).segmentation
        assert segmentation.encoding is straks.Encoding.GSM7
        assert len(segmentation) == 1
        assert straks.gateway_count(sms(name, locale, values).body) == 1


def test_the_worst_values_are_the_longest_that_print() -> None:
    for name, template in CATALOG.items():
        for locale in LOCALES:
            for key, worst in WORST.items():
                if (parameter := template.parameters.get(key)) is None:
                    continue
                longest = len(str(parameter.show(parameter.check(worst), locale)))
                for month in range(1, 13):
                    others: dict[str, Any] = {
                        "lifetime": timedelta(minutes=min(10, max(2, month))),
                        "when": datetime(2026, month, 28, 12, tzinfo=ZoneInfo("Europe/Oslo")),
                        "deadline": date(2026, month, 28),
                    }
                    other = parameter.check(others.get(key, worst))
                    assert len(str(parameter.show(other, locale))) <= longest, (name, key)


@pytest.mark.parametrize(("name", "locale"), CASES)
def test_an_email_is_in_its_language_and_titled_by_its_subject(name: str, locale: str) -> None:
    message = email(name, locale, {**CATALOG[name].examples, "service": "Å & <b>"})
    assert message.html is not None
    page = Page(message.html)

    assert message.html.startswith("<!doctype html>")
    assert set(page.languages) == {locale}
    assert page.texts["title"].strip() == message.subject
    assert page.texts["h1"].strip()
    assert page.links == []
    assert "Å &amp; &lt;b&gt;" in message.html
    assert "strx" not in message.html + message.text
    assert not re.search(r"\{[{%#]|[#%}]\}", message.subject + message.text)


@pytest.mark.parametrize(("name", "locale"), CASES)
def test_an_email_is_small_and_its_subject_short(name: str, locale: str) -> None:
    for values in worst_cases(name):
        message = email(name, locale, values)
        assert message.html is not None
        assert len(message.html.encode()) < 10_000
        assert len(message.subject) <= 70
        assert not looks_like_link(message.text)


@pytest.mark.parametrize(("name", "locale"), CASES)
def test_the_twin_says_what_the_page_says(name: str, locale: str) -> None:
    values = CATALOG[name].examples
    message = email(name, locale, values)
    for key, parameter in CATALOG[name].parameters.items():
        assert str(parameter.show(values[key], locale)) in message.text, key


@pytest.mark.parametrize("name", [name for name in CATALOG if "code" in CATALOG[name].parameters])
def test_a_code_keeps_its_zeros_and_stays_out_of_subjects_and_previews(name: str) -> None:
    for locale in LOCALES:
        values = {**CATALOG[name].examples, "code": "000041"}
        message = email(name, locale, values)
        assert message.html is not None
        assert "000041" in message.text
        assert message.html.count("000041") == 1
        assert "000041" not in message.subject
        assert "000041" not in message.html.partition("<h1>")[0]
        assert sms(name, locale, values).body.count("000041") == 1


def test_a_status_may_have_no_deadline() -> None:
    values = {key: value for key, value in CATALOG["status-update"].examples.items() if key != "deadline"}
    for locale in LOCALES:
        for text in (sms("status-update", locale, values).body, email("status-update", locale, values).text):
            assert "rist" not in text
            assert "eadline" not in text


def test_what_may_be_repeated_and_how_long_it_lives() -> None:
    assert {name: (str(one.purpose), str(one.repeat)) for name, one in CATALOG.items()} == {
        "contact-confirmation": ("confirmation", "harmless"),
        "critical-alert": ("alert", "harmless"),
        "one-time-code": ("authentication", "harmless"),
        "sign-in-alert": ("alert", "harmless"),
        "status-update": ("notice", "harmful"),
    }
    for name in CATALOG:
        message = sms(name, "nb", CATALOG[name].examples)
        assert timedelta(seconds=60) <= message.time_to_live <= timedelta(hours=48)
        assert "lifetime" not in CATALOG[name].parameters or message.time_to_live <= timedelta(minutes=10)


BOUND = {
    "template.toml": """
[template]
purpose = "authentication"
repeat = "harmless"
time-to-live = "lifetime"
bound-line = true

[parameters.code]
kind = "code"
length = 6
example = "482913"

[parameters.lifetime]
kind = "duration"
min = "2 min"
max = "10 min"
example = "5 min"
""",
    "nb/sms.txt": """
{% extends "_layout/bound.txt" %}
{% block host %}login.example.org{% endblock %}
{% block text %}
Koden din er {{ code }} og gjelder i {{ lifetime }}. Den er til innlogging hos oss. Ikke del den.
{% endblock %}
""",
}


def test_the_shared_block_adds_the_bound_line_to_a_template_of_ones_own(tmp_path: Path) -> None:
    for name, text in BOUND.items():
        (tmp_path / "login" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "login" / name).write_text(text.lstrip(), "utf-8")
    policy = straks.Policy(languages=("nb",), login_host="login.example.org")
    catalog = straks.Catalog.load(tmp_path, policy=policy)
    values = {"code": "012345", "lifetime": timedelta(minutes=5)}
    message = catalog.sms("login", locale="nb", to="+46701740605", values=values)

    assert straks.read_bound_line(message.body) == straks.BoundLine("login.example.org", "012345")
    assert message.body.endswith("Ikke del den.\n@login.example.org #012345")
    assert [
        finding.code for finding in straks.inspect(catalog, policy) if finding.code.startswith("BND")
    ] == []
    worst = straks.bound(catalog["login"], "nb", "sms")
    assert isinstance(worst, straks.SmsBound)
    assert worst.segments == 1
