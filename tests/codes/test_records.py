"""Records and the watch: what happened, without the code and without a name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import pytest

import straks
from straks.codes.record import CodeEvent
from straks.errors import CodeLimit

if TYPE_CHECKING:
    from collections.abc import Callable

Make: TypeAlias = "Callable[..., straks.OneTimeCodes]"

WHO = {"subject": "user-8841", "purpose": "login"}
PHONE = "+46701740605"


class Clock(Protocol):
    now_s: float

    def advance(self, seconds: float) -> None: ...


def test_every_issue_and_verification_makes_a_record(
    codes: straks.OneTimeCodes, records: list[straks.CodeRecord], clock: Clock
) -> None:
    codes.verify(**WHO, code="482913")
    issued = codes.issue(**WHO, recipient=PHONE)
    with pytest.raises(straks.TooSoon):
        codes.issue(**WHO, recipient=PHONE)
    clock.advance(1)
    codes.verify(**WHO, code="")
    codes.verify(**WHO, code=issued.code)
    codes.revoke(**WHO)
    codes.unlock(**WHO)
    happened = [
        (record.event, record.limit if record.verdict is None else record.verdict) for record in records
    ]

    assert happened == [
        (CodeEvent.VERIFIED, straks.Verdict.NO_OTP_FOUND),
        (CodeEvent.ISSUED, None),
        (CodeEvent.WITHHELD, CodeLimit.COOLDOWN),
        (CodeEvent.VERIFIED, straks.Verdict.INVALID_OTP),
        (CodeEvent.VERIFIED, straks.Verdict.ACCEPTED),
        (CodeEvent.REVOKED, None),
        (CodeEvent.UNLOCKED, None),
    ]
    assert [record.challenge_id is not None for record in records] == [
        False,
        True,
        False,
        True,
        True,
        False,
        False,
    ]
    assert {record.challenge_id for record in records} == {None, issued.challenge_id}
    assert {record.subject for record in records} == {records[0].subject}
    assert records[3].at - records[1].at == timedelta(seconds=1)
    assert records[1].at == datetime.fromtimestamp(clock.now_s - 1, UTC)


def test_a_recipient_has_the_pseudonym_that_orders_have(
    codes: straks.OneTimeCodes, records: list[straks.CodeRecord], catalog: straks.Catalog
) -> None:
    transport = straks.MemoryTransport()
    codes.send(
        catalog,
        "one-time-code",
        transport,
        **WHO,
        recipient=PHONE,
        locale="nb",
        values={"service": "Skatt"},
    )
    [order] = transport.orders

    assert records[0].recipient == order.pseudonym
    assert (records[0].channel, records[0].region) == ("sms", "SE")


def test_numbers_of_one_block_share_a_pseudonym_that_a_verification_knows_too(
    codes: straks.OneTimeCodes, records: list[straks.CodeRecord]
) -> None:
    for number in (605, 699):
        codes.issue(subject=f"{number}", purpose="login", recipient=f"+46701740{number}")
    codes.issue(subject="mail", purpose="login", recipient="kari@example.org")
    codes.verify(subject="605", purpose="login", code="")

    assert records[0].block == records[1].block == records[3].block
    assert records[0].recipient != records[1].recipient
    assert (records[2].block, records[2].region) == (None, None)


# The watch


def play(
    make_codes: Make, clock: Clock, share: float, recipient: Callable[[int], str], **watched: int
) -> list[straks.Alarm]:
    """Issue codes to one number after another, have a share of them used, and return the alarms."""
    alarms: list[straks.Alarm] = []
    watch = straks.CodeWatch(alarms.append, **watched)
    codes = make_codes(hooks=[watch], cooldown=timedelta(0), sends_per_hour=1000)
    for number in range(40):
        who = {"subject": f"user-{number}", "purpose": "login"}
        issued = codes.issue(**who, recipient=recipient(number))
        clock.advance(30)
        if number * share % 1 + share >= 1:
            assert codes.verify(**who, code=issued.code)
    clock.advance(601)
    codes.issue(subject="last", purpose="login", recipient="last@example.org")
    return alarms


def test_codes_that_nobody_uses_raise_an_alarm_for_country_and_block(make_codes: Make, clock: Clock) -> None:
    alarms = play(make_codes, clock, 0, lambda n: f"+467017406{n % 90 + 10}", codes=20, numbers=1000)

    assert [(alarm.kind, alarm.region, alarm.codes, alarm.verified) for alarm in alarms] == [
        (straks.AlarmKind.FEW_VERIFIED, "SE", 20, 0)
    ] * 4
    assert [alarm.block is None for alarm in alarms] == [True, False, True, False]


def test_codes_that_are_used_raise_none(make_codes: Make, clock: Clock) -> None:
    assert play(make_codes, clock, 0.5, lambda n: f"+467017406{n % 90 + 10}", codes=20, numbers=1000) == []


def test_a_guess_for_nobody_is_no_code_that_went_unused(make_codes: Make) -> None:
    watch = straks.CodeWatch(lambda _: None)
    make_codes(hooks=[watch]).verify(**WHO, code="482913")

    assert repr(watch) == "<CodeWatch of 0 codes>"


def test_few_that_are_used_are_counted_in_the_alarm(make_codes: Make, clock: Clock) -> None:
    alarms = play(make_codes, clock, 0.1, lambda n: f"k{n}@example.org", codes=20)

    assert [(alarm.region, alarm.verified) for alarm in alarms] == [("email", 2)] * 2


def test_codes_on_many_numbers_of_a_block_raise_an_alarm(make_codes: Make, clock: Clock) -> None:
    alarms = play(make_codes, clock, 1, lambda n: f"+467017406{n % 90 + 10}", numbers=15)

    assert [(alarm.kind, alarm.codes) for alarm in alarms] == [(straks.AlarmKind.MANY_NUMBERS, 15)] * 2


def test_codes_on_many_numbers_within_more_than_an_hour_raise_none(make_codes: Make, clock: Clock) -> None:
    def seldom(number: int) -> str:
        clock.advance(300)
        return f"+467017406{number + 10}"

    assert play(make_codes, clock, 1, seldom, numbers=15) == []


def test_one_number_that_gets_many_codes_is_one(make_codes: Make, clock: Clock) -> None:
    assert play(make_codes, clock, 1, lambda _: PHONE, numbers=15) == []


@pytest.mark.parametrize("settings", [{"codes": 0}, {"numbers": 0}, {"share": 1.5}])
def test_a_watch_that_would_never_raise_an_alarm_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(straks.InvalidSetting):
        straks.CodeWatch(lambda _: None, **settings)


def test_a_watch_remembers_the_places_of_late_and_not_all_there_ever_were() -> None:
    numbers = count()
    watch = straks.CodeWatch(lambda _: None)
    for number in range(10_050):
        watch(
            straks.CodeRecord(
                at=datetime(2026, 11, 26, tzinfo=UTC) + timedelta(minutes=next(numbers)),
                event=CodeEvent.ISSUED,
                purpose="login",
                subject="s",
                challenge_id=f"{number}",
                channel="sms",
                recipient="r",
                region="SE",
                block=f"{number}",
            )
        )

    assert len(watch._places) == 10_000
    assert repr(watch) == "<CodeWatch of 11 codes>"
