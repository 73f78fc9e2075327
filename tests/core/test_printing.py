"""What a value prints at a hole: the same for the bound and for the policy."""

from __future__ import annotations

from decimal import Decimal

import pytest

from straks.core.catalog import Catalog
from straks.core.printing import Printer
from straks.core.way import ONE_LINE, ONWARDS, Filter, Hole

MANIFEST = """
[template]
purpose = "notice"
repeat = "harmless"
[parameters.count]
kind = "integer"
min = -9000
max = 9000
example = 1
[parameters.sums]
kind = "list"
max-items = 3
of = { kind = "amount", min = -9000, max = 9000 }
example = [1]
[parameters.name]
kind = "text"
max-length = 30
example = "Kari"
"""
FILES = {"m/template.toml": MANIFEST, "m/nb/subject.txt": "Hei", "m/nb/email.txt": "Hei"}
TEMPLATE = Catalog(FILES)["m"]
PRINTER = Printer(TEMPLATE, "nb")


def test_a_value_prints_as_its_language_does() -> None:
    assert PRINTER.prints(Hole("count"), -1250) == "-1\N{NO-BREAK SPACE}250"
    assert PRINTER.prints(Hole("sums#1"), Decimal(5)) == "5,00\N{NO-BREAK SPACE}kr"


def test_in_an_sms_it_prints_plainly() -> None:
    assert Printer(TEMPLATE, "nb", plainly=True).prints(Hole("count"), -1250) == "-1 250"


@pytest.mark.parametrize(
    ("filters", "printed"),
    [
        ((Filter("upper"),), "KARI NORDMANN"),
        ((Filter("replace", ("a", "e")), Filter("length")), "13"),
        ((ONWARDS,), "kari Nordmann"),
        ((Filter("replace", (" ", " \n ")), ONE_LINE), "kari nordmann"),
    ],
)
def test_a_value_prints_through_the_filters_of_its_hole(filters: tuple[Filter, ...], printed: str) -> None:
    assert PRINTER.prints(Hole("name", filters), "kari nordmann") == printed


def test_a_hole_of_an_item_is_the_items_own_parameter() -> None:
    assert PRINTER.parameter("sums").kind == "list"
    assert PRINTER.parameter("sums#0").kind == "amount"
