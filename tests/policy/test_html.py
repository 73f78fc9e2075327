"""HTM9xx: HTML, subject and pre-header."""

from __future__ import annotations

import pytest

from straks.policy.colour import WHITE, contrast, read_colour
from straks.policy.document import read
from straks.policy.engine import inspect
from straks.policy.rule import Scope
from straks.policy.rules import email, html
from straks.policy.subject import Whole
from straks.policy.trial import PARAMETERS, Trial

RULES = (*html.RULES, *email.RULES)


def places(trial: Trial, *codes: str) -> list[tuple[str, str | None, int | None, int | None]]:
    found = inspect(trial.catalog(), rules=RULES)
    return [(each.code, each.path, each.line, each.column) for each in found if each.code in codes]


def layout(body: str, head: str = "") -> Trial:
    return Trial(
        html="<p>Hei</p>",
        files={
            "_layout/email.html": (
                '<!doctype html>\n<html lang="{{ locale }}">\n<head><meta charset="utf-8">'
                f'<meta name="viewport" content="w"><title>T</title>{head}</head>\n<body>\n{body}\n'
                "{% block content %}{% endblock %}</body></html>"
            )
        },
    )


MAIL, LAYOUT = "trial/nb/email.html", "_layout/email.html"


@pytest.mark.parametrize(
    ("trial", "place"),
    [
        (
            Trial(html="<p>Hei</p>\n<p>\n  <img src='https://a.no/b' width=9 height=9></p>"),
            ("HTM903", MAIL, 3, 3),
        ),
        (Trial(html="<p>Hei</p>\n<p title='x' class='y'>du</p>"), ("HTM905", MAIL, 2, 13)),
        (Trial(html="<p>Hei</p>\n<p style='color: red; float: left'>du</p>"), ("HTM906", MAIL, 2, 23)),
        (
            Trial(html="{% if count > 1 %}\n<p>æøå <u style='color: #eee'>du</u></p>\n{% endif %}"),
            ("HTM910", MAIL, 2, 11),
        ),
        (Trial(html="<p>Hei</p>", subject="Hei [navn]"), ("HTM911", "trial/nb/subject.txt", 1, 5)),
        (layout("<p>\n <script>x</script></p>"), ("HTM905", LAYOUT, 6, 2)),
        (layout("", "\n<style>\np { background: url(x) }</style>"), ("HTM906", LAYOUT, 5, 17)),
        (layout("<table><tr><td>x</td></tr></table>"), ("HTM904", LAYOUT, 5, 1)),
    ],
)
def test_a_flaw_points_into_the_file_that_it_stands_in(
    trial: Trial, place: tuple[str, str, int, int]
) -> None:
    assert places(trial, place[0]) == [place]


@pytest.mark.parametrize(
    ("trial", "code"),
    [
        # A value is escaped, so it is no markup, and no quote of its own ends an attribute.
        (
            Trial(
                html='<p title="{{ service }}">{{ service }}</p>',
                parameters=PARAMETERS.replace("Skatteetaten", "<b class=x>&"),
            ),
            "HTM905",
        ),
        (Trial(html="<p style='color: #000; background: #222'>\n</p>"), "HTM910"),
        (
            layout(
                "<p class='a' style='color: #fff; background: #fff !important'>x</p>",
                "<style>@media print { p { color: #fff } } @font-face { font-family: x } "
                ".a { oops; color: #000 !important }</style>",
            ),
            "HTM910",
        ),
        (layout("<p style='font-size: 1.5em'>x <i style='font-size: 1rem'>y</i></p>"), "HTM910"),
        (layout("<p style='font-size: larger; background: none'>x</p>"), "HTM910"),
        (layout("<div style='display: none'>x <p>y</p></div>"), "HTM906"),
        (layout("<p>a<p>b<ul><li>c<li>d</ul></i><br/>"), "HTM904"),
        (Trial(html="<p>x</p>", subject="{{ service }} ©"), "HTM911"),
        (Trial(html="<p>x</p><link rel='stylesheet' href='https://a.no/b'>"), "HTM914"),
        (
            Trial(
                html="<p>x</p>",
                subject="Til {{ service }}",
                parameters=PARAMETERS.replace("Skatteetaten", "[navn]").replace("gsm-7", "any"),
            ),
            "HTM911",
        ),
        (
            Trial(
                files={
                    "nb/subject.txt": "x",
                    "nb/email.html": "<p><a href='{{ link }}'>{{ link }}</a></p>",
                    "nb/email.txt": "{{ link }}",
                }
            ),
            "HTM909",
        ),
        (Trial(files={"nb/subject.txt": "x", "nb/email.txt": "x"}), "HTM909"),
        (layout("<img alt='' src='https://a.no/b' width='9' height='9'>"), "HTM903"),
    ],
)
def test_there_is_no_false_alarm(trial: Trial, code: str) -> None:
    assert places(trial, code) == []


@pytest.mark.parametrize(
    ("trial", "code", "count"),
    [
        (
            layout("<p class='a'>x</p>", "<style>:root { color: #000 } .a, p > b { color: #ccc; }</style>"),
            "HTM910",
            1,
        ),
        (layout("<table role='none' bgcolor='#000000'><tr><td>x</td></tr></table>"), "HTM910", 1),
        (layout("<p>a<p style='color: #eee'>b<p>c"), "HTM910", 1),
        (layout("<p style='visibility: hidden'>a</p><p style='font-size: 0'>b</p>"), "HTM906", 1),
        (Trial(html="<p style='color: #777'>x {{ code }} y</p>"), "HTM910", 1),
        (layout("<p onclick='a()' srcdoc='b'>x</p>"), "HTM905", 2),
        (Trial(html="<p>x</p>", subject="Til {{ name }}"), "HTM911", 1),
    ],
)
def test_as_much_is_found_as_there_is(trial: Trial, code: str, count: int) -> None:
    assert len(places(trial, code)) == count


def test_the_contrast_is_told_and_never_rounded_up() -> None:
    (found,) = [
        each
        for each in inspect(Trial(html='<p style="color: #777">x</p>').catalog(), rules=RULES)
        if each.code == "HTM910"
    ]

    assert found.message == "the contrast of this text is 4.47; 4.5 is the least"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#fff", 21.0), ("#767676", "white", 4.54), ("#777777", "#fff", 4.48), ("red", "blue", 2.15)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    first, second = read_colour(one), read_colour(other)

    assert first is not None
    assert second is not None
    assert round(contrast(first, second), 2) == ratio
    assert str(WHITE) == "#ffffff"


def test_bare_text_without_a_layout_is_read() -> None:
    trial = Trial(html="Hei <p>du</p>", files={"_layout/email.html": "{% block content %}{% endblock %}"})
    (page,) = Whole(trial.catalog()["trial"], trial.policy).pages
    (rendering,) = page.renderings(MAIL)
    document = read(rendering)

    assert [text.words.strip() for text in document.shown] == ["Hei", "du"]
    assert document.preheader is None


def test_what_straks_keeps_by_itself_is_no_finding() -> None:
    kept = [rule for rule in RULES if rule.scope is Scope.RUNTIME]

    assert [rule.code for rule in kept] == ["HTM907", "HTM913"]
    assert [[*rule.check(None)] for rule in kept] == [[], []]


def test_a_page_without_a_layout_has_no_language() -> None:
    trial = Trial(html="<p>x</p>", files={"_layout/email.html": "{% block content %}{% endblock %}"})

    assert places(trial, "HTM901", "HTM902") == [("HTM901", MAIL, 1, 1)]


def test_an_element_that_is_taken_away_is_one_flaw_whatever_its_attributes() -> None:
    assert places(Trial(html="<p>x</p><font onclick='x()'>y</font>"), "HTM905") == [("HTM905", MAIL, 1, 9)]


@pytest.mark.parametrize(
    ("html", "mended"),
    [
        ('<p class="x">a</p>', "<p>a</p>"),
        ("<p title='b' CLASS=x>a</p>", "<p title='b'>a</p>"),
        ('<p title="b"class="x">a</p>', '<p title="b">a</p>'),
        ("<p onclick>a</p>", "<p>a</p>"),
        ('<p a"b=1>a</p>', None),
        ("<font>a</font>", None),
    ],
)
def test_an_attribute_that_is_taken_away_may_as_well_not_be_there(html: str, mended: str | None) -> None:
    [finding] = [each for each in inspect(Trial(html=html).catalog(), rules=RULES) if each.code == "HTM905"]
    fix = finding.fix

    assert (None if fix is None else html[: fix.start] + fix.text + html[fix.end :]) == mended
    assert fix is None or fix.safe


def test_a_fix_of_the_layout_names_the_language_and_marks_tables() -> None:
    page = layout("<table><tr><td>x</td></tr></table>")
    source = page.files["_layout/email.html"].replace("{{ locale }}", "en", 1)
    wrong = Trial(html="<p>Hei</p>", files={"_layout/email.html": source})
    fixes = {each.code: each.fix for each in inspect(wrong.catalog(), rules=RULES) if each.fix}

    assert {code: (source[fix.start : fix.end], fix.text, fix.safe) for code, fix in fixes.items()} == {
        "HTM901": ("en", "{{ locale }}", False),
        "HTM904": ("", ' role="presentation"', False),
    }
    assert source[: fixes["HTM904"].start].endswith("<table")


def test_a_missing_preheader_is_found_in_the_page_and_a_repeated_one_where_it_stands() -> None:
    repeating = (
        '{% extends "_layout/email.html" %}\n{% block preheader %}Engangskode.{% endblock %}'
        "{% block content %}<p>Hei</p>{% endblock %}"
    )

    assert places(Trial(html="<p>Hei</p>"), "HTM912") == [("HTM912", MAIL, 1, 1)]
    assert places(Trial(html=repeating), "HTM912") == [("HTM912", MAIL, 2, 22)]
