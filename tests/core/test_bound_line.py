"""The bound last line of a one-time code, as phones read it and as straks writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypedDict

import pytest

from straks.core.bound_line import BoundLine, bound_line, is_host, last_line, read_bound_line
from straks.errors import InvalidSetting


class Case(TypedDict):
    why: str
    text: str
    host: str | None
    code: str | None
    embedded_host: str | None


class Vectors(TypedDict):
    source: str
    cases: list[Case]


_FILE = Path(__file__).parents[1] / "vectors" / "bound-lines.json"
VECTORS: Vectors = json.loads(_FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in VECTORS["cases"]])
def test_a_last_line_is_read_as_the_standard_reads_it(case: Case) -> None:
    found = read_bound_line(case["text"])

    if case["host"] is None or case["code"] is None:
        assert found is None
    else:
        assert found == BoundLine(case["host"], case["code"], case["embedded_host"])


def test_the_line_is_at_host_space_number_sign_code() -> None:
    assert bound_line("login.example.org", "012345") == "@login.example.org #012345"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "localhost",
        "Login.example.org",
        "https://login.example.org",
        "login.example.org:443",
        "login.example.org/",
        "user@login.example.org",
        "login .example.org",
        "login.example.org\n",
        "bokmål.example.org",
        "-login.example.org",
        "login-.example.org",
        "login..example.org",
        ".example.org",
        "example.org.",
        "127.0.0.1",
        "a" * 64 + ".example.org",
        "a." * 130 + "org",
    ],
)
def test_no_line_is_written_for_what_is_no_plain_host(host: str) -> None:
    assert not is_host(host)
    with pytest.raises(InvalidSetting, match="needs a host such as"):
        bound_line(host, "482913")


@pytest.mark.parametrize("host", ["example.org", "login-2.example.org", "xn--bokml-mra.example.org", "1.no"])
def test_a_plain_host_may_have_figures_hyphens_and_a_labels(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize("code", ["", "482 913", "482913\n", "٤٨٢٩١٣", "482913\u00a0", "\x7f"])
def test_a_code_that_would_be_read_as_another_is_refused_and_not_shown(code: str) -> None:
    with pytest.raises(InvalidSetting, match="code of printable ASCII") as caught:
        bound_line("login.example.org", code)

    assert not code or code not in str(caught.value)


def test_the_code_is_not_in_the_repr() -> None:
    assert "482913" not in repr(read_bound_line("@login.example.org #482913"))


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\rb", "a\n\rb", "b"])
def test_every_kind_of_line_break_is_one(text: str) -> None:
    assert last_line(text) == "b"
