"""The store in Redis, beyond its contract: expiry, clusters, clients that decode, crowds, and trouble."""

from __future__ import annotations

import asyncio
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import redis
import redis.asyncio
from redis.cluster import ClusterNode
from tests.code_stores import async_redis_client_of, redis_client_of
from tests.servers import redis_server

import straks
from straks.codes.stores import Decision, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.codes.stores import Decide

WHO = {"subject": "user-8841", "purpose": "login"}
EMAIL = "kari@example.org"


def put(data: bytes, left_s: float | None) -> Decide[None]:
    def decide(_: Mapping[str, bytes], now_s: float) -> Decision[None]:
        return Decision(None, {"a": Entry(data, None if left_s is None else now_s + left_s)})

    return decide


def test_a_document_goes_by_itself_and_not_before_its_time(redis_client: redis.Redis) -> None:
    client: Any = redis_client
    store = straks.RedisStore(redis_client, prefix="expiry")

    left_ms: list[int] = []
    for left_s in (60.0, 0.0004, None):
        store.step(("a",), put(b"1", left_s))
        left_ms.append(client.pttl("{expiry}:a"))

    assert 50_000 < left_ms[0] <= 60_001
    assert left_ms[1] in (-2, 0, 1, 2)  # it is gone, or about to go
    assert left_ms[2] == -1  # it stays


@pytest.mark.parametrize("now_s", [1_000_000_000.0, 4_000_000_000.0], ids=["behind", "ahead"])
def test_a_clock_that_is_not_the_servers_takes_no_document_before_its_time(
    redis_client: redis.Redis, now_s: float
) -> None:
    client: Any = redis_client
    store = straks.RedisStore(redis_client, prefix="skew")
    store.step(("a",), put(b"1", 60.0), lambda: now_s)

    assert 50_000 < client.pttl("{skew}:a") <= 60_001


def test_a_client_that_decodes_answers_gets_the_same_documents(redis_url: str) -> None:
    with redis_client_of(redis_url, decode_responses=True) as client:
        store = straks.RedisStore(client, prefix="decoded")
        store.step(("a",), put(b"\x00\xff", None))

        assert store.step(("a", "b"), lambda held, _: Decision(dict(held), {})) == {"a": b"\x00\xff"}


def test_all_keys_of_a_store_have_one_place_in_a_cluster(key: bytes) -> None:
    with redis_server("--cluster-enabled", "yes") as server:
        with redis_client_of(server.url) as alone:
            client: Any = alone
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        host, port = server.url.removeprefix("redis://").removesuffix("/0").split(":")
        node: Any = ClusterNode  # untyped
        with closing(redis.RedisCluster(startup_nodes=[node(host, int(port))])) as cluster:
            codes = straks.OneTimeCodes(straks.RedisStore(cluster), key=key)
            issued = codes.issue(**WHO, recipient=EMAIL, caller="192.0.2.1")

            assert codes.verify(**WHO, code=issued.code)

        async def ask() -> straks.Verdict:
            async with redis.asyncio.RedisCluster.from_url(server.url) as cluster:  # pyright: ignore[reportUnknownMemberType] - redis-py's
                codes = straks.AsyncOneTimeCodes(straks.RedisStore(cluster, prefix="other"), key=key)
                issued = await codes.issue(**WHO, recipient=EMAIL, caller="192.0.2.1")
                return await codes.verify(**WHO, code=issued.code)

        assert asyncio.run(ask())


def test_who_is_never_the_first_gives_up_and_says_so(redis_client: redis.Redis, key: bytes) -> None:
    store = straks.RedisStore(redis_client, prefix="crowd")
    codes = straks.OneTimeCodes(store, key=key, clock=lambda: 1_770_204_720.0)
    issued = codes.issue(**WHO, recipient=EMAIL)
    [name] = codes._talk.seal.names("account", *WHO.values())
    document = redis_client.get(f"{{crowd}}:{name}")
    assert isinstance(document, bytes)
    padded = count(1)

    def come_first() -> float:
        # The same facts in other bytes.
        redis_client.set(f"{{crowd}}:{name}", document + b" " * (next(padded) % 2 + 1))
        return 1_770_204_720.0

    unlucky = straks.OneTimeCodes(store, key=key, clock=come_first)
    with pytest.raises(straks.StoreFailed, match="TimeoutError") as caught:
        unlucky.verify(**WHO, code=issued.code)

    assert str(caught.value.__cause__) == "1000 times another step came first"
    assert codes.verify(**WHO, code=issued.code)


def test_a_client_for_event_loops_says_what_it_is_not_for(redis_url: str) -> None:
    async def client() -> redis.asyncio.Redis:
        return async_redis_client_of(redis_url)

    store = straks.RedisStore(asyncio.run(client()))

    with pytest.raises(straks.InvalidSetting, match="use AsyncOneTimeCodes, or give it a"):
        store.step((), lambda _, __: Decision(None, {}))


@pytest.mark.parametrize("prefix", ["", "a{b", "a}b"])
def test_a_prefix_with_braces_would_scatter_keys_over_a_cluster(
    redis_client: redis.Redis, prefix: str
) -> None:
    with pytest.raises(straks.InvalidSetting, match="without braces"):
        straks.RedisStore(redis_client, prefix=prefix)


def test_a_store_says_where_its_keys_are(redis_client: redis.Redis) -> None:
    assert repr(straks.RedisStore(redis_client)) == "<RedisStore under {straks}>"


def test_a_server_without_room_lets_nobody_guess_for_nothing(key: bytes) -> None:
    with redis_server() as server, redis_client_of(server.url) as client:
        codes = straks.OneTimeCodes(straks.RedisStore(client), key=key)
        issued = codes.issue(**WHO, recipient=EMAIL)
        plain: Any = client
        plain.config_set("maxmemory", "1")
        for typed in ("nothing like it", issued.code):
            with pytest.raises(straks.StoreFailed):
                codes.verify(**WHO, code=typed)
        plain.config_set("maxmemory", "0")

        assert codes.verify(**WHO, code=issued.code)


def test_a_server_that_is_gone_accepts_nothing(key: bytes) -> None:
    with redis_server() as server, redis_client_of(server.url, retry=None) as client:
        codes = straks.OneTimeCodes(straks.RedisStore(client), key=key)
        issued = codes.issue(**WHO, recipient=EMAIL)
        server.kill()
        with pytest.raises(straks.StoreFailed, match="nothing was issued and nothing accepted"):
            codes.verify(**WHO, code=issued.code)
        with pytest.raises(straks.StoreFailed):
            codes.issue(**WHO, recipient=EMAIL)
