"""
Signing in with a one-time code: a small web application, as one may be written with straks.

What is particular to one-time codes, and where it stands:

* an account that nobody has is answered like any other (`_send`): a code is issued and counted for it, and
  not sent. Where the time that a sending takes must not tell either, send from a queue;
* a code is good in the session that asked for it alone; the session gets a new name when somebody is let
  in, so that one that was planted is worth nothing;
* the code's field is marked so that phones and browsers offer the code and show digits to type it with;
* nobody else's page posts a form here: the cookie does not come along (SameSite), and what does not say
  that it came from here (Origin) is turned away.

Sessions are kept in this process, to keep the example small; so is who there is.
"""

from __future__ import annotations

import math
import secrets
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from examples.sign_in.words import WORDS
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

import straks

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HERE: Final = Path(__file__).parent
PURPOSE: Final = "sign-in"
COOKIE: Final = "session"
COOLDOWN: Final = timedelta(seconds=30)
LIFETIME: Final = timedelta(minutes=5)
MOST_BYTES: Final = 4096
_GOOD, _UNUSABLE, _FORBIDDEN = 200, 422, 403
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # with less than that a browser hides where a form came from
    "x-content-type-options": "nosniff",
}


@dataclass
class Session:
    """What is known of one browser: the number it gave, when it may ask again, and who is signed in."""

    number: straks.PhoneNumber | None = None
    next_at_s: float = 0.0
    subject: str | None = None


class SignIn:
    """
    The application.

    Args:
        codes: Issues and verifies.
        catalog: Has the template ``one-time-code``.
        transport: Sends the SMS.
        accounts: Who there is: your own name for each, by number (E.164).
        clock: Returns the time in seconds, for what the pages say of waiting.
        service: What the SMS calls this.
    """

    def __init__(
        self,
        *,
        codes: straks.AsyncOneTimeCodes,
        catalog: straks.Catalog,
        transport: straks.AsyncAltinnTransport,
        accounts: Mapping[str, str],
        clock: Callable[[], float],
        service: str,
    ) -> None:
        self._codes, self._catalog, self._transport = codes, catalog, transport
        self._accounts, self._clock, self._service = accounts, clock, service
        self._sessions: dict[str, Session] = {}
        jinja = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
        self._page = jinja.get_template("page.html.jinja")

    def app(self) -> Starlette:
        """Return it, to be served."""
        return Starlette(
            routes=[
                Route("/", self.start),
                Route("/ask", self.ask, methods=["POST"]),
                Route("/code", self.enter),
                Route("/code", self.verify, methods=["POST"]),
                Route("/again", self.again, methods=["POST"]),
                Route("/inside", self.inside),
                Route("/out", self.out, methods=["POST"]),
                Route("/style.css", _style),
            ],
            middleware=[Middleware(FromHere)],
            lifespan=self._open,
        )

    async def start(self, request: Request) -> Response:
        """Ask for a number."""
        return self._shown(request, Session(), "title")

    async def ask(self, request: Request) -> Response:
        """Take a number, and send a code to it if it is somebody's."""
        try:
            number = straks.PhoneNumber.parse(await _field(request, "number"))
        except straks.InvalidPhoneNumber:
            return self._shown(request, Session(), "title", "InvalidPhoneNumber")
        name, session = self._session(request)
        session.number, session.next_at_s = number, 0.0
        return _with_cookie(await self._send(request, name, session), name, request)

    async def again(self, request: Request) -> Response:
        """Send another code, which kills the one before."""
        name, session = self._session(request)
        return await self._send(request, name, session) if session.number else _to("/")

    async def enter(self, request: Request) -> Response:
        """Ask for the code."""
        _, session = self._session(request)
        return self._shown(request, session, "code_title") if session.number else _to("/")

    async def verify(self, request: Request) -> Response:
        """Let whoever has the right code in."""
        name, session = self._session(request)
        if session.number is None:
            return _to("/")
        subject = self._subject(session.number)
        code = await _field(request, "code")
        try:
            verdict = await self._codes.verify(subject=subject, purpose=PURPOSE, code=code, session=name)
        except straks.StoreFailed:
            return self._shown(request, session, "code_title", "StoreFailed")
        if not verdict:
            return self._shown(request, session, "code_title", verdict.value)
        del self._sessions[name]
        name = self._new(Session(subject=subject))
        return _with_cookie(_to("/inside"), name, request)

    async def inside(self, request: Request) -> Response:
        """Show what only those see who are signed in."""
        _, session = self._session(request)
        return self._shown(request, session, "inside_title") if session.subject else _to("/")

    async def out(self, request: Request) -> Response:
        """Forget who it was."""
        self._sessions.pop(request.cookies.get(COOKIE, ""), None)
        answer = _to("/")
        answer.delete_cookie(COOKIE)
        return answer

    async def _send(self, request: Request, name: str, session: Session) -> Response:
        number = session.number
        assert number is not None  # noqa: S101 - both who call have looked
        about: dict[str, Any] = {
            "subject": self._subject(number),
            "purpose": PURPOSE,
            "recipient": number,
            "session": name,
            "caller": request.client.host if request.client else None,
        }
        try:
            if str(number) in self._accounts:
                message: dict[str, Any] = {
                    "locale": _locale(request),
                    "values": {"service": self._service},
                }
                sent = await self._codes.send(
                    self._catalog, "one-time-code", self._transport, **about, **message
                )
                if isinstance(sent.outcome, straks.Refused | straks.NotSent):
                    return self._shown(request, session, "code_title", "Undelivered")
            else:
                await self._codes.issue(**about)
        except straks.Withheld as withheld:
            session.next_at_s = self._clock() + (withheld.retry_after_s or 0)
            return self._shown(request, session, "code_title", type(withheld).__name__)
        except straks.StoreFailed:
            return self._shown(request, session, "code_title", "StoreFailed")
        session.next_at_s = self._clock() + COOLDOWN.total_seconds()
        return _to("/code")

    def _subject(self, number: straks.PhoneNumber) -> str:
        return self._accounts.get(str(number), f"nobody {number}")

    def _session(self, request: Request) -> tuple[str, Session]:
        name = request.cookies.get(COOKIE, "")
        if name not in self._sessions:
            session = Session()
            return self._new(session), session
        return name, self._sessions[name]

    def _new(self, session: Session) -> str:
        name = secrets.token_urlsafe(32)
        self._sessions[name] = session
        return name

    def _shown(self, request: Request, session: Session, heading: str, error: str | None = None) -> Response:
        locale = _locale(request)
        words = WORDS[locale]
        wait_s = max(0, math.ceil(session.next_at_s - self._clock()))
        html = self._page.render(
            locale=locale,
            words=words,
            heading=heading,
            error=error and words[error].format(seconds=wait_s),
            wait_s=wait_s,
            minutes=LIFETIME // timedelta(minutes=1),
            digits=6,
        )
        return HTMLResponse(html, status_code=_UNUSABLE if error else _GOOD)

    @asynccontextmanager
    async def _open(self, _: Starlette) -> AsyncGenerator[None]:
        async with self._transport:
            yield


class FromHere:
    """Turns away forms that do not say that they came from here, and gives every answer its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            await send(message)

        here = f"{scope['scheme']}://{headers.get('host')}"
        app = self._app
        if scope["method"] not in ("GET", "HEAD") and headers.get("origin") != here:
            words = WORDS[straks.negotiate(headers.get("accept-language", ""), WORDS)]
            app = HTMLResponse(words["elsewhere"], status_code=_FORBIDDEN)
        await app(scope, receive, send_with_headers)


async def _style(_: Request) -> Response:
    return FileResponse(HERE / "style.css", media_type="text/css")


async def _field(request: Request, name: str) -> str:
    """Return a field of the form; empty where it is missing, or the form is larger than any of ours."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get(name, [""])[0]


def _locale(request: Request) -> str:
    return straks.negotiate(request.headers.get("accept-language", ""), WORDS)


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)


def _with_cookie(answer: Response, name: str, request: Request) -> Response:
    answer.set_cookie(COOKIE, name, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return answer
