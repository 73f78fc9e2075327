"""What a person reads of a page, and where each character of it stands."""

from __future__ import annotations

import pytest

from straks.policy.reading import Reading, bodies, readings, sayings, subjects
from straks.policy.rule import Fix
from straks.policy.settings import Policy
from straks.policy.subject import Page, Whole
from straks.policy.trial import HEAD, PARAMETERS, Trial


def page_of(sms: str | None = None, html: str | None = None, head: str = HEAD) -> Page:
    return Whole(Trial(sms=sms, html=html, head=head).catalog()["trial"], Policy()).pages[0]


def read(html: str) -> Reading:
    """Return the reading of a page, the layout's own words apart."""
    (reading,) = bodies(page_of(html=html))
    return reading


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hei</p><p>du</p>", "Hei\ndu"),
        ("<p>Hei\n   du</p>", "Hei du"),
        ("<p>Inn<b>logging</b></p>", "Innlogging"),
        ("<p>R&aring;d &amp; v&#229;r, 2 &lt; 3</p>", "Råd & vår, 2 < 3"),
        ("<p>AT&T &copy 2026</p>", "AT&T © 2026"),
        ("Hei<br>du<hr>der", "Hei\ndu\nder"),
        ("<ul><li>en<li>to</ul>tre", "en\nto\ntre"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ('Trykk <img src="https://www.example.org/a" alt="pil &gt;"> her', "Trykk pil > her"),
        ("<!-- skjult --><p>Hei<script>x()</script></p>", "Hei"),
        ("<p>10\u00a0000</p>", "10\u00a0000"),
        ("<p title='x'>{{ service }}</p>", "Skatteetaten"),
        ("", ""),
    ],
)
def test_a_page_is_read_as_a_mail_program_shows_it(html: str, text: str) -> None:
    assert read(html).text.strip() == text


@pytest.mark.parametrize(
    ("html", "word", "written"),
    [
        ("<p>Hei\n <b>du</b></p>", "du", "du"),
        ("<p>&Aring;pent n&aring; i dag</p>", "i dag", "i dag"),
        ("<p>&Aring;pent</p>", "Å", "&Aring;"),
        ('<p><img src="https://www.example.org/a" alt="en pil"> her</p>', "pil", "pil"),
        ("<p>A</p>\n<p>{{ service }}</p>", "Skatteetaten", "{{ service }}"),
    ],
)
def test_what_is_read_leads_back_to_where_it_is_written(html: str, word: str, written: str) -> None:
    reading = read(html)

    spot = reading.spot(reading.text.index(word))
    assert (spot.path, spot.offset) == ("trial/nb/email.html", html.index(written))


def test_a_value_is_no_markup_and_no_reference() -> None:
    parameters = PARAMETERS.replace('"Skatteetaten"', '"R&amp;D <b>"')
    trial = Trial(html="<p>{{ service }}!</p>", parameters=parameters)
    (reading,) = bodies(Whole(trial.catalog()["trial"], Policy()).pages[0])

    assert reading.text.strip() == "R&amp;D <b>!"
    assert reading.fixed.strip() == "\ufffc" * 11 + "!"


def test_a_part_in_another_language_is_known() -> None:
    reading = read('<p>Se <span lang="en-GB">the <b>rules</b></span> her <i lang="nb">nå</i></p>')

    assert ["".join(reading.text[begins:ends]) for begins, ends in reading.elsewhere] == ["the ", "rules"]


def test_a_link_is_what_it_shows_and_where_it_leads() -> None:
    reading = read(
        '<p>Se <a href=" https://www.example.org/?a=1&amp;b=2 ">sa<b>ken</b></a><a href="#"></a>'
        '<img src="https://www.example.org/a"></p>'
    )

    assert [
        (reading.text[anchor.begins : anchor.ends], anchor.address.text) for anchor in reading.anchors
    ] == [("saken", "https://www.example.org/?a=1&b=2"), ("", "#")]
    assert reading.addresses[-1].text == "https://www.example.org/a"


def test_words_that_no_way_shows_are_said_all_the_same() -> None:
    choice = '\n[parameters.what]\nkind = "choice"\nexample = "a"\n[parameters.what.choices]\n'
    choice += (
        'a = { nb = "åpen", nn = "open", en = "open" }\nb = { nb = "lukket", nn = "stengt", en = "shut" }\n'
    )
    trial = Trial(
        html="<p title='Tittel'>{{ what }} {{ count|plural('sak', 'saker') }}</p>",
        parameters=PARAMETERS + choice,
    )
    page = Whole(trial.catalog()["trial"], Policy()).pages[0]
    said = {reading.text for reading in sayings(page)} - {reading.text for reading in readings(page)}

    assert said == {"Tittel", "åpen", "lukket", "sak", "saker"}


def test_a_choice_that_is_only_asked_about_says_nothing() -> None:
    choice = '\n[parameters.what]\nkind = "choice"\nexample = "yes"\nchoices = ["yes", "no"]\n'
    trial = Trial(sms='{% if what == "yes" %}Ja{% else %}Nei{% endif %}', parameters=PARAMETERS + choice)
    page = Whole(trial.catalog()["trial"], Policy()).pages[0]

    assert {reading.text for reading in sayings(page)} == {"Ja", "Nei"}


@pytest.mark.parametrize(
    ("sms", "prose"),
    [
        ("Koden er {{ code }}.\n@login.example.org #{{ code }}", "Koden er 482913.\n"),
        (
            "Koden er {{ code }}.\n@login.example.org #{{ code }}\nHilsen oss",
            "Koden er 482913.\n\nHilsen oss",
        ),
        ("Koden er {{ code }}.\n@login.example.org", "Koden er 482913.\n"),
        ("@ola: Koden er {{ code }}.\nHilsen oss", "@ola: Koden er 482913.\nHilsen oss"),
    ],
)
def test_a_line_that_binds_a_code_is_for_phones_and_no_prose(sms: str, prose: str) -> None:
    (reading,) = bodies(page_of(sms))

    assert reading.prose.text == prose


def test_a_template_without_a_code_has_no_bound_line() -> None:
    head = '[template]\npurpose = "notice"\ntime-to-live = 60\n'
    trial = Trial(sms="Hei.\n@kommunen", head=head, parameters="")
    (reading,) = bodies(Whole(trial.catalog()["trial"], Policy()).pages[0])

    assert reading.prose is reading


def test_a_page_is_read_once_whoever_asks() -> None:
    page = page_of(html="<p>Hei</p>")

    assert readings(page) is readings(page)
    assert [reading.path for reading in subjects(page)] == ["trial/nb/subject.txt"]


def test_the_values_that_decide_a_way_are_told_and_no_others() -> None:
    optional = '\n[parameters.extra]\nkind = "name"\nmax-length = 9\noptional = true\nexample = "Ola"\n'
    text = "{% if count > 5 %}mange {{ code }}{% elif extra %}{{ extra }}{% else %}få{% endif %}"
    trial = Trial(sms=text, parameters=PARAMETERS + optional)
    ways = [reading.way for reading in readings(Whole(trial.catalog()["trial"], Policy()).pages[0])]

    wanted = [{"count": 6, "extra": "Ola"}, {"count": 2, "extra": "Ola"}, {"count": 2, "extra": None}]
    assert all(way in ways for way in wanted)
    assert {(way or {})["count"] for way in ways} == {2, 6}
    assert readings(page_of("Hei {{ code }}"))[0].way is None


# --- fixes ------------------------------------------------------------------------------------


def test_a_fix_takes_hold_where_the_source_holds_what_is_read() -> None:
    reading = read("<p>Hei  du</p>")
    begins = reading.text.index("du")

    assert reading.fix(begins, begins + 2, "dere") == Fix("trial/nb/email.html", 8, 10, "dere")
    assert reading.fix(begins, begins, "til ", safe=False) == Fix(
        "trial/nb/email.html", 8, 8, "til ", safe=False
    )


@pytest.mark.parametrize(
    ("html", "word"),
    [
        ("<p>{{ service }}</p>", "Skatteetaten"),
        ("<p>{{ 'Hei ' ~ code }}</p>", "Hei"),
        ("<p>&aring;pent</p>", "å"),
        ("<p>Inn<b>logging</b></p>", "Innlogging"),
        ("<p>Hei\n  du</p>", "Hei du"),
    ],
)
def test_there_is_no_fix_where_it_is_written_otherwise(html: str, word: str) -> None:
    reading = read(html)
    begins = reading.text.index(word)

    assert reading.fix(begins, begins + len(word), "x") is None


def test_there_is_no_fix_after_the_end() -> None:
    reading = read("<p>Hei</p>")

    assert reading.fix(len(reading.text), len(reading.text), "x") is None
