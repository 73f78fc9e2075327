"""A message with a parameter of most kinds, and rows that fill it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import straks

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]
MakeRow = Callable[..., Row]

MANIFEST = """
[template]
purpose = "notice"
repeat = "harmful"
time-to-live = 3600

[parameters.place]
kind = "text"
max-length = 20
alphabet = "gsm-7"
example = "Biblioteket"

[parameters.count]
kind = "integer"
min = 1
max = 20
example = 2

[parameters.fee]
kind = "amount"
min = 0
max = 500
example = "49.50"
optional = true

[parameters.until]
kind = "date"
example = 2026-05-17
optional = true

[parameters.opens]
kind = "datetime"
example = 2026-05-17T12:00:00+02:00
optional = true

[parameters.wait]
kind = "duration"
min = "1 min"
max = "2 d"
example = "5 min"
optional = true

[parameters.bring]
kind = "list"
max-items = 3
of = { kind = "text", max-length = 10, alphabet = "gsm-7" }
example = ["ID"]
optional = true
"""
SMS = {
    "nb": "{{ count }} pakker på {{ place }}.{% if fee %} Gebyr {{ fee }}.{% endif %}"
    "{% if until %} Frist {{ until }}.{% endif %}{% if opens %} Fra {{ opens }}.{% endif %}"
    "{% if wait %} Om {{ wait }}.{% endif %}{% if bring %} Ta med {{ bring }}.{% endif %}",
    "nn": "{{ count }} pakkar på {{ place }}.{% if fee %} Gebyr {{ fee }}.{% endif %}"
    "{% if until %} Frist {{ until }}.{% endif %}{% if opens %} Frå {{ opens }}.{% endif %}"
    "{% if wait %} Om {{ wait }}.{% endif %}{% if bring %} Ta med {{ bring }}.{% endif %}",
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of templates: ``parcel`` in nb and nn, by SMS and e-mail."""
    folder = tmp_path_factory.mktemp("templates")
    for locale, text in SMS.items():
        (folder / "parcel" / locale).mkdir(parents=True)
        for file in ("sms.txt", "email.txt"):
            (folder / "parcel" / locale / file).write_text(text, "utf-8")
        (folder / "parcel" / locale / "subject.txt").write_text("Pakke", "utf-8")
    (folder / "parcel/template.toml").write_text(MANIFEST, "utf-8")
    return folder


@pytest.fixture(scope="session")
def parcel(folder: Path) -> straks.Template:
    return straks.Catalog.load(folder, policy=None)["parcel"]


@pytest.fixture
def make_row() -> MakeRow:
    """Return a maker of rows: ``make_row(3, place="Posten")``."""

    def make(number: int = 0, **changes: object) -> Row:
        row = {
            "to": f"+467017406{5 + number % 95:02d}",
            "locale": "nb",
            "occasion": f"parcel/{number}",
            "place": "Biblioteket",
            "count": "2",
        }
        return {name: value for name, value in {**row, **changes}.items() if value is not ...}

    return make
