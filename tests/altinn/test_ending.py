"""How a sending ended, as a value that another process can be told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import straks
from straks.altinn.ending import Ending, ending_of
from straks.core.record import Outcome
from straks.journal import deliver

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.altinn.place import Receipt
    from straks.altinn.sealed import Sendable

ABOUT: dict[str, Any] = {"idempotency_id": "notice.sms.1", "attempts": 2}


def not_sent(cause: Exception | None) -> straks.NotSent:
    error = straks.NotSent("it was not sent", **ABOUT)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_refusal_of_what_was_sent_is_that_orders_own(status: int) -> None:
    error = straks.Refused("no", status=status, problem="NOT-00001: A title", **ABOUT)

    assert ending_of(error) == Ending(
        outcome=Outcome.REFUSED, attempts=2, status=status, problem="NOT-00001", why="no"
    )


@pytest.mark.parametrize("status", [302, 401, 403, 404, 407, 415, 429])
def test_any_other_refusal_would_have_met_any_order(status: int) -> None:
    assert ending_of(straks.Refused("no", status=status, **ABOUT)).general


@pytest.mark.parametrize(
    ("cause", "general"),
    [
        (None, False),
        (straks.NoToken("not now", temporary=True), False),
        (straks.NoToken("no such client"), True),
        (straks.InvalidKey("no key"), True),
        (OSError("no such file"), False),
    ],
)
def test_without_a_token_no_order_would_leave(cause: Exception | None, *, general: bool) -> None:
    ending = ending_of(not_sent(cause))

    assert (ending.outcome, ending.general) == (Outcome.NOT_SENT, general)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("+46701740605")])
def test_what_nobody_promised_is_a_doubt_and_repeats_nothing_of_it(error: BaseException) -> None:
    assert ending_of(error) == Ending(outcome=Outcome.IN_DOUBT)


def test_when_the_service_asked_to_be_left_alone_is_told() -> None:
    ending = ending_of(straks.InDoubt("503", retry_after_s=30.0, **ABOUT))

    assert (ending.outcome, ending.retry_after_s) == (Outcome.IN_DOUBT, 30.0)


@given(
    st.builds(
        Ending,
        outcome=st.sampled_from(Outcome),
        attempts=st.none() | st.integers(0, 9),
        status=st.none() | st.integers(300, 499),
        general=st.booleans(),
        retry_after_s=st.none() | st.floats(0, 1e6),
        why=st.text(),
    )
)
def test_an_ending_reads_back_from_json_as_it_was(ending: Ending) -> None:
    assert Ending.from_dict(json.loads(json.dumps(ending.to_dict()))) == ending


@pytest.mark.parametrize("found", [{}, {"outcome": "lost"}])
def test_what_is_no_ending_is_an_error(found: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not a valid Outcome"):
        Ending.from_dict(found)


def test_whoever_delivers_is_told_how_it_ended_and_how_long_that_took(
    make_order: Callable[..., straks.Order],
) -> None:
    class Broken:
        def send(self, order: Sendable) -> Receipt:
            raise straks.NotSent("nobody is there", idempotency_id=order.idempotency_id, attempts=1)

    ticks = iter([10.0, 12.5, 20.0, 20.25])
    good = deliver(make_order(), straks.MemoryTransport(), timer=lambda: next(ticks))
    bad = deliver(make_order(), Broken(), timer=lambda: next(ticks))

    assert (good.ending.outcome, good.took_s) == (Outcome.PLACED, 2.5)
    assert (bad.ending.outcome, bad.took_s, bad.ending.why) == (Outcome.NOT_SENT, 0.25, "nobody is there")
