"""One row into one order: what each cell means, and why there is none."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.bulk import Builder, Built, Columns, Fault, Rejection
from straks.bulk.row import Unreadable
from straks.bulk.seen import Seen
from straks.errors import InvalidKey, InvalidSetting, InvalidValue, UnknownLocale

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeRow = Callable[..., dict[str, Any]]


@pytest.fixture
def builder(parcel: straks.Template, key: bytes) -> Builder:
    return Builder(parcel, key=key, columns=Columns(reference="reference"))


def body(built: Built | Rejection) -> str:
    assert isinstance(built, Built), built
    found = json.loads(built.order.body)
    text: str = found["recipientSms"]["smsSettings"]["body"]
    return text


# What there is


@pytest.mark.parametrize("to", ["+46701740605", "kari@example.org"])
def test_a_row_is_the_order_that_its_message_makes(
    parcel: straks.Template, folder: Path, key: bytes, make_row: MakeRow, to: str
) -> None:
    row = make_row(7, to=to, reference="sak/7")
    built = Builder(parcel, key=key, columns=Columns(reference="reference")).build(7, row)
    catalog = straks.Catalog.load(folder, policy=None)
    fill = catalog.email if "@" in to else catalog.sms
    message = fill("parcel", locale="nb", to=to, values={"place": "Biblioteket", "count": 2})
    order = message.order(occasion="parcel/7", key=key, reference="sak/7")

    assert isinstance(built, Built)
    assert built.order == straks.altinn.seal(order)
    assert (built.row, built.segments) == (7, 0 if "@" in to else 1)


@pytest.mark.parametrize(
    ("name", "cell", "printed"),
    [
        ("count", "3", "3 pakker"),
        ("count", 3, "3 pakker"),
        ("fee", "49,50", "49,50"),
        ("fee", Decimal("49.5"), "49,50"),
        ("fee", 49, "49,00"),
        ("until", "2026-05-17", "17. mai 2026"),
        ("until", date(2026, 5, 17), "17. mai 2026"),
        ("opens", "2026-05-17T12:00", "kl. 12:00"),
        ("opens", datetime(2026, 5, 17, 12), "kl. 12:00"),  # noqa: DTZ001 - as Parquet has them
        ("opens", datetime(2026, 5, 17, 12, tzinfo=UTC), "kl. 14:00"),
        ("wait", "90 min", "1 time og 30 minutter"),
        ("wait", timedelta(minutes=90), "1 time og 30 minutter"),
        ("bring", "ID; penn", "ID og penn"),
        ("bring", ["ID", "penn"], "ID og penn"),
        ("fee", "", "Biblioteket."),
        ("bring", None, "Biblioteket."),
    ],
)
def test_a_cell_means_what_its_parameter_makes_of_it(
    builder: Builder, make_row: MakeRow, name: str, cell: object, printed: str
) -> None:
    assert printed in body(builder.build(1, make_row(**{name: cell})))


def test_what_is_the_same_in_all_rows_needs_no_column(
    parcel: straks.Template, key: bytes, make_row: MakeRow
) -> None:
    whole = Builder(parcel, key=key).build(1, make_row(occasion="may", locale="nn"))
    builder = Builder(parcel, key=key, locale="nn", occasion="may", values={"place": "Biblioteket"})
    builder.check_header(["to", "count"])

    assert builder.build(1, make_row(locale=..., occasion=..., place=...)) == whole


def test_columns_may_be_called_anything(parcel: straks.Template, key: bytes, make_row: MakeRow) -> None:
    columns = Columns(to="mobil", locale="mål", occasion="sak", reference="ref", ignored={"notat"})
    row = make_row()
    named = {
        "mobil": row.pop("to"),
        "mål": row.pop("locale"),
        "sak": row.pop("occasion"),
        "ref": "r",
        "notat": "x",
    }
    builder = Builder(parcel, key=key, columns=columns)
    builder.check_header([*row, *named])
    built = builder.build(1, row | named)

    assert isinstance(built, Built)
    assert built.order.reference == "r"


def test_numbers_may_stand_for_occasion_and_reference(
    parcel: straks.Template, key: bytes, make_row: MakeRow
) -> None:
    builder = Builder(parcel, key=key, columns=Columns(reference="reference"))
    built = builder.build(1, make_row(occasion=8841, reference=7))

    assert built == builder.build(1, make_row(occasion="8841", reference="7"))
    assert isinstance(built, Built)


def test_every_order_may_have_an_end(parcel: straks.Template, key: bytes, make_row: MakeRow) -> None:
    end = datetime(2026, 6, 1, tzinfo=UTC)
    built = Builder(parcel, key=key, not_after=end).build(1, make_row())

    assert isinstance(built, Built)
    assert built.order.not_after == end


@pytest.mark.parametrize(
    ("wanted", "given"), [("en", "nb"), ("no", "nb"), ("nn-NO", "nn"), ("", "nb"), (None, "nb")]
)
def test_languages_are_negotiated_when_it_is_said(
    parcel: straks.Template, key: bytes, make_row: MakeRow, wanted: str | None, given: str
) -> None:
    built = Builder(parcel, key=key, negotiated=True).build(1, make_row(locale=wanted))

    assert isinstance(built, Built)
    assert built.order.locale == given


def test_a_channel_and_countries_may_be_asked_for(
    parcel: straks.Template, key: bytes, make_row: MakeRow
) -> None:
    builder = Builder(parcel, key=key, channel="sms", regions={"NO"})
    swedish, address = (builder.build(1, make_row(to=to)) for to in ("+46701740605", "kari@example.org"))

    assert isinstance(builder.build(1, make_row(to="+4742000000")), Built)
    assert isinstance(swedish, Rejection)
    assert "only numbers from NO" in swedish.reason
    assert isinstance(address, Rejection)
    assert address.fault is Fault.RECIPIENT


@pytest.mark.parametrize(
    ("to", "sender"), [("+46701740605", "Skatt"), ("kari@example.org", "post@example.com")]
)
def test_a_sender_may_be_named(
    parcel: straks.Template, key: bytes, make_row: MakeRow, to: str, sender: str
) -> None:
    built = Builder(parcel, key=key, sender=sender).build(1, make_row(to=to))

    assert isinstance(built, Built)
    assert sender.encode() in built.order.body


# What is wrong with a row

LONG = "x" * 21
WRONG: list[tuple[dict[str, object], Fault, str | None, str]] = [
    ({"to": ...}, Fault.RECIPIENT, "to", "is missing"),
    ({"to": ""}, Fault.RECIPIENT, "to", "is missing"),
    ({"to": 46701740605}, Fault.RECIPIENT, "to", "is text, not int; put it in quotes"),
    ({"to": "+47 1234567"}, Fault.RECIPIENT, "to", "8 digits after"),
    ({"to": "kari@"}, Fault.RECIPIENT, "to", "not a domain name"),
    ({"locale": None}, Fault.LANGUAGE, "locale", "is missing"),
    ({"locale": 7}, Fault.LANGUAGE, "locale", "it has it in nb, nn"),
    ({"locale": ["nb"]}, Fault.LANGUAGE, "locale", "is text, not list"),
    ({"locale": "en"}, Fault.LANGUAGE, "locale", "no sms in the language of this row; it has it in nb, nn"),
    ({"locale": "+46701740677"}, Fault.LANGUAGE, "locale", "it has it in nb, nn"),
    ({"occasion": ""}, Fault.OCCASION, "occasion", "is missing"),
    ({"occasion": " "}, Fault.OCCASION, "occasion", "is missing"),
    ({"occasion": True}, Fault.OCCASION, "occasion", "is text, not bool"),
    ({"reference": "a\nb"}, Fault.MESSAGE, "reference", "the reference holds"),
    ({"reference": 0.5}, Fault.MESSAGE, "reference", "is text, not float"),
    ({"place": ...}, Fault.VALUE, "place", "is missing"),
    ({"place": None}, Fault.VALUE, "place", "is missing"),
    ({"place": ""}, Fault.VALUE, "place", "is empty; it takes"),
    ({"place": LONG}, Fault.VALUE, "place", "at most 20 characters"),
    ({"place": "a\x00b"}, Fault.VALUE, "place", "(U+0000) at character 2"),
    ({"place": 7}, Fault.VALUE, "place", "takes text, not int"),
    ({"count": "two"}, Fault.VALUE, "count", "a whole number, 1 to 20, in digits"),
    ({"count": 21}, Fault.VALUE, "count", "a whole number, 1 to 20"),
    ({"count": 1.0}, Fault.VALUE, "count", "not float"),
    ({"fee": 0.5}, Fault.VALUE, "fee", "not float"),
    ({"until": "17.05.2026"}, Fault.VALUE, "until", "written as 2026-05-17"),
    ({"wait": 300}, Fault.VALUE, "wait", "not int"),
    ({"bring": ["a", "b", "c", "d"]}, Fault.VALUE, "bring", "1 to 3 items"),
    ({"plaec": "x"}, Fault.SHAPE, None, "has a column too many: 'plaec'; did you mean"),
    ({"46701740677": "x"}, Fault.SHAPE, None, "has a column too many: one that is no parameter"),
]


@pytest.mark.parametrize(
    "wrong", WRONG, ids=[f"{n}-{'-'.join(changes)}" for n, (changes, *_) in enumerate(WRONG)]
)
def test_a_row_that_is_wrong_is_turned_away_with_the_reason(
    builder: Builder, make_row: MakeRow, wrong: tuple[dict[str, Any], Fault, str | None, str]
) -> None:
    changes, fault, name, reason = wrong
    if "plaec" in changes:
        changes = {**changes, "place": ...}
    rejected = builder.build(5, make_row(**changes))

    assert isinstance(rejected, Rejection)
    assert (rejected.row, rejected.fault, rejected.field) == (5, fault, name)
    assert reason in rejected.reason
    for cell in changes.values():
        # What is short, as «a», may stand in any sentence.
        assert len(str(cell)) < 5 or cell is ... or str(cell) not in str(rejected)
    assert "46701740677" not in str(rejected)


def test_a_row_that_could_not_be_read_says_why(builder: Builder) -> None:
    assert builder.build(9, Unreadable("is not JSON")) == Rejection(9, Fault.SHAPE, None, "is not JSON")


def test_a_message_that_comes_out_empty_is_no_values_fault(key: bytes, make_row: MakeRow) -> None:
    files = {
        "m/template.toml": '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n'
        '[parameters.a]\nkind = "text"\nmax-length = 9\nexample = "b"\noptional = true\n',
        "m/nb/sms.txt": "{% if a %}{{ a }}{% endif %}",
    }
    template = straks.Catalog.load(policy=None).__class__(files)["m"]
    rejected = Builder(template, key=key).build(1, make_row(place=..., count=...))

    assert isinstance(rejected, Rejection)
    assert (rejected.fault, rejected.field) == (Fault.MESSAGE, None)
    assert "comes out empty" in rejected.reason


def test_what_the_policy_stops_is_told_by_its_codes(catalog: straks.Catalog, key: bytes) -> None:
    row = {"to": "+46701740605", "occasion": "o", "code": "482913", "lifetime": "5 min", "service": "Skatt"}
    columns = Columns(reference="ours")
    builder = Builder(catalog["one-time-code"], key=key, locale="nb", columns=columns)
    rejected = builder.build(1, row | {"ours": "482913"})

    assert isinstance(rejected, Rejection)
    assert (rejected.fault, rejected.reason) == (
        Fault.POLICY,
        "the policy stops this: IDM511 recipient-in-a-reference",
    )


def test_what_the_service_would_refuse_names_the_field(
    parcel: straks.Template, key: bytes, make_row: MakeRow
) -> None:
    # An address that is one, and that the service's own pattern has no place for.
    to = "kari@example." + "x" * 20
    rejected = Builder(parcel, key=key).build(1, make_row(to=to))

    assert isinstance(rejected, Rejection)
    assert (rejected.fault, rejected.field) == (Fault.MESSAGE, "recipient")


# Twice


def test_the_same_occasion_to_the_same_recipient_is_built_once(builder: Builder, make_row: MakeRow) -> None:
    with Seen() as seen:
        first = builder.build(2, make_row(), seen)
        same = builder.build(3, make_row(), seen)
        other_values = builder.build(4, make_row(to="0046 701740605", place="Posten", locale="nn"), seen)
        other_occasion = builder.build(5, make_row(occasion="parcel/1"), seen)
        other_person = builder.build(6, make_row(to="+46701740606"), seen)
        by_email = builder.build(7, make_row(to="kari@example.org"), seen)

    assert [type(each) for each in (first, other_occasion, other_person, by_email)] == [Built] * 4
    for again in (same, other_values):
        assert isinstance(again, Rejection)
        assert (again.fault, again.field) == (Fault.DUPLICATE, "occasion")
        assert again.reason.startswith("row 2 is about the same occasion")


def test_a_row_that_was_turned_away_stands_in_no_ones_way(builder: Builder, make_row: MakeRow) -> None:
    with Seen() as seen:
        builder.build(2, make_row(count="many"), seen)

        assert isinstance(builder.build(3, make_row(), seen), Built)


# The header


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["phone", "locale"], "no column 'to' among the 2 that the first row names; name the one that holds"),
        (["To", "locale"], "no column 'to' .*; did you mean 'To'"),
        (["to", "to"], "two columns are called 'to'"),
        (["to", "occasion", "place", "count"], "no column 'locale'; name the one that holds the language"),
        (["to", "locale", "place", "count"], "no column 'occasion'; name the one that holds the occasion"),
        (
            ["to", "locale", "occasion", "plaec", "count"],
            "no column 'place', which parcel needs; did you mean 'plaec'",
        ),
        (["to", "locale", "occasion", "place"], "no column 'count', which parcel needs; add it"),
        (
            ["to", "locale", "occasion", "place", "count", "untill"],
            "the column 'untill' is no parameter of parcel; did you mean 'until'",
        ),
        (["to", "locale", "occasion", "place", "count", "x"], "is no parameter of parcel; ignore it by name"),
        (["to", "locale", "occasion", "place", "count", "y" * 99], "the column 'y{40}…' is no"),
    ],
)
def test_columns_that_do_not_fit_are_an_error_before_anything_is_built(
    builder: Builder, header: list[str], said: str
) -> None:
    with pytest.raises(InvalidSetting, match=said):
        builder.check_header(header)


def test_a_first_row_that_is_no_header_is_not_shown(builder: Builder) -> None:
    with pytest.raises(InvalidSetting) as caught:
        builder.check_header(["+46701740605", "nb", "Kari Nordmann", "482913"])

    for hidden in ("1740605", "Kari", "482913"):
        assert hidden not in str(caught.value)


def test_a_key_of_a_row_is_shown_where_it_is_a_slip_alone(builder: Builder) -> None:
    with pytest.raises(InvalidSetting, match="the column that some rows have is no parameter") as caught:
        builder.check_header(["to", "+46701740605"], fixed=False)

    assert "1740605" not in str(caught.value)


def test_a_reference_is_taken_from_a_column_only_where_one_is_named(
    parcel: straks.Template, key: bytes, make_row: MakeRow
) -> None:
    rejected = Builder(parcel, key=key).build(1, make_row(reference="sak/1"))

    assert isinstance(rejected, Rejection)
    assert rejected.fault is Fault.SHAPE


def test_columns_that_each_row_has_for_itself_may_be_missing_from_the_first(builder: Builder) -> None:
    builder.check_header(["to"], fixed=False)
    with pytest.raises(InvalidSetting, match="did you mean 'place'"):
        builder.check_header(["to", "plaec"], fixed=False)


def test_a_column_and_a_value_for_all_rows_are_one_too_many(
    parcel: straks.Template, key: bytes, make_row: MakeRow
) -> None:
    builder = Builder(parcel, key=key, values={"place": "Posten"})
    with pytest.raises(InvalidSetting, match="the column 'place' is no parameter"):
        builder.check_header(list(make_row()))


# What is no row's fault


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"key": b"short"}, InvalidKey, "at least 16"),
        ({"locale": "en"}, UnknownLocale, "has no sms in 'en'"),
        ({"locale": "en", "channel": "email"}, UnknownLocale, "has no email in 'en'"),
        ({"values": {"plaec": "x"}}, InvalidValue, "'plaec' is none of its parameters"),
        ({"values": {"place": LONG}}, InvalidValue, "'place' takes at most 20"),
        ({"values": {"place": None}}, InvalidValue, "'place' takes text, not NoneType"),
        ({"sender": "post@"}, straks.InvalidEmailAddress, "domain"),
        ({"not_after": datetime(2026, 5, 17)}, InvalidSetting, "with its zone"),  # noqa: DTZ001 - as it is wrong
        ({"columns": Columns(to="place")}, InvalidSetting, "'place' is a parameter of parcel too"),
        ({"columns": Columns(occasion="count")}, InvalidSetting, "'count' is a parameter of parcel too"),
    ],
)
def test_a_setting_that_cannot_be_is_an_error_at_once(
    parcel: straks.Template, key: bytes, settings: dict[str, Any], error: type[Exception], said: str
) -> None:
    given: dict[str, Any] = {"key": key, **settings}
    with pytest.raises(error, match=said):
        Builder(parcel, **given)


def test_a_language_of_one_channel_is_a_language_of_all_rows(key: bytes, catalog: straks.Catalog) -> None:
    head = '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n'
    files = {"m/template.toml": head, "m/nb/sms.txt": "Hei"}
    for locale in ("nb", "nn"):
        files |= {f"m/{locale}/subject.txt": "Hei", f"m/{locale}/email.txt": "Hei"}
    builder = Builder(catalog.__class__(files)["m"], key=key, occasion="o", locale="nn")
    by_email, by_sms = (builder.build(1, {"to": to}) for to in ("kari@example.org", "+46701740605"))

    assert isinstance(by_email, Built)
    assert isinstance(by_sms, Rejection)
    assert by_sms.fault is Fault.LANGUAGE


def test_an_optional_value_may_be_left_out_of_all_rows(parcel: straks.Template, key: bytes) -> None:
    Builder(parcel, key=key, values={"fee": None})


@pytest.mark.parametrize(
    ("to", "sender"), [("+46701740605", "post@example.com"), ("kari@example.org", "Skatt")]
)
def test_a_sender_that_a_channel_has_not_is_no_rows_fault(
    parcel: straks.Template, key: bytes, make_row: MakeRow, to: str, sender: str
) -> None:
    builder = Builder(parcel, key=key, sender=sender)
    with pytest.raises(InvalidSetting, match="sender"):
        builder.build(1, make_row(to=to))


def test_a_template_without_the_channel_says_so(key: bytes, catalog: straks.Catalog) -> None:
    files = {
        "m/template.toml": '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n',
        "m/nb/sms.txt": "Hei",
    }
    builder = Builder(catalog.__class__(files)["m"], key=key, occasion="o", negotiated=True)
    rejected = builder.build(1, {"to": "kari@example.org", "locale": "nb"})

    assert isinstance(rejected, Rejection)
    assert (rejected.fault, rejected.field) == (Fault.RECIPIENT, "to")
    assert rejected.reason == "takes an e-mail, and m has none"


def test_a_template_that_the_policy_stops_builds_nothing(key: bytes) -> None:
    catalog = straks.Catalog.load(policy=straks.Policy(languages=("nb", "nn", "en", "se")))
    with pytest.raises(straks.PolicyError):
        Builder(catalog["one-time-code"], key=key)
