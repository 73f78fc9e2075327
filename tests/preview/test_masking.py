"""What is covered up."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.preview.masking import DOT, masked, masked_html

secrets = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=12).filter(
    lambda secret: DOT not in secret
)


@given(before=st.text(max_size=20), secret=secrets, after=st.text(max_size=20))
def test_no_secret_is_left_and_nothing_moves(before: str, secret: str, after: str) -> None:
    text = before + secret + after
    shown = masked(text, [secret])

    assert len(shown) == len(text)
    assert secret not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Koden er 482913.", "Koden er ••••••."),
        ("Koden er 482 913 eller 482-913.", "Koden er ••• ••• eller •••-•••."),
        ("Koden er 48291.", "Koden er 48291."),
        ("@login.example.org #482913", "@login.example.org #••••••"),
    ],
)
def test_a_code_is_covered_however_it_is_grouped(text: str, shown: str) -> None:
    assert masked(text, ["482913"]) == shown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<b>482913</b>", "<b>••••••</b>"),
        (
            "<i>4</i><i>8</i><i>2</i> <i>9</i><i>1</i><i>3</i>",
            "<i>•</i><i>•</i><i>•</i> <i>•</i><i>•</i><i>•</i>",
        ),
        (
            '<a href="https://example.org/?c=482913">482&nbsp;913</a>',
            '<a href="https://example.org/?c=••••••">•••••••</a>',
        ),
        ("<p>482912</p>", "<p>482912</p>"),
    ],
)
def test_a_code_is_covered_in_html_wherever_it_stands(html: str, shown: str) -> None:
    assert re.sub("•+", "•", masked_html(html, ["482913"])) == re.sub("•+", "•", shown)


def test_a_short_secret_is_covered_in_texts_and_leaves_attributes_alone() -> None:
    assert masked_html('<p style="margin: 12px">12</p>', ["12"]) == '<p style="margin: 12px">••</p>'


def test_a_secret_with_markup_in_it_is_covered_as_it_is_written() -> None:
    html = "<p>A &amp; B &lt;C&gt;</p><a href='https://example.org/A%20%26%20B%20%3CC%3E'>x</a>"

    assert "&amp;" not in masked_html(html, ["A & B <C>"])
    assert "%26" not in masked_html(html, ["A & B <C>"])


def test_capitals_hide_nothing() -> None:
    assert masked("KARI NORDMANN", ["Kari Nordmann"]) == "•••• ••••••••"


def test_nothing_is_covered_where_nothing_is_secret() -> None:
    assert masked("Hei", ["", "  "]) == "Hei"
    assert masked_html("<p>Hei</p>", [""]) == "<p>Hei</p>"
