"""
The application: a page, its style and its script, and three questions that the script asks.

``/show`` answers at once with what is to be seen, ``/findings`` a little later with what the policy says of
it, and ``/changes`` for as long as the page is open: it tells whenever a file has changed. Questions are
posted as JSON, which a page of another site cannot do without asking first; and who comes from another site,
or by a name that is not this machine's, is turned away before anything is read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from straks.cli.live import pieces
from straks.cli.live.fields import taken
from straks.cli.live.words import WORDS
from straks.core.template import Template
from straks.pages.headers import page_headers
from straks.pages.languages import language
from straks.pages.rendering import file_of
from straks.preview.fragment import shown
from straks.preview.pages import Case
from straks.simulator.doorkeeper import Stranger, stranger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Message, Receive, Scope, Send

    from straks.cli.live.shelf import Shelf, Sight, Subject

HEADERS: Final = page_headers(styles="'self' 'unsafe-inline'", images="data:")
"""Mails stand in the page itself, with the styles in their text; pictures hold all of themselves."""
MOST_BYTES: Final = 256 * 1024
"""What a question may hold: every value of a large template, typed in full."""

_CASES: Final = {"given": Case.EXAMPLE, "worst": Case.WORST, "shortest": Case.SHORTEST}
_SHARE: Final = 4
"""To look whether a file has changed may take this part of a processor's time, a quarter."""
_OFTEN_S: Final = 0.05
_SAYS: Final = {
    Stranger.BY_NAME: "The preview goes by an address or by localhost, not by the name that was asked for.\n",
    Stranger.BY_ORIGIN: "A page of another site may not use the preview.\n",
}


class Unusable(Exception):
    """A question that cannot be answered; the status, and a sentence that repeats nothing of it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Question:
    """What the page asks: which template, how it is filled, in which language to answer."""

    key: str = ""
    lang: str = "nb"
    case: Case = Case.EXAMPLE
    reveal: bool = False
    values: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


class Site:
    """
    The application.

    Args:
        shelf: What is shown.
        pause: Lets so many seconds go by.
        clock: Returns the time in seconds, to see how long a look takes.
        over: Tells whether it is to end.
        names: What it goes by, besides addresses and localhost.
    """

    def __init__(
        self,
        shelf: Shelf,
        *,
        pause: Callable[[float], Awaitable[None]],
        clock: Callable[[], float],
        over: Callable[[], bool] = lambda: False,
        names: Collection[str] = (),
    ) -> None:
        self._shelf = shelf
        self._pause = pause
        self._clock = clock
        self._over = over
        self._names = names
        self._app = Starlette(
            routes=[
                Route("/", self._page),
                Route("/base.css", _file("straks.pages", "base.css", "text/css")),
                Route("/page.css", _file("straks.cli.live", "page.css", "text/css")),
                Route("/page.js", _file("straks.cli.live", "page.js", "text/javascript")),
                Route("/changes", self._changes),
                Route("/show", self._show, methods=["POST"]),
                Route("/findings", self._findings, methods=["POST"]),
            ],
            exception_handlers={Unusable: _refused},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        why = stranger(scope["method"], headers, self._names)
        if why is None:
            await self._app(scope, receive, guarded)
        else:
            await PlainTextResponse(_SAYS[why], why)(scope, receive, guarded)

    async def _page(self, request: Request) -> Response:
        lang = language(request.query_params.get("lang"), request.headers.get("accept-language"))
        return HTMLResponse(pieces.document(lang), headers={"vary": "accept-language"})

    async def _changes(self, _: Request) -> Response:
        return StreamingResponse(self._stamps(), media_type="text/event-stream")

    async def _stamps(self) -> AsyncIterator[str]:
        seen = ""
        while not self._over():
            began_s = self._clock()
            stamp = await run_in_threadpool(self._shelf.stamp)
            taken_s = self._clock() - began_s
            if stamp != seen:
                yield f"data: {stamp}\n\n"
                seen = stamp
            await self._pause(max(_OFTEN_S, taken_s * (_SHARE - 1)))

    async def _show(self, request: Request) -> Response:
        question = await _question(request)
        return JSONResponse(await run_in_threadpool(self._shown, question))

    def _shown(self, question: Question) -> dict[str, Any]:
        sight = self._shelf.look()
        key, subject = _chosen(sight, question.key)
        answer: dict[str, Any] = {
            "stamp": sight.stamp,
            "keys": list(sight.subjects),
            "key": key,
            "names": pieces.names(sight.subjects, question.lang),
            "form": "",
            "wrong": {},
        }
        if subject is None:
            why = "" if sight.trouble is None else f'<p class="fault">{shown(sight.trouble)}</p>'
            return {**answer, "shown": f"<p>{WORDS[question.lang]['nothing']}</p>{why}"}
        values, wrong = subject.example, dict[str, str]()
        if isinstance(subject.it, Template):
            values, wrong = taken(subject.it, question.values)
        answer |= {"form": pieces.form(subject, question.lang), "wrong": wrong}
        if wrong and question.case is Case.EXAMPLE:
            return {**answer, "shown": None}
        page = subject.page(question.case, values)
        return {**answer, "shown": pieces.panels(subject, page, question.lang, reveal=question.reveal)}

    async def _findings(self, request: Request) -> Response:
        question = await _question(request)
        return JSONResponse(await run_in_threadpool(self._found, question))

    def _found(self, question: Question) -> dict[str, str]:
        _, subject = _chosen(self._shelf.look(), question.key)
        return {"found": "" if subject is None else pieces.findings(subject.inspected, question.lang)}


def _chosen(sight: Sight, key: str) -> tuple[str, Subject | None]:
    """Return the template that is meant, or the first one."""
    if key not in sight.subjects:
        key = next(iter(sight.subjects), "")
    return key, sight.subjects.get(key)


async def _question(request: Request) -> Question:
    """
    Read what the page asks.

    Raises:
        Unusable: It is no such question.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Unusable(415, "The preview is asked in JSON.\n")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Unusable(413, f"A question to the preview has at most {MOST_BYTES} bytes.\n")
    try:
        asked: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Unusable(400, "The question is no JSON.\n") from None
    if not isinstance(asked, dict):
        raise Unusable(400, "The question is no JSON object.\n")
    given = cast("dict[str, object]", asked)
    key, lang, case, values = (given.get(name) for name in ("key", "lang", "case", "values"))
    typed = cast("dict[str, object]", values) if isinstance(values, dict) else {}
    return Question(
        key if isinstance(key, str) else "",
        lang if isinstance(lang, str) and lang in WORDS else "nb",
        _CASES.get(case, Case.EXAMPLE) if isinstance(case, str) else Case.EXAMPLE,
        given.get("reveal") is True,
        {name: text for name, text in typed.items() if isinstance(text, str)},
    )


async def _refused(_: Request, why: Exception) -> Response:
    return PlainTextResponse(str(why), cast("Unusable", why).status)


def _file(package: str, name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        return HttpResponse(file_of(package, name), media_type=media_type)

    return answer
