"""
What a caller may bring to carry bytes with: a client or a transport, of httpx or of httpx2.

The classes of the two are others and their manners the same, so what is brought is known by what it can do.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager


class HttpClient(Protocol):
    """What is needed of a client of the caller's: `httpx.Client` has it, and so has httpx2's."""

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more requests."""
        ...

    def stream(self, *args: Any, **kwargs: Any) -> AbstractContextManager[Any]:  # noqa: ANN401 - httpx's
        """Send a request, and let its answer be read bit by bit."""
        ...


class AsyncHttpClient(Protocol):
    """The same of `httpx.AsyncClient`."""

    @property
    def is_closed(self) -> bool:
        """Whether it takes no more requests."""
        ...

    def stream(self, *args: Any, **kwargs: Any) -> AbstractAsyncContextManager[Any]:  # noqa: ANN401 - httpx's
        """Send a request, and let its answer be read bit by bit."""
        ...


class HttpTransport(Protocol):
    """What is needed of a transport of the caller's, such as an `httpx.BaseTransport`."""

    def handle_request(self, request: Any) -> Any:  # noqa: ANN401 - httpx's
        """Send a request."""
        ...


class AsyncHttpTransport(Protocol):
    """The same of an `httpx.AsyncBaseTransport`."""

    async def handle_async_request(self, request: Any) -> Any:  # noqa: ANN401 - httpx's
        """Send a request."""
        ...


def check(http: object, *, http2: bool, entered: str, sends: str, kind: str) -> None:
    """
    Refuse what neither is a client, which has *entered*, nor a transport, which has *sends*.

    Raises:
        InvalidSetting: It is neither, or it comes with a setting that is for connections made here.
    """
    if http is not None and http2:
        raise InvalidSetting("http2 is for connections made here; a client of your own has its own setting")
    is_client = hasattr(http, "stream") and hasattr(http, entered)
    if http is not None and not is_client and not hasattr(http, sends):
        raise InvalidSetting(
            f"http takes {kind} of httpx or httpx2, or a transport with {sends}, not {type(http).__name__}"
        )


def over(transport: object, kind: str, headers: Mapping[str, str]) -> Any:  # noqa: ANN401 - a client, of one library or the other
    """Return a client over a transport of the caller's, of the library whose transport it is."""
    homes = (base.__module__.partition(".")[0] for base in type(transport).__mro__)
    home = next((name for name in homes if name in {"httpx", "httpx2"}), "httpx")
    client: Any = getattr(import_module(home), kind)
    return client(transport=transport, trust_env=False, headers=headers)
