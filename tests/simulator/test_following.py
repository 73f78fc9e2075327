"""The stream of events over HTTP: at once, for as long as somebody listens, and no longer."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import httpx
import pytest

from straks.simulator import Simulator, carriage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Maker = Callable[..., dict[str, object]]

SMS = "/notifications/api/v1/future/orders/instant/sms"
PATIENCE_S = 120.0


def named(lines: Iterator[str]) -> Iterator[str]:
    """Yield the name of each event."""
    for line in lines:
        if line.startswith("event: "):
            yield line.removeprefix("event: ")


@pytest.fixture
def lines(altinn: Simulator) -> Iterator[Iterator[str]]:
    """Return the lines of a stream that has begun."""
    with httpx.stream("GET", f"{altinn.url}/_straks/events", timeout=PATIENCE_S) as answer:
        lines = answer.iter_lines()
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        retry, _, _ = [next(lines) for _ in range(3)]
        assert retry == "retry: 1000"
        yield lines


def test_an_event_comes_at_once_and_a_status_when_it_is_due(
    altinn: Simulator, client: httpx.Client, sms: Maker, lines: Iterator[str]
) -> None:
    client.post(SMS, json=sms("followed/1"))
    events = named(lines)
    first = [next(events) for _ in range(3)]
    by_itself = [next(events) for _ in range(2)]  # accepted after a second, delivered after two
    altinn.advance(1)

    assert first == ["message", "status", "attempt"]
    assert by_itself == ["status", "status"]
    assert next(events) == "clock"
    assert altinn.messages[0].status == "SMS_Delivered"


def test_what_is_done_in_a_program_is_told_as_well(altinn: Simulator, lines: Iterator[str]) -> None:
    events = named(lines)
    with altinn.faults("503"):
        armed = next(events)
    altinn.clear()

    assert [armed, next(events), next(events)] == ["faults", "faults", "cleared"]


def test_where_nothing_happens_a_comment_says_that_somebody_is_there(
    altinn: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carriage, "_HEARTBEAT_S", 0.01)
    with httpx.stream("GET", f"{altinn.url}/_straks/events", timeout=PATIENCE_S) as answer:
        comments = (line for line in answer.iter_lines() if line.startswith(":"))

        assert [next(comments), next(comments)] == [":", ":"]


def test_a_stream_ends_with_the_simulator() -> None:
    heard: list[str] = []
    with Simulator() as altinn:

        def listen() -> None:
            with httpx.stream("GET", f"{altinn.url}/_straks/events", timeout=PATIENCE_S) as answer:
                for line in answer.iter_lines():
                    heard.append(line)
                    if line.startswith("event"):
                        altinn._listener.end()

        listening = Thread(target=listen)
        listening.start()
        while not heard:
            assert listening.is_alive()
        altinn.clear()
        listening.join(PATIENCE_S)

        assert not listening.is_alive()
        assert "event: cleared" in heard


@pytest.mark.parametrize("path", ["/_straks/events", "/_straks/EVENTS"])
def test_a_page_of_another_site_hears_nothing(altinn: Simulator, path: str) -> None:
    for headers in ({"host": "attacker.example"}, {"origin": "https://attacker.example"}):
        assert httpx.get(altinn.url + path, headers=headers).status_code in (421, 403)
