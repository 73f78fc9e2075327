"""Codes that are sent: what the message says, how long it is tried, what an outcome means for a code."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import pytest

import straks
from straks.core.catalog import Catalog
from straks.policy.trial import HEAD, PARAMETERS
from straks.simulator.desk import BASE, Desk
from straks.simulator.memory import AsyncMemoryCarrier, MemoryCarrier

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from straks.codes.stores import Clock, Decide

Make: TypeAlias = "Callable[..., straks.OneTimeCodes]"

WHO: dict[str, Any] = {"subject": "user-8841", "purpose": "login"}
PHONE, EMAIL = "+46701740605", "kari@example.org"
MESSAGE: dict[str, Any] = {"locale": "nb", "values": {"service": "Skatteetaten"}}


def always_482913(_: int) -> int:
    return 482_913


class HandClock(Protocol):
    now_s: float

    def __call__(self) -> float: ...
    def advance(self, seconds: float) -> None: ...


class Failing:
    """A transport on which every order comes to the same end."""

    def __init__(self, end: Exception) -> None:
        self.end = end

    def send(self, order: straks.Order | straks.SealedOrder) -> straks.Receipt:  # noqa: ARG002 - they all fare alike
        raise self.end


def outcome(kind: type[straks.Undelivered]) -> straks.Undelivered:
    more: dict[str, Any] = {"status": 422} if kind is straks.Refused else {}
    return kind("so it ended", idempotency_id="a", attempts=1, **more)


@pytest.fixture
def transport() -> straks.MemoryTransport:
    return straks.MemoryTransport()


def body(transport: straks.MemoryTransport) -> str:
    return transport.orders[-1].message.body  # type: ignore[attr-defined, no-any-return]


# The message


@pytest.mark.parametrize("locale", ["nb", "nn", "en"])
@pytest.mark.parametrize("recipient", [PHONE, EMAIL])
def test_the_code_that_is_sent_is_the_one_that_is_accepted(
    codes: straks.OneTimeCodes,
    catalog: straks.Catalog,
    transport: straks.MemoryTransport,
    locale: str,
    recipient: str,
) -> None:
    sent = codes.send(
        catalog,
        "one-time-code",
        transport,
        **WHO,
        recipient=recipient,
        locale=locale,
        values={"service": "Skatteetaten"},
    )

    assert isinstance(sent.outcome, straks.Receipt)
    assert sent.issued.code in body(transport)
    assert re.search(r"\b5 min", body(transport))
    assert codes.verify(**WHO, code=sent.issued.code)


def test_an_order_is_about_its_challenge_so_the_next_code_has_another_id(
    codes: straks.OneTimeCodes,
    catalog: straks.Catalog,
    transport: straks.MemoryTransport,
    clock: HandClock,
) -> None:
    for _ in range(2):
        codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, **MESSAGE)
        clock.advance(30)
    ids = [order.idempotency_id for order in transport.orders]

    assert len(set(ids)) == 2
    assert all(each.startswith("one-time-code.sms.") for each in ids)


def test_sender_and_reference_go_with_the_message(
    codes: straks.OneTimeCodes, catalog: straks.Catalog, transport: straks.MemoryTransport
) -> None:
    given: dict[str, Any] = {**MESSAGE, "reference": "sak/1"}
    codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, sender="Skatt", **given)
    codes.send(
        catalog,
        "one-time-code",
        transport,
        subject="b",
        purpose="login",
        recipient=EMAIL,
        sender="post@example.org",
        **given,
    )

    assert [order.message.sender_name for order in transport.orders] == ["Skatt", "post@example.org"]
    assert [order.reference for order in transport.orders] == ["sak/1", "sak/1"]


def test_a_wrong_code_sends_nothing(
    codes: straks.OneTimeCodes, catalog: straks.Catalog, transport: straks.MemoryTransport
) -> None:
    codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, **MESSAGE)
    for _ in range(5):
        assert not codes.verify(**WHO, code="")

    assert len(transport.orders) == 1


# Parameters


def own(parameters: str = PARAMETERS, head: str = HEAD, sms: str = "Kode {{ code }}") -> Catalog:
    return Catalog({"own/template.toml": head + parameters, "own/nb/sms.txt": sms})


ONLY_CODE = '\n[parameters.code]\nkind = "code"\nlength = 6\nexample = "482913"\n'


def test_a_message_may_say_nothing_of_the_lifetime(
    codes: straks.OneTimeCodes, transport: straks.MemoryTransport
) -> None:
    catalog = own(ONLY_CODE, HEAD.replace('"lifetime"', "120"))
    codes.send(catalog, "own", transport, **WHO, recipient=PHONE, locale="nb", values={})

    assert transport.orders[0].message.time_to_live == timedelta(minutes=2)  # type: ignore[attr-defined]


def test_an_sms_is_never_tried_for_longer_than_its_code_lives(
    codes: straks.OneTimeCodes, transport: straks.MemoryTransport
) -> None:
    catalog = own(ONLY_CODE, HEAD.replace('"lifetime"', "600"))
    codes.send(catalog, "own", transport, **WHO, recipient=PHONE, locale="nb", values={})

    assert transport.orders[0].message.time_to_live == timedelta(minutes=5)  # type: ignore[attr-defined]


def test_the_only_duration_is_the_lifetime_where_the_time_to_live_is_a_number(
    codes: straks.OneTimeCodes, transport: straks.MemoryTransport
) -> None:
    lifetime = '\n[parameters.life]\nkind = "duration"\nmin = "2 min"\nmax = "10 min"\nexample = "3 min"\n'
    catalog = own(ONLY_CODE + lifetime, HEAD.replace('"lifetime"', "120"), "{{ code }} i {{ life }}")
    codes.send(catalog, "own", transport, **WHO, recipient=PHONE, locale="nb", values={})

    assert body(transport).endswith(" i 5 minutter")


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({"service": "Skatt", "code": "482913"}, "'code' is filled with the code that is issued"),
        ({"service": "Skatt", "lifetime": timedelta(minutes=9)}, "'lifetime' is filled with what is left"),
        (None, "values is a mapping"),
        ({}, "needs 'service'"),
        ({"service": "x" * 99}, "service"),
    ],
)
def test_values_that_do_not_fit_cost_nobody_a_code(
    *,
    codes: straks.OneTimeCodes,
    catalog: straks.Catalog,
    transport: straks.MemoryTransport,
    store: straks.MemoryStore,
    values: Any,  # noqa: ANN401 - also what is no mapping
    match: str,
) -> None:
    with pytest.raises(straks.InvalidInput, match=match):
        codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, locale="nb", values=values)

    assert repr(store) == "<MemoryStore with 0 documents>"
    assert transport.orders == []


def test_the_lifetime_that_the_codes_have_may_be_among_the_values(
    codes: straks.OneTimeCodes, catalog: straks.Catalog, transport: straks.MemoryTransport
) -> None:
    values = {"service": "Skatt", "lifetime": timedelta(minutes=5)}
    codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, locale="nb", values=values)

    assert "5 minutter" in body(transport)


def test_a_template_without_a_code_or_with_two_carries_none(
    codes: straks.OneTimeCodes, catalog: straks.Catalog, transport: straks.MemoryTransport
) -> None:
    two = own(
        ONLY_CODE + ONLY_CODE.replace("parameters.code", "parameters.other"),
        HEAD.replace('"lifetime"', "120"),
    )
    for where, name, found in ((catalog, "status-update", "no"), (two, "own", "2")):
        with pytest.raises(straks.InvalidSetting, match=f"has {found} parameters of kind code"):
            codes.send(where, name, transport, **WHO, recipient=PHONE, **MESSAGE)


def test_a_template_for_longer_codes_carries_none_of_these(
    make_codes: Make, catalog: straks.Catalog, transport: straks.MemoryTransport
) -> None:
    with pytest.raises(straks.InvalidSetting, match="exactly 6 digits 0-9, as text; these have 8 digits"):
        make_codes(digits=8).send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, **MESSAGE)


def test_codes_that_live_for_less_than_a_message_is_tried_are_not_sent(
    make_codes: Make, catalog: straks.Catalog, transport: straks.MemoryTransport
) -> None:
    short = make_codes(lifetime=timedelta(seconds=59))
    with pytest.raises(straks.InvalidSetting, match="live for 59 s; one that is sent lives for 60 or more"):
        short.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, **MESSAGE)


def test_what_the_policy_stops_costs_nobody_a_code(
    codes: straks.OneTimeCodes, transport: straks.MemoryTransport, store: straks.MemoryStore
) -> None:
    strict = straks.Catalog.load(policy=straks.Policy(senders=frozenset({"Etaten"})))
    with pytest.raises(straks.PolicyError):
        codes.send(strict, "one-time-code", transport, **WHO, recipient=PHONE, sender="Skatt", **MESSAGE)

    assert repr(store) == "<MemoryStore with 0 documents>"


# Time


class Slow(straks.MemoryStore):
    """A store whose every step takes a while."""

    def __init__(self, clock: HandClock, seconds: float) -> None:
        super().__init__()
        self._clock, self._seconds = clock, seconds

    def step(self, names: Sequence[str], decide: Decide[Any], clock: Clock | None = None) -> Any:  # noqa: ANN401 - any answer
        answer = super().step(names, decide, clock)
        self._clock.advance(self._seconds)
        return answer


def sent_after(seconds: float, clock: HandClock, catalog: straks.Catalog, key: bytes, **settings: Any) -> Any:  # noqa: ANN401 - what it was and came to
    transport = straks.MemoryTransport()
    codes = straks.OneTimeCodes(Slow(clock, seconds), key=key, clock=clock, **settings)
    sent = codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, **MESSAGE)
    return sent, transport.orders, codes


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 5), (0.2, 5), (5, 5), (5.1, 4), (60, 4), (65.1, 3), (179, 2), (180, 2)]
)
def test_a_message_is_tried_for_what_is_left_in_whole_minutes_and_says_so(
    clock: HandClock, catalog: straks.Catalog, key: bytes, seconds: float, minutes: int
) -> None:
    _, [order], _ = sent_after(seconds, clock, catalog, key)

    assert order.message.time_to_live == timedelta(minutes=minutes)
    assert f"{minutes} minutter" in order.message.body


@pytest.mark.parametrize("seconds", [180.1, 240, 299, 301, 4000])
def test_a_code_with_too_little_left_is_revoked_and_not_sent(
    clock: HandClock, catalog: straks.Catalog, key: bytes, seconds: float
) -> None:
    sent, orders, codes = sent_after(seconds, clock, catalog, key)

    assert isinstance(sent.outcome, straks.NotSent)
    assert re.search(r"had [0-9]+ s left .* under 120 it is not sent", str(sent.outcome))
    assert sent.outcome.attempts == 0
    assert orders == []
    assert codes.verify(**WHO, code=sent.issued.code) is straks.Verdict.NO_OTP_FOUND


def test_a_life_that_is_no_whole_number_of_minutes_is_told_as_the_minutes_in_it(
    clock: HandClock, catalog: straks.Catalog, key: bytes
) -> None:
    _, [order], _ = sent_after(0, clock, catalog, key, lifetime=timedelta(seconds=299))

    assert order.message.time_to_live == timedelta(minutes=4)


# Outcomes


@pytest.mark.parametrize("kind", [straks.Refused, straks.NotSent])
def test_a_code_that_was_not_sent_is_revoked(
    codes: straks.OneTimeCodes, catalog: straks.Catalog, kind: type[straks.Undelivered]
) -> None:
    end = outcome(kind)
    sent = codes.send(catalog, "one-time-code", Failing(end), **WHO, recipient=PHONE, **MESSAGE)

    assert sent.outcome is end
    assert end.__traceback__ is None
    assert codes.verify(**WHO, code=sent.issued.code) is straks.Verdict.NO_OTP_FOUND


def test_a_code_that_may_have_been_sent_lives(codes: straks.OneTimeCodes, catalog: straks.Catalog) -> None:
    doubt = outcome(straks.InDoubt)
    sent = codes.send(catalog, "one-time-code", Failing(doubt), **WHO, recipient=PHONE, **MESSAGE)

    assert sent.outcome is doubt
    assert codes.verify(**WHO, code=sent.issued.code)


def test_what_no_service_takes_is_raised_and_its_code_revoked(
    make_codes: Make, catalog: straks.Catalog, records: list[straks.CodeRecord]
) -> None:
    codes = make_codes(randbelow=always_482913)
    refused = straks.InvalidPayload("no", field="recipient", rule="none")
    with pytest.raises(straks.InvalidPayload):
        codes.send(catalog, "one-time-code", Failing(refused), **WHO, recipient=PHONE, **MESSAGE)

    assert codes.verify(**WHO, code="482913") is straks.Verdict.NO_OTP_FOUND
    assert [record.event.value for record in records] == ["issued", "revoked", "verified"]


def test_a_transport_that_breaks_may_have_sent_so_its_code_lives(
    make_codes: Make, catalog: straks.Catalog
) -> None:
    codes = make_codes(randbelow=always_482913)
    with pytest.raises(ZeroDivisionError):
        codes.send(catalog, "one-time-code", Failing(ZeroDivisionError()), **WHO, recipient=PHONE, **MESSAGE)

    assert codes.verify(**WHO, code="482913")


class FailsLater(straks.MemoryStore):
    """A store that does its first two steps and no more: the issue, and telling the time."""

    steps = 0

    def step(self, names: Sequence[str], decide: Decide[Any], clock: Clock | None = None) -> Any:  # noqa: ANN401 - any answer
        self.steps += 1
        if self.steps > 2:
            raise OSError
        return super().step(names, decide, clock)


def test_a_transport_of_the_other_kind_sends_nothing_and_costs_nobody_a_code(
    codes: straks.OneTimeCodes, catalog: straks.Catalog, transport: straks.MemoryTransport, key: bytes
) -> None:
    store = straks.MemoryStore()
    awaited: Any = straks.AsyncAltinnTransport("tt02", "token")
    plain: Any = transport
    with pytest.raises(straks.InvalidSetting, match=r"a sync transport, .* not AsyncAltinnTransport"):
        codes.send(catalog, "one-time-code", awaited, **WHO, recipient=PHONE, **MESSAGE)
    sending = straks.AsyncOneTimeCodes(store, key=key).send(
        catalog, "one-time-code", plain, **WHO, recipient=PHONE, **MESSAGE
    )
    with pytest.raises(straks.InvalidSetting, match=r"an async transport, .* not MemoryTransport"):
        asyncio.run(sending)

    assert not transport.orders
    assert codes.verify(**WHO, code="482913") is straks.Verdict.NO_OTP_FOUND
    assert straks.OneTimeCodes(store, key=key).verify(**WHO, code="482913") is straks.Verdict.NO_OTP_FOUND


def test_an_outcome_is_not_lost_when_the_store_fails_after_it(catalog: straks.Catalog, key: bytes) -> None:
    codes = straks.OneTimeCodes(FailsLater(), key=key)
    end = outcome(straks.NotSent)

    assert (
        codes.send(catalog, "one-time-code", Failing(end), **WHO, recipient=PHONE, **MESSAGE).outcome is end
    )


def test_a_code_that_is_withheld_is_not_sent(
    codes: straks.OneTimeCodes, catalog: straks.Catalog, transport: straks.MemoryTransport
) -> None:
    codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, **MESSAGE)
    with pytest.raises(straks.TooSoon):
        codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, **MESSAGE)

    assert len(transport.orders) == 1


# Through Altinn, sync and async


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize(
    ("mishaps", "became", "verdict"),
    [
        ([], "Receipt", "ACCEPTED"),
        (["refuse-connection", "refuse-connection"], "NotSent", "NO_OTP_FOUND"),
        (["drop-after-sending", "drop-before-sending"], "InDoubt", "ACCEPTED"),
    ],
)
def test_what_befalls_an_order_on_its_way_decides_over_the_code(
    *,
    catalog: straks.Catalog,
    key: bytes,
    clock: HandClock,
    kind: str,
    mishaps: list[str],
    became: str,
    verdict: str,
) -> None:
    desk, store = Desk(), straks.MemoryStore()
    given: dict[str, Any] = {**WHO, "recipient": PHONE, **MESSAGE}
    if kind == "sync":
        transport = straks.AltinnTransport(BASE, desk.token, carrier=MemoryCarrier(desk, mishaps))
        codes = straks.OneTimeCodes(store, key=key, clock=clock)
        sent = codes.send(catalog, "one-time-code", transport, **given)
        came = codes.verify(**WHO, code=sent.issued.code)
    else:
        waiting = straks.AsyncAltinnTransport(BASE, desk.token, carrier=AsyncMemoryCarrier(desk, mishaps))
        tasks = straks.AsyncOneTimeCodes(store, key=key, clock=clock)

        async def both() -> tuple[straks.Sent, straks.Verdict]:
            sent = await tasks.send(catalog, "one-time-code", waiting, **given)
            return sent, await tasks.verify(**WHO, code=sent.issued.code)

        sent, came = asyncio.run(both())

    assert type(sent.outcome).__name__ == became
    assert came.value == verdict


def test_a_wrong_token_is_a_refusal_and_the_code_is_revoked(
    codes: straks.OneTimeCodes, catalog: straks.Catalog
) -> None:
    transport = straks.AltinnTransport(BASE, "no.such.token", carrier=MemoryCarrier(Desk()))
    sent = codes.send(catalog, "one-time-code", transport, **WHO, recipient=PHONE, **MESSAGE)

    assert isinstance(sent.outcome, straks.Refused)
    assert codes.verify(**WHO, code=sent.issued.code) is straks.Verdict.NO_OTP_FOUND
