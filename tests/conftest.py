"""What every test may ask for."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings

import straks
from straks.simulator.signatures import new_private_jwk

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.carrier import AsyncCarrier, Carrier
    from straks.wire.exchange import Reply, Request

ROOT = Path(__file__).parents[1]

# Runs pytest inside of a test, for the plugin of straks; real servers, and stores on them.
pytest_plugins = ["pytester", "tests.servers", "tests.code_stores"]

# The machine may be busy; a slow example is no failure.
settings.register_profile("straks", deadline=None, max_examples=60)
settings.load_profile("straks")
# Always the same draws, without shrinking: for tests that something is among them.
settings.register_profile(
    "firm",
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="session")
def catalog() -> straks.Catalog:
    return straks.Catalog.load()


@pytest.fixture(scope="session")
def is_a_test() -> Callable[[str], bool]:
    """Return whether there is a test of that name, such as ``tests/test_errors.py::test_that``."""

    @cache
    def tests_of(path: Path) -> frozenset[str]:
        tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        return frozenset(name for name in functions if name.startswith("test_"))

    def find(name: str) -> bool:
        path, _, function = name.partition("::")
        return function in tests_of(ROOT / path)

    return find


@pytest.fixture
def key() -> bytes:
    return b"a key that only tests have"


@pytest.fixture
def make_order(catalog: straks.Catalog, key: bytes) -> Callable[..., straks.Order]:
    """Return a maker of orders: ``make_order(template="status-update", channel="email", occasion="1")``."""

    def make(
        template: str = "one-time-code",
        channel: str = "sms",
        occasion: str = "test/1",
        reference: str | None = None,
        key: bytes = key,
    ) -> straks.Order:
        values = catalog[template].examples
        message: straks.Sms | straks.Email
        if channel == "sms":
            message = catalog.sms(template, locale="nb", to="+46701740605", values=values)
        else:
            message = catalog.email(template, locale="nb", to="kari@example.org", values=values)
        return message.order(occasion=occasion, key=key, reference=reference)

    return make


class Asynchronous:
    """A carrier for an event loop that is another kind of carrier inside."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def carry(self, request: Request, *, timeout_s: float) -> Reply:
        return self._carrier.carry(request, timeout_s=timeout_s)

    async def sleep(self, seconds: float) -> None:
        self._carrier.sleep(seconds)

    def now_s(self) -> float:
        return self._carrier.now_s()


@pytest.fixture(scope="session")
def asynchronous() -> Callable[[Carrier], AsyncCarrier]:
    """Return what makes any carrier one for an event loop."""
    return Asynchronous


@pytest.fixture(scope="session")
def client_jwk() -> dict[str, str]:
    """Return a client's private key, thrown for this run."""
    return {**new_private_jwk(), "kid": "test-1"}
