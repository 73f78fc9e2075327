"""All messages together: what a catalog finds wrong before anything is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from straks.core.catalog import Catalog
from straks.core.email_address import EmailAddress
from straks.core.phone_number import PhoneNumber
from straks.errors import (
    BrokenManifest,
    BrokenTemplate,
    InvalidEmailAddress,
    InvalidPhoneNumber,
    TemplateError,
    UnknownTemplate,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = """
[template]
purpose = "authentication"
time-to-live = "lifetime"
[parameters.code]
kind = "code"
length = 6
example = "482913"
[parameters.lifetime]
kind = "duration"
min = "2 min"
max = "10 min"
example = "5 min"
[parameters.names]
kind = "list"
of = { kind = "name", max-length = 20 }
max-items = 3
optional = true
example = ["Kari", "Ola"]
"""
LOGIN = {
    "login/template.toml": MANIFEST,
    "login/nb/sms.txt": "Koden er {{ code }}",
    "login/nb/subject.txt": "Kode",
    "login/nb/email.html": "<p>{{ code }} i {{ lifetime }}</p>",
}
SENT = {"code": "482913", "lifetime": timedelta(minutes=5)}


def refusal(files: Mapping[str, str | None]) -> TemplateError:
    """Return what is wrong with the login, with *files* changed, added or (None) taken away."""
    changed = {path: text for path, text in {**LOGIN, **files}.items() if text is not None}
    with pytest.raises((BrokenManifest, BrokenTemplate)) as caught:
        Catalog(changed)
    return caught.value


def test_a_catalog_is_a_mapping_from_names_to_templates() -> None:
    catalog = Catalog(
        {
            **LOGIN,
            "alert/template.toml": '[template]\npurpose = "alert"\ntime-to-live = 60',
            "alert/nb/sms.txt": "a",
        }
    )

    assert list(catalog) == ["alert", "login"]
    assert len(catalog) == 2
    assert "login" in catalog
    assert "logon" not in catalog
    assert catalog.get("logon") is None
    assert catalog["login"].name == "login"
    assert repr(catalog) == "<Catalog of alert, login>"
    assert repr(Catalog({})) == "<Catalog of nothing>"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("logn", "there is no template 'logn'; did you mean 'login'?"),
        ("zzz", "there is no template 'zzz'; there are login"),
        ("", "there is no template ''; there are login"),
    ],
)
def test_an_unknown_template_names_the_nearest(name: str, says: str) -> None:
    with pytest.raises(UnknownTemplate) as caught:
        Catalog(LOGIN)[name]

    assert str(caught.value) == says
    assert caught.value.template == name


def test_an_empty_catalog_has_none_to_name() -> None:
    with pytest.raises(UnknownTemplate, match="there are none"):
        Catalog({})["login"]


def test_an_sms_is_filled_by_name() -> None:
    catalog = Catalog(LOGIN)
    sms = catalog.sms(
        "login", locale="nb", to="+46 70 174 06 05", values=SENT, regions={"SE"}, sender="Skatt"
    )
    parsed = catalog.sms("login", locale="nb", to=PhoneNumber.parse("+46701740605"), values=SENT)

    assert (sms.body, str(sms.recipient), sms.sender) == ("Koden er 482913", "+46701740605", "Skatt")
    assert parsed.recipient == sms.recipient
    for to in ("+46701740605", PhoneNumber.parse("+46701740605")):
        with pytest.raises(InvalidPhoneNumber):
            catalog.sms("login", locale="nb", to=to, values=SENT, regions={"NO"})


def test_an_email_is_filled_by_name() -> None:
    catalog = Catalog(LOGIN)
    email = catalog.email("login", locale="nb", to="kari@example.org", values=SENT, sender="post@example.com")
    parsed = catalog.email(
        "login",
        locale="nb",
        to=EmailAddress.parse("kari@example.org"),
        values=SENT,
        sender=EmailAddress.parse("post@example.com"),
        content_type="Plain",
    )

    assert email.html == "<p>482913 i 5 minutter</p>"
    assert (str(email.recipient), str(email.sender)) == ("kari@example.org", "post@example.com")
    assert (parsed.recipient, parsed.sender) == (email.recipient, email.sender)
    assert parsed.body == "482913 i 5 minutter"
    with pytest.raises(InvalidEmailAddress):
        catalog.email("login", locale="nb", to="kari", values=SENT)
    with pytest.raises(InvalidEmailAddress):
        catalog.email("login", locale="nb", to="kari@example.org", sender="post", values=SENT)


# --- files -------------------------------------------------------------------------------------


NO_EMAIL = {"login/nb/subject.txt": None, "login/nb/email.html": None}
NO_TEXT = {**NO_EMAIL, "login/nb/sms.txt": None}
NN_EMAIL = {"login/nn/subject.txt": "Kode", "login/nn/email.txt": "{{ code }}"}


def manifest(line: str) -> dict[str, str]:
    """Return the manifest with one *line* more at its top."""
    return {"login/template.toml": MANIFEST.replace("[template]", f"[template]\n{line}")}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"login/template.toml": None}, "email.html: its folder has no template.toml; add one, or begin the"),
        ({"login/template.toml": "a"}, "login/template.toml is not valid TOML"),
        ({"login/nb/emial.html": "a"}, "nb/emial.html: is no file of a template; did you mean email.html?"),
        ({"login/nb/SMS.txt": "a"}, "login/nb/SMS.txt: is no file of a template; did you mean sms.txt?"),
        (
            {"login/nb/zz.y": "a"},
            "zz.y: is no file of a template; a language has sms.txt, subject.txt, email",
        ),
        ({"login/no/sms.txt": "a"}, "no/sms.txt: does not belong there; a template's folders are nb, nn, en"),
        ({"login/no/sms.txt": "a"}, "a template's folders are nb, nn, en; did you mean nb?"),
        ({"login/nn-NO/sms.txt": "a"}, "did you mean nn?"),
        ({"login/sms.txt": "a"}, "login/sms.txt: does not belong there"),
        ({"login/nb/deep/sms.txt": "a"}, "login/nb/deep/sms.txt: does not belong there"),
        ({"login/nb/more.toml": "a"}, "login/nb/more.toml: is no file of a template"),
        ({"login/nb/subject.txt": None}, "login/nb has half an e-mail; add subject.txt"),
        ({"login/nb/email.html": None}, "login/nb has half an e-mail; add email.html or email.txt"),
        (NO_TEXT, "there are no texts beside it; put them into login/nb/sms.txt and so on"),
        (
            {"login/template.toml": MANIFEST.replace('time-to-live = "lifetime"', "")},
            "an SMS needs time-to-live: seconds, or the name of a parameter of kind duration",
        ),
        (manifest('languages = ["nb", "nn"]'), "languages has nn, for which there is no folder"),
        (manifest('channels = ["sms"]'), "channels does not list email, but login/nb is otherwise"),
        ({**NO_TEXT, **NN_EMAIL, **manifest('channels = ["sms"]')}, "channels lists sms, but login/nn is"),
        (
            manifest('fallback = { se = "nn" }'),
            "fallback se = 'nn' leads nowhere, or away from a language that is there",
        ),
        ({**NN_EMAIL, **manifest('fallback = { nb = "nn" }')}, "fallback nb = 'nn' leads nowhere, or away"),
    ],
)
def test_what_does_not_fit_together_is_said(files: dict[str, str | None], says: str) -> None:
    error = refusal(files)

    assert says in str(error)
    assert error.template == "login"
    assert error.file is not None
    assert error.file in str(error)


def test_files_and_folders_that_begin_with_an_underscore_are_parts() -> None:
    catalog = Catalog(
        {
            **LOGIN,
            "login/nb/_hello.txt": "Hei",
            "login/nb/sms.txt": '{% include "login/nb/_hello.txt" %} {% include "_shared/bye.txt" %}',
            "_shared/bye.txt": "{{ code }}",
            "_shared/unused.txt": "{{ nobody }}",
            "_shared/template.toml": "is not read",
        }
    )

    assert catalog.sms("login", locale="nb", to="+46701740605", values=SENT).body == "Hei 482913"


# --- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("\n{{ cod }}", "uses 'cod', which login/template.toml does not declare; did you mean 'code'?"),
        (
            "{{ zzz }}",
            "uses 'zzz', which login/template.toml does not declare; declare it under [parameters.zzz]",
        ),
        ("{{ subject }}", "uses 'subject', which login/template.toml does not declare"),
        ("{{ loop.index }}", "uses 'loop', which login/template.toml does not declare"),
        ('{% include "_p/a.txt" %}', "uses 'nobody', which login/template.toml does not declare"),
        (
            "\n{% for x in code %}{% endfor %}",
            "loops over or joins 'code', which is no list; print it as it is",
        ),
        ("{{ code|join }}", "loops over or joins 'code', which is no list"),
        ("{{ locale|join }}", "loops over or joins 'locale', which is no list"),
        ("{{ code + code }}", "templates have no arithmetic"),
    ],
)
@pytest.mark.parametrize("file", ["login/nb/sms.txt", "login/nb/subject.txt"])
def test_a_name_that_nothing_gives_is_said_with_its_place(file: str, source: str, says: str) -> None:
    error = refusal({file: source, "_p/a.txt": "\n\n{{ nobody }}"})
    place = ("_p/a.txt", 3) if "_p/" in source else (file, source.count("\n") + 1)

    assert (error.file, error.line) == place
    assert str(error).startswith(f"{error.file}, line {error.line}: {says}")


def test_a_fault_names_the_template_and_language_that_use_the_part() -> None:
    error = refusal({"login/nn/sms.txt": '{% include "_p/a.txt" %}', "_p/a.txt": "{{ nobody }}"})

    assert (error.template, error.locale, error.file, error.line) == ("login", "nn", "_p/a.txt", 1)
    assert error.parameter == "nobody"


def test_every_text_may_say_its_language_and_html_its_subject() -> None:
    files = {"login/nb/sms.txt": "{{ locale }}", "login/nb/email.html": "{{ subject }} {{ locale }}"}
    catalog = Catalog({**LOGIN, **files})

    assert catalog.sms("login", locale="nb", to="+46701740605", values=SENT).body == "nb"
    assert catalog.email("login", locale="nb", to="kari@example.org", values=SENT).html == "Kode nb"


def test_a_declared_name_may_stay_unused() -> None:
    assert Catalog({**LOGIN, "login/nb/sms.txt": "Hei"})["login"].parameters["code"].kind == "code"


def test_lists_are_looped_over_and_joined() -> None:
    loop = "{% for n in names %}{{ n }}{% if not loop.last %}; {% endif %}{% endfor %}"
    source = loop + " = {{ names }} = {{ names|join('/') }}"
    catalog = Catalog({**LOGIN, "login/nb/sms.txt": source})
    sms = catalog.sms("login", locale="nb", to="+46701740605", values={**SENT, "names": ["A", "B", "C"]})

    assert sms.body == "A; B; C = A, B og C = A/B/C"


def test_a_fallback_leads_from_a_language_that_is_not_there_to_one_that_is() -> None:
    catalog = Catalog({**LOGIN, **manifest('fallback = { se = "nb", nn = "nb" }')})

    assert catalog.sms("login", locale="se", to="+46701740605", values=SENT).locale == "nb"
    assert catalog.sms("login", locale="nn", to="+46701740605", values=SENT).locale == "nb"
