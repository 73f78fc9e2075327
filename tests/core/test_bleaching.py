"""One pass of bleach, bent to the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.core import bleaching
from straks.core.bleaching import clean_once

if TYPE_CHECKING:
    from bleach.sanitizer import Cleaner


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("a<script>b<b>c</b></script>d", "ad"),
        ("a<svg><g><text>b</text></g></svg>d", "ad"),
        ("a<svg/>b", "ab"),
        ("a<object>b<object>c</object>d</object>e", "ae"),
        ("a</object>b", "ab"),
        ("<straks-fragment>a</straks-fragment>b", "ab"),
    ],
)
def test_what_is_dropped_goes_whole(html: str, cleaned: str) -> None:
    assert clean_once(html).strip() == cleaned


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("&aring;", "å"),
        ("&nbsp;", "\u00a0"),
        ("&#x41;&#66;", "AB"),
        ("&amp;", "&amp;"),
        ("&lt;&gt;", "&lt;&gt;"),
        ("&amp;lt;", "&amp;lt;"),
        ("&#1;&#13;", ""),
        ("&#0;&#xD800;&#x110000;", "\ufffd" * 3),
        ("&nosuch;", "&amp;nosuch;"),
        ("& &; &#; a&b", "&amp; &amp;; &amp;#; a&amp;b"),
    ],
)
def test_a_reference_in_text_becomes_its_character(reference: str, text: str) -> None:
    assert clean_once(reference) == text


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("&aring;&hellip;", "å…"),
        ("&copy", "©"),
        ("&copy=&copyx &copy;", "&amp;copy=&amp;copyx ©"),
        ("&#65&#x42;", "AB"),
        ("&quot;&apos;&lt;&gt;&amp;", "&quot;'&lt;&gt;&amp;"),
        ("&nosuch; & &#;", "&amp;nosuch; &amp; &amp;#;"),
    ],
)
def test_a_reference_in_an_attribute_becomes_its_character(reference: str, value: str) -> None:
    assert clean_once(f'<p title="{reference}">') == f'<p title="{value}"></p>'


def test_an_attribute_that_is_judged_away_leaves_its_element() -> None:
    assert (
        clean_once('<a href="http://example.org/" style="position:fixed" title="t">x</a>')
        == '<a title="t">x</a>'
    )


def test_a_cleaner_is_used_again_but_not_while_it_works_or_remembers_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    idle: list[Cleaner] = []
    monkeypatch.setattr(bleaching, "_IDLE", idle)
    clean_once("<p>a</p>")
    (cleaner,) = idle
    clean_once("<p>b</p>")
    assert idle == [cleaner]
    monkeypatch.setattr(bleaching, "_LONGEST_KEPT", 3)
    clean_once("<p>long</p>")

    assert idle == []
