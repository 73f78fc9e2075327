"""What may happen to an order, whatever it is and whatever happened before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.altinn.ending import Ending
from straks.core.manifest import Repeat
from straks.core.record import Outcome
from straks.journal.rules import (
    DUE,
    OPEN,
    RIPE_S,
    SENT,
    Again,
    Entry,
    Event,
    Found,
    Landed,
    Settled,
    State,
    TakenUp,
    after,
)

NEW = Entry(
    row=1,
    offset=0,
    idempotency_id="notice.sms.1",
    template="notice",
    locale="nb",
    channel="sms",
    pseudonym="0" * 32,
    repeat=Repeat.HARMFUL,
    time_to_live_s=3600,
    reference="case/1",
)
TIMES = st.integers(0, 10_000).map(float)
ENDINGS = st.builds(
    Ending,
    outcome=st.sampled_from(Outcome),
    attempts=st.none() | st.integers(0, 3),
    general=st.booleans(),
    status=st.sampled_from([None, 400, 401, 429]),
)
ENTRIES = st.builds(
    lambda repeat, alive, until: replace(NEW, repeat=repeat, time_to_live_s=alive, not_after_s=until),
    st.sampled_from(Repeat),
    st.none() | st.sampled_from([60, 3600]),
    st.none() | TIMES,
)
KINDS: dict[type[Any], st.SearchStrategy[Event]] = {
    TakenUp: st.builds(TakenUp, TIMES),
    Landed: st.builds(Landed, TIMES, ENDINGS, st.none() | st.just(0.5)),
    Found: st.builds(Found, TIMES),
    Again: st.builds(Again, TIMES),
    Settled: st.builds(Settled, TIMES),
}
EVENTS = st.lists(st.one_of(list(KINDS.values())), max_size=12)
TAKEN = TakenUp(10.0)


def landed(outcome: Outcome, at_s: float = 11.0, **more: Any) -> Landed:  # noqa: ANN401 - an ending's
    return Landed(at_s, Ending(outcome=outcome, attempts=1, **more), 1.0)


def told(*events: Event, entry: Entry = NEW) -> Entry:
    for event in events:
        entry = after(entry, event)
    return entry


@given(ENTRIES, EVENTS)
def test_whatever_happens_leaves_an_entry_and_no_receipt_is_ever_lost(
    entry: Entry, events: list[Event]
) -> None:
    receipt = False
    for event in events:
        was, entry = entry, after(entry, event)
        receipt = receipt or entry.state in SENT

        assert receipt == (entry.state in SENT)
        assert not receipt or was == entry or was.state not in SENT
        assert entry.state is not State.DUPLICATE


@given(ENTRIES, EVENTS)
def test_an_order_leaves_only_when_it_is_due_and_before_its_deadline(
    entry: Entry, events: list[Event]
) -> None:
    for event in events:
        was, entry = entry, after(entry, event)
        if entry.state is State.IN_FLIGHT and was.state is not State.IN_FLIGHT:
            assert isinstance(event, TakenUp)
            assert was.state in DUE
            assert event.at_s < entry.deadline_s
            assert entry.flights == was.flights + 1


@given(ENTRIES, EVENTS)
def test_what_may_do_harm_leaves_again_after_a_doubt_by_a_decision_alone(
    entry: Entry, events: list[Event]
) -> None:
    entry = replace(entry, repeat=Repeat.HARMFUL)
    decided = False
    for event in events:
        was, entry = entry, after(entry, event)
        decided = decided or (isinstance(event, Again) and entry.state is State.WAITING)
        if was.doubtful and entry.flights > was.flights:
            assert decided


@given(ENTRIES, EVENTS)
def test_doubt_once_there_ends_with_a_receipt_or_a_decision_alone(entry: Entry, events: list[Event]) -> None:
    for event in events:
        was, entry = entry, after(entry, event)
        if was.doubtful and not entry.doubtful:
            assert entry.state in SENT


@given(ENTRIES, EVENTS)
def test_the_callers_reference_is_kept_for_as_long_as_the_order_is_open(
    entry: Entry, events: list[Event]
) -> None:
    for event in events:
        was, entry = entry, after(entry, event)

        assert entry.reference == (was.reference if entry.state in OPEN else None)


@given(ENTRIES, EVENTS, st.sampled_from(list(KINDS)), st.data())
def test_the_same_news_twice_is_no_news(
    entry: Entry, events: list[Event], kind: type[Event], data: st.DataObject
) -> None:
    event = data.draw(KINDS[kind])
    once = after(told(*events, entry=entry), event)
    if not (isinstance(event, TakenUp | Again) and once.state in DUE):
        assert after(once, event) == once


@pytest.mark.parametrize(
    ("repeat", "state", "doubtful"),
    [(Repeat.HARMLESS, State.WAITING, True), (Repeat.HARMFUL, State.IN_DOUBT, True)],
)
def test_what_was_in_flight_when_its_process_died_is_placed_again_or_in_doubt(
    repeat: Repeat, state: State, *, doubtful: bool
) -> None:
    entry = told(TAKEN, Found(20.0), entry=replace(NEW, repeat=repeat))

    assert (entry.state, entry.doubtful) == (state, doubtful)
    assert entry.reference == "case/1"


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NOT_SENT, Outcome.INVALID, Outcome.IN_DOUBT])
def test_a_second_call_that_came_to_nothing_says_nothing_about_the_first(outcome: Outcome) -> None:
    harmless = replace(NEW, repeat=Repeat.HARMLESS)

    assert (
        told(TAKEN, Found(20.0), TakenUp(21.0), landed(outcome, 22.0), entry=harmless).state is State.IN_DOUBT
    )


def test_what_may_have_been_sent_and_is_too_late_now_is_in_doubt_and_not_expired() -> None:
    harmless = replace(NEW, repeat=Repeat.HARMLESS, time_to_live_s=300)
    entry = told(TAKEN, Found(20.0), TakenUp(310.0), entry=harmless)

    assert (entry.state, entry.flights) == (State.IN_DOUBT, 1)


@pytest.mark.parametrize(
    ("until_s", "at_s", "state"),
    [(10.0, 9.9, State.IN_FLIGHT), (10.0, 10.0, State.EXPIRED), (None, 1e12, State.IN_FLIGHT)],
)
def test_an_order_whose_last_moment_has_come_has_expired(
    until_s: float | None, at_s: float, state: State
) -> None:
    assert told(TakenUp(at_s), entry=replace(NEW, not_after_s=until_s)).state is state


def test_an_sms_lives_from_its_first_call_on_however_many_runs_it_takes() -> None:
    entry = told(TAKEN, landed(Outcome.NOT_SENT))

    assert entry.state is State.NOT_SENT
    assert told(TakenUp(3609.0), entry=entry).state is State.IN_FLIGHT
    assert told(TakenUp(3610.0), entry=entry).state is State.EXPIRED
    assert told(TAKEN, landed(Outcome.NOT_SENT, 3611.0)).state is State.EXPIRED


def test_a_refusal_that_any_order_would_have_met_leaves_it_to_a_later_run() -> None:
    turned_away = told(TAKEN, landed(Outcome.REFUSED, status=401, general=True))
    refused = told(TAKEN, landed(Outcome.REFUSED, status=400))

    assert (turned_away.state, turned_away.status) == (State.NOT_SENT, 401)
    assert (refused.state, refused.status) == (State.REFUSED, 400)
    assert told(TakenUp(12.0), entry=turned_away).state is State.IN_FLIGHT
    assert told(TakenUp(12.0), entry=refused) == refused


def test_a_receipt_that_comes_late_ends_a_doubt_also_a_settled_one() -> None:
    in_doubt = told(TAKEN, Found(20.0))
    receipt = landed(Outcome.REPLAYED, 50.0, shipment_id="s-1")
    placed = told(receipt, entry=in_doubt)

    assert (placed.state, placed.shipment_id, placed.doubtful) == (State.REPLAYED, "s-1", False)
    assert told(Settled(30.0), receipt, entry=in_doubt).state is State.REPLAYED


def test_a_doubt_is_not_placed_again_while_the_service_may_still_be_sending_it() -> None:
    in_doubt = told(TAKEN, Found(11.0))

    assert told(Again(10.0 + RIPE_S - 0.1), entry=in_doubt) == in_doubt
    assert told(Again(10.0 + RIPE_S), entry=in_doubt).state is State.WAITING
    assert told(Again(10.0 + RIPE_S), TakenUp(200.0), entry=in_doubt).state is State.IN_FLIGHT


def test_what_is_settled_is_left_alone() -> None:
    settled = told(TAKEN, Found(11.0), Settled(12.0))

    assert (settled.state, settled.reference) == (State.SETTLED, None)
    assert told(Again(500.0), TakenUp(501.0), Found(502.0), entry=settled) == settled


def test_requests_and_flights_are_counted() -> None:
    entry = told(TAKEN, landed(Outcome.NOT_SENT), TakenUp(20.0), landed(Outcome.PLACED, 22.5))

    assert (entry.flights, entry.requests, entry.first_s, entry.began_s) == (2, 2, 10.0, 20.0)
    assert (entry.ended_s, entry.took_s) == (22.5, 1.0)
