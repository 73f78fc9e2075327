"""One message in all its languages: what fills it, and how it says no."""

from __future__ import annotations

import copy
import pickle
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from straks.core.catalog import Catalog
from straks.core.email_address import EmailAddress
from straks.core.gate import OPEN
from straks.core.manifest import Purpose, Repeat
from straks.core.message import ContentType
from straks.core.phone_number import PhoneNumber
from straks.errors import (
    BrokenTemplate,
    InvalidSetting,
    InvalidValue,
    PolicyError,
    StraksError,
    UnknownLocale,
)
from straks.loading import Catalog as LoadedCatalog
from straks.policy.settings import Policy

if TYPE_CHECKING:
    from straks.core.message import Email, Order, Sms
    from straks.core.template import Template

MANIFEST = """
[template]
purpose = "notice"
repeat = "harmless"
time-to-live = "lifetime"
fallback = { se = "nb" }
[parameters.lifetime]
kind = "duration"
min = "2 min"
max = "10 min"
example = "5 min"
[parameters.amount]
kind = "amount"
min = 0
max = 50000
example = 1250.50
[parameters.status]
kind = "choice"
choices.open = { nb = "åpen", nn = "open", en = "still open" }
example = "open"
[parameters.names]
kind = "list"
of = { kind = "name", max-length = 20 }
max-items = 3
optional = true
example = ["Kari", "Ola"]
[parameters.note]
kind = "text"
max-length = 60
lines = 3
min-length = 0
optional = true
example = "Ta med legitimasjon."
"""
SOURCE = "{{ status }}: {{ amount }} i {{ lifetime }}{% if names %} til {{ names }}{% endif %}"
SENT: dict[str, Any] = {"lifetime": timedelta(minutes=5), "amount": Decimal("1250.50"), "status": "open"}
TO = PhoneNumber.parse("+46701740605")
KARI = EmailAddress.parse("kari@example.org")


def template(manifest: str = MANIFEST, **files: str) -> Template:
    """Make a template; *files* are by language and name, as in ``nb_sms``."""
    names = {"sms": "sms.txt", "subject": "subject.txt", "html": "email.html", "text": "email.txt"}
    paths = {f"sak/{path[:2]}/{names[path[3:]]}": text for path, text in files.items()}
    return Catalog({"sak/template.toml": manifest, **paths})["sak"]


BOTH = template(
    nb_sms=SOURCE, nb_subject="{{ status }}", nb_html=f"<p>{SOURCE}</p>",
    nn_sms=SOURCE, nn_subject="{{ status }}", nn_html=f"<p>{SOURCE}</p>",
    en_sms=SOURCE, en_subject="{{ status }}", en_html=f"<p>{SOURCE}</p>",
)  # fmt: skip


def sms(source: str, **values: object) -> Sms:
    return template(nb_sms=source).sms("nb", TO, {**SENT, **values})


def email(content_type: str | None = None, /, note: str = "", **files: str) -> Email:
    made = template(**{"nb_subject": "Emne", **files})
    return made.email("nb", KARI, {**SENT, "note": note or None}, content_type=content_type)


def refusal(values: object, one: Template = BOTH) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        one.sms("nb", TO, values)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert caught.value.template == "sak"
    assert caught.value.locale == "nb"
    return caught.value


# --- what it is --------------------------------------------------------------------------------


def test_it_tells_what_it_is() -> None:
    assert BOTH.name == "sak"
    assert BOTH.purpose is Purpose.NOTICE
    assert BOTH.repeat is Repeat.HARMLESS
    assert BOTH.locales == ("nb", "nn", "en")
    assert BOTH.channels == ("sms", "email")
    assert list(BOTH.parameters) == ["lifetime", "amount", "status", "names", "note"]
    assert BOTH.examples["names"] == ("Kari", "Ola")
    assert "sak/nb/sms.txt" in BOTH.sources


def test_it_may_have_one_channel_alone() -> None:
    assert template(nb_sms="a").channels == ("sms",)
    assert template(nb_subject="a", nb_text="b").channels == ("email",)
    assert template(nb_sms="a", nn_subject="a", nn_text="b").channels == ("sms", "email")


def test_its_repr_is_short() -> None:
    assert "Ta med" not in repr(BOTH)


# --- languages ---------------------------------------------------------------------------------


def test_each_language_has_its_words() -> None:
    bodies = [BOTH.sms(locale, TO, {**SENT, "names": ["Kari", "Ola"]}).body for locale in BOTH.locales]

    assert bodies == [
        "åpen: 1 250,50 kr i 5 minutter til Kari og Ola",
        "open: 1 250,50 kr i 5 minutt til Kari og Ola",
        "still open: NOK 1,250.50 i 5 minutes til Kari and Ola",
    ]


def test_a_declared_fallback_is_served_and_said() -> None:
    assert BOTH.sms("se", TO, SENT).locale == "nb"


@pytest.mark.parametrize(
    ("locale", "hint"),
    [
        ("no", "Did you mean 'nb'? "),
        ("NN", "Did you mean 'nn'? "),
        ("en-GB", "Did you mean 'en'? "),
        ("", ""),
        ("de", ""),
        (None, ""),
    ],
)
def test_any_other_language_is_unknown(locale: str, hint: str) -> None:
    with pytest.raises(UnknownLocale) as caught:
        BOTH.sms(locale, TO, SENT)

    assert str(caught.value) == (
        f"sak has no sms in {locale!r}; it has sms in nb, nn, en. {hint}straks.negotiate chooses among them"
    )
    assert (caught.value.template, caught.value.locale) == ("sak", locale)


def test_a_template_says_in_one_line_what_it_is_and_is_an_element_of_a_set() -> None:
    both = template(nb_sms="a", nn_sms="b", nb_subject="c", nb_text="d")

    assert repr(both) == "<Template sak: sms, email in nb, nn>"
    assert {both: 1}[template(nb_sms="a", nn_sms="b", nb_subject="c", nb_text="d")] == 1


def test_a_template_and_a_catalog_travel_to_another_process_and_hold_there_what_they_held() -> None:
    catalog = LoadedCatalog.load(policy=Policy(regions=frozenset({"NO"})))
    for arrived in (pickle.loads(pickle.dumps(catalog)), copy.deepcopy(catalog)):  # noqa: S301 - our own
        one, other = catalog["one-time-code"], arrived["one-time-code"]

        assert list(arrived) == list(catalog)
        assert type(arrived) is LoadedCatalog
        assert other == pickle.loads(pickle.dumps(one))  # noqa: S301 - our own
        for each in (one, other):
            sms = each.sms("nb", TO, each.examples)

            assert sms.body.startswith("Engangskoden din er 482913")
            with pytest.raises(PolicyError, match="SEC411"):
                sms.order("login/1", bytes(16))


def test_a_catalog_of_nothing_travels_too() -> None:
    assert len(copy.deepcopy(Catalog({}))) == 0


def test_a_channel_that_is_not_there_is_said() -> None:
    with pytest.raises(UnknownLocale, match="sak has no email in 'nb'; it has no email at all"):
        template(nb_sms="a").email("nb", KARI, SENT)
    with pytest.raises(UnknownLocale, match="it has sms in nn"):
        template(nb_subject="a", nb_text="b", nn_sms="c").sms("nb", TO, SENT)


# --- values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "says", "parameter"),
    [
        ({}, "needs 'lifetime', 'amount' and 'status'; given were none", "lifetime"),
        ({**SENT, "status": None}, "'status' takes one of open", "status"),
        ({"amount": 1, "status": "open"}, "needs 'lifetime'; given were 'amount' and 'status'", "lifetime"),
        ({**SENT, "nmaes": ["a"]}, "has no parameter 'nmaes'; did you mean 'names'?", "nmaes"),
        (
            {**SENT, "x": 1},
            "has no parameter 'x'; it takes 'lifetime', 'amount', 'status', 'names' and 'note'",
            "x",
        ),
        (
            {**SENT, "lifetime": timedelta(hours=1)},
            "'lifetime' takes a timedelta of 2 minutes to 10 minutes in steps of 1 minute",
            "lifetime",
        ),
        (
            {**SENT, "names": ["Kari", "O\nla"]},
            "'names' has item 2, which holds a line break (U+000A)",
            "names",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_said_with_its_place(values: object, says: str, parameter: str) -> None:
    error = refusal(values)

    assert str(error).startswith("sak (nb, sms)")
    assert says in str(error)
    assert error.parameter == parameter


@pytest.mark.parametrize(
    "values", [None, [], "code", [("status", "open")], {1: "open"}, {None: 1, "status": "a"}]
)
def test_values_are_a_mapping_from_names(values: object) -> None:
    assert (
        str(refusal(values))
        == "sak (nb, sms): values must be a mapping from each parameter's name to its value"
    )


def test_a_template_without_parameters_takes_none() -> None:
    bare = template('[template]\npurpose = "alert"\ntime-to-live = 60', nb_sms="a")

    assert bare.sms("nb", TO, {}).body == "a"
    assert "has no parameter 'x'; it takes none" in str(refusal({"x": 1}, bare))


@pytest.mark.parametrize("values", [{}, {"names": None, "note": None}])
def test_an_optional_value_may_be_left_out_or_none(values: dict[str, object]) -> None:
    sent = BOTH.sms("nb", TO, {**SENT, **values})

    assert sent.body == "åpen: 1 250,50 kr i 5 minutter"
    assert set(sent.canonical_values) == {"lifetime", "amount", "status"}


def test_an_optional_value_that_is_printed_unasked_is_an_error_with_its_place() -> None:
    with pytest.raises(BrokenTemplate) as caught:
        sms("a\n{{ note }}")

    error = caught.value
    assert str(error) == (
        "sak/nb/sms.txt, line 2: cannot be rendered with these values: "
        "the optional parameter 'note' was left out; ask {% if note %} first"
    )
    assert (error.template, error.locale, error.file, error.line) == ("sak", "nb", "sak/nb/sms.txt", 2)


def test_what_goes_wrong_in_a_shared_part_names_the_template_too() -> None:
    files = {
        "sak/template.toml": MANIFEST,
        "sak/nb/sms.txt": 'a{% include "_p/note.txt" %}',
        "_p/note.txt": "\n{{ note }}",
    }
    with pytest.raises(BrokenTemplate) as caught:
        Catalog(files)["sak"].sms("nb", TO, SENT)

    error = caught.value
    assert (error.template, error.locale, error.file, error.line) == ("sak", "nb", "_p/note.txt", 2)


def test_values_are_kept_in_canonical_form() -> None:
    sent = BOTH.sms("nb", TO, {**SENT, "names": [" Kari "]})

    assert sent.canonical_values == {
        "lifetime": "300",
        "amount": "1250.50",
        "status": "open",
        "names": '["Kari"]',
    }


# --- sms ---------------------------------------------------------------------------------------


def test_an_sms_has_plain_spaces_and_an_email_the_finer_ones() -> None:
    assert "1 250,50 kr" in BOTH.sms("nb", TO, SENT).body
    page = BOTH.email("nb", KARI, SENT)
    assert page.html is not None
    assert "1\u00a0250,50\u00a0kr" in page.html
    assert "1\u00a0250,50\u00a0kr" in page.text


def test_its_time_to_live_is_the_values_or_the_manifests() -> None:
    fixed = template(MANIFEST.replace('"lifetime"', "3600", 1), nb_sms="a")

    assert BOTH.sms("nb", TO, SENT).time_to_live == timedelta(minutes=5)
    assert fixed.sms("nb", TO, SENT).time_to_live == timedelta(hours=1)


@pytest.mark.parametrize(
    "sender", [None, "Skatt", "a", "A B.C_D&E-F", "Skatteetate", "1Skatt", "123", "+4712345678901"]
)
def test_a_sender_that_networks_carry_is_kept(sender: str | None) -> None:
    assert BOTH.sms("nb", TO, SENT, sender).sender == sender


@pytest.mark.parametrize(
    ("sender", "says"),
    [
        ("", "of 0 characters"),
        ("Skatteetaten", "of 12 characters"),
        (" Skatt", "of 6 characters"),
        ("Skatt ", "of 6 characters"),
        ("Skåtten", "of 7 characters"),
        ("Skatt\n", "of 6 characters"),
        ("12", "of 2 characters"),
        ("1234567890123456", "of 16 characters"),
        ("---", "of 3 characters"),
        (1234, "of type int"),
    ],
)
def test_any_other_sender_is_refused(sender: str, says: str) -> None:
    with pytest.raises(InvalidSetting, match=f"this is {says}. Leave it out for the default"):
        BOTH.sms("nb", TO, SENT, sender)


def test_an_sms_that_comes_out_empty_is_an_error() -> None:
    with pytest.raises(BrokenTemplate, match=r"sak/nb/sms\.txt: comes out empty with these values") as caught:
        sms("{% if note %}{{ note }}{% endif %} \n")

    assert (caught.value.template, caught.value.locale, caught.value.file) == ("sak", "nb", "sak/nb/sms.txt")


def test_lines_are_kept() -> None:
    assert sms("{{ note }}", note="a\n\n b ").body == "a\n\n b"


# --- email -------------------------------------------------------------------------------------


def test_html_is_sent_where_there_is_html() -> None:
    sent = email(nb_html="<p>{{ status }}</p>")

    assert sent.content_type is ContentType.HTML
    assert sent.body == sent.html == "<p>åpen</p>"
    assert sent.text == "åpen"


def test_the_twin_is_sent_where_plain_is_asked_for() -> None:
    sent = email("Plain", nb_html="<p>{{ status }}</p>")

    assert sent.content_type is ContentType.PLAIN
    assert sent.body == "åpen"


def test_plain_text_is_sent_where_there_is_no_html() -> None:
    sent = email(nb_text="Saken er {{ status }} & <b>\n\n{{ amount }}")

    assert sent.content_type is ContentType.PLAIN
    assert sent.html is None
    assert sent.body == "Saken er åpen & <b>\n\n1\u00a0250,50\u00a0kr"


def test_an_authors_own_text_is_the_twin() -> None:
    files = {"nb_html": "<p>HTML</p>", "nb_text": "Tekst"}

    assert (email(**files).body, email(**files).text) == ("<p>HTML</p>", "Tekst")
    assert email("Plain", **files).body == "Tekst"


@pytest.mark.parametrize(
    ("content_type", "files", "says"),
    [
        ("Html", {"nb_text": "a"}, r"sak \(nb\) has no email\.html, so it can be sent as Plain only"),
        ("html", {"nb_html": "a"}, "content_type is Html or Plain, not 'html'"),
        ("", {"nb_html": "a"}, "content_type is Html or Plain, not ''"),
    ],
)
def test_a_content_type_that_cannot_be_is_said(content_type: str, files: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidSetting, match=says):
        email(content_type, **files)


def test_a_subject_is_one_line() -> None:
    files = {"nb_subject": "Om\n  {{ note }}\t!", "nb_text": "a"}

    assert email(note="a\nb", **files).subject == "Om a b !"


def test_the_subject_is_a_value_in_the_html() -> None:
    files = {"nb_subject": "{{ status }} & {{ note }}", "nb_html": "<p>{{ subject }}</p>"}
    sent = email(note="<b>", **files)

    assert (sent.subject, sent.html) == ("åpen & <b>", "<p>åpen &amp; &lt;b&gt;</p>")


@pytest.mark.parametrize(
    ("files", "file"),
    [
        ({"nb_subject": "{% if note %}a{% endif %}", "nb_text": "a"}, "sak/nb/subject.txt"),
        ({"nb_text": "{% if note %}a{% endif %}"}, "sak/nb"),
        ({"nb_html": "<p></p>"}, "sak/nb"),
    ],
)
def test_an_email_that_comes_out_empty_is_an_error(files: dict[str, str], file: str) -> None:
    with pytest.raises(BrokenTemplate, match=f"^{file}: comes out empty"):
        email(**files)


def test_a_value_where_no_escaping_helps_is_an_error_with_its_place() -> None:
    with pytest.raises(BrokenTemplate, match="a value begins the address in 'href'") as caught:
        email(nb_html='<a href="https://{{ status }}">a</a>')

    assert (caught.value.template, caught.value.locale, caught.value.file) == (
        "sak",
        "nb",
        "sak/nb/email.html",
    )


# --- the gate ----------------------------------------------------------------------------------


class Closed:
    def admit(self, template: Template) -> None:
        raise StraksError(f"{template.name} may not pass")

    def release(self, order: Order) -> None:
        raise AssertionError(order)


def test_a_gate_is_asked_before_anything_is_made() -> None:
    files = {
        "sak/template.toml": MANIFEST,
        "sak/nb/sms.txt": "a",
        "sak/nb/subject.txt": "b",
        "sak/nb/email.txt": "c",
    }
    gated = Catalog(files, Closed())["sak"]

    with pytest.raises(StraksError, match="sak may not pass"):
        gated.sms("nb", TO, SENT)
    with pytest.raises(StraksError, match="sak may not pass"):
        gated.email("nb", KARI, SENT)
    assert gated.ungated.gate is OPEN
    assert gated.ungated.sms("nb", TO, SENT).body == "a"
    assert BOTH.ungated is BOTH
