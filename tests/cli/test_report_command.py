"""``straks report``: what became of the orders in a journal."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import straks as library
from straks.bulk import write_orders
from straks.cli.charts import HEIGHT, WIDTH, Column, columns_chart, rows_chart
from straks.core.record import Outcome
from straks.journal import Ending, Journal, Landed, TakenUp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

    Cli = Callable[..., Result]

PHONE = "+46701740605"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def journal(tmp_path: Path, catalog: library.Catalog, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """A journal of eight orders that wait."""
    monkeypatch.chdir(tmp_path)
    template = catalog["status-update"]
    with write_orders("orders.jsonl") as add:
        for number in range(8):
            sms = catalog.sms("status-update", locale="nb", to=PHONE, values=template.examples)
            order = sms.order(
                occasion=f"case/{number}", key=library.SIMULATOR_KEY, reference=f"{EVIL}{number}"
            )
            add(library.altinn.seal(order))
    with Journal("sent.db", clock=lambda: 1_779_012_000.0) as journal:
        journal.admit("orders.jsonl", environment="http://127.0.0.1:5090")
        yield journal


def end(journal: Journal, *outcomes: str) -> None:
    for row, outcome in enumerate(outcomes, start=1):
        status = {"refused": 400}.get(outcome)
        ending = Ending(outcome=Outcome(outcome), attempts=row % 2 + 1, status=status)
        at_s = 1_779_012_000.0 + 10 * row
        journal.record([(row, TakenUp(at_s)), (row, Landed(at_s + 0.1 * row, ending, 0.1 * row))])


def report(cli: Cli, *more: str) -> Result:
    return cli("report", "sent.db", *more)


def test_outcomes_reasons_times_and_doubts_are_told(cli: Cli, journal: Journal) -> None:
    journal.end_run(journal.begin_run(), "the token lacks a scope")
    end(journal, "placed", "placed", "refused", "in-doubt", "replayed", "not-sent")
    result = report(cli)
    doubt = next(entry for entry in journal.entries() if entry.row == 4)

    assert result.exit_code == 3
    assert "1 run, to http://127.0.0.1:5090" in result.stdout
    assert "The last one stopped: the token lacks a scope" in result.stdout
    for line in (
        r"placed: .* 2",
        r"refused +1",
        r"400 +1",
        r"never reached the service +1",
        r"waiting +2",
        r"all +8",
    ):
        assert re.search(line, result.stdout)
    assert re.search(r"50 % +0\.20 s", result.stdout)
    assert re.search(r"all +0\.50 s", result.stdout)
    assert any(line.split()[-1:] == [doubt.idempotency_id] for line in result.stdout.splitlines())
    assert f"{EVIL}3" in result.stdout
    assert PHONE not in result.stdout


def test_after_a_kill_what_may_have_left_is_not_said_to_have_taken_no_request(
    cli: Cli, journal: Journal
) -> None:
    end(journal, "placed", "placed", "refused", "invalid")
    journal.record([(row, TakenUp(1_779_012_100.0)) for row in (5, 6)])
    journal.recover()
    out = report(cli).stdout
    times, requests = out.split("of the orders placed")[1].split("orders that ended")

    assert "requests" not in times.split("At most")[0]
    assert re.findall(r"^ +(\d) +(\d+) *$", requests.split("in doubt: id")[0], re.MULTILINE) == [
        ("1", "2"),
        ("2", "2"),
    ]


def test_whoever_reports_after_control_c_is_not_told_that_what_waits_took_no_request(
    cli: Cli, journal: Journal, tmp_path: Path
) -> None:
    end(journal, "placed", "not-sent")
    journal.record([(3, TakenUp(1_779_012_100.0))])
    found = json.loads(report(cli, "--json", "--html", "report.html").stdout)
    (card,) = re.findall(
        r"<caption>Orders that ended, by how many.*?</table>",
        (tmp_path / "report.html").read_text("utf-8"),
        re.DOTALL,
    )

    assert found["attempts"] == {"1": 1, "2": 1}
    assert re.findall(r">(\d+)<", card) == ["1", "1", "2", "1"]


def test_runs_that_finished_were_interrupted_or_were_killed_are_told_apart(
    cli: Cli, journal: Journal, tmp_path: Path
) -> None:
    ends: list[str] = []
    for stopped in (None, "interrupted", "the token lacks a scope"):
        journal.end_run(journal.begin_run(), stopped)
        ends.append(report(cli).stdout.splitlines()[1])
    journal.begin_run()
    ends.append(report(cli, "--html", "report.html").stdout.splitlines()[1])
    page = (tmp_path / "report.html").read_text("utf-8")

    assert ends == [
        "The last one finished",
        "The last one stopped: interrupted",
        "The last one stopped: the token lacks a scope",
        "The last one has no end written: killed, still under way, or its journal took no more",
    ]
    assert re.findall(r'<td class="why">(.*?)</td>', page) == [
        "finished",
        "interrupted",
        "the token lacks a scope",
        "no end written: killed, still under way, or its journal took no more",
    ]


def test_who_has_a_doubt_without_a_reference_is_not_sent_to_the_feed(
    cli: Cli, journal: Journal, tmp_path: Path
) -> None:
    end(journal, "in-doubt")
    out = report(cli, "--html", "report.html").stdout
    sentence = "where it has none, the feed cannot tell: ask the person, and build with --reference-column"

    for told in (out, (tmp_path / "report.html").read_text("utf-8")):
        assert sentence in told
        assert "Look at the feed" not in told
    assert "--retry-doubt ID" in out


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        (["placed"] * 8, 0),
        (["placed"] * 7 + ["replayed"], 0),
        (["placed"] * 7, 1),
        (["placed"] * 7 + ["refused"], 1),
        (["placed"] * 6 + ["refused", "in-doubt"], 3),
    ],
)
def test_the_exit_code_is_that_of_the_worst(
    cli: Cli, journal: Journal, outcomes: list[str], code: int
) -> None:
    end(journal, *outcomes)

    assert report(cli).exit_code == code


def test_it_can_be_asked_while_a_run_is_under_way(cli: Cli, journal: Journal) -> None:
    journal.begin_run()
    journal.record([(1, TakenUp(1_779_012_000.0))])
    result = report(cli)

    assert result.exit_code == 3
    assert re.search(r"in flight +1", result.stdout)


def test_programs_are_told_all_of_it(cli: Cli, journal: Journal) -> None:
    end(journal, "placed", "in-doubt")
    result = report(cli, "--json")
    found = json.loads(result.stdout)

    assert (found["orders"], found["sent"], found["states"]["waiting"]) == (8, 1, 6)
    assert found["percentiles_s"]["50"] == 0.1
    assert found["attempts"] == {"2": 1}
    assert found["doubts"][0]["reference"] == f"{EVIL}1"
    assert found["doubts"][0]["taken_up"] == "2026-05-17 10:00:20Z"
    assert PHONE not in result.stdout


class Reader(HTMLParser):
    """What a screen reader comes by."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.labelled: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.ids.add(found.get("id") or "")
        self.labelled += (found.get("aria-labelledby") or "").split()


def test_the_page_is_one_file_without_a_script_that_can_be_read_without_seeing_it(
    cli: Cli, journal: Journal, tmp_path: Path
) -> None:
    journal.begin_run()
    end(journal, "placed", "placed", "refused", "in-doubt")
    result = report(cli, "--html", "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")
    reader = Reader()
    reader.feed(page)

    assert "The page is in report.html." in result.stdout
    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    assert "http-equiv" in page
    assert reader.tags.count("svg") == reader.tags.count("desc") == 3
    assert reader.tags.count("title") == 1 + 3
    assert set(reader.labelled) <= reader.ids
    assert reader.tags.count("table") == reader.tags.count("caption") >= 6
    assert "&lt;script&gt;alert(1)&lt;/script&gt;3" in page
    assert "prefers-color-scheme: dark" in page
    assert PHONE not in page


def test_a_page_of_nothing_yet_is_a_page(cli: Cli, journal: Journal, tmp_path: Path) -> None:
    result = report(cli, "--html", "report.html")
    page = (tmp_path / "report.html").read_text("utf-8")

    assert result.exit_code == 1
    assert "0 of 8 are placed." in page
    assert page.count("<svg") == 1


def test_a_page_of_all_that_is_placed_says_so(cli: Cli, journal: Journal, tmp_path: Path) -> None:
    end(journal, *["placed"] * 8)
    report(cli, "--html", "report.html")

    assert "All 8 are placed." in (tmp_path / "report.html").read_text("utf-8")


def test_what_is_no_journal_is_told(cli: Cli, journal: Journal) -> None:
    result = cli("report", "orders.jsonl")

    assert result.exit_code == 2
    assert "it is no database at all" in result.stderr


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 50)), max_size=80))
def test_every_bar_stands_within_its_chart_and_what_is_there_is_seen(columns: list[tuple[int, int]]) -> None:
    chart = columns_chart(
        "c", "t", "d", [Column(str(n), (("good", one), ("bad", two))) for n, (one, two) in enumerate(columns)]
    )
    rows = rows_chart("r", "t", "d", [(str(n), one, "good") for n, (one, _) in enumerate(columns)])

    assert len(chart.bars) == sum((one > 0) + (two > 0) for one, two in columns)
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= WIDTH + 0.2
        assert -5 <= bar.y <= bar.y + bar.height <= HEIGHT
        assert bar.height > 0
    for bar in rows.bars:
        assert bar.x + bar.width <= WIDTH
