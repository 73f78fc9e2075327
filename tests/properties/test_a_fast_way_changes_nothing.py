"""Every fast way gives what the ordinary one gives: the same message, or the same refusal."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

import straks
from straks.altinn import plain
from straks.core import (
    branches,
    filled_page,
    known_domains,
    phone_table,
    plain_markup,
    plain_values,
    reader,
    skeleton,
    straight,
)
from straks.core.catalog import Catalog
from straks.core.email_address import EmailAddress
from straks.errors import StraksError
from straks.testing import values

if TYPE_CHECKING:
    from collections.abc import Callable

SHIPPED = straks.Catalog.load(policy=None)
KARI = straks.PhoneNumber.parse("+46701740605")
POST = straks.EmailAddress.parse("kari@example.org")
LAYOUT = SHIPPED["one-time-code"].renderer.source("_layout/email.html")

HEAD = '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 3600\n'
PARAMETERS = """
[parameters.name]
kind = "text"
max-length = 30
lines = 3
example = "Kari"

[parameters.nn]
kind = "choice"
example = "b"
[parameters.nn.choices]
a = { nb = "ja <b>", nn = "ja &amp;", en = "yes" }
b = { nb = "nei", nn = "nei  ", en = "no" }

[parameters.count]
kind = "integer"
min = -5000
max = 5000000
example = 2

[parameters.more]
kind = "text"
max-length = 20
optional = true
example = "mer"

[parameters.link]
kind = "url"
hosts = ["www.example.org"]
max-length = 60
example = "https://www.example.org/x"

[parameters.when]
kind = "datetime"
example = 2026-05-05T14:30:00+02:00
"""
NAMES = ("name", "more", "nn", "count", "link", "when", "locale")
PIECES = (
    *(f"{{{{ {name} }}}}" for name in NAMES),
    "Hei ", "  \n", "\n\n", "e\u0301", "\u0301", "åæø ", "<", "&amp;", "<p>", "</p>", '<p title="', '">',
    "<br>", '<a href="{{ link }}">', '<a href="https://www.example.org/?q={{ name }}">', "</a>", "<ul><li>",
    "<!-- ", " -->", "{% if name %}x{% endif %}", "{{ name|upper }}", "{# a comment #}",
    '{% if locale == "nn" %}nn{% else %}ikkje{% endif %}', "{% set it = name %}{{ it }}",
    '{% if locale in ["nb", "en"] %}{{ count }}{% endif %}',
    '{% if nn == "a" %}ja{% elif count > 1 and name %}{{ count }}{% else %}{{ nn }}{% endif %}',
    "{% if not name %}", '{% if "ri" in name or name == nn %}', "{% if count in [1, 2, 3] %}", "{% else %}",
    "{% if more %}{{ more }}{% endif %}", "{% if more and name %}", '{% if more == "mer" %}x{% endif %}',
    "{% endif %}", "{% if when < count %}x{% endif %}", "{% if nn >= 'b' %}x{% endif %}", "{% if link %}",
)  # fmt: skip

PAGES = (
    "strx0xrts", "strx1xrts", "https://strx2xurl", '<a href="', '">', "<style>", "</style>", "<!--", "-->",
    "<p>", "</p>", '<p title="', "<", ">", "&", "&am", "p;", " ", "x" * 40, "<title>", "</title>", "&#115;",
)  # fmt: skip


def outcome(make: Callable[[], straks.Sms | straks.Email]) -> object:
    """Return the message, and what goes over the wire; or the kind and words of the refusal."""
    try:
        message = make()
        order = message.order(occasion="law", key=straks.SIMULATOR_KEY)
    except StraksError as refusal:
        return type(refusal), str(refusal)
    sent = straks.altinn.encode(order)  # first, so that nothing is there yet that it could take
    assert json.loads(sent) == straks.altinn.payload(order)
    # As it would be if it were made field by field.
    whole = type(message)(**{each.name: getattr(message, each.name) for each in fields(message)})
    assert straks.altinn.encode(replace(order, message=whole)) == sent
    return whole, order, dict(message.canonical_values), message.secrets, sent


FAST_WAYS = (
    straight, plain_values, filled_page, branches, plain, known_domains, phone_table, plain_markup, reader
)  # fmt: skip


def both(make: Callable[[], straks.Sms | straks.Email]) -> tuple[object, object]:
    """Return what *make* comes to with every fast way, and with none; any alone may be off, too."""
    quick = outcome(make)
    for way in FAST_WAYS[:5]:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(way, "enabled", False)
            assert outcome(make) == quick
    with pytest.MonkeyPatch.context() as patched:
        for way in FAST_WAYS:
            patched.setattr(way, "enabled", False)
        return quick, outcome(make)


@given(data=st.data(), locale=st.sampled_from(["nb", "nn", "en"]), name=st.sampled_from([*SHIPPED]))
def test_a_shipped_template_makes_the_same_messages(data: st.DataObject, locale: str, name: str) -> None:
    template = SHIPPED[name]
    filling = data.draw(values(template))
    quick, ordinary = both(lambda: template.sms(locale, KARI, filling))
    assert quick == ordinary
    quick, ordinary = both(lambda: template.email(locale, POST, filling))

    assert quick == ordinary


@st.composite
def catalogs(draw: st.DrawFn) -> Catalog | None:
    def text() -> str:
        return "".join(draw(st.lists(st.sampled_from(PIECES), max_size=8)))

    files = {
        "_layout/email.html": LAYOUT,
        "own/template.toml": HEAD + PARAMETERS,
        "own/nn/sms.txt": text(),
        "own/nn/subject.txt": text(),
        "own/nn/email.html": text(),
    }
    if draw(st.booleans()):
        files["own/nn/email.txt"] = text()
    try:
        return Catalog(files)
    except StraksError:
        return None


@given(catalog=catalogs(), data=st.data())
def test_any_template_makes_the_same_messages(catalog: Catalog | None, data: st.DataObject) -> None:
    if catalog is None:
        return
    template = catalog["own"]
    filling = data.draw(values(template))
    quick, ordinary = both(lambda: template.sms("nn", KARI, filling))
    assert quick == ordinary
    quick, ordinary = both(lambda: template.email("nn", POST, filling))

    assert quick == ordinary


@given(catalog=catalogs(), data=st.data())
def test_an_email_is_measured_as_it_is_sent(catalog: Catalog | None, data: st.DataObject) -> None:
    if catalog is None:
        return
    template = catalog["own"]
    filling = data.draw(values(template))

    def sent() -> tuple[str, str]:
        email = template.email("nn", POST, filling)
        return email.subject, email.body

    found: list[object] = []
    for measure in (sent, lambda: template.sent_email("nn", filling)):
        try:
            found.append(measure())
        except StraksError as refusal:
            found.append((type(refusal), str(refusal)))

    assert found[0] == found[1]


@given(pages=st.lists(st.sampled_from([*PAGES, "\x02", "\x03"]), max_size=12).map("".join))
def test_values_are_found_in_the_same_places_part_by_part(pages: str) -> None:
    def read() -> object:
        try:
            return skeleton.cut(pages, lambda fragment: fragment)
        except skeleton.Misplaced as flaw:
            return str(flaw)

    def not_apart(_: object) -> None:
        """Leave every page to be read as a whole."""

    quick = read()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(skeleton, "_found_apart", not_apart)

        assert read() == quick


@pytest.mark.parametrize(
    "filling",
    [
        {},
        {"code": "482913"},
        None,
        [("code", "482913")],
        {"code": "482913", "lifetime": None, "service": "Skatteetaten"},
        {"code": 482913, "lifetime": None, "service": "Skatteetaten"},
        {"code": "482913", "service": "Skatteetaten", "more": "x", "lifetime": None},
        {"code": "482913", "service": "Skatteetaten", 7: "x"},
        {
            "code": "48291",
            "service": "Skatteetaten",
            "lifetime": SHIPPED["one-time-code"].examples["lifetime"],
        },
    ],
)
def test_values_that_do_not_fit_are_refused_in_the_same_words(filling: object) -> None:
    template = SHIPPED["one-time-code"]
    quick, ordinary = both(lambda: template.sms("nb", KARI, cast("Any", filling)))

    assert quick == ordinary
    assert isinstance(quick, tuple)
    assert quick[0] is straks.InvalidValue


@pytest.mark.parametrize("name", [*SHIPPED])
def test_most_of_what_ships_takes_the_fast_way(name: str) -> None:
    template = SHIPPED[name]

    assert template._ways("nb", "email") is not None
    assert (template._ways("nb", "sms") is not None) == (name != "status-update")  # which has a condition


ODD = (
    "", " ", "\u00a0", "\n", " a", "a ", 'a"b', "a\\b", "a\x7f", "a\x00", "a\ud800", "a\ufffe", "\u2028",
    "😀", "č", "a\nb", None, b"a", "x" * 255, "x" * 256,
)  # fmt: skip
ODD_TEXTS = st.sampled_from(ODD) | st.text('ab "\\\n\t\x85\u00a0\u2028😀æ', max_size=5)


@given(
    id_=ODD_TEXTS,
    body=ODD_TEXTS,
    sender=st.sampled_from([None, "", "Skatt", 'a"b']),
    reference=st.sampled_from([None, "", "sak 12", 'sak "12"']),
    life=st.sampled_from([59, 60, 60.5, 172_800, 172_801, 300]),
)
def test_an_order_made_by_hand_is_written_the_same_or_refused_for_the_same(
    id_: Any,  # noqa: ANN401 - what is no text is tried too
    body: Any,  # noqa: ANN401
    sender: str | None,
    reference: str | None,
    life: float,
) -> None:
    template = SHIPPED["one-time-code"]
    sms = template.sms("nb", KARI, template.examples)
    email = template.email("nb", POST, template.examples)
    made = [
        (sms, replace(sms, body=body, sender=sender, time_to_live=timedelta(seconds=life))),
        (email, replace(email, subject=body)),
    ]
    # A page that is not put together yet does not outlive `replace`.
    made.append((email, template.email("nb", POST, template.examples)))
    vars(made[-1][1])["subject"] = body
    orders = [
        replace(
            before.order("law", straks.SIMULATOR_KEY),
            message=message,
            idempotency_id=id_,
            reference=reference,
        )
        for before, message in made
    ]

    def written(order: straks.Order) -> object:
        try:
            return straks.altinn.encode(order), straks.altinn.payload(order)
        except straks.InvalidPayload as refusal:
            return refusal.field, refusal.rule, str(refusal)
        except (TypeError, AttributeError) as error:  # of what is no text
            return type(error)

    quick = [written(order) for order in orders]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(plain, "enabled", False)

        assert [written(order) for order in orders] == quick


MAILBOXES = (
    "kari", "ola.nordmann", "INFO", "Postmaster", "x" * 64, "x" * 65, "a+b", ".a", "a..b", "o'b", "æ",
    '"a b"',
)  # fmt: skip
DOMAINS = (
    "example.org", "Example.ORG", "gmail.com", "xn--bcher-kva.example.org", "foo.test", "localhost", "-a.no",
    "a..no", "no", "no.", "x" * 63 + ".no", "x" * 64 + ".no", "1.2.3.4", "foo.onion", "a_b.no", "münchen.de",
)  # fmt: skip


@given(
    mailbox=st.sampled_from(MAILBOXES) | st.text("abAB09.+-_'\u00e6 ", max_size=70),
    domain=st.sampled_from(DOMAINS) | st.text("abAB09.-_ ", max_size=70),
    mark=st.sampled_from(["@", "@", "@", "", "@@", " @"]),
)
def test_an_address_is_the_same_or_refused_in_the_same_words(mailbox: str, domain: str, mark: str) -> None:
    def parsed() -> object:
        try:
            address = EmailAddress.parse(f"{mailbox}{mark}{domain}")
        except straks.InvalidEmailAddress as refusal:
            return refusal.reason, str(refusal)
        return address.normalised, address.ascii, address.original

    quick = parsed()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(known_domains, "enabled", False)
        ordinary = parsed()

    assert quick == ordinary
