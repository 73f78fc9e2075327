"""The Python that is copied runs, and makes what was shown."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.explorer.call import call_of, catalog_in, literal

if TYPE_CHECKING:
    from collections.abc import Callable

    import straks

NAMES = {
    "date": date,
    "datetime": datetime,
    "time": time,
    "timedelta": timedelta,
    "Decimal": Decimal,
    "ZoneInfo": ZoneInfo,
}
OSLO = ZoneInfo("Europe/Oslo")
VALUES = st.one_of(
    st.text(),
    st.integers(),
    st.dates(),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy gives the zone
    st.timedeltas(min_value=timedelta(0)).map(lambda span: span - timedelta(microseconds=span.microseconds)),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
)


@given(VALUES | st.lists(VALUES, min_size=1).map(tuple))
def test_every_value_is_written_as_python_reads_it_back(value: object) -> None:
    back: Any = eval(literal(value), {"__builtins__": {}}, NAMES)  # noqa: S307 - our own literal

    assert back == (list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value)


def test_the_hour_that_comes_twice_is_the_one_that_was_meant() -> None:
    late = datetime(2026, 10, 25, 1, 30, 15, 7, tzinfo=UTC)
    back = eval(literal(late), {"__builtins__": {}}, NAMES)  # noqa: S307 - our own literal

    assert back.astimezone(UTC) == late


def run(program: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    exec(compile(program, "pasted.py", "exec"), made)  # noqa: S102 - our own call
    return made


@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize(
    "name", ["one-time-code", "critical-alert", "sign-in-alert", "status-update", "contact-confirmation"]
)
def test_a_revealed_call_makes_the_message_that_is_shown(
    catalog: straks.Catalog, name: str, channel: str
) -> None:
    template = catalog[name]
    values = template.check(template.examples, "nn", channel)
    program = call_of(
        template, catalog=catalog_in(None), locale="nn", channel=channel, values=values, reveal=True
    )
    made = run(program)[channel]

    assert (made.template, made.locale) == (name, "nn")
    assert made.canonical_values == make(catalog, name, channel).canonical_values
    assert "import straks\n" in program


def make(catalog: straks.Catalog, name: str, channel: str) -> straks.Sms | straks.Email:
    to = "+46701740605" if channel == "sms" else "kari@example.org"
    method: Callable[..., straks.Sms | straks.Email] = getattr(catalog, channel)
    return method(name, locale="nn", to=to, values=catalog[name].examples)


def test_a_secret_value_is_covered_up_unless_it_is_asked_for(catalog: straks.Catalog) -> None:
    template = catalog["one-time-code"]
    said = {
        reveal: call_of(
            template,
            catalog=catalog_in("my/own"),
            locale="nb",
            channel="sms",
            values=template.examples,
            reveal=reveal,
        )
        for reveal in (False, True)
    }

    assert ("482913" in said[False], "482913" in said[True]) == (False, True)
    assert '"code": "••••••"' in said[False]
    assert 'straks.Catalog.load("my/own")' in said[False]


def test_only_what_is_used_is_imported_whatever_a_text_says() -> None:
    manifest = (
        '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 60\n'
        '[parameters.word]\nkind = "text"\nmax-length = 30\nexample = "date(1) Decimal(2)"\n'
    )
    template = Catalog({"own/template.toml": manifest, "own/nb/sms.txt": "Hei {{ word }}"})["own"]
    program = call_of(
        template, catalog=catalog_in(None), locale="nb", channel="sms", values=template.examples, reveal=False
    )

    assert [type(node) for node in ast.parse(program).body[:2]] == [ast.Import, ast.Assign]


def test_a_catalog_that_is_there_already_is_not_loaded_again(catalog: straks.Catalog) -> None:
    template = catalog["one-time-code"]
    values = template.check(template.examples, "nb", "sms")
    program = call_of(template, catalog=None, locale="nb", channel="sms", values=values, reveal=True)
    made: dict[str, Any] = {"catalog": catalog}
    exec(compile(program, "pasted.py", "exec"), made)  # noqa: S102 - our own call

    assert made["sms"].canonical_values == make(catalog, "one-time-code", "sms").canonical_values


def test_a_template_without_parameters_is_filled_with_nothing() -> None:
    manifest = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 60\n'
    template = Catalog({"own/template.toml": manifest, "own/nb/sms.txt": "Hei"})["own"]
    program = call_of(template, catalog=catalog_in(None), locale="nb", channel="sms", values={}, reveal=False)

    assert "values={},\n" in program
