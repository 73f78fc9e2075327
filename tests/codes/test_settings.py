"""Limits: what standards set is refused beyond it, what is a matter of traffic is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from straks.codes.settings import Destinations, Limits
from straks.core.odds import LONGEST_LIFETIME, MOST_ATTEMPTS, Odds
from straks.errors import InvalidSetting
from straks.policy.settings import Policy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("digits", 5),
        ("digits", 11),
        ("digits", "6"),
        ("attempts", 0),
        ("attempts", 11),
        ("attempts", True),
        ("attempts", 2.5),
        ("failures_per_account", 0),
        ("failures_per_account", 101),
        ("sends_per_hour", 0),
        ("sends_per_day", 0),
        ("caller_sends_per_hour", -1),
        ("lifetime", timedelta(0)),
        ("lifetime", timedelta(seconds=601)),
        ("cooldown", timedelta(seconds=-1)),
        ("cooldown", timedelta(hours=2)),
        ("caller_cooldown", timedelta(days=1)),
    ],
)
def test_a_limit_that_cannot_be_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InvalidSetting, match=f"^{name} is "):
        Limits(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"), [("abroad_per_day", 0), ("prefix_per_hour", -1), ("countries", {"SE": 0})]
)
def test_a_cap_that_cannot_be_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidSetting, match="takes a whole number, 1 or more"):
        Destinations(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [("regions", {"no"}), ("regions", "NO"), ("home", {"NOR"}), ("home", "NO"), ("countries", {"se": 5})],
)
def test_a_country_that_is_none_is_refused_for_its_cap_would_never_hold(name: str, value: object) -> None:
    with pytest.raises(InvalidSetting, match=f"^{name} holds ISO 3166-1"):
        Destinations(**{name: value})  # type: ignore[arg-type]


def test_the_odds_are_those_that_the_policy_computes() -> None:
    policy = Policy()

    assert Limits().odds == Odds(10**6, policy.attempts, policy.codes_per_hour)
    assert Limits(digits=8, attempts=5, sends_per_hour=7).odds == Odds(10**8, 5, 7)


def test_a_limit_may_be_all_that_a_standard_lets_it_be() -> None:
    most = Limits(digits=10, lifetime=LONGEST_LIFETIME, attempts=MOST_ATTEMPTS, failures_per_account=1)

    assert (most.lifetime, most.attempts) == (timedelta(minutes=10), 10)


def test_without_a_cooldown_there_is_no_window_for_it() -> None:
    limits = Limits(cooldown=timedelta(0), caller_cooldown=timedelta(0))

    assert limits.cooldown_windows() == ()
    assert [window.most for window in limits.caller_windows()] == [30]


def test_at_home_only_a_country_is_counted_and_elsewhere_what_is_capped() -> None:
    capped = Destinations(abroad_per_day=100, prefix_per_hour=10, countries={"NO": 5000, "SE": 50})

    assert [kind for kind, _ in capped.windows("NO")] == ["country"]
    assert [kind for kind, _ in capped.windows("SE")] == ["country", "abroad", "prefix"]
    assert [kind for kind, _ in capped.windows("DK")] == ["abroad", "prefix"]
    assert list(Destinations().windows("DK")) == []
