"""
Random messages: what a template's author might write.

The values for them are those that anybody gets: `straks.testing.values` draws what the parameters admit,
and knows nothing of the bound that some of the laws here are about.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias

import pytest
from hypothesis import reject
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.core.locale import OSLO
from straks.errors import TemplateError

if TYPE_CHECKING:
    from straks.core.template import Template

FILTERS = (
    "upper", "lower", "title", "capitalize", "trim", 'replace("a", "bbb")', 'replace("ß", "")',
    'replace("aa", "€")', 'replace("A", "xxxx")', 'replace("9", "nine")', 'default("–")',
)  # fmt: skip
CONSTANTS = (
    "Hei ",
    "€",
    "[x]",
    " ",
    "\n",
    "č",
    "😀",
    "kr 5 & <b>ok</b>",
    "a" * 40,
    "ø" * 77,
    "^" * 30,
    "  \n",
)

Lines: TypeAlias = dict[str, str]


@dataclass(frozen=True)
class Declared:
    """A parameter: its keys as TOML, and literals worth comparing it with."""

    name: str
    keys: Lines
    literals: tuple[str, ...]
    optional: bool = False

    @property
    def kind(self) -> str:
        return json.loads(self.keys["kind"])  # type: ignore[no-any-return]

    def toml(self) -> str:
        keys = {**self.keys, "optional": json.dumps(self.optional)}
        return f"[parameters.{self.name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


@dataclass(frozen=True)
class Written:
    """A message: parameters and the texts that use them."""

    declared: tuple[Declared, ...]
    sms: str
    subject: str
    html: str

    @property
    def template(self) -> Template:
        head = '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n'
        return Catalog(
            {
                "_layout/email.html": (
                    "<!doctype html><html><head><title>{{ subject }}</title></head>"
                    "<body>{% block content %}{% endblock %}</body></html>"
                ),
                "m/template.toml": head + "".join(each.toml() for each in self.declared),
                "m/nb/sms.txt": self.sms,
                "m/nb/subject.txt": self.subject,
                "m/nb/email.html": self.html,
            }
        )["m"]


@st.composite
def _text(draw: st.DrawFn, name: str) -> Declared:
    most, gsm7 = draw(st.integers(1, 90)), draw(st.booleans())
    least = draw(st.integers(0, min(2, most)))
    keys = {
        "kind": json.dumps(draw(st.sampled_from(["text", "name"]))),
        "max-length": str(most),
        "min-length": str(least),
        "alphabet": json.dumps("gsm-7" if gsm7 else "any"),
        "example": json.dumps("a" * most),
    }
    return Declared(name, keys, ('"a"', '""', '"aa"'))


@st.composite
def _integer(draw: st.DrawFn, name: str) -> Declared:
    low = draw(st.integers(-1200, 1200))
    high = low + draw(st.sampled_from([0, 1, 3, 50, 2000]))
    keys = {"kind": '"integer"', "min": str(low), "max": str(high), "example": str(low)}
    return Declared(name, keys, ("0", "1", "10", str(low), str(high), "1.5"))


@st.composite
def _choice(draw: st.DrawFn, name: str) -> Declared:
    words = draw(
        st.lists(st.sampled_from(["ja", "čč", "^^^^", "nei takk", "😀", "ßa"]), min_size=1, unique=True)
    )
    keys = {"kind": '"choice"', "choices": json.dumps(words, ensure_ascii=False)}
    keys["example"] = json.dumps(words[0], ensure_ascii=False)
    return Declared(name, keys, ('"ja"', '"čč"', f'"{words[-1]}"'))


@st.composite
def _code(draw: st.DrawFn, name: str) -> Declared:
    length = draw(st.integers(1, 9))
    keys = {"kind": '"code"', "length": str(length), "example": json.dumps("1" * length)}
    return Declared(name, keys, ('"1"',))


@st.composite
def _amount(draw: st.DrawFn, name: str) -> Declared:
    low = draw(st.integers(-2000, 2000))
    high = low + draw(st.sampled_from([0, 2, 2000]))
    keys = {"kind": '"amount"', "min": str(low), "max": str(high), "example": f'"{low}"'}
    return Declared(name, keys, ("0", "100"))


@st.composite
def _date(draw: st.DrawFn, name: str) -> Declared:
    low = draw(st.dates(date(1990, 1, 1), date(2030, 1, 1)))
    high = low + timedelta(days=draw(st.sampled_from([0, 1, 30, 500])))
    style = draw(st.sampled_from(["short", "medium", "long", "full"]))
    keys = {"kind": '"date"', "min": str(low), "max": str(high), "example": str(low), "style": f'"{style}"'}
    return Declared(name, keys, ())


@st.composite
def _moment(draw: st.DrawFn, name: str) -> Declared:
    low = draw(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1))).replace(microsecond=0, tzinfo=OSLO)  # noqa: DTZ001 - Hypothesis wants them bare
    high = low + timedelta(minutes=draw(st.sampled_from([0, 1, 2_000, 900_000])))
    keys = {"kind": '"datetime"', "min": low.isoformat(), "max": high.isoformat(), "example": low.isoformat()}
    return Declared(name, keys, ())


@st.composite
def _time(draw: st.DrawFn, name: str) -> Declared:
    low, high = sorted(draw(st.tuples(st.integers(0, 1439), st.integers(0, 1439))))
    at = [time(minute // 60, minute % 60) for minute in (low, high)]
    keys = {"kind": '"time"', "min": str(at[0]), "max": str(at[1]), "example": str(at[0])}
    return Declared(name, keys, ())


@st.composite
def _duration(draw: st.DrawFn, name: str) -> Declared:
    low = draw(st.integers(0, 200))
    high = low + draw(st.sampled_from([0, 3, 100, 3000]))
    keys = {"kind": '"duration"', "min": f'"{low} min"', "max": f'"{high} min"', "example": f'"{low} min"'}
    return Declared(name, keys, ())


@st.composite
def _url(draw: st.DrawFn, name: str) -> Declared:
    most = draw(st.integers(21, 60))
    keys = {
        "kind": '"url"',
        "hosts": '["example.org", "a.example.com"]',
        "max-length": str(most),
        "example": '"https://example.org/"',
    }
    return Declared(name, keys, ('"https://example.org/"',))


@st.composite
def _list(draw: st.DrawFn, name: str) -> Declared:
    of = draw(st.one_of(_text(name), _integer(name), _choice(name), _url(name)))
    most = draw(st.sampled_from([1, 2, 3, 8]))
    inner = ", ".join(f"{key} = {value}" for key, value in of.keys.items() if key != "example")
    keys = {
        "kind": '"list"',
        "max-items": str(most),
        "of": f"{{ {inner} }}",
        "example": f"[{of.keys['example']}]",
    }
    return Declared(name, keys, ())


_KINDS = (
    _text,
    _text,
    _text,
    _integer,
    _choice,
    _code,
    _amount,
    _date,
    _moment,
    _time,
    _duration,
    _url,
    _list,
)


@st.composite
def _condition(draw: st.DrawFn, declared: tuple[Declared, ...], depth: int = 0) -> str:
    of = draw(st.sampled_from(declared))
    asked = [of.name]
    if of.literals:
        literal = draw(st.sampled_from(of.literals))
        compare = draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
        asked += [f"{of.name} {compare} {literal}", f"{of.name} in [{literal}, {of.literals[0]}]"]
        asked += [f"{literal} == {of.name}", f"{of.name} not in [{literal}]"]
    if of.kind == "list":
        asked += [f"{of.name}|length > 1", f"{of.name}|length == 3"]
    asked += [f"{of.name} == {each.name}" for each in declared if each.kind == of.kind != "list"]
    if depth < 2:
        one, two = (draw(_condition(declared, depth + 1)) for _ in "12")
        asked += [f"({one}) and ({two})", f"({one}) or ({two})", f"not ({one})"]
    condition = draw(st.sampled_from(asked))
    return f"{of.name} and ({condition})" if of.optional else condition


@st.composite
def _output(draw: st.DrawFn, declared: tuple[Declared, ...]) -> str:
    of = draw(st.sampled_from(declared))
    outputs = [of.name, of.name]
    if of.kind != "list":
        chain = draw(st.lists(st.sampled_from(FILTERS), min_size=1, max_size=2))
        outputs += ["|".join([of.name, *chain]), f'"<" ~ {of.name} ~ "€"']
        if of.kind in ("integer", "amount"):
            outputs += [f'{of.name}|plural("sak", "sakene")', f"{of.name}|round(1)"]
    else:
        outputs += [f'{of.name}|join("; ")', f"{of.name}|length", f"{of.name}|upper"]
    output = draw(st.sampled_from(outputs))
    outputs = [output, f'{output} if {draw(_condition(declared))} else "nei"', f'{of.name} or "ikkje"']
    output = draw(st.sampled_from(outputs))
    return f"{{% if {of.name} %}}{{{{ {output} }}}}{{% endif %}}" if of.optional else f"{{{{ {output} }}}}"


@st.composite
def _page(draw: st.DrawFn, declared: tuple[Declared, ...], depth: int = 0) -> str:
    parts: list[str] = []
    for _ in range(draw(st.integers(1, 4 - depth))):
        what = draw(st.sampled_from(["text", "output", "output", "if", "for", "set", "macro"]))
        of = draw(st.sampled_from(declared))
        if what == "output":
            parts.append(draw(_output(declared)))
        elif what == "if" and depth < 2:
            one, two, three = (draw(_page(declared, depth + 1)) for _ in "123")
            condition, other = (draw(_condition(declared)) for _ in "12")
            parts.append(
                f"{{% if {condition} %}}{one}{{% elif {other} %}}{two}{{% else %}}{three}{{% endif %}}"
            )
        elif what == "for" and of.kind == "list" and not of.optional:
            inner = draw(
                st.sampled_from(["item", "item|upper", "loop.index", "item if loop.last else loop.index"])
            )
            body = f"{{% if not loop.first %}}, {{% endif %}}{{{{ {inner} }}}}"
            parts.append(f"{{% for item in {of.name} %}}{body}{{% endfor %}}")
        elif what == "set" and not of.optional:
            parts.append(f'{{% set x{depth} = {of.name} ~ "^" %}}{{{{ x{depth} }}}}{{{{ x{depth}|upper }}}}')
        elif what == "macro" and not of.optional and depth == 0:
            name = f"m{len(parts)}"
            macro = f'{{% macro {name}(v, w="–") %}}{{{{ v }}}}{{{{ w }}}}{{% endmacro %}}'
            parts.append(f"{macro}{{{{ {name}({of.name}) }}}}")
        else:
            parts.append(draw(st.sampled_from(CONSTANTS)))
    return "".join(parts)


@st.composite
def _messages(draw: st.DrawFn) -> Written:
    kinds = draw(st.lists(st.sampled_from(_KINDS), min_size=1, max_size=3))
    declared = tuple(
        replace(draw(kind(f"p{number}")), optional=draw(st.sampled_from([False, False, True])))
        for number, kind in enumerate(kinds)
    )
    sms = draw(_page(declared))
    linked = [
        f'<a href="https://example.org/?q={{{{ {of.name} }}}}">x</a>' for of in declared if not of.optional
    ]
    html = f"<p>{draw(_page(declared))}</p>" + "".join(linked[:1])
    written = Written(declared, sms, f"S {draw(_page(declared, 1))}", html)
    with suppress(TemplateError):
        _ = written.template
        return written
    return reject()


@pytest.fixture(scope="session")
def messages() -> st.SearchStrategy[Written]:
    return _messages()
