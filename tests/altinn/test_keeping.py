"""Keeping a token: when it is used again, renewed, dropped, and when nobody is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from straks.altinn.fetch import Budget, Fetched, Leg
from straks.altinn.keeping import Happening, Keeper, Landed, TokenEvent
from straks.altinn.maskinporten import Again, Setback
from straks.altinn.token_source import Given, Need
from straks.errors import NoToken
from straks.transports.tokens.errands import Gathering
from straks.wire.plan import run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    from straks.altinn.keeping import Flight
    from straks.wire.plan import Plan

BASE = "https://platform.tt02.altinn.no"
OUTAGE = Setback("out of order", Again.LATER, status=503)
UNKNOWN = Setback("client unknown", Again.NEVER, code="MP-100", status=400)


@dataclass
class World:
    """A clock, an endless supply of tokens, and what was noted. A fetch takes *took_s*."""

    lifetime_s: float = 1800.0
    took_s: float = 1.0
    clock_s: float = 5000.0
    setbacks: list[Setback] = field(default_factory=list[Setback])
    efforts_s: list[float] = field(default_factory=list[float])
    pauses: list[tuple[float, ...]] = field(default_factory=list[tuple[float, ...]])
    skews_s: list[float] = field(default_factory=list[float])
    events: list[TokenEvent] = field(default_factory=list[TokenEvent])
    learns_s: float = 0.0

    def __post_init__(self) -> None:
        self.keeper = Keeper(
            BASE,
            fetch=self._fetch,
            share=Gathering[Landed]().share,
            clock=lambda: self.clock_s,
            pauses=lambda: (0.5, 1.5),
            note=self.events.append,
        )

    def _fetch(self, budget: Budget, *, pauses_s: Sequence[float], skew_s: float) -> Plan[Fetched | Setback]:
        yield from ()
        self.efforts_s.append(budget._ends_s - budget.now_s)
        self.pauses.append(tuple(pauses_s))
        self.skews_s.append(skew_s)
        asked_s = self.clock_s
        self.clock_s += self.took_s
        budget.legs.append(Leg("Maskinporten", 200, self.took_s))
        if self.setbacks:
            return self.setbacks.pop(0)
        return Fetched(f"token-{len(self.efforts_s)}", asked_s, self.lifetime_s, skew_s or self.learns_s)

    # A carrier, of nothing but the time.

    def carry(self, *_: object, **__: object) -> NoReturn:
        pytest.fail("a request was carried")

    def sleep(self, seconds: float) -> None:
        self.clock_s += seconds

    def now_s(self) -> float:
        return self.clock_s

    def need(self, left_s: float = float("inf")) -> Need:
        return Need(BASE, self.clock_s, self.clock_s + left_s)

    def token(self, left_s: float = float("inf")) -> str:
        return self.given(left_s).value

    def given(self, left_s: float = float("inf")) -> Given:
        return run(self.keeper.token(self.need(left_s)), self)

    def happened(self) -> list[str]:
        return [event.happening for event in self.events]


def test_a_token_is_fetched_once_and_used_again() -> None:
    world = World()

    assert [world.token() for _ in range(3)] == ["token-1"] * 3
    assert world.happened() == ["fetched", "reused", "reused"]
    assert world.events[0].legs == (Leg("Maskinporten", 200, 1.0),)
    assert world.events[0].base_url == BASE
    assert world.pauses == [(0.5, 1.5)]


def test_a_token_that_was_fetched_says_when_it_was_had() -> None:
    world = World(took_s=3)

    assert world.given().at_s == 5003
    world.clock_s = 5010
    assert world.given().at_s == 5010


# The end of a token


def test_a_token_is_used_until_half_a_minute_before_it_runs_out() -> None:
    world = World(setbacks=[], lifetime_s=60)
    world.token()
    world.clock_s = 5029.9
    assert world.token() == "token-1"

    world.clock_s = 5030
    assert world.token() == "token-2"
    assert world.happened() == ["fetched", "reused", "fetched"]


def test_a_token_of_31_seconds_is_kept_for_one() -> None:
    world = World(lifetime_s=31, took_s=0)
    world.token()
    world.clock_s = 5000.9
    assert world.token() == "token-1"

    world.clock_s = 5001
    assert world.token() == "token-2"


def test_a_token_that_lives_shorter_than_the_margin_is_used_by_who_fetched_it_alone() -> None:
    world = World(lifetime_s=20)

    assert [world.token(), world.token()] == ["token-1", "token-2"]


def test_the_life_of_a_token_is_counted_from_before_it_was_asked_for() -> None:
    world = World(lifetime_s=60, took_s=10)
    world.token()
    world.clock_s = 5030

    assert world.token() == "token-2"


def test_a_clock_that_was_set_back_makes_no_token_eternal() -> None:
    world = World()
    world.token()
    world.clock_s -= 25
    assert world.token() == "token-1"

    world.clock_s -= 25
    assert world.token() == "token-2"


# Early renewal


def test_five_minutes_before_its_end_a_token_is_renewed_while_it_still_serves() -> None:
    world = World()
    world.token()
    world.clock_s = 6499.9
    assert world.token() == "token-1"

    world.clock_s = 6500
    assert world.token() == "token-2"
    assert world.happened() == ["fetched", "reused", "renewed-early"]
    assert (world.efforts_s[1], world.pauses[1]) == (5, ())


def test_a_token_that_lives_short_is_renewed_in_its_second_half() -> None:
    world = World(lifetime_s=119)
    world.token()
    world.clock_s = 5059.4
    assert world.token() == "token-1"

    world.clock_s = 5059.5
    assert world.token() == "token-2"


@pytest.mark.parametrize("setback", [OUTAGE, UNKNOWN])
def test_an_early_renewal_that_fails_is_only_noted_and_tried_again_half_a_minute_later(
    setback: Setback,
) -> None:
    world = World(took_s=0)
    world.token()
    world.setbacks = [setback] * 8
    world.clock_s = 6500
    assert [world.token(), world.token()] == ["token-1"] * 2

    world.clock_s = 6529.9
    assert world.token() == "token-1"
    world.clock_s = 6530
    assert world.token() == "token-1"
    assert world.happened()[1:] == ["early-failed", "reused", "reused", "early-failed"]
    assert world.events[1].sentence == setback.sentence
    assert world.events[1].code == setback.code


def test_an_outage_of_four_minutes_stops_nothing() -> None:
    world = World(took_s=0)
    world.token()
    world.setbacks = [OUTAGE] * 9
    for second in range(1500, 1770, 5):
        world.clock_s = 5000 + second
        assert world.token() == "token-1"
    world.setbacks = []
    world.clock_s = 6770

    assert world.token() == "token-11"
    assert world.happened().count("early-failed") == 9
    assert "failed" not in world.happened()


def test_an_early_renewal_that_outlasts_the_margin_is_followed_by_a_real_one() -> None:
    world = World(took_s=4)
    world.token()
    world.setbacks = [OUTAGE]
    world.clock_s = 6768

    assert world.token() == "token-3"
    assert world.happened() == ["fetched", "early-failed", "fetched"]


def test_nobody_who_has_little_time_left_renews_early() -> None:
    world = World()
    world.token()
    world.clock_s = 6500

    assert world.token(left_s=4.9) == "token-1"
    assert world.token(left_s=5) == "token-2"


# Refusals by the service


def test_a_refused_token_is_dropped() -> None:
    world = World()
    used = world.given()

    assert world.keeper.refused(used, world.need())
    assert world.token() == "token-2"
    assert world.happened() == ["fetched", "refused", "fetched"]


def test_only_the_token_that_was_used_is_dropped() -> None:
    world = World()
    used = world.given()
    world.keeper.refused(used, world.need())
    world.token()

    assert world.keeper.refused(used, world.need())
    assert world.token() == "token-2"


def test_a_token_that_nobody_keeps_may_be_followed_by_another() -> None:
    world = World()

    assert world.keeper.refused(Given("theirs", 0.0), world.need())
    assert world.events == []


def test_when_each_new_token_is_refused_as_well_no_more_are_fetched_for_a_while() -> None:
    world = World(took_s=0)
    dropped = [world.keeper.refused(world.given(), world.need()) for _ in range(5)]
    assert dropped == [True, True, True, False, False]
    assert world.token() == "token-4"

    world.clock_s += 30
    assert world.keeper.refused(world.given(), world.need())


# Failures


def test_an_error_that_somebody_must_put_right_is_remembered_for_half_a_minute() -> None:
    world = World(took_s=0, setbacks=[UNKNOWN])
    with pytest.raises(NoToken, match="client unknown") as first:
        world.token()
    world.clock_s += 29.9
    with pytest.raises(NoToken, match="asked less than 30 s ago, and not again yet") as again:
        world.token()

    assert (first.value.code, first.value.status, first.value.temporary) == ("MP-100", 400, False)
    assert (again.value.code, again.value.status, again.value.temporary) == ("MP-100", 400, False)
    assert world.happened() == ["failed"]
    world.clock_s += 0.1
    assert world.token() == "token-2"


def test_an_outage_is_not_remembered() -> None:
    world = World(setbacks=[OUTAGE])
    with pytest.raises(NoToken, match="out of order") as caught:
        world.token()

    assert caught.value.temporary
    assert world.token() == "token-2"


def test_a_failure_that_was_put_right_is_forgotten() -> None:
    world = World(took_s=0)
    world.token()
    world.setbacks = [UNKNOWN]
    world.clock_s = 6500
    world.token()
    world.clock_s = 6530
    world.token()
    world.keeper.refused(world.given(), world.need())

    assert world.token() == "token-4"


def test_what_is_remembered_by_a_clock_that_was_set_back_is_forgotten() -> None:
    world = World(took_s=0, setbacks=[UNKNOWN])
    with pytest.raises(NoToken):
        world.token()
    world.clock_s -= 3600

    assert world.token() == "token-2"


@pytest.mark.parametrize(("left_s", "effort_s"), [(float("inf"), 15), (15, 15), (7, 7), (1, 1)])
def test_a_fetch_takes_no_longer_than_a_sending_has(left_s: float, effort_s: float) -> None:
    world = World()
    world.token(left_s)

    assert world.efforts_s == [effort_s]


@pytest.mark.parametrize("left_s", [0.9, 0, -5])
def test_without_time_nothing_is_fetched(left_s: float) -> None:
    world = World()
    with pytest.raises(NoToken, match="no time left") as caught:
        world.token(left_s)

    assert caught.value.temporary
    assert world.efforts_s == []


def test_a_skew_that_was_learnt_is_used_the_next_time() -> None:
    world = World(lifetime_s=20, learns_s=-60)
    world.token()
    world.token()

    assert world.skews_s == [0, -60]


# Flights


def test_a_flight_that_begins_after_another_has_landed_fetches_nothing() -> None:
    world = World(took_s=0)
    late = world.keeper._fly(5000, 15, early=False)
    world.token()

    assert run(late, world).outcome == world.keeper._held
    assert len(world.efforts_s) == 1


def test_a_flight_that_begins_after_another_has_failed_for_good_asks_nobody() -> None:
    world = World(took_s=0, setbacks=[UNKNOWN])
    late = world.keeper._fly(5000, 15, early=False)
    with pytest.raises(NoToken):
        world.token()

    assert run(late, world).outcome == UNKNOWN
    assert len(world.efforts_s) == 1


def test_an_early_flight_that_begins_after_another_has_landed_fetches_nothing() -> None:
    world = World(took_s=0)
    world.token()
    world.clock_s = 6500
    late = world.keeper._fly(6500, 5, early=True)
    world.token()
    run(late, world)

    assert len(world.efforts_s) == 2


class Joined:
    """A flight of somebody else's, that had less time than we have, and failed."""

    def __init__(self, effort_s: float) -> None:
        self.at_s = 5002.0
        self.effort_s = effort_s

    def do(self, carrier: object) -> None:
        pass

    async def ado(self, carrier: object) -> None:
        pass

    def outcome(self) -> Landed:
        return Landed(OUTAGE, self.effort_s)


@pytest.mark.parametrize(("effort_s", "flights"), [(5.0, 2), (15.0, 1)])
def test_who_joined_a_flight_that_had_less_time_tries_again(effort_s: float, flights: int) -> None:
    world = World()
    real, joined = world.keeper._share, [Joined(effort_s)]

    def share(begin: Callable[[float], Plan[Landed]]) -> Flight[Landed]:
        return joined.pop() if joined else real(begin)

    world.keeper._share = share
    if flights == 2:
        assert world.token() == "token-1"
    else:
        with pytest.raises(NoToken, match="out of order"):
            world.token()

    assert len(world.efforts_s) == flights - 1


def test_who_joins_one_short_flight_after_another_gives_up() -> None:
    world = World()

    def share(_: Callable[[float], Plan[Landed]]) -> Flight[Landed]:
        return Joined(1.0)

    world.keeper._share = share

    with pytest.raises(NoToken, match="out of order"):
        world.token()


def test_an_event_holds_nothing_of_a_token() -> None:
    world = World()
    world.keeper.refused(world.given(), world.need())

    assert "token-1" not in repr(world.events)
    assert set(world.happened()) <= set(Happening)
