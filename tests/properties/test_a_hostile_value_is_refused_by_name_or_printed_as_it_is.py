"""
Law: a hostile value is refused with its parameter's name, or it stands in the message and does nothing.

It does nothing where the SMS is what a harmless value would make, with its print in the value's place,
and where whoever parses the page finds the same tags and attributes as around a harmless value. The
values are those of `straks.testing.hostile`, for a template with a parameter of every kind.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

import straks
from straks.core.catalog import Catalog
from straks.core.declaration import _KINDS
from straks.core.parameter import Shown
from straks.testing import hostile

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = {
    "code": 'length = 6\nexample = "482913"',
    "text": 'max-length = 60\nexample = "Ord"',
    "name": 'max-length = 60\nlines = 3\nexample = "Kari"',
    "reference": 'pattern = "20[0-9]{2}/[0-9]{1,6}"\nexample = "2026/1234"',
    "integer": "min = 1\nmax = 20\nexample = 2",
    "amount": "min = 0\nmax = 1000\nexample = 125",
    "date": "example = 2026-05-05",
    "time": "example = 14:30:00",
    "datetime": "example = 2026-05-05T14:30:00+02:00",
    "duration": 'min = "2 min"\nmax = "10 min"\nexample = "5 min"',
    "choice": 'choices = ["open", "closed"]\nexample = "open"',
    "url": 'hosts = ["www.example.org"]\nmax-length = 60\nexample = "https://www.example.org/"',
    "list": 'of = { kind = "text", max-length = 60 }\nmax-items = 3\nexample = ["ord"]',
}
MANIFEST = '[template]\npurpose = "notice"\ntime-to-live = 3600\n' + "".join(
    f'[parameters.{kind}]\nkind = "{kind}"\n{keys}\n' for kind, keys in KEYS.items()
)
CATALOG = Catalog(
    {
        "m/template.toml": MANIFEST,
        "m/nb/sms.txt": "\n".join(f"[{{{{ {kind} }}}}]" for kind in KEYS),
        "m/nb/subject.txt": "Om {{ text }}",
        "m/nb/email.html": "".join(f'<p title="{{{{ {kind} }}}}">{{{{ {kind} }}}}</p>' for kind in KEYS)
        + '<a href="{{ url }}">Logg inn</a>',
    }
)
TEMPLATE = CATALOG["m"]
NOBODY = straks.PhoneNumber.parse("+46701740605")


class Page(HTMLParser):
    """The tags and attributes' names of a page, and what stands in each paragraph and its title."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.structure: list[tuple[str, ...]] = []
        self.titles: list[str] = []
        self.paragraphs: list[str] = []
        self._inside = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.structure.append((tag, *(name for name, _ in attrs)))
        if tag == "p":
            self._inside = True
            self.titles.append(dict(attrs)["title"] or "")
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        self.structure.append((f"/{tag}",))
        self._inside = self._inside and tag != "p"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.paragraphs[-1] += data

    def handle_comment(self, data: str) -> None:
        self.structure.append(("!--", data))


def email(filling: Mapping[str, Any]) -> straks.Email:
    return CATALOG.email("m", locale="nb", to="kari@example.org", values=filling)


def printed(filling: Mapping[str, Any], *, plainly: bool) -> list[str]:
    """Return what each value prints, by itself."""
    shown = [TEMPLATE.parameters[kind].show(value, "nb") for kind, value in filling.items()]
    return [str(each.plainly() if plainly and isinstance(each, Shown) else each) for each in shown]


HARMLESS = Page(email(TEMPLATE.examples).body)


def test_every_kind_is_here() -> None:
    assert set(KEYS) == set(_KINDS)
    assert HARMLESS.paragraphs == HARMLESS.titles == printed(TEMPLATE.examples, plainly=False)


def refusal(filling: Mapping[str, Any]) -> straks.InvalidValue | None:
    try:
        TEMPLATE.sms("nb", NOBODY, filling)
    except straks.InvalidValue as error:
        return error
    return None


@settings(max_examples=400)
@given(st.data())
def test_a_hostile_value_is_refused_by_name_or_printed_as_it_is(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(KEYS)))
    filling = {**TEMPLATE.examples, kind: data.draw(hostile(TEMPLATE.parameters[kind]))}
    refused = refusal(filling)
    if refused is not None:
        assert refused.parameter == kind
        assert f"'{kind}'" in str(refused)
        return
    checked = TEMPLATE.check(filling, "nb", "sms")
    page = Page(email(filling).body)

    assert TEMPLATE.sms("nb", NOBODY, filling).body == "\n".join(
        f"[{value}]" for value in printed(checked, plainly=True)
    )
    assert page.structure == HARMLESS.structure
    assert page.paragraphs == page.titles == printed(checked, plainly=False)
    assert email(filling).subject == f"Om {checked['text']}"
