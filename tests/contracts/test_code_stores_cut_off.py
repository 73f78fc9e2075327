"""
What stores on a server promise when the line to it is cut: wherever that is, the outcome has a name, and
nothing is granted that was not there before.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import psycopg_pool
import pytest
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry
from tests.code_stores import OnALoop, async_redis_client_of, redis_client_of
from tests.cut_line import line_to

import straks
from straks.codes.stores import Decision, Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from contextlib import AbstractContextManager

    from tests.code_stores import AnyStore
    from tests.cut_line import Line

    Connect: TypeAlias = Callable[..., AbstractContextManager[AnyStore]]

WHO = {"subject": "user-8841", "purpose": "login"}
EMAIL = "kari@example.org"
PREFIX = "cut-off"
FARTHEST = 40
KINDS = ["redis", "redis-async", "postgres", "postgres-async"]
WRONG = "nothing like it"


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def server(request: pytest.FixtureRequest, kind: str) -> str:
    """Return where the server is."""
    url: str = request.getfixturevalue("redis_url" if "redis" in kind else "postgres_table")
    return url


@pytest.fixture
def connect(server: str, kind: str, elsewhere: asyncio.AbstractEventLoop) -> Connect:
    """Return a maker of stores at some port, each with one connection: ``with connect(port) as store:``."""

    def run(doing: Any) -> Any:  # noqa: ANN401 - whatever it is
        return asyncio.run_coroutine_threadsafe(doing, elsewhere).result(60)

    @contextmanager
    def connected(port: int, retries: int = 0) -> Generator[AnyStore]:
        url = server.replace(f":{urlsplit(server).port}/", f":{port}/")
        if kind == "redis":
            with redis_client_of(url, retry=Retry(NoBackoff(), retries)) as client:
                yield straks.RedisStore(client, prefix=PREFIX)
        elif kind == "postgres":
            with psycopg_pool.ConnectionPool(url, min_size=1, timeout=60, open=True) as pool:
                yield straks.PostgresStore(pool)
        else:
            stack = AsyncExitStack()

            async def store() -> straks.RedisStore | straks.PostgresStore:
                if kind == "redis-async":
                    retry = AsyncRetry(NoBackoff(), retries)
                    client = await stack.enter_async_context(async_redis_client_of(url, retry=retry))
                    return straks.RedisStore(client, prefix=PREFIX)
                pool = psycopg_pool.AsyncConnectionPool(url, min_size=1, timeout=60, open=False)
                return straks.PostgresStore(await stack.enter_async_context(pool))

            yield OnALoop(run(store()), elsewhere)
            run(stack.aclose())

    return connected


@pytest.fixture
def port(server: str) -> int:
    port = urlsplit(server).port
    assert port is not None
    return port


@pytest.fixture
def make_codes(key: bytes) -> Callable[[AnyStore], straks.OneTimeCodes]:
    return lambda store: straks.OneTimeCodes(store, key=key, cooldown=timedelta(0), sends_per_hour=1000)


def fresh(codes: straks.OneTimeCodes) -> str:
    codes.unlock(**WHO)
    return codes.issue(**WHO, recipient=EMAIL).code


def guesses_left(codes: straks.OneTimeCodes) -> int:
    left = 0
    while left < 10 and codes.verify(**WHO, code=WRONG) is straks.Verdict.INVALID_OTP:
        left += 1
    return left


@contextmanager
def line_that_holds(port: int, connect: Connect, **retries: int) -> Generator[tuple[Line, AnyStore]]:
    """Have a store on a line, connected already."""
    with line_to(port) as line, connect(line.port, **retries) as store:
        store.step((), lambda _, __: Decision(None, {}), None)
        yield line, store


def outcome(verify: Callable[[], straks.Verdict], *secrets: str) -> straks.Verdict | None:
    """Return the verdict, or None where the store failed; and look whether the error tells a secret."""
    try:
        return verify()
    except straks.StoreFailed as failed:
        error: BaseException | None = failed
        while error is not None:
            assert not [secret for secret in secrets if secret in f"{error!s} {error!r}"]
            error = error.__cause__
        return None


@pytest.mark.parametrize("back", [False, True], ids=["on the way there", "on the way back"])
def test_wherever_the_line_is_cut_no_wrong_code_is_free(
    port: int,
    connect: Connect,
    make_codes: Callable[[AnyStore], straks.OneTimeCodes],
    back: bool,  # noqa: FBT001 - a fixture of pytest's
) -> None:
    cut: list[tuple[straks.Verdict | None, int]] = []
    with connect(port) as direct:
        codes = make_codes(direct)
        for parcel in range(1, FARTHEST):
            fresh(codes)
            with line_that_holds(port, connect) as (line, store):
                line.cut_at(parcel, back=back)
                verdict = outcome(lambda: make_codes(store).verify(**WHO, code=WRONG))
                if not line.is_cut.is_set():
                    break
            cut.append((verdict, guesses_left(codes)))

    assert 1 < len(cut) < FARTHEST - 1
    assert {verdict for verdict, _ in cut} <= {None, straks.Verdict.INVALID_OTP}
    assert all(left == 2 if verdict else left in (2, 3) for verdict, left in cut)
    # Lost on the way there at first, it is undone; on the way back at last, it is done and nobody was told.
    assert cut[0] == (None, 3)
    assert not back or (None, 2) in cut


@pytest.mark.parametrize("back", [False, True], ids=["on the way there", "on the way back"])
def test_wherever_the_line_is_cut_a_right_code_is_accepted_once(
    port: int,
    connect: Connect,
    make_codes: Callable[[AnyStore], straks.OneTimeCodes],
    back: bool,  # noqa: FBT001 - a fixture of pytest's
) -> None:
    cut: list[tuple[straks.Verdict | None, straks.Verdict]] = []
    with connect(port) as direct:
        codes = make_codes(direct)
        for parcel in range(1, FARTHEST):
            code = fresh(codes)
            with line_that_holds(port, connect) as (line, store):
                line.cut_at(parcel, back=back)
                verdict = outcome(lambda: make_codes(store).verify(**WHO, code=code), code)  # noqa: B023 - called here
                if not line.is_cut.is_set():
                    break
            cut.append((verdict, codes.verify(**WHO, code=code)))

    assert 1 < len(cut) < FARTHEST - 1
    assert set(cut) <= {
        (None, straks.Verdict.ACCEPTED),
        (None, straks.Verdict.NO_OTP_FOUND),
        (straks.Verdict.ACCEPTED, straks.Verdict.NO_OTP_FOUND),
    }
    assert cut[0] == (None, straks.Verdict.ACCEPTED)
    assert not back or (None, straks.Verdict.NO_OTP_FOUND) in cut


@pytest.mark.parametrize("kind", ["redis", "redis-async"], indirect=True)
def test_a_script_that_is_sent_again_may_cost_a_guess_and_never_gives_one(
    port: int, connect: Connect, make_codes: Callable[[AnyStore], straks.OneTimeCodes]
) -> None:
    wrong: list[tuple[straks.Verdict, int]] = []
    right: list[tuple[straks.Verdict, straks.Verdict]] = []
    with connect(port) as direct:
        codes = make_codes(direct)

        def verified(parcel: int, typed: str) -> straks.Verdict:
            with line_that_holds(port, connect, retries=3) as (line, store):
                line.cut_at(parcel, back=True, for_good=False)
                return make_codes(store).verify(**WHO, code=typed)

        for parcel in (1, 2):  # what was looked up; that it was written
            fresh(codes)
            wrong.append((verified(parcel, WRONG), guesses_left(codes)))
            code = fresh(codes)
            right.append((verified(parcel, code), codes.verify(**WHO, code=code)))

    assert wrong == [("INVALID_OTP", 2), ("INVALID_OTP", 1)]
    assert right == [("ACCEPTED", "NO_OTP_FOUND"), ("NO_OTP_FOUND", "NO_OTP_FOUND")]


@pytest.mark.parametrize("kind", ["redis-async", "postgres-async"], indirect=True)
def test_a_task_that_is_cancelled_leaves_its_answer_to_nobody_else(
    port: int, connect: Connect, elsewhere: asyncio.AbstractEventLoop
) -> None:
    def put(name: str) -> Callable[[Mapping[str, bytes], float], Decision[str]]:
        return lambda _, __: Decision(name, {name: Entry(name.encode(), None)})

    def look(held: Mapping[str, bytes], _: float) -> Decision[dict[str, bytes]]:
        return Decision(dict(held), {})

    with connect(port) as store:
        for name in ("a", "b"):
            store.step((name,), put(name), None)

        async def cancel_one_and_ask_another() -> list[object]:
            answers: list[object] = []
            for turns in range(30):
                task = asyncio.ensure_future(store.astep(("a",), look, None))
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                answers.append(await store.astep(("b",), look, None))
            return answers

        came = asyncio.run_coroutine_threadsafe(cancel_one_and_ask_another(), elsewhere).result(60)

    assert came == [{"b": b"b"}] * 30
