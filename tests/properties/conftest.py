"""
Random messages: what a template's author might write.

The values for them are those that anybody gets: `straks.testing.values` draws what the parameters admit,
and knows nothing of the bound that some of the laws here are about.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import pytest
from hypothesis import reject
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.core.locale import LOCALES, OSLO
from straks.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from straks.core.template import Template

T = TypeVar("T")
Lines: TypeAlias = dict[str, str]


@dataclass(frozen=True)
class Dice:
    """Whatever chooses, by Hypothesis."""

    draw: st.DrawFn

    def number(self, low: int, high: int) -> int:
        """Choose a whole number, ends included."""
        return self.draw(st.integers(low, high))


def one(dice: Dice, options: Sequence[T]) -> T:
    return options[dice.number(0, len(options) - 1)]


def chance(dice: Dice, of: int) -> bool:
    """Tell whether it is the one time in so many; never where a draw is made as simple as can be."""
    return dice.number(0, of - 1) == of - 1


# --- parameters --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Declared:
    """A parameter: its keys as TOML, and literals worth comparing it with."""

    name: str
    keys: Lines
    literals: tuple[str, ...] = ()
    optional: bool = False
    wider: Callable[[Dice], Declared] | None = field(default=None, compare=False)

    @property
    def kind(self) -> str:
        return json.loads(self.keys["kind"])  # type: ignore[no-any-return]

    def toml(self) -> str:
        keys = {**self.keys, "optional": json.dumps(self.optional)}
        return f"[parameters.{self.name}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def _text(dice: Dice, name: str) -> Declared:
    most = dice.number(1, 90) if dice.number(0, 1) else dice.number(1, 4)
    return _text_of(
        name,
        dice.number(0, min(2, most)),
        most,
        gsm7=bool(dice.number(0, 1)),
        kind=one(dice, ["text", "name"]),
    )


def _text_of(name: str, least: int, most: int, *, gsm7: bool, kind: str) -> Declared:
    keys = {
        "kind": json.dumps(kind),
        "max-length": str(most),
        "min-length": str(least),
        "alphabet": json.dumps("gsm-7" if gsm7 else "any"),
        "example": json.dumps("a" * most),
    }
    return Declared(
        name,
        keys,
        ('"a"', '""', '"aa"', '"ZZ"', '"ß€"'),
        wider=lambda dice: _text_of(
            name,
            max(0, least - dice.number(0, 1)),
            most + dice.number(0, 30),
            gsm7=gsm7 and bool(dice.number(0, 1)),
            kind=kind,
        ),
    )


def _reference(dice: Dice, name: str) -> Declared:
    pattern, example = one(
        dice,
        [
            ("20[0-9]{2}/[0-9]{1,6}", "2026/1"),
            ("[a-c€]{1,8}", "a"),
            ("(?:ja|neičč)", "ja"),
            ("[A-Z]{2}-?[0-9]{3}", "AB123"),
        ],
    )
    keys = {"kind": '"reference"', "pattern": json.dumps(pattern, ensure_ascii=False)}
    keys["example"] = json.dumps(example)
    return Declared(name, keys, ('"ja"', '"a"', '"AB123"'))


def _integer(dice: Dice, name: str) -> Declared:
    low = dice.number(-1200, 1200) if dice.number(0, 1) else dice.number(0, 2)
    return _integer_of(name, low, low + one(dice, [0, 1, 3, 50, 2500]))


def _integer_of(name: str, low: int, high: int) -> Declared:
    keys = {"kind": '"integer"', "min": str(low), "max": str(high), "example": str(low)}
    return Declared(
        name,
        keys,
        ("0", "1", "10", str(low), str(high), "1.5", str(low + 1)),
        wider=lambda dice: _integer_of(name, low - dice.number(0, 60), high + one(dice, [0, 1, 900, 9000])),
    )


def _choice(dice: Dice, name: str) -> Declared:
    words = ["ja", "čč", "^^^^", "nei takk", "😀", "ßa", "à la", "NEI"]
    start = dice.number(0, len(words) - 1)
    return _choice_of(name, [*words, *words][start : start + dice.number(1, 5)])


def _choice_of(name: str, words: list[str]) -> Declared:
    keys = {"kind": '"choice"', "choices": json.dumps(words, ensure_ascii=False)}
    keys["example"] = json.dumps(words[0], ensure_ascii=False)
    return Declared(
        name,
        keys,
        ('"ja"', '"čč"', f'"{words[-1]}"'),
        wider=lambda dice: _choice_of(name, [*words, f"og {dice.number(0, 9)} til"]),
    )


def _code(dice: Dice, name: str) -> Declared:
    length = dice.number(1, 9)
    keys = {"kind": '"code"', "length": str(length), "example": json.dumps("1" * length)}
    return Declared(name, keys, ('"1"', '"11"'))


def _amount(dice: Dice, name: str) -> Declared:
    low = dice.number(-2000, 2000)
    return _amount_of(name, low, low + one(dice, [0, 2, 2000]), one(dice, ["NOK", "ISK", "USD"]))


def _amount_of(name: str, low: int, high: int, currency: str) -> Declared:
    keys = {"kind": '"amount"', "min": str(low), "max": str(high), "example": f'"{low}"'}
    keys["currency"] = json.dumps(currency)
    return Declared(
        name,
        keys,
        ("0", "100", "1.5", str(low)),
        wider=lambda dice: _amount_of(
            name, low - dice.number(0, 9), high + one(dice, [0, 1, 100_000]), currency
        ),
    )


def _date(dice: Dice, name: str) -> Declared:
    low = date(1990, 1, 1) + timedelta(days=dice.number(0, 15_000))
    high = low + timedelta(days=one(dice, [0, 1, 30, 500]))
    return _date_of(name, low, high, one(dice, ["short", "medium", "long", "full"]))


def _date_of(name: str, low: date, high: date, style: str) -> Declared:
    keys = {"kind": '"date"', "min": str(low), "max": str(high), "example": str(low), "style": f'"{style}"'}
    return Declared(
        name,
        keys,
        wider=lambda dice: _date_of(name, low, high + timedelta(days=dice.number(0, 400)), style),
    )


def _moment(dice: Dice, name: str) -> Declared:
    start = datetime(1990, 1, 1, tzinfo=OSLO) + timedelta(minutes=dice.number(0, 20_000_000))
    minutes = one(dice, [0, 1, 2_000, 900_000])
    low, high = (start.astimezone(OSLO) + timedelta(minutes=each) for each in (0, minutes))
    keys = {"kind": '"datetime"', "min": low.isoformat(), "max": high.isoformat(), "example": low.isoformat()}
    keys["style"] = json.dumps(one(dice, ["short", "long", "full"]))
    return Declared(name, keys)


def _time(dice: Dice, name: str) -> Declared:
    low = dice.number(0, 1439)
    return _time_of(name, low, dice.number(low, 1439))


def _time_of(name: str, low: int, high: int) -> Declared:
    ends = [time(minute // 60, minute % 60) for minute in (low, high)]
    keys = {"kind": '"time"', "min": str(ends[0]), "max": str(ends[1]), "example": str(ends[0])}
    return Declared(name, keys, wider=lambda dice: _time_of(name, dice.number(0, low), high))


def _duration(dice: Dice, name: str) -> Declared:
    step = one(dice, [1, 1, 15, 7])
    low = dice.number(0, 200) * step
    return _duration_of(name, low, low + one(dice, [0, 3, 100, 3000]) * step, step)


def _duration_of(name: str, low: int, high: int, step: int) -> Declared:
    keys = {"kind": '"duration"', "min": f'"{low} min"', "max": f'"{high} min"', "example": f'"{low} min"'}
    keys["step"] = f'"{step} min"'
    return Declared(
        name,
        keys,
        wider=lambda dice: _duration_of(name, low, high + step * one(dice, [0, 1, 60, 1440]), step),
    )


def _url(dice: Dice, name: str) -> Declared:
    return _url_of(name, dice.number(21, 60))


def _url_of(name: str, most: int) -> Declared:
    keys = {
        "kind": '"url"',
        "hosts": '["example.org", "a.example.com"]',
        "max-length": str(most),
        "example": '"https://example.org/"',
    }
    return Declared(
        name, keys, ('"https://example.org/"',), wider=lambda dice: _url_of(name, most + dice.number(0, 9))
    )


def _list(dice: Dice, name: str) -> Declared:
    of = one(dice, (_text, _integer, _choice, _url, _amount, _date, _code))(dice, name)
    return _list_of(name, of, one(dice, [1, 2, 3, 8, 12]))


def _list_of(name: str, of: Declared, most: int) -> Declared:
    inner = ", ".join(f"{key} = {value}" for key, value in of.keys.items() if key != "example")
    keys = {
        "kind": '"list"',
        "max-items": str(most),
        "of": f"{{ {inner} }}",
        "example": f"[{of.keys['example']}]",
    }
    return Declared(name, keys, of.literals, wider=lambda dice: _list_of(name, of, most + dice.number(0, 4)))


KINDS = (
    _text, _text, _text, _integer, _integer, _choice, _choice, _code, _amount, _date, _moment, _time,
    _duration, _url, _reference, _list, _list,
)  # fmt: skip


# --- texts -------------------------------------------------------------------------------------

FILTERS = (
    "upper", "lower", "title", "capitalize", "trim", 'replace("a", "bbb")', 'replace("ß", "")',
    'replace("aa", "€")', 'replace("A", "xxxx")', 'replace("9", "nine")', 'replace("a", " ")',
    'default("–")', 'replace("e", "č", 1)', "length", 'trim("a9")', 'default("nei", true)',
)  # fmt: skip
CONSTANTS = (
    "Hei ", "€", "[x]", " ", "\n", "č", "😀", "a" * 40, "ø" * 77, "^" * 30, "  \n", " \n \n", "\u00a0", "– ",
    "S\u0323", ".", "  ", "\t",
)  # fmt: skip
MARKUP = (
    "<br>", "<p>Hei</p>", "<strong>ok</strong>", "kr 5 & 6", "&nbsp;", "<p>åpen", "</p>",
    "<ul><li>en</li></ul>", "<b><i>x</b></i>", "<td>x</td>", "<h1>Å</h1>", "&amp;amp", "<em>", "</em>",
    "<script>x</script>", "<hr>", "&", ";",
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    """A name that may stand in an expression, and what is known of it."""

    name: str
    kind: str
    literals: tuple[str, ...] = ()
    optional: bool = False


@dataclass
class Author:
    """Writes the files of one message; ``html`` says what the file in hand is."""

    dice: Dice
    folder: str
    html: bool = False
    files: Lines = field(default_factory=dict)
    fresh: int = 0
    under: int = 0
    """How many conditions this stands under, within a scope: there no new name may be set."""

    def page(self, names: Sequence[Named], depth: int = 0) -> str:
        """Write a few pieces, one after the other."""
        known = list(names)
        return "".join(self.piece(known, depth) for _ in range(self.dice.number(1, max(4 - depth, 1))))

    def piece(self, names: list[Named], depth: int) -> str:
        writers: list[Callable[[list[Named], int], str]] = [self.constant, self.output, self.output]
        if depth < 3:
            writers += [self.branch, self.loop, self.setting, self.macro, self.part, self.output]
        return one(self.dice, writers)(names, depth)

    def constant(self, _names: list[Named], _depth: int) -> str:
        return one(self.dice, (*CONSTANTS, *(MARKUP * 2)) if self.html else CONSTANTS)

    def output(self, names: list[Named], depth: int) -> str:
        guard, known = self.guarded(names)
        text = f"{{{{ {self.expression(known, depth)} }}}}"
        if self.html and chance(self.dice, 3):
            text = one(
                self.dice,
                [
                    f"<p>{text}</p>",
                    f'<a href="https://example.org/?q={text}">x</a>',
                    f'<span title="{text}">å</span>',
                    f"<li>{text}",
                ],
            )
        return f"{{% if {guard} %}}{text}{{% endif %}}" if guard else text

    def guarded(self, names: Sequence[Named]) -> tuple[str, list[Named]]:
        """Choose what may be left out and is asked for first, and return it with the names there are then."""
        maybe = [name for name in names if name.optional]
        there = [name for name in names if not name.optional]
        if not maybe or not chance(self.dice, 2):
            return "", there
        asked = one(self.dice, maybe)
        return asked.name, [*there, replace(asked, optional=False)]

    def expression(  # noqa: C901, PLR0911, PLR0912 - one kind of expression after the other
        self, names: Sequence[Named], depth: int = 0
    ) -> str:
        of = self.named(names)
        if of is None:
            return one(self.dice, ['"å€"', "12", "-1", '"a b"', '"x" ~ 2'])
        simple = (
            of.name if of.kind != "loop" else one(self.dice, ["loop.index", '"," if not loop.last else "."'])
        )
        if of.kind == "list":
            simple = one(
                self.dice,
                [
                    of.name,
                    f'{of.name}|join("; ")',
                    f"{of.name}|length",
                    f"{of.name}|upper",
                    f"{of.name}|title",
                ],
            )
        if of.kind == "loop":
            return simple
        match self.dice.number(0, 11) if depth < 4 else 0:
            case 1 | 2:
                return "|".join([simple, *(one(self.dice, FILTERS) for _ in range(self.dice.number(1, 2)))])
            case 3:
                between = one(self.dice, ['" "', '"-"', '"€"', '"a"'])
                return f"{self.term(names, depth)} ~ {between} ~ {simple}"
            case 4:
                chosen = one(self.dice, FILTERS)
                return f"({self.term(names, depth)} ~ {simple})|{chosen}"
            case 5:
                return f"{simple} if {self.condition(names)} else {self.term(names, depth)}"
            case 6:
                return f'{simple} or "ikkje"'
            case 7:
                return f"({simple} and {self.term(names, depth)})"
            case 8 if of.kind in ("integer", "amount"):
                return one(
                    self.dice,
                    [f'{of.name}|plural("sak", "sakene")', f"{of.name}|round(1)", f"{of.name}|round(-1)"],
                )
            case 9:
                between = one(self.dice, ['", "', '""', simple])
                return f"[{self.term(names, depth)}, {simple}]|join({between})"
            case 10 if of.kind == "integer":
                return f'{of.name}|plural("sak", {self.term(names, depth)})'
            case _:
                return simple

    def term(self, names: Sequence[Named], depth: int) -> str:
        return f"({self.expression(names, depth + 2)})"

    def named(self, names: Sequence[Named]) -> Named | None:
        there = [name for name in names if not name.optional]
        return one(self.dice, there) if there else None

    def condition(self, names: Sequence[Named], depth: int = 0) -> str:
        guard, known = self.guarded(names)
        if guard and chance(self.dice, 2):
            return f"not {guard}" if chance(self.dice, 2) else guard
        condition = self.question(known, depth)
        return f"{guard} and ({condition})" if guard else condition

    def question(  # noqa: C901, PLR0911 - one kind of condition after the other
        self, names: Sequence[Named], depth: int
    ) -> str:
        of = self.named(names)
        if of is None:
            return one(self.dice, ["1 < 2", '"a" == "b"', '"a" in ["a"]'])
        if of.kind == "loop":
            return one(
                self.dice,
                ["loop.first", "loop.last", "loop.index == 2", "loop.index > 3", "1 < loop.index < 3"],
            )
        literal = one(self.dice, of.literals) if of.literals else '"a"'
        sign = one(self.dice, ["==", "!=", "<", "<=", ">", ">="] if of.literals else ["==", "!="])
        alike = [each for each in names if each.kind == of.kind != "list"]
        match self.dice.number(0, 11):
            case 1 | 2 | 3 if of.kind != "list":
                return one(self.dice, [f"{of.name} {sign} {literal}", f"{literal} {sign} {of.name}"])
            case 4 if of.kind != "list":
                other = one(self.dice, of.literals) if of.literals else '"b"'
                return f"{of.name} {one(self.dice, ['in', 'not in'])} [{literal}, {other}]"
            case 5:
                number = one(self.dice, ["1", "2", "3", "20"])
                return f"{of.name}|length {one(self.dice, ['>', '==', '<='])} {number}"
            case 6 if of.kind != "list":
                letters = one(self.dice, ["upper", "lower", "trim", "capitalize"])
                return f"{of.name}|{letters} {one(self.dice, ['==', '!='])} {literal}"
            case 7 if alike:
                other_name = one(self.dice, alike).name
                signs = ["==", "!=", "<", ">="] if of.kind != "list" else ["=="]
                return f"{of.name} {one(self.dice, signs)} {other_name}"
            case 8 if of.kind in ("integer", "amount"):
                return f"{one(self.dice, of.literals)} < {of.name} <= {one(self.dice, of.literals)}"
            case 9 if of.kind == "list":
                return f"{literal} in {of.name}"
            case 10 | 11 if depth < 2:
                one_, two = (self.condition(names, depth + 1) for _ in "12")
                return one(self.dice, [f"({one_}) and ({two})", f"({one_}) or ({two})", f"not ({one_})"])
            case _:
                return of.name

    def branch(self, names: list[Named], depth: int) -> str:
        self.under += 1
        text = f"{{% if {self.condition(names)} %}}{self.page(names, depth + 1)}"
        for _ in range(self.dice.number(0, 2)):
            text += f"{{% elif {self.condition(names)} %}}{self.page(names, depth + 2)}"
        if self.dice.number(0, 1):
            text += f"{{% else %}}{self.page(names, depth + 1)}"
        self.under -= 1
        return text + "{% endif %}"

    def inside(self, names: Sequence[Named], depth: int) -> str:
        """Write what has a scope of its own."""
        before, self.under = self.under, 0
        text = self.page(names, depth)
        self.under = before
        return text

    def loop(self, names: list[Named], depth: int) -> str:
        lists = [name for name in names if name.kind == "list" and not name.optional]
        if not lists:
            return self.branch(names, depth)
        of = one(self.dice, lists)
        # A loop's name may hide a parameter's.
        item = one(self.dice, ["item", "thing", one(self.dice, names).name])
        item = "item" if item in (of.name, "loop") else item
        inner = [name for name in names if name.name not in (item, "loop")]
        inner += [Named(item, "text", of.literals), Named("loop", "loop")]
        return f"{{% for {item} in {of.name} %}}{self.inside(inner, depth + 1)}{{% endfor %}}"

    def setting(self, names: list[Named], depth: int) -> str:
        there = [each for each in names if not each.optional]
        old = [each.name for each in there if each.kind != "loop"]
        name = one(self.dice, old if self.under and old else [*old, "x", "y", f"x{self.fresh}"])
        if self.under and not old:
            return self.output(names, depth)
        text = f"{{% set {name} = {self.expression(there, depth)} %}}"
        names[:] = [each for each in names if each.name != name]
        names.append(Named(name, "text", ('"a"', '""')))
        return text

    def macro(self, names: list[Named], depth: int) -> str:
        if depth > 1 or self.under:
            return self.output(names, depth)
        self.fresh += 1
        name = f"m{self.fresh}"
        # An argument may hide a parameter's name.
        argument = one(self.dice, ["v", *(each.name for each in names if each.kind != "loop")])
        inside = [each for each in names if each.kind != "loop" and each.name != argument]
        body = self.inside([*inside, Named(argument, "text", ('"a"',)), Named("w", "text")], 2)
        text = f'{{% macro {name}({argument}, w="–") %}}{body}{{% endmacro %}}'
        there = [each for each in names if not each.optional]
        for _ in range(self.dice.number(1, 2)):
            given = self.expression(there, 2)
            more = one(self.dice, ["", f", {self.expression(there, 3)}", f", w={self.expression(there, 3)}"])
            text += f"{{{{ {name}({given}{more}) }}}}"
        return text

    def part(self, names: list[Named], depth: int) -> str:
        if depth > 1 or len(self.files) > 2:
            return self.output(names, depth)
        self.fresh += 1
        path = f"{self.folder}/_part{self.fresh}.{'html' if self.html else 'txt'}"
        self.files[path] = ""
        self.files[path] = self.inside([name for name in names if name.kind != "loop"], depth + 1)
        return f'{{% include "{path}" %}}'


@dataclass(frozen=True)
class Written:
    """A message: parameters, and the files that use them."""

    declared: tuple[Declared, ...]
    files: Lines
    locale: str

    @property
    def template(self) -> Template:
        head = '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n'
        manifest = head + "".join(each.toml() for each in self.declared)
        return Catalog({"m/template.toml": manifest, **self.files})["m"]

    def wider(self, dice: Dice) -> Written:
        """Return the same texts with one parameter that admits more."""
        which = [number for number, each in enumerate(self.declared) if each.wider]
        if not which:
            return self
        number = one(dice, which)
        before = self.declared[number]
        assert before.wider
        after = replace(before.wider(dice), optional=before.optional or chance(dice, 3))
        return replace(self, declared=(*self.declared[:number], after, *self.declared[number + 1 :]))


def write(dice: Dice) -> Written | None:
    """Write a message, or None where what comes out is none."""
    kinds = [one(dice, KINDS) for _ in range(dice.number(1, 4))]
    declared = tuple(
        replace(kind(dice, f"p{number}"), optional=chance(dice, 4)) for number, kind in enumerate(kinds)
    )
    names = [Named(each.name, each.kind, each.literals, each.optional) for each in declared]
    locale = one(dice, LOCALES)
    folder = f"m/{locale}"
    text = Author(dice, folder)
    files = {
        f"{folder}/sms.txt": _laid_out(text, names, "txt"),
        f"{folder}/subject.txt": "S " + text.page(names, 2),
    }
    page = Author(dice, folder, html=True, fresh=50)
    if chance(dice, 4):
        files[f"{folder}/email.txt"] = text.page(names, 1)
    else:
        files |= {
            "_layout/email.html": (
                "<!doctype html><html><head><title>{{ subject }}</title></head>"
                "<body>{% block top %}{% endblock %}{% block content %}{% endblock %}</body></html>"
            ),
            f"{folder}/email.html": page.page(names) if dice.number(0, 2) else _laid_out(page, names, "html"),
        }
    written = Written(declared, {**files, **text.files, **page.files}, locale)
    with suppress(TemplateError):
        _ = written.template
        return written
    return None


def _laid_out(author: Author, names: Sequence[Named], ending: str) -> str:
    """Write a file that stands by itself, or puts its blocks into a layout."""
    if ending == "txt":
        if not chance(author.dice, 4):
            return author.page(names)
        author.files[f"{author.folder}/_frame.txt"] = (
            f"{author.page(names, 2)}{{% block content %}}{{% endblock %}}"
            f"{{% block end %}}{author.page(names, 3)}{{% endblock %}}"
        )
    top = author.setting(list(names), 2) if chance(author.dice, 2) else ""
    frame = "_layout/email.html" if ending == "html" else f"{author.folder}/_frame.txt"
    return f'{{% extends "{frame}" %}}{top}{{% block content %}}{author.page(names)}{{% endblock %}}'


@pytest.fixture(scope="session")
def messages() -> st.SearchStrategy[Written]:
    @st.composite
    def drawn(draw: st.DrawFn) -> Written:
        return write(Dice(draw)) or reject()

    return drawn()


@pytest.fixture(scope="session")
def wider() -> Callable[[Written], st.SearchStrategy[Written]]:
    """The same message with one parameter that admits more, as a strategy."""

    @st.composite
    def drawn(draw: st.DrawFn, message: Written) -> Written:
        return message.wider(Dice(draw))

    return drawn
