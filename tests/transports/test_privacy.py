"""
What a sending leaves behind tells nobody who got it or what it said.

One run of everything: messages are filled, orders made and sealed and sent over HTTP, sync and async,
to be placed, replayed, refused, lost and broken off, with hooks that keep records and hooks that fail,
out of a file of orders with a journal, and by the command; every logger at its most talkative, tracebacks
printed with the locals of every frame. Then whatever came
out of it, octet by octet, is searched for recipients, codes, keys and tokens in every spelling that a
library on the way might have given them.
"""

from __future__ import annotations

import asyncio
import base64
import faulthandler
import logging
import pickle
import re
import traceback
import warnings
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import blake2b
from io import StringIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from rich.console import Console
from rich.logging import RichHandler
from rich.traceback import Traceback

import straks
from straks.cli import main
from straks.core.record import Outcome
from straks.journal import JournalView, TakenUp
from straks.records import find
from straks.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from straks.altinn.sealed import Sendable

PHONE, ADDRESS = "+46701740657", "zq.kari@example.org"
CODE = "X7K2QMZP9RTW"  # longer than people type, so that nothing else looks like it
KEY = blake2b(b"a key that only this test has").digest()
BAD_TOKEN = "a-token-that-opens-nothing-58c1"
MANIFEST = """
[template]
purpose = "authentication"
repeat = "harmless"
time-to-live = 300

[parameters.code]
kind = "code"
length = 12
alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
example = "ABCDEFGHJKLM"
"""
# What groups digits, what a frame is drawn with, and where it breaks lines.
_SEPARATORS = re.compile("[-. \x00\xa0\n│]".encode())
_LEAST = 8  # octets; what is shorter may stand anywhere by chance
LOUD = ("", "straks", "httpx", "httpcore", "asyncio", "uvicorn", "opentelemetry", "hpack", "h11")


def spellings(secret: str | bytes) -> Iterator[bytes]:
    """Yield *secret* as it is, and as encodings write it."""
    plain = secret.encode() if isinstance(secret, str) else secret
    yield plain
    yield plain[::-1]
    yield quote(plain, safe="").encode()
    yield repr(plain)[2:-1].encode()
    for form in (plain.hex(), plain.hex(" "), plain.hex(":"), base64.b32encode(plain).decode().rstrip("=")):
        yield from (form.lower().encode(), form.upper().encode())
    for before in range(3):
        # Base64 of what stands at each of the three places that it may begin; the rims depend on neighbours.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            coded = encode(b"\0" * before + plain + b"\0" * (-(before + len(plain)) % 3))
            yield coded[4 if before else 0 : -4]
    if isinstance(secret, str):
        for encoding in ("utf-16-le", "utf-16-be", "utf-32-le"):
            yield secret.encode(encoding)
        yield "".join(f"\\u{ord(each):04x}" for each in secret).encode()
        yield "".join(f"&#{ord(each)};" for each in secret).encode()


def needles(token: str) -> dict[str, set[bytes]]:
    national = PHONE[3:]
    secrets: dict[str, list[str | bytes]] = {
        "phone": [
            PHONE,
            PHONE[1:],
            national,
            f"{national[:2]} {national[2:5]} {national[5:7]} {national[7:]}",
        ],
        "address": [ADDRESS, ADDRESS.upper(), ADDRESS.replace("@", " at ")],
        "code": [CODE, CODE.lower(), " ".join(CODE)],
        "key": [KEY, KEY[:16]],
        "token": [BAD_TOKEN, token, token.rpartition(".")[2]],
    }
    return {
        name: {found for secret in each for found in spellings(secret) if len(found) >= _LEAST}
        for name, each in secrets.items()
    }


class Left:
    """Everything that the run has left behind, by what it is."""

    def __init__(self) -> None:
        self.by_kind: dict[str, bytes] = {}
        self._shown: set[tuple[object, ...]] = set()

    def keep(self, kind: str, what: str | bytes) -> None:
        octets = what.encode("utf-8", "backslashreplace") if isinstance(what, str) else what
        self.by_kind[kind] = self.by_kind.get(kind, b"") + octets + b"\n"

    def keep_error(self, error: BaseException) -> None:
        """Keep *error* in every form that programs give to errors."""
        self.keep("errors", f"{error} {error!r} {error.args!r} {vars(error)!r}")
        self.keep("tracebacks", "".join(traceback.format_exception(error)))
        with_locals = traceback.TracebackException.from_exception(error, capture_locals=True)
        self.keep("tracebacks with locals", "".join(with_locals.format()))
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            self.keep("pickled errors", pickle.dumps(error, protocol))
        way = (type(error), *(frame.name for frame in traceback.extract_tb(error.__traceback__)))
        if way not in self._shown:  # which takes its time
            self._shown.add(way)
            self._keep_rich(error)

    def _keep_rich(self, error: BaseException) -> None:
        out = StringIO()
        Console(file=out, width=300).print(
            Traceback.from_exception(
                type(error),
                error,
                error.__traceback__,
                show_locals=True,
                locals_max_length=1_000_000,
                locals_max_string=1_000_000,
                locals_hide_dunder=False,
                locals_hide_sunder=False,
            )
        )
        self.keep("tracebacks by rich", out.getvalue())

    def told(self, wanted: dict[str, set[bytes]]) -> set[tuple[str, str]]:
        """Return what of *wanted* stands in anything that was left, with where."""
        return {
            (kind, name)
            for kind, octets in self.by_kind.items()
            for name, each in wanted.items()
            if _stands_in(octets, each) or _stands_in(_squeezed(octets), set(map(_squeezed, each)))
        }


def _squeezed(octets: bytes) -> bytes:
    return _SEPARATORS.sub(b"", octets)


def _stands_in(octets: bytes, needles: set[bytes]) -> bool:
    return any(needle in octets for needle in needles if len(needle) >= _LEAST)


@contextmanager
def loud(left: Left, tmp_path: Path) -> Generator[None]:
    """Every logger says all it has to say, into a plain log and one with the locals of tracebacks."""
    loggers = [logging.getLogger(name) for name in LOUD]
    before = [(logger.level, logger.propagate) for logger in loggers]
    out = StringIO()
    rich = RichHandler(
        console=Console(file=out, width=300),
        rich_tracebacks=True,
        tracebacks_show_locals=True,
        locals_max_string=1_000_000,
    )
    file = logging.FileHandler(tmp_path / "log.txt")
    plain = _Everything()
    root = loggers[0]
    for handler in (rich, file, plain):
        handler.setLevel(logging.DEBUG)
        root.addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.propagate = True
    yield
    for handler in (rich, file, plain):
        root.removeHandler(handler)
        handler.close()
    for logger, (level, propagate) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.propagate = propagate
    left.keep("log by rich", out.getvalue())
    left.keep("log", (tmp_path / "log.txt").read_bytes())
    left.keep("log records", repr(plain.said))


class _Everything(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(dict(vars(record)))


def written(folder: Path) -> Path:
    (folder / "pin/nb").mkdir(parents=True)
    (folder / "pin/template.toml").write_text(MANIFEST)
    for name, text in {
        "sms.txt": "Koden er {{ code }}.",
        "subject.txt": "Kode",
        "email.txt": "Koden er {{ code }}.",
    }.items():
        (folder / "pin/nb" / name).write_text(text)
    return folder


def orders(catalog: straks.Catalog, occasion: str) -> list[straks.Order]:
    sms = catalog.sms("pin", locale="nb", to=PHONE, values={"code": CODE})
    email = catalog.email("pin", locale="nb", to=ADDRESS, values={"code": CODE})
    return [each.order(occasion, KEY, reference="sak/1") for each in (sms, email)]


def send_all(transport: straks.Transport, given: list[Sendable], left: Left) -> None:
    """Send each, and keep what is raised. No frame from here on down holds a recipient."""
    for order in given:
        try:
            left.keep("receipts", repr(transport.send(order)))
        except straks.StraksError as error:
            left.keep_error(error)


async def asend_all(transport: straks.AsyncTransport, given: list[Sendable], left: Left) -> None:
    for order in given:
        try:
            left.keep("receipts", repr(await transport.send(order)))
        except straks.StraksError as error:
            left.keep_error(error)


def no_token() -> str:
    raise OSError("the vault is closed")


def failing() -> Callable[[straks.Record], None]:
    """Return a hook that fails at the first record of each outcome."""
    known: set[Outcome] = set()

    def fails(record: straks.Record) -> None:
        if record.outcome not in known:
            known.add(record.outcome)
            raise RuntimeError(f"no room for {record}")

    return fails


def hangs_up(line: Any, server: Any) -> None:  # noqa: ANN401 - the fixture's
    server.take(line)
    line.socket.close()


def is_out_of_order(line: Any, server: Any) -> None:  # noqa: ANN401 - the fixture's
    server.take(line)
    line.answer("503 Service Unavailable")


def build(tmp_path: Path, left: Left) -> None:
    """Build orders of rows that are wrong in every column; all but the file of orders is kept."""
    rows = tmp_path / "in" / "rows.csv"
    good = [PHONE, "nb", "login/1", "482913", "5 min", "Skatt"]
    swapped = [[*good[:place], PHONE + CODE, *good[place + 1 :]] for place in range(len(good))]
    table = [
        ["to", "locale", "occasion", "code", "lifetime", "service"],
        *(good, good, *swapped, [*good, CODE], good[:2], [PHONE] * 6),
    ]
    rows.write_text("".join(",".join(row) + "\n" for row in table) + f'{PHONE},"{CODE}')
    for more in ((), ("--json",), ("--dry-run",), ("--ignore-column", "x")):
        args = ["build", str(rows), "--template", "one-time-code", "--out", str(rows.with_name("o")), *more]
        told = CliRunner().invoke(main, args, env={"STRAKS_KEY": KEY.hex()})
        assert told.exit_code == 1, told.output
        left.keep("what building said", told.output)
    left.keep("rejects", rows.with_name("o.rejects.csv").read_bytes())


def send_by_journal(tmp_path: Path, catalog: straks.Catalog, altinn: Simulator, left: Left) -> None:
    """
    Send a file of orders by the command, refused, then crashed, then placed; all but that file is kept.

    The journal's log is looked at while it is there, besides what it comes to in the end.
    """
    file, journal, page = tmp_path / "in" / "orders.jsonl", tmp_path / "sent.db", tmp_path / "report.html"
    made = [order for number in range(3) for order in orders(catalog, f"volume/{number}")]
    with straks.bulk.write_orders(file) as add:
        for order in made:
            add(straks.altinn.seal(order))
    straks.Journal(journal).close()
    send = ("send", str(file), "--journal", str(journal), "--environment", altinn.url, "--records")
    with JournalView(journal):  # keeps the log there
        for token in (BAD_TOKEN, altinn.token()):
            more = [*send, str(tmp_path / f"volume-{token == BAD_TOKEN}.jsonl")]
            told = CliRunner().invoke(main, more, env={"STRAKS_TOKEN": token, "STRAKS_KEY": KEY.hex()})
            left.keep("what sending said", told.output)
            assert told.exit_code == (token == BAD_TOKEN), told.output
            with straks.Journal(journal) as crashed:
                crashed.record([(row, TakenUp(crashed.now_s())) for row in crashed.due()])
        left.keep("sent.db-wal", journal.with_name("sent.db-wal").read_bytes())
    straks.Journal(journal).close()  # what stood in its log comes into the file
    for form in ((), ("--json",), ("--html", str(page))):
        told = CliRunner().invoke(main, ["report", str(journal), *form])
        left.keep("what the report said", told.output)
        assert told.exit_code == 0, told.output
    about = ["send", "one-time-code", "--locale", "nb", "--environment", altinn.url]
    for to in (PHONE, ADDRESS):
        for form in ((), ("--json",)):
            told = CliRunner().invoke(main, [*about, "--to", to, *form], env={"STRAKS_KEY": KEY.hex()})
            left.keep("what sending one said", told.output)
            assert told.exit_code == 0, told.output


def run(serve: Callable[..., Any], tmp_path: Path, left: Left) -> str:
    """Do all of it, and return the token that opened the service."""
    catalog = straks.Catalog.load(written(tmp_path / "templates"), policy=None)
    spans, metrics = InMemorySpanExporter(), InMemoryMetricReader()
    traces = TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(spans))
    dump = (tmp_path / "stacks.txt").open("w+b")

    def looks_on(record: straks.Record) -> None:
        left.keep("records", repr(record) + repr(pickle.dumps(record)))
        faulthandler.dump_traceback(dump, all_threads=True)
        warnings.warn("somebody warns", stacklevel=1)

    database = straks.SqliteRecords(tmp_path / "records.db")
    hooks = (
        straks.LogRecords(),
        straks.JsonLinesRecords(tmp_path / "records.jsonl"),
        database,
        straks.OtelRecords(traces, MeterProvider([metrics])),
        failing(),
        looks_on,
    )
    gone, deaf = serve(hangs_up), serve(is_out_of_order)
    with Simulator() as altinn, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        token = altinn.token()
        places: dict[str, tuple[str, Any]] = {
            "placed": (altinn.url, token),
            "refused": (altinn.url, BAD_TOKEN),
            "broken off": (gone.url, token),
            "in doubt": (deaf.url, token),
            "no connection": ("http://127.0.0.1:9", token),
            "no token": (altinn.url, no_token),
        }
        for name, (url, opens) in places.items():
            made = orders(catalog, name)
            given: list[Sendable] = [
                made[0],
                straks.altinn.seal(made[1]),
                replace(made[0], reference="a\x00"),
            ]
            with straks.AltinnTransport(url, opens, pauses_s=(0.0,)) as transport:
                watched = straks.watched(transport, *hooks)
                left.keep(
                    "reprs", repr([transport, watched, *hooks, *given, *[order.message for order in made]])
                )
                send_all(watched, given, left)

            async def main_(url: str = url, opens: Any = opens, given: list[Sendable] = given) -> None:  # noqa: ANN401 - a token or what fetches it
                async with straks.AsyncAltinnTransport(url, opens, pauses_s=(0.0,)) as transport:
                    await asend_all(straks.watched(transport, *hooks), given, left)

            asyncio.run(main_())
        assert len(altinn.messages) == 2
        (tmp_path / "in").mkdir()
        send_by_journal(tmp_path, catalog, altinn, left)
        assert len(altinn.messages) > 2 + 6
    for form, args in (("records.jsonl", ()), ("records.db", ("--json",))):
        told = CliRunner().invoke(
            main,
            ["records", str(tmp_path / form), "--recipient", PHONE, *args],
            env={"STRAKS_KEY": KEY.hex()},
        )
        assert told.exit_code == 0
        left.keep("what the command said", told.output)
    build(tmp_path, left)
    for file in sorted(tmp_path.iterdir()):
        if file.is_file():
            left.keep(file.name, file.read_bytes())
    with closing(dump):
        dump.seek(0)
        left.keep("stacks", dump.read())
    left.keep("warnings", repr([str(each) for each in warned]))
    left.keep("spans", "".join(span.to_json() for span in spans.get_finished_spans()))
    data = metrics.get_metrics_data()
    assert data is not None
    left.keep("metrics", data.to_json())
    database.close()
    assert {record.outcome for record in find(tmp_path / "records.db")} == {
        Outcome.PLACED,
        Outcome.REPLAYED,
        Outcome.REFUSED,
        Outcome.INVALID,
        Outcome.NOT_SENT,
        Outcome.IN_DOUBT,
    }
    return token


def test_a_full_run_leaves_nothing_behind_that_names_anybody(
    serve: Callable[..., Any], tmp_path: Path
) -> None:
    left = Left()
    with loud(left, tmp_path):
        token = run(serve, tmp_path, left)

    assert left.told(needles(token)) == set()
    # And it was there to be searched.
    assert {kind for kind, octets in left.by_kind.items() if len(octets) < 200} == {"sent.db.lock"}
    assert b"httpcore" in left.by_kind["log"]
    assert b"SQLite format 3" in left.by_kind["records.db"]
    assert b"pin.sms." in left.by_kind["records.db-wal"]
    volume = ("sent.db", "sent.db-wal", "volume-False.jsonl")
    assert [each for each in volume if b"pin.email" not in left.by_kind[each]] == []
    assert b"RuntimeError" in left.by_kind["log by rich"]
    assert b"locals" in left.by_kind["tracebacks by rich"]
    assert b"in send" in left.by_kind["stacks"]


@pytest.mark.parametrize("name", ["phone", "address", "code", "key", "token"])
def test_the_search_would_find_it_in_every_spelling(name: str) -> None:
    wanted = needles("a.token.that-is-found")
    for needle in wanted[name]:
        left = Left()
        left.keep("log", b"before" + needle + b"after")

        assert ("log", name) in left.told(wanted)
    assert len(wanted[name]) > 20


@pytest.mark.parametrize("coding", [base64.b64encode, base64.b32encode, base64.b16encode])
@pytest.mark.parametrize("before", ["", "x", "xy", "xyz"])
def test_nor_does_what_stands_beside_it_hide_it(coding: Callable[[bytes], bytes], before: str) -> None:
    left = Left()
    left.keep("log", base64.b64encode(f"{before}{PHONE}{before}".encode()))

    assert left.told(needles("t.t.token-t")) == {("log", "phone")}
