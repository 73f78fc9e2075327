"""A journal in figures."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.core.manifest import Repeat
from straks.journal import Entry, State
from straks.journal.figures import PERCENTILES, Reason, figures_of

NEW = Entry(
    row=1,
    offset=0,
    idempotency_id="notice.sms.1",
    template="notice",
    locale="nb",
    channel="sms",
    pseudonym="0" * 32,
    repeat=Repeat.HARMFUL,
)
_GIVEN = ("row", "offset", "idempotency_id", "template", "locale", "channel", "pseudonym", "repeat")
TIMES_S = st.floats(0.0, 2000.0)
ENTRIES = st.lists(
    st.builds(
        Entry,
        **{name: st.just(getattr(NEW, name)) for name in _GIVEN},
        state=st.sampled_from(State),
        took_s=st.none() | TIMES_S,
        ended_s=st.none() | st.floats(1.7e9, 1.8e9),
        requests=st.integers(0, 3),
    ),
    max_size=30,
)


@given(ENTRIES)
def test_every_order_is_counted_once_in_each_figure(entries: list[Entry]) -> None:
    figures = figures_of(entries)
    sent = [entry for entry in entries if entry.state in (State.PLACED, State.REPLAYED)]
    ended = [entry for entry in entries if entry.ended_s is not None]

    assert figures.orders == figures.states.total() == len(entries)
    assert figures.sent == len(sent)
    assert sum(span.sent for span in figures.latencies) == sum(entry.took_s is not None for entry in sent)
    assert sum(span.sent + span.others for span in figures.timeline) == len(ended)
    assert len(figures.doubts) == figures.states[State.IN_DOUBT]
    assert figures.reasons.total() == figures.states[State.REFUSED] + figures.states[State.NOT_SENT]


@given(ENTRIES)
def test_requests_are_counted_of_what_has_ended_and_none_only_where_nothing_left(
    entries: list[Entry],
) -> None:
    figures = figures_of(entries)
    left = (State.PLACED, State.REPLAYED, State.REFUSED)
    never = (State.INVALID, State.NOT_SENT, State.EXPIRED)

    assert figures.attempts[0] == sum(each.state in never and not each.requests for each in entries)
    for requests in (1, 2, 3):
        ended = [each for each in entries if each.state in (*left, *never)]
        assert figures.attempts[requests] == sum(each.requests == requests for each in ended)
    assert figures.attempts.total() <= figures.orders


@given(st.lists(TIMES_S, min_size=1, max_size=200))
def test_a_percentile_is_a_time_that_was_measured_and_so_many_took_no_longer(times_s: list[float]) -> None:
    figures = figures_of(replace(NEW, state=State.PLACED, took_s=took_s) for took_s in times_s)

    assert set(figures.percentiles_s) == set(PERCENTILES)
    for percentile, found_s in figures.percentiles_s.items():
        assert found_s in times_s
        assert sum(took_s <= found_s for took_s in times_s) >= len(times_s) * percentile / 100 - 1e-9
        assert sum(took_s < found_s for took_s in times_s) < len(times_s) * percentile / 100


@given(st.lists(TIMES_S, min_size=1, max_size=50))
def test_each_time_is_in_the_span_that_is_named(times_s: list[float]) -> None:
    figures = figures_of(replace(NEW, state=State.PLACED, took_s=took_s) for took_s in times_s)

    for span in figures.latencies:
        assert span.sent == sum(
            span.from_s < took_s <= span.until_s or took_s == span.from_s == 0 for took_s in times_s
        )
    assert all(
        one.until_s == two.from_s for one, two in zip(figures.latencies, figures.latencies[1:], strict=False)
    )


def test_a_time_line_has_whole_steps_and_no_more_columns_than_can_be_seen() -> None:
    figures = figures_of(
        replace(NEW, state=state, ended_s=1.7e9 + at_s)
        for state, at_s in ((State.PLACED, 0.0), (State.PLACED, 1.5), (State.REFUSED, 100.0))
    )

    assert [span.until_s - span.from_s for span in figures.timeline] == [2.0] * 51
    assert (figures.timeline[0].sent, figures.timeline[-1].others) == (2, 1)
    assert figures.busiest_per_s == 1.0


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Reason(State.REFUSED, 400, "NOT-00001"), "400 NOT-00001"),
        (Reason(State.NOT_SENT, 429), "429"),
        (Reason(State.NOT_SENT), "never reached the service"),
        (Reason(State.REFUSED), "no answer to go by"),
    ],
)
def test_a_reason_is_told_by_what_was_answered(reason: Reason, said: str) -> None:
    assert str(reason) == said


def test_nothing_has_no_figures() -> None:
    figures = figures_of([])

    assert (figures.orders, figures.percentiles_s, figures.latencies, figures.timeline) == (0, {}, (), ())
    assert figures.busiest_per_s == 0


def test_what_took_longest_has_a_span_without_an_end() -> None:
    (span,) = figures_of([replace(NEW, state=State.PLACED, took_s=501.0)]).latencies

    assert (span.from_s, span.until_s) == (500.0, math.inf)
