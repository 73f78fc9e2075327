"""``straks build``: a file of rows into a file of orders, and what it tells on the way."""

from __future__ import annotations

import csv
import json
import os
import pty
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.bulk import read_orders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from straks.simulator import Simulator

    Cli = Callable[..., Result]

KEY = "00112233445566778899aabbccddeeff"
HEADER = "to,locale,occasion,code,lifetime,service\n"
GOOD = [
    "+46 70 174 06 05,nb,a1,482913,5 min,Skatteetaten",
    "kari@example.org,nn,a2,000042,10 min,Altinn",
    "+46701740606,nn,a3,000043,10 min,Altinn",
]
BAD = [
    "+47 12,nb,a4,739164,5 min,X",
    "+46701740605,nb,a1,739164,5 min,Y",
    "+46701740607,se,a5,739164,5 min,Z",
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STRAKS_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(here: Path, *lines: str, name: str = "rows.csv", header: str = HEADER) -> str:
    (here / name).write_text(header + "\n".join(lines) + "\n", "utf-8")
    return name


def build(cli: Cli, *more: str, file: str = "rows.csv", out: str | None = "orders.jsonl") -> Result:
    written = () if out is None else ("--out", out)
    return cli("build", file, "--template", "one-time-code", *written, *more)


def rejects(here: Path, name: str = "orders.jsonl.rejects.csv") -> list[list[str]]:
    with (here / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_every_row_becomes_an_order(cli: Cli, here: Path) -> None:
    write(here, *GOOD)
    result = build(cli)
    orders = list(read_orders(here / "orders.jsonl"))

    assert result.exit_code == 0
    assert "3 rows: 3 orders in orders.jsonl" in result.stdout
    assert [(order.channel, order.locale) for order in orders] == [
        ("sms", "nb"),
        ("email", "nn"),
        ("sms", "nn"),
    ]
    assert not any(order.rehearsal for order in orders)
    assert rejects(here) == [["row", "fault", "field", "reason"]]


def test_the_orders_are_those_that_the_library_makes(cli: Cli, here: Path, catalog: straks.Catalog) -> None:
    write(here, GOOD[0])
    build(cli, "--sender", "Skatt")
    sms = catalog.sms(
        "one-time-code",
        locale="nb",
        to="+46701740605",
        sender="Skatt",
        values={**catalog["one-time-code"].examples, "code": "482913", "service": "Skatteetaten"},
    )
    order = sms.order(occasion="a1", key=bytes.fromhex(KEY))

    assert list(read_orders(here / "orders.jsonl")) == [straks.altinn.seal(order)]


def test_they_can_be_sent(cli: Cli, here: Path, altinn: Simulator) -> None:
    write(here, *GOOD)
    build(cli)
    with straks.AltinnTransport(altinn.url, altinn.token()) as transport:
        receipts = [transport.send(order) for order in read_orders(here / "orders.jsonl")]

    assert not any(receipt.replayed for receipt in receipts)
    assert [message.recipient for message in altinn.messages] == [
        "+46701740605",
        "kari@example.org",
        "+46701740606",
    ]


def test_built_again_they_are_the_same_to_the_byte(cli: Cli, here: Path) -> None:
    write(here, *GOOD)
    build(cli)
    first = (here / "orders.jsonl").read_bytes()
    build(cli)

    assert (here / "orders.jsonl").read_bytes() == first


def test_what_is_wrong_is_told_by_row_and_reason_and_none_is_lost(cli: Cli, here: Path) -> None:
    write(here, *GOOD, *BAD)
    result = build(cli)
    told = rejects(here)

    assert result.exit_code == 1
    assert "6 rows: 3 orders in orders.jsonl" in result.stdout
    assert "3 rejected in orders.jsonl.rejects.csv: recipient 1, duplicate 1, language 1" in result.stdout
    assert [row[:3] for row in told[1:]] == [
        ["5", "recipient", "to"],
        ["6", "duplicate", "occasion"],
        ["7", "language", "locale"],
    ]
    assert len(list(read_orders(here / "orders.jsonl"))) + len(told) - 1 == 6


def test_where_nothing_could_be_built_there_is_a_file_of_no_orders(cli: Cli, here: Path) -> None:
    write(here, BAD[0])
    result = build(cli)

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "1 row: 0 orders in orders.jsonl",
        "1 rejected in orders.jsonl.rejects.csv: recipient 1",
    ]
    assert (here / "orders.jsonl").read_bytes() == b""


def test_neither_rejects_nor_output_show_what_stood_there(cli: Cli, here: Path) -> None:
    write(here, *GOOD, *BAD, "+46701740608,ZQ,a6,ZQ9164,ZQ min,ZQ")
    for more in ((), ("--json",), ("--dry-run",)):
        said = build(cli, *more).output
        told = (here / "orders.jsonl.rejects.csv").read_text("utf-8")

        for hidden in ("739164", "482913", "1740", "+47 12", "kari", "ZQ", KEY):
            assert hidden not in said
            assert hidden not in told


def test_both_files_are_their_owners_alone(cli: Cli, here: Path) -> None:
    write(here, *GOOD, *BAD)
    build(cli, "--rejects", "told.csv")

    assert {stat.S_IMODE((here / name).stat().st_mode) for name in ("orders.jsonl", "told.csv")} == {0o600}
    assert sorted(file.name for file in here.iterdir()) == ["orders.jsonl", "rows.csv", "told.csv"]


def test_json_is_every_figure(cli: Cli, here: Path) -> None:
    write(here, *GOOD, *BAD)

    assert document(build(cli, "--json")) == {
        "rows": 6,
        "built": 3,
        "rejected": 3,
        "faults": {"recipient": 1, "duplicate": 1, "language": 1},
        "segments": 2,
        "messages": [
            {"channel": "email", "locale": "nn", "messages": 1, "segments": None},
            {"channel": "sms", "locale": "nb", "messages": 1, "segments": 1},
            {"channel": "sms", "locale": "nn", "messages": 1, "segments": 1},
        ],
        "out": "orders.jsonl",
        "rejects": "orders.jsonl.rejects.csv",
    }


def test_a_dry_run_counts_and_writes_nothing(cli: Cli, here: Path) -> None:
    write(here, *GOOD, *BAD)
    result = build(cli, "--dry-run", out=None)

    assert result.exit_code == 1
    assert "6 rows: 3 orders\n" in result.stdout
    assert [line.split() for line in result.stdout.splitlines()[-4:] if line.strip()] == [
        ["nb", "1", "1", "0"],
        ["nn", "1", "1", "1"],
        ["all", "2", "2", "1"],
    ]
    assert [file.name for file in here.iterdir()] == ["rows.csv"]


def test_a_dry_run_may_tell_what_is_wrong(cli: Cli, here: Path) -> None:
    write(here, *BAD)
    result = build(cli, "--dry-run", "--rejects", "told.csv", out=None)

    assert "rejected in told.csv" in result.stdout
    assert len(rejects(here, "told.csv")) == 3


def test_a_limit_takes_the_first_rows_alone(cli: Cli, here: Path) -> None:
    write(here, *GOOD, *BAD)
    result = build(cli, "--limit", "2", "--json")

    assert result.exit_code == 0
    assert document(result)["rows"] == 2


def test_what_is_the_same_for_all_rows_is_said_once(cli: Cli, here: Path) -> None:
    header = "mobil,code,notat\n"
    write(here, "+46701740605,482913,x", "+46701740606,000001,y", header=header)
    result = build(
        cli,
        *("--to-column", "mobil", "--locale", "nn", "--occasion", "login/may", "--ignore-column", "notat"),
        *("--set", "service=Altinn", "--set", "lifetime=10 min", "--channel", "sms", "--region", "se"),
        *("--not-after", "2026-06-01"),
    )
    orders = list(read_orders(here / "orders.jsonl"))

    assert result.exit_code == 0, result.output
    assert [order.locale for order in orders] == ["nn", "nn"]
    assert orders[0].not_after is not None
    assert orders[0].not_after.isoformat() == "2026-05-31T22:00:00+00:00"


def test_an_end_may_be_so_long_from_now(cli: Cli, here: Path) -> None:
    write(here, GOOD[0])
    build(cli, "--not-after", "2 d")
    (order,) = read_orders(here / "orders.jsonl")

    assert order.not_after is not None
    assert build(cli, "--not-after", "soon").exit_code == 2


def test_languages_may_be_negotiated(cli: Cli, here: Path) -> None:
    write(here, BAD[2])
    result = build(cli, "--negotiate")

    assert result.exit_code == 0
    assert [order.locale for order in read_orders(here / "orders.jsonl")] == ["nb"]


def test_other_columns_may_hold_language_occasion_and_reference(cli: Cli, here: Path) -> None:
    write(
        here,
        "+46701740605,nb,a1,482913,5 min,X,sak-1",
        header="to,mål,sak,code,lifetime,service,ref\n",
    )
    result = build(cli, "--locale-column", "mål", "--occasion-column", "sak", "--reference-column", "ref")

    assert result.exit_code == 0, result.output
    assert [order.reference for order in read_orders(here / "orders.jsonl")] == ["sak-1"]


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_json_lines_and_parquet_are_rows_too(cli: Cli, here: Path, kind: str) -> None:
    names = HEADER.strip().split(",")
    rows = [dict(zip(names, line.split(","), strict=True)) for line in GOOD]
    if kind == "jsonl":
        (here / "rows").write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pa: Any = pytest.importorskip("pyarrow")
        parquet: Any = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pa.Table.from_pylist(rows), str(here / "rows"))
    result = build(cli, file="rows")
    write(here, *GOOD)
    build(cli, out="others.jsonl")

    assert result.exit_code == 0
    assert (here / "orders.jsonl").read_bytes() == (here / "others.jsonl").read_bytes()


def test_rehearsals_take_no_key(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRAKS_KEY")
    write(here, GOOD[0])

    assert build(cli).exit_code == 2
    assert build(cli, "--rehearsal").exit_code == 0
    assert [order.rehearsal for order in read_orders(here / "orders.jsonl")] == [True]


def test_a_dry_run_takes_no_key(cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STRAKS_KEY")
    write(here, GOOD[0])
    result = build(cli, "--dry-run", out=None)

    assert (result.exit_code, result.stderr) == (0, "")


def test_a_key_may_come_from_a_file(cli: Cli, here: Path) -> None:
    write(here, GOOD[0])
    (here / "key").write_text("ff" * 32)
    build(cli)
    ours = (here / "orders.jsonl").read_bytes()
    build(cli, "--key-file", "key")

    assert (here / "orders.jsonl").read_bytes() != ours


def test_no_order_is_built_that_the_policy_of_the_project_does_not_let_go(cli: Cli, here: Path) -> None:
    write(here, *GOOD)
    (here / "straks.toml").write_text('regions = ["NO"]\n', "utf-8")
    result = build(cli)

    assert result.exit_code == 1
    assert [row[:2] for row in rejects(here)[1:]] == [["2", "policy"], ["4", "policy"]]
    assert "SEC411" in rejects(here)[1][3]


# What is of no use


@pytest.mark.parametrize(
    ("content", "more", "said"),
    [
        (b"", (), "has no rows"),
        (HEADER.encode(), (), "has no rows"),
        ("to,locale\n+46701740605,nb\n".encode("utf-16"), (), "is UTF-16"),
        (HEADER.encode() + b"\xff,nb\n", (), "line 2: is not UTF-8"),
        (HEADER.replace("service", "servise").encode() + b"a,b,c,d,e,f\n", (), "did you mean 'servise'"),
        (b"a,b\n1,2\n", (), "there is no column 'to'"),
        (HEADER.encode() + b'a,"b\n' + b"c,d\n" * 50_000, (), "a quote was left open"),
        (HEADER.encode() + GOOD[0].encode(), ("--locale", "se"), "has no sms in 'se'"),
        (HEADER.encode() + GOOD[0].encode(), ("--set", "srevice=X"), "did you mean 'service'"),
        (HEADER.encode() + GOOD[0].encode(), ("--sender", "Much too long a name"), "1 to 11 characters"),
        (HEADER.encode() + GOOD[0].encode(), ("--region", "Norge"), "has no number plan"),
        (HEADER.encode() + GOOD[0].encode(), ("--rejects", "rows.csv"), "name them apart"),
        (HEADER.encode() + GOOD[0].encode(), ("--rejects", "orders.jsonl"), "name them apart"),
        (HEADER.encode() + GOOD[0].encode(), ("--out", "-"), "give a name other than -"),
        (HEADER.encode() + GOOD[0].encode(), ("--rejects", "-"), "give a name other than -"),
        (HEADER.encode() + GOOD[0].encode(), ("--limit", "0"), "--limit"),
    ],
)
def test_what_is_of_no_use_builds_nothing_and_ends_with_2(
    cli: Cli, here: Path, content: bytes, more: tuple[str, ...], said: str
) -> None:
    (here / "rows.csv").write_bytes(content)
    (here / "orders.jsonl").write_text("old")
    result = build(cli, *more)

    assert result.exit_code == 2
    assert said in result.stderr
    assert (here / "orders.jsonl").read_text() == "old"
    assert sorted(file.name for file in here.iterdir()) == ["orders.jsonl", "rows.csv"]


def test_the_rows_are_not_written_over(cli: Cli, here: Path) -> None:
    write(here, *GOOD)
    result = build(cli, out="../" + here.name + "/rows.csv")

    assert result.exit_code == 2
    assert (here / "rows.csv").read_text().startswith(HEADER)


def test_without_a_place_for_orders_there_is_nothing_to_do(cli: Cli, here: Path) -> None:
    write(here, *GOOD)
    result = build(cli, out=None)

    assert result.exit_code == 2
    assert "name a file for the orders" in result.stderr


def test_a_template_that_the_policy_stops_ends_with_2(cli: Cli, here: Path) -> None:
    (here / "templates/m/nb").mkdir(parents=True)
    (here / "templates/m/template.toml").write_text(
        '[template]\npurpose = "notice"\nrepeat = "harmless"\ntime-to-live = 600\n'
    )
    (here / "templates/m/nb/sms.txt").write_text("Hei")
    write(here, "+46701740605,nb,a", header="to,locale,occasion\n")
    result = cli("build", "rows.csv", "--template", "m", "--out", "o", "--templates", "templates", "--json")

    assert result.exit_code == 2
    assert document(result)["error"]["kind"] == "PolicyError"
    assert not (here / "o").exists()


JSON_ROW = (
    '{"to": "+46701740605", "locale": "nb", "occasion": "a1", "code": "482913", "lifetime": "5 min", '
    '"service": "Skatteetaten"}\n'
)


@pytest.mark.parametrize("file", ["-", "/dev/stdin"])
@pytest.mark.parametrize("rows", [HEADER + GOOD[0] + "\n", JSON_ROW], ids=["csv", "json lines"])
def test_rows_that_are_piped_in_become_orders(
    start: Callable[..., subprocess.Popen[str]], here: Path, file: str, rows: str
) -> None:
    building = start(
        "build", file, "--template", "one-time-code", "--out", "orders.jsonl", stdin=subprocess.PIPE
    )
    told, err = building.communicate(rows, timeout=120)

    assert (building.returncode, err) == (0, "")
    assert "1 row: 1 order in orders.jsonl" in told
    assert [order.channel for order in read_orders(here / "orders.jsonl")] == ["sms"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--jobs", "2"], "standard input can be read once only, and each job reads it; build with one, or"),
        (["--key-file", "-"], "standard input cannot hold both the rows and the key; name a file for one"),
    ],
)
def test_what_a_pipe_cannot_do_is_told_with_the_way_out(
    start: Callable[..., subprocess.Popen[str]], more: list[str], told: str
) -> None:
    building = start(
        "build", "-", "--template", "one-time-code", "--out", "o.jsonl", *more, stdin=subprocess.PIPE
    )
    _, err = building.communicate(HEADER + GOOD[0] + "\n", timeout=120)

    assert building.returncode == 2
    assert told in err


def test_standard_input_that_cannot_be_read_is_not_told_as_standard_output(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    to_write_to = os.open(os.devnull, os.O_WRONLY)
    building = start("build", "-", "--template", "one-time-code", "--dry-run", stdin=to_write_to)
    os.close(to_write_to)
    _, err = building.communicate(timeout=120)

    assert (building.returncode, err) == (
        2,
        "Error: standard input: Bad file descriptor; name another place\n",
    )


def test_several_jobs_write_the_same_files_as_one(
    start: Callable[..., subprocess.Popen[str]], here: Path
) -> None:
    write(
        here, *GOOD, *BAD, *(f"+467017406{5 + n % 95:02d},nb,{n % 900},482913,5 min,X" for n in range(1_000))
    )
    found: list[tuple[bytes, bytes, str]] = []
    for jobs in ("1", "3"):
        building = start(
            "build", "rows.csv", "--template", "one-time-code", "--out", "orders.jsonl", "--jobs", jobs
        )
        told, err = building.communicate(timeout=120)
        found.append(
            ((here / "orders.jsonl").read_bytes(), (here / "orders.jsonl.rejects.csv").read_bytes(), told)
        )

        assert (building.returncode, err) == (1, "")

    assert found[0] == found[1]
    assert "1006 rows" in found[0][2]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_interrupted_it_leaves_nothing_behind(
    start: Callable[..., subprocess.Popen[str]], here: Path, jobs: str
) -> None:
    write(here, *(f"+467017406{5 + n % 95:02d},nb,{n},482913,5 min,X" for n in range(100_000)))
    building = start(
        "build",
        "rows.csv",
        "--template",
        "one-time-code",
        "--out",
        "orders.jsonl",
        "--jobs",
        jobs,
        measured=False,
    )
    while not any(file.name.endswith(".part") and file.stat().st_size for file in here.iterdir()):
        assert building.poll() is None
    building.send_signal(signal.SIGINT)
    _, err = building.communicate(timeout=60)

    assert building.returncode == 130
    assert "Traceback" not in err
    assert [file.name for file in here.iterdir()] == ["rows.csv"]


def test_at_a_terminal_it_shows_how_far_it_is_and_elsewhere_not(cli: Cli, here: Path) -> None:
    write(here, *(f"+467017406{5 + n % 95:02d},nb,{n},482913,5 min,X" for n in range(600)))
    ours, theirs = pty.openpty()
    shown = subprocess.run(
        [sys.executable, "-m", "straks", "build", "rows.csv", "--template", "one-time-code", "--dry-run"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
        env={**os.environ, "TERM": "xterm"},
    )
    bar = os.read(ours, 10_000)
    os.close(ours)
    os.close(theirs)

    assert b"Building" in bar
    assert b"600 rows: 600 orders" in shown.stdout
    assert build(cli).stderr == ""
