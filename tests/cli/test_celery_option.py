"""``straks send --celery``: which app is found, and what is said of one that will not do."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

import pytest

import straks
from straks.bulk import write_orders
from straks.journal import JournalView, State

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from straks.simulator import Simulator

    Cli = Callable[..., Result]
    Module = Callable[[str], str]

NUMBERS = count()
APP = """
import celery, straks, straks.celery
app = celery.Celery("orders", broker="memory://", set_as_current=False)
app.conf.task_always_eager = True
straks.celery.configure(app)
straks.celery.task(
    app,
    environment="{url}",
    transport=lambda url: straks.AltinnTransport(url, "{token}"),
    leases=lambda: straks.SqliteStore("leases.db"),
)
"""


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalog: straks.Catalog) -> str:
    monkeypatch.chdir(tmp_path)
    with write_orders("orders.jsonl") as add:
        for number in range(3):
            values = catalog["status-update"].examples
            sms = catalog.sms("status-update", locale="nb", to="+46701740605", values=values)
            add(straks.altinn.seal(sms.order(occasion=f"{number}", key=straks.SIMULATOR_KEY)))
    return "orders.jsonl"


@pytest.fixture
def module(orders: str, tmp_path: Path) -> Module:
    """Return what writes a module into the folder one stands in, and gives its name."""

    def write(text: str) -> str:
        name = f"app_of_a_test_{next(NUMBERS)}"
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
        return name

    return write


def send(cli: Cli, url: str, app: str, *more: str) -> Result:
    return cli("send", "orders.jsonl", "--journal", "sent.db", "--environment", url, "--celery", app, *more)


def test_orders_are_sent_by_the_app_and_what_was_in_flight_is_taken_on(
    cli: Cli, altinn: Simulator, module: Module
) -> None:
    name = module(APP.format(url=altinn.url, token=altinn.token()))
    result = send(cli, altinn.url, f"{name}:app", "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["stopped"] is None
    assert len(altinn.messages) == 3
    with JournalView("sent.db") as view:
        assert view.counts() == {State.PLACED: 3}
    assert send(cli, altinn.url, name).exit_code == 0
    assert len(altinn.messages) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nothing_of_that_name", "cannot be loaded (ModuleNotFoundError"),
        ("app = 1", "is no Celery app"),
        ("import celery\napp = celery.Celery('a', set_as_current=False)", "has no task that sends"),
        (APP.format(url="http://127.0.0.1:1", token="t"), "send to http://127.0.0.1:1, and this"),
    ],
    ids=["not-loaded", "no-app", "no-task", "elsewhere"],
)
def test_an_app_that_will_not_do_is_told_and_nothing_is_tried(
    cli: Cli, module: Module, tmp_path: Path, text: str, said: str
) -> None:
    result = send(cli, "http://127.0.0.1:5090", f"{module(text)}:app")

    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "sent.db").exists()


def test_records_are_kept_by_whoever_sends(cli: Cli, orders: str) -> None:
    result = send(cli, "http://127.0.0.1:5090", "app", "--records", "records.db")

    assert result.exit_code == 2
    assert "--records is for sending from here" in result.stderr


def test_one_message_needs_no_workers(cli: Cli, orders: str) -> None:
    about = ("--to", "+46701740605", "--locale", "nb", "--environment", "http://127.0.0.1:5090")
    result = cli("send", "status-update", *about, "--celery", "app")

    assert result.exit_code == 2
    assert "--celery is for a file of orders" in result.stderr
