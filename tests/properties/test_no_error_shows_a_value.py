"""
Law: no error shows a value, of whatever kind and however it failed; nor does a message's ``repr``.

Values are made of characters that none of our sentences has four of in a row, so that any four in a
row that a value and an error share have come through. An error is looked at with all that hangs on
it: its sentence, fields and arguments, what it was raised from, and its form after pickling. Of a
text with a single character in the way, that one character may be named.
"""

from __future__ import annotations

import pickle
import traceback
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.core.parameter import Unfit
from straks.errors import StraksError

SECRET = "qxzj785369"
MANIFEST = """
[template]
purpose = "notice"
time-to-live = 3600
[parameters.code]
kind = "code"
length = 12
example = "000000000000"
[parameters.text]
kind = "text"
max-length = 16
alphabet = "gsm-7"
example = "a"
[parameters.name]
kind = "name"
max-length = 16
lines = 2
example = "a"
[parameters.reference]
kind = "reference"
pattern = "[a-z]{1,4}/[0-9]{1,12}"
example = "a/1"
[parameters.integer]
kind = "integer"
min = 0
max = 9
example = 1
[parameters.amount]
kind = "amount"
min = 0
max = 9
example = 1
[parameters.date]
kind = "date"
example = 2026-05-05
[parameters.time]
kind = "time"
max = 01:00:00
example = 00:30:00
[parameters.datetime]
kind = "datetime"
example = 2026-05-05T14:30:00Z
[parameters.duration]
kind = "duration"
min = "2 min"
max = "10 min"
example = "5 min"
[parameters.choice]
kind = "choice"
choices = ["open"]
example = "open"
[parameters.url]
kind = "url"
hosts = ["www.example.org"]
max-length = 60
example = "https://www.example.org/"
[parameters.list]
kind = "list"
of = { kind = "text", max-length = 16 }
max-items = 2
example = ["a"]
"""
KINDS = (
    *("code", "text", "name", "reference", "integer", "amount", "date", "time", "datetime", "duration"),
    *("choice", "url", "list"),
)
ALL = " ".join(f"{{{{ {kind} }}}}" for kind in KINDS)
CATALOG = Catalog(
    {
        "m/template.toml": MANIFEST,
        "m/nb/sms.txt": ALL,
        "m/nb/subject.txt": "{{ text }}",
        "m/nb/email.html": f"<p title='{{{{ text }}}}'>{ALL}</p>",
        # Loads, and fails when it runs: a text is no number.
        "m/nn/sms.txt": f"{ALL}\n{{% if text > 3 %}}{{% endif %}}",
        "m/nn/subject.txt": "{{ text|round }}",
        "m/nn/email.html": "<p onclick='{{ text }}'>{{ name }}</p>",
    }
)
GOOD = CATALOG["m"].examples

SPOILERS = [
    "",
    " ",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u202e",
    "\u200b",
    "\ud800",
    "\u0301",
    "č",
    "https://",
    ".no",
    "/",
    "<",
    "'",
]
PIECES = st.text(SECRET, min_size=4, max_size=20) | st.sampled_from(SPOILERS)
TEXTS = st.lists(PIECES, min_size=1, max_size=4).map("".join)
DIGITS = st.text("785369", min_size=4, max_size=16)
VALUES: st.SearchStrategy[Any] = st.one_of(
    TEXTS,
    TEXTS.map(lambda text: text.encode(errors="replace")),
    DIGITS.map(int),
    DIGITS.map(float),
    DIGITS.map(Decimal),
    DIGITS.map(lambda text: Decimal(text) / 100_000),
    st.just(date(7853, 7, 8)),
    st.just(time(17, 53, 58)),
    st.just(datetime(7853, 7, 8, 17, 53, tzinfo=UTC)),
    st.just(datetime(2026, 7, 8, 17, 53)),  # noqa: DTZ001 - a moment without a zone is refused
    DIGITS.map(lambda text: timedelta(seconds=int(text[:9]))),
    st.lists(TEXTS, max_size=3),
    st.dictionaries(TEXTS, TEXTS, max_size=2),
)


def fours(value: object) -> set[str]:
    """Return every four characters in a row of *value* that can only have come from it."""
    raw = repr(value) + str(value)
    return {raw[at : at + 4] for at in range(len(raw) - 3) if set(raw[at : at + 4]) <= set(SECRET)}


def everything_said(error: BaseException | None) -> str:
    said: list[str] = []
    while error is not None:
        if isinstance(error, StraksError):
            again: StraksError = pickle.loads(pickle.dumps(error))  # noqa: S301 - pickled right here
            said += [str(again), repr(vars(again))]
        said += [str(error), repr(error), repr(error.args), repr(vars(error))]
        said += traceback.format_exception_only(error)
        error = error.__cause__ or error.__context__
    return "\n".join(said)


def failure(locale: str, channel: str, values: dict[str, Any]) -> StraksError | None:
    # Returned, so that it is looked at outside the handler, as a caller's log would.
    try:
        if channel == "sms":
            CATALOG.sms("m", locale=locale, to="+46701740605", values=values)
        else:
            CATALOG.email("m", locale=locale, to="kari@example.org", values=values)
    except StraksError as error:
        return error
    return None


@given(st.sampled_from(KINDS), VALUES)
@example("code", "78536978")
@example("code", 785369785369)
@example("text", "qxzjqxzjč")
@example("text", "qxzjqxzj.no")
@example("url", "https://qxzjqxzj.example.org/")
@example("list", ["qxzjqxzj\n"])
@example("list", "qxzjqxzj")
@example("datetime", datetime(7853, 7, 8, 17, 53, tzinfo=UTC))
def test_an_error_about_a_value_does_not_show_it(kind: str, value: object) -> None:
    for channel in ("sms", "email"):
        error = failure("nb", channel, {**GOOD, kind: value})
        if error is not None:
            said = everything_said(error)
            assert f"m (nb, {channel}): {kind!r} " in str(error)
            assert not [four for four in fours(value) if four in said]


@given(st.text("qxzj", min_size=4, max_size=12), DIGITS)
def test_an_error_of_a_template_does_not_show_what_filled_it(word: str, digits: str) -> None:
    values = {**GOOD, "text": word, "name": word + "\n" + digits[:3], "reference": f"q/{digits[:12]}"}
    for channel in ("sms", "email"):
        error = failure("nn", channel, values)
        assert error is not None
        assert "m/nn/" in str(error)
        assert not [four for four in fours(word) | fours(digits) if four in everything_said(error)]


@given(st.sampled_from(KINDS), TEXTS | DIGITS)
def test_an_error_about_what_was_typed_does_not_show_it(kind: str, text: str) -> None:
    parameter = CATALOG["m"].parameters[kind]
    flaw: Unfit | None = None
    try:
        parameter.check(parameter.read(text))
    except Unfit as error:
        flaw = error
    if flaw is not None:
        assert not [four for four in fours(text) if four in everything_said(flaw)]


@given(st.text("qxzj", min_size=4, max_size=12), DIGITS)
def test_a_message_does_not_show_what_filled_it(word: str, digits: str) -> None:
    values = {**GOOD, "text": word, "name": word, "reference": f"q/{digits[:12]}", "list": [word]}
    sms = CATALOG.sms("m", locale="nb", to="+46701740605", values=values)
    email = CATALOG.email("m", locale="nb", to="kari@example.org", values=values)
    for message in (sms, email):
        order = message.order(occasion=f"{word}/{digits}", key=b"a key that only tests have", reference=word)
        for shown in (repr(message), str(message), repr(order), repr([order])):
            assert not [
                four
                for four in fours(word) | fours(digits)
                if four in shown.replace(order.idempotency_id, "")
            ]
