"""Fixes: safe ones change nothing that a reader sees, and to fix twice is to fix once."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from straks.cli.checking import Root
from straks.core.catalog import Catalog
from straks.errors import TemplateError
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping

# The rules that offer a fix; the others would only take their time.
FIXING = (
    "SMS102",
    "SMS106",
    "SMS107",
    "BND3",
    "LNK603",
    "LNK607",
    "LNG809",
    "HTM901",
    "HTM904",
    "HTM905",
    "TXT",
    "IGN",
)
PLAIN = [
    "Hei",
    " ",
    ". ",
    "\n",
    "\n\n",
    "{{ code }}",
    "{{ name }}",
    "{% if count > 1 %}flere{% else %}en{% endif %}",
    "{% if count > 1 %}\n  mange \n{% endif %}\n",
    '{{ count|plural("sak…", "saker") }}',
    '{{ "Ga\u030a" ~ code }}',
    '{% include "_parts/end.txt" %}',
]
FAULTS = [
    "  \n",
    "\t",
    "a\u030a",
    "A\u030a",
    "\u212b",
    "\u200b",
    "\u00ad",
    "\u2060",
    "\u00a0",
    "\u202f",
    "«",
    "–",
    "…",
    "\u202e",
    "\uff11",
    "n\u0430v",
    "saken.Vi",
    "{# straks: ignore[SMS102] why #}",
    "{# straks: ignore[SMS101, SMS102] why #}\n",
    "  {# straks: ignore[SMS106] why #}\n",
    "{#- straks: ignore[SMS106] why -#}",
    "Statsforvaltaren",
    "http://www.example.org/",
    "\n@Login.example.org\u00a0#{{ code }}",
]
MARKUP = [
    "<p>Hei</p>",
    '<p class="x">du</p>',
    "<p onclick='x()' title='a'>og</p>",
    "Inn&shy;logging",
    "&#8203;",
    '<a href="http://www.example.org/">Saken</a>',
    "<table><tr><td>a</td></tr></table>",
]
SMS = st.lists(st.sampled_from(PLAIN + FAULTS), max_size=10).map(lambda parts: "Hei" + "".join(parts))
HTML = st.lists(st.sampled_from(PLAIN[:-1] + FAULTS + MARKUP), max_size=10).map(
    lambda parts: "Hei" + "".join(parts)
)


def root_of(text: str, *, html: bool) -> Root:
    """Return a folder in memory with one template in it."""
    files = {"trial/template.toml": HEAD + PARAMETERS, "_parts/end.txt": "Hilsen  \nna\u030a – oss"}
    if html:
        files |= {"trial/nb/subject.txt": "Ga\u030a inn  ", "trial/nb/email.html": text}
    else:
        files["trial/nb/sms.txt"] = text
    shared = {"_layout/email.html": Trial(html="x").catalog()["trial"].renderer.source("_layout/email.html")}
    return Root(Path("templates"), None, Policy(select=FIXING), None, shared, raw=files)


def shown(files: Mapping[str, str], *, html: bool) -> list[str]:
    """Return what readers of the template see, for one value and for another."""
    catalog = Catalog(files)
    texts: list[str] = []
    for count in (1, 2):
        values = {**catalog["trial"].examples, "count": count}
        if html:
            email = catalog.email("trial", locale="nb", to="kari@example.org", values=values)
            texts += [email.subject, painted(seen(email.html or "")), email.text]
        else:
            texts.append(catalog.sms("trial", locale="nb", to="+46701740605", values=values).body)
    return [seen(text) for text in texts]


def painted(page: str) -> str:
    """Return *page* without the white space that HTML does not show: in a row, and where the body ends."""
    return re.sub(r"\s+(?=</body>)", "", re.sub(r"\s+", " ", page))


def seen(text: str) -> str:
    """Return *text* without what no reader can tell: composition, kinds of space, the unseen."""
    text = re.sub("[\u00ad\u200b\u2060\ufeff]", "", unicodedata.normalize("NFC", text))
    text = re.sub(r"\s+(?=</body>)", "", re.sub(r"[^\S\n]", " ", text))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def makes_messages(text: str, *, html: bool) -> bool:
    try:
        shown(root_of(text, html=html).files, html=html)
    except TemplateError:
        return False
    return True


def fixed_twice(text: str, *, html: bool, unsafe: bool) -> tuple[list[str], list[str], dict[str, str]]:
    """Return what readers see before and after fixing, and what fixing again changes."""
    root = root_of(text, html=html)
    before = shown(root.files, html=html)
    root.mended(unsafe=unsafe)
    return before, shown(root.files, html=html), root.mended(unsafe=unsafe)


@given(SMS.filter(lambda text: makes_messages(text, html=False)))
def test_a_safe_fix_of_an_sms_changes_nothing_and_fixing_twice_is_fixing_once(text: str) -> None:
    before, after, again = fixed_twice(text, html=False, unsafe=False)

    assert after == before
    assert again == {}


@given(HTML.filter(lambda text: makes_messages(text, html=True)))
def test_a_safe_fix_of_an_email_changes_nothing_and_fixing_twice_is_fixing_once(text: str) -> None:
    before, after, again = fixed_twice(text, html=True, unsafe=False)

    assert after == before
    assert again == {}


@given(SMS.filter(lambda text: makes_messages(text, html=False)))
def test_any_fix_of_an_sms_leaves_one_that_makes_messages_and_fixing_twice_is_fixing_once(text: str) -> None:
    _, after, again = fixed_twice(text, html=False, unsafe=True)

    assert all(after)
    assert again == {}


@given(HTML.filter(lambda text: makes_messages(text, html=True)))
def test_any_fix_of_an_email_leaves_one_that_makes_messages_and_fixing_twice_is_fixing_once(
    text: str,
) -> None:
    _, after, again = fixed_twice(text, html=True, unsafe=True)

    assert all(after)
    assert again == {}
