"""What a public function says to what is not of its type: one sentence, and nothing of its own inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.core.idempotency import SIMULATOR_KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = bytes(range(32))
HERE = "http://127.0.0.1:9"


def sms() -> straks.Sms:
    catalog = straks.Catalog.load()
    return catalog.sms(
        "one-time-code", locale="nb", to="+46701740605", values=catalog["one-time-code"].examples
    )


def transport(**given: Any) -> straks.AltinnTransport:  # noqa: ANN401 - what is wrong is the point
    return straks.AltinnTransport(given.pop("environment", HERE), "a.b.c", **given)


def codes(**given: Any) -> straks.OneTimeCodes:  # noqa: ANN401 - the same
    return straks.OneTimeCodes(straks.MemoryStore(), key=KEY, **given)


ANYTHING: Any = None
WATCHED: Any = straks.watched


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: straks.segment(ANYTHING), "segment takes text .* not NoneType"),
        (lambda: straks.segment(b"Hei"), "segment takes text .* not bytes"),  # type: ignore[arg-type]
        (lambda: straks.gateway_count(b"Hei"), "gateway_count takes text .* not bytes"),  # type: ignore[arg-type]
        (lambda: straks.altinn.is_truncated(ANYTHING), "gateway_count takes text .* not NoneType"),
        (lambda: straks.altinn.recorded_count(ANYTHING), "recorded_count takes text .* not NoneType"),
        (lambda: straks.sanitize_html(b"<p>"), "HTML is text .* not bytes"),  # type: ignore[arg-type]
        (lambda: straks.plain_text(ANYTHING), "HTML is text .* not NoneType"),
        (lambda: straks.negotiate(5, ["nb"]), "negotiate takes a language tag.* not int"),  # type: ignore[arg-type]
        (lambda: straks.negotiate("nb", "nb"), "chooses among a collection of languages"),
        (lambda: straks.bound("code", "nb", "sms"), "bound takes a template, .* not str"),  # type: ignore[call-overload]
        (lambda: straks.inspect("code"), "what is inspected is a catalog, .* not str"),  # type: ignore[arg-type]
        (lambda: straks.enforce(sms(), "strict"), "held against a Policy, .* not str"),  # type: ignore[arg-type]
        (lambda: straks.altinn.payload(sms()), "message.order.* makes, not Sms"),  # type: ignore[arg-type]
        (lambda: straks.altinn.encode(ANYTHING), "message.order.* makes, not NoneType"),
        (lambda: straks.MemoryTransport().send(sms()), "a transport sends an order, .* not Sms"),  # type: ignore[arg-type]
        (lambda: transport().send(sms()), "a transport sends an order, .* not Sms"),  # type: ignore[arg-type]
        (lambda: transport().follow(ANYTHING), "a shipment id is a GUID"),
        (lambda: transport().follow(5), "a shipment id is a GUID"),  # type: ignore[arg-type]
        (lambda: [*transport().feed(after=-1)], "after is the sequence number"),
        (lambda: [*transport().feed(after=True)], "after is the sequence number"),
        (lambda: [*transport().feed(after=2**63)], "after is the sequence number"),
        (lambda: transport(environment=ANYTHING), "an environment is text .* not NoneType"),
        (lambda: transport(timeout_s="15"), "timeout_s is 15; it takes 5 to 86400 seconds"),
        (lambda: transport(pauses_s=2.0), r"one per repeat, such as \(2.0,\)"),
        (lambda: transport(pauses_s=("2",)), "one per repeat"),
        (lambda: straks.OneTimeCodes("codes.db", key=KEY), "takes a store of codes, .* not str"),  # type: ignore[arg-type]
        (lambda: straks.AsyncOneTimeCodes(ANYTHING, key=KEY), "takes a store of codes, .* not NoneType"),
        (lambda: straks.RedisStore(ANYTHING), "client is one of redis-py, .* not NoneType"),
        (lambda: straks.PostgresStore(ANYTHING), "of psycopg_pool, not NoneType"),
        (lambda: straks.Catalog.load(["a", "b"]), "takes paths one after another .* not list"),  # type: ignore[arg-type]
        (lambda: straks.Catalog.load(policy="strict"), "held against a Policy, or policy=None .* not str"),  # type: ignore[arg-type]
        (lambda: straks.read_bound_line(ANYTHING), "a bound line is read from text .* not NoneType"),
        (lambda: WATCHED(ANYTHING, print), "watched takes a transport, .* not NoneType"),
        (lambda: WATCHED(straks.MemoryTransport(), ANYTHING), "NoneType cannot be called"),
        (lambda: straks.pseudonyms("+46701740605", ANYTHING), "needs a key"),
        (lambda: straks.Destinations(regions=5), "regions holds ISO 3166-1 alpha-2 codes"),  # type: ignore[arg-type]
        (lambda: codes(lifetime=300), "lifetime is a timedelta, not int"),
        (lambda: codes(cooldown=30), "cooldown is a timedelta, not int"),
        (lambda: sms().order("login/1", KEY, 8841), "a reference is text .* not int"),  # type: ignore[arg-type]
    ],
)
def test_what_is_of_another_type_is_told_in_a_sentence(call: Callable[[], object], sentence: str) -> None:
    with pytest.raises(straks.InvalidInput, match=sentence):
        call()


@pytest.mark.parametrize("make", [straks.Journal, straks.SqliteRecords])
def test_a_folder_in_the_place_of_a_file_is_named(make: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(
        straks.UnusableFile, match=f"{re.escape(str(tmp_path))} cannot be used as .*: unable to open"
    ):
        make(tmp_path)


def test_an_email_has_no_sender_that_is_no_address() -> None:
    catalog = straks.Catalog.load()
    for wrong in (5, b"post@example.org"):
        given: Any = wrong
        with pytest.raises(straks.InvalidSetting, match="an e-mail address is read from text"):
            catalog.email(
                "one-time-code",
                locale="nb",
                to="kari@example.org",
                sender=given,
                values=catalog["one-time-code"].examples,
            )


def test_what_is_another_kind_of_order_keeps_the_error_of_its_own() -> None:
    class Broken:
        @property
        def message(self) -> object:
            return sms().no_such_thing  # type: ignore[attr-defined]

    class BrokenOrder(straks.Order):
        message = Broken.message  # type: ignore[assignment]

        def __init__(self) -> None:
            """Hold nothing."""

    for call in (straks.altinn.encode, straks.MemoryTransport().send):
        with pytest.raises(AttributeError, match="no_such_thing"):
            call(BrokenOrder())


def test_pauses_may_come_from_an_iterator() -> None:
    assert transport(pauses_s=iter((0.5, 1))).send is not None
    assert sms().order("login/1", SIMULATOR_KEY).rehearsal
