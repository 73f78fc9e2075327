"""``straks feed``, over real HTTP to the simulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from straks.transports.altinn import AltinnTransport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    import straks
    from straks.simulator import Simulator

    Cli = Callable[..., Result]


def lines_of(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_finished_order_is_a_line_and_is_told_once(
    cli: Cli, altinn: Simulator, make_order: Callable[..., straks.Order], tmp_path: Path
) -> None:
    asked = ("feed", "--environment", altinn.url, "--cursor", str(tmp_path / "cursor"), "--page-size", "2")
    with AltinnTransport(altinn.url, altinn.token()) as transport:
        receipts = [transport.send(make_order(occasion=f"feed/{n}", reference=f"sak/{n}")) for n in range(3)]
        altinn.advance(300)
        first, again = cli(*asked), cli(*asked)
        transport.send(make_order(occasion="feed/late"))
        altinn.advance(300)
        later = cli(*asked)
    lines = lines_of(first)

    assert (first.exit_code, again.exit_code, later.exit_code) == (0, 0, 0)
    assert [line["shipment_id"] for line in lines] == [receipt.shipment_id for receipt in receipts]
    assert [line["sequence"] for line in lines] == [1, 2, 3]
    assert lines[0]["delivered"] is True
    assert lines[0]["reference"] == "sak/0"
    assert lines[0]["deliveries"][0]["channel"] == "sms"
    assert lines_of(again) == []
    assert [line["sequence"] for line in lines_of(later)] == [4]
    assert "+46701740605" not in first.stdout


def test_a_cursor_that_is_none_is_told_and_nothing_is_read(
    cli: Cli, altinn: Simulator, tmp_path: Path
) -> None:
    file = tmp_path / "cursor"
    file.write_text("orders")
    result = cli("feed", "--environment", altinn.url, "--cursor", str(file))

    assert result.exit_code == 2
    assert "is no cursor of straks" in result.stderr
    assert file.read_text() == "orders"
