"""What changes at the desk, for whoever follows: nothing twice, nothing lost, whatever breaks in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.simulator.changes import Changes, Kind
from straks.simulator.desk import BASE, Desk
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]

EVENTS = f"{BASE}/_straks/events"


def events(desk: Desk, mark: str = "") -> tuple[list[tuple[str, dict[str, object]]], str]:
    """Return the events after a mark, each with what it tells, and the mark of the last."""
    answer = desk.handle(Request("GET", EVENTS, {"last-event-id": mark}))
    told: list[tuple[str, dict[str, object]]] = []
    for block in answer.body.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        mark = fields["id"]
        if "event" in fields:
            told.append((fields["event"], json.loads(fields["data"])))
    return told, mark


# Marks


@given(st.lists(st.integers(0, 5)), st.integers(1, 9))
def test_who_comes_back_in_time_hears_each_change_once_and_in_order(rounds: list[int], kept: int) -> None:
    changes, heard, noted = Changes("a", kept), list[str](), 0
    mark = changes.mark
    for size in rounds:
        for _ in range(size):
            noted += 1
            changes.note(Kind.MESSAGE, f"{noted}")
        since = changes.since(mark)
        if since is None:
            assert size > kept
            heard = [f"{number}" for number in range(1, noted + 1)]  # who begins anew sees all there is
        else:
            heard += [change.about for change in since]
        mark = changes.mark

    assert heard == [f"{number}" for number in range(1, noted + 1)]


@given(st.text())
def test_any_other_mark_is_followed_from_by_nobody(mark: str) -> None:
    changes = Changes("a")

    assert (
        changes.since(mark) is None
        or mark in {f"a-{zeros}" for zeros in ("0", "00", "000")}
        or int(mark[2:]) == 0
    )


def test_the_bell_rings_at_each_change() -> None:
    changes, rung = Changes("a"), list[int]()
    changes.bell = lambda: rung.append(1)
    for kind in Kind:
        changes.note(kind)

    assert len(rung) == len(Kind)


# Events


def test_a_stream_begins_with_now_and_goes_on_from_where_it_broke(desk: Desk, post: Way, sms: Maker) -> None:
    post("sms", sms("before"))
    nothing, mark = events(desk)
    post("sms", sms("1"))
    first, after_first = events(desk, mark)
    post("sms", sms("2"))
    second, _ = events(desk, after_first)
    both, _ = events(desk, mark)

    assert nothing == []
    assert [name for name, _ in first] == ["message", "status", "attempt"]
    assert first[0][1]["id"] == desk.messages()[1].id
    assert first[2][1] == {"idempotencyId": "1"}
    assert both == first + second


def test_a_status_that_changes_by_itself_is_told_once(desk: Desk, post: Way, sms: Maker) -> None:
    post("sms", sms())
    _, mark = events(desk)
    desk.advance(1)
    accepted, mark = events(desk, mark)
    desk.advance(1)
    delivered, mark = events(desk, mark)
    desk.advance(1000)
    nothing, _ = events(desk, mark)

    assert [name for name, _ in accepted] == ["clock", "status"]
    assert accepted[1][1]["status"] == "SMS_Accepted"
    assert delivered[1][1]["status"] == "SMS_Delivered"
    assert [name for name, _ in nothing] == ["clock"]


@pytest.mark.parametrize("mark", ["b-0", "another", "0-0"])
def test_who_comes_with_a_mark_of_another_desk_is_told_to_begin_anew(desk: Desk, mark: str) -> None:
    told, new = events(desk, mark)

    assert told == [("reset", {})]
    assert events(desk, new) == ([], new)


def test_a_mark_with_a_line_end_writes_no_line(desk: Desk) -> None:
    answer = desk.handle(Request("GET", f"{EVENTS}?after=a%0Aevent:%20message"))

    assert b"event" not in answer.body


def test_a_message_that_was_thrown_away_since_is_not_told_of(desk: Desk, post: Way, sms: Maker) -> None:
    _, mark = events(desk)
    post("sms", sms())
    desk.clear()
    told, _ = events(desk, mark)

    assert [name for name, _ in told] == ["attempt", "cleared"]


def test_faults_are_told_of_when_they_are_armed_strike_and_are_disarmed(
    desk: Desk, post: Way, sms: Maker
) -> None:
    _, mark = events(desk)
    desk.faults.arm("503", times=2)
    post("sms", sms())
    desk.handle(Request("DELETE", f"{BASE}/_straks/faults/503"))
    told, _ = events(desk, mark)

    assert [name for name, _ in told] == ["faults", "faults", "attempt", "faults"]


def test_faults_of_one_name_are_disarmed_and_the_others_stay(desk: Desk) -> None:
    for fault in ("503", "hang", "503"):
        desk.faults.arm(fault)
    gone = desk.handle(Request("DELETE", f"{BASE}/_straks/faults/503"))
    wrong = desk.handle(Request("DELETE", f"{BASE}/_straks/faults/hank"))

    assert (gone.status, [armed.fate.name for armed in desk.faults.armed()]) == (204, ["hang"])
    assert (wrong.status, wrong.json()) == (
        400,
        {"error": "there is no fault of that name; did you mean hang?"},
    )
