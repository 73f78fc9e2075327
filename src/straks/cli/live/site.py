"""
The application: a page, its styles and its scripts, and three questions that they ask.

``/show`` answers at once with what is to be seen, ``/findings`` a little later with what the policy says of
it, and ``/changes`` for as long as the page is open: it tells whenever a file has changed. Questions are
posted as JSON, which a page of another site cannot do without asking first; and who comes from another site,
or by a name that is not this machine's, is turned away before anything is read.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from straks.cli.pages import render
from straks.explorer import pieces
from straks.explorer.view import chosen, question_of, view_of
from straks.explorer.words import WORDS, said
from straks.pages.headers import page_headers
from straks.pages.languages import NAMES, language
from straks.pages.rendering import file_of
from straks.preview.fragment import in_english
from straks.simulator.doorkeeper import Stranger, stranger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection

    from starlette.requests import Request
    from starlette.types import Message, Receive, Scope, Send

    from straks.cli.live.shelf import Shelf
    from straks.explorer.view import Question

HEADERS: Final = page_headers(styles="'self' 'unsafe-inline'", images="data:")
"""Mails stand in the page itself, with the styles in their text; pictures hold all of themselves."""
MOST_BYTES: Final = 256 * 1024
"""What a question may hold: every value of a large template, typed in full."""

_SHARE: Final = 4
"""To look whether a file has changed may take this part of a processor's time, a quarter."""
_OFTEN_S: Final = 0.03
_SAYS: Final = {
    Stranger.BY_NAME: "The preview goes by an address or by localhost, not by the name that was asked for.\n",
    Stranger.BY_ORIGIN: "A page of another site may not use the preview.\n",
}


class Unusable(Exception):
    """A question that cannot be answered; the status, and a sentence that repeats nothing of it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


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
                Route("/base.css", _file("straks.pages", "base.css")),
                Route("/page.css", _file("straks.cli.live", "page.css")),
                Route("/page.js", _file("straks.cli.live", "page.js")),
                Route("/explorer.css", _file(pieces.PACKAGE, "explorer.css")),
                Route("/explorer.js", _file(pieces.PACKAGE, "explorer.js")),
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
        page = render(
            "live/page.html.jinja",
            lang=lang,
            w=WORDS[lang],
            says=_as_attributes(said(lang)),
            languages=NAMES,
            frame=pieces.frame(lang, widget=False),
        )
        return HTMLResponse(page, headers={"vary": "accept-language"})

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
        answer = {"stamp": sight.stamp, **pieces.answer(view_of(sight.subjects, question), question)}
        if not sight.subjects:
            lang, why = question.lang, sight.trouble
            fault = "" if why is None else f'<p class="fault">{in_english(why, lang)}</p>'
            answer["shown"] = f"<p>{WORDS[lang]['nothing']}</p>{fault}"
        return answer

    async def _findings(self, request: Request) -> Response:
        question = await _question(request)
        return JSONResponse(await run_in_threadpool(self._found, question))

    def _found(self, question: Question) -> dict[str, str]:
        _, subject = chosen(self._shelf.look().subjects, question.key)
        return {"found": "" if subject is None else pieces.findings(subject.inspected, question.lang)}


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
    return question_of(cast("dict[str, object]", asked), WORDS)


async def _refused(_: Request, why: Exception) -> Response:
    return PlainTextResponse(str(why), cast("Unusable", why).status)


def _file(package: str, name: str) -> Callable[[Request], Awaitable[Response]]:
    media_type = "text/css" if name.endswith(".css") else "text/javascript"

    async def answer(_: Request) -> Response:
        return Response(file_of(package, name), media_type=media_type)

    return answer


def _as_attributes(sentences: dict[str, str]) -> dict[str, str]:
    """Return *sentences* by the names that a page's ``dataset`` makes of attributes."""
    return {
        re.sub("[A-Z]", lambda letter: f"-{letter[0].lower()}", name): text
        for name, text in sentences.items()
    }
