"""
The inbox, for people at ``/`` and for programs at ``/_straks/``: whatever the page does, a program can.

======================================  ==========================================================
``GET /_straks/messages``               every message, oldest first, as JSON
``DELETE /_straks/messages``            empties the inbox; orders stay placed and their ids spent
``GET /_straks/inbox``                  a window of the list, newest first: ``search`` (words),
                                        ``channel``, ``status``, ``skip`` and ``size``
``GET /_straks/messages/ID``            one message, with its segments, statuses, and every request
                                        that came for its order
``POST /_straks/messages/ID/status``    ``{"status": "SMS_Failed"}`` sets it by hand, and in the feed
``GET /_straks/messages/ID/phone.svg``  an SMS on a phone; ``scheme`` is ``light`` or ``dark``, ``lang``
                                        ``nb`` or ``en``
``GET /_straks/messages/ID/email.html`` an HTML e-mail, in which nothing runs; ``scheme`` as well
``GET /_straks/messages/ID/email.txt``  an e-mail as plain text
``GET /_straks/events``                 what changes, as server-sent events, from the mark on that
                                        ``Last-Event-ID`` or ``after`` names; else from now on
======================================  ==========================================================

What cannot be used is answered with 400 and a sentence, what is not there with 404 and one.

The pictures take half of straks to draw, and are imported when somebody asks for one.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Final

from straks.errors import InvalidSetting
from straks.pages.headers import PRIVATE
from straks.pages.languages import language
from straks.preview.frame import POLICY, Scheme
from straks.preview.words import ENGLISH
from straks.simulator import answers, following
from straks.simulator.listing import Search, found, summary
from straks.simulator.page import places
from straks.simulator.shipments import timestamp
from straks.simulator.visit import Route, Visit
from straks.simulator.wishes import kindly, text, wishes_in
from straks.wire.exchange import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator.desk import Desk
    from straks.simulator.page.view import Seen

EVENTS: Final = "/_straks/events"
EVENT_HEADERS: Final = {**PRIVATE, "content-type": "text/event-stream; charset=utf-8"}

_MESSAGES: Final = "/_straks/messages"
_ID: Final = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_MAIL_POLICY: Final = f"sandbox; {POLICY}; frame-ancestors 'self'"
_SVG_POLICY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


def _messages(desk: Desk, _visit: Visit) -> Response:
    return answers.as_json(200, [message.as_json() for message in desk.messages()], PRIVATE)


def _clear(desk: Desk, _visit: Visit) -> Response:
    desk.clear()
    return answers.empty(204)


def _inbox(desk: Desk, visit: Visit) -> Response:
    search, now_s = Search.of(visit.query), visit.now_s
    matching, messages = found(desk.inbox, search, now_s)
    window: dict[str, object] = {
        "mark": desk.changes.mark,
        "now": timestamp(now_s),
        "total": len(desk.inbox),
        "matching": matching,
        "skip": search.skip,
        "messages": [summary(desk.inbox, message) for message in messages],
    }
    # Asked for at every key that is pressed; to write it with indents takes ten times as long.
    return Response(200, {**PRIVATE, "content-type": "application/json"}, json.dumps(window).encode())


def _message(desk: Desk, visit: Visit) -> Response:
    from straks.simulator.page.view import seen

    it = seen(desk, visit.name)
    return _missing() if it is None else answers.as_json(200, it.as_json(), PRIVATE)


def _status(desk: Desk, visit: Visit) -> Response:
    status = text(wishes_in(visit.body, "status"), "status")
    if status is None:
        raise InvalidSetting('status is missing; send {"status": "SMS_Delivered"}')
    message = desk.drive(visit.name, status)
    return _missing() if message is None else answers.as_json(200, message.as_json(), PRIVATE)


def _picture(
    desk: Desk,
    visit: Visit,
    *,
    draw: Callable[[Seen, Visit], str | None],
    content_type: str,
    policy: str,
) -> Response:
    from straks.simulator.page.view import seen

    it = seen(desk, visit.name)
    if it is None:
        return _missing()
    drawn = draw(it, visit)
    if drawn is None:
        return answers.own_error("a message of this kind has no such picture", 404)
    headers = {**PRIVATE, "content-type": f"{content_type}; charset=utf-8", "content-security-policy": policy}
    return Response(200, {**headers, "referrer-policy": "no-referrer"}, drawn.encode())


def _phone(it: Seen, visit: Visit) -> str | None:
    from straks.simulator.page.view import phone_of

    return phone_of(it, _scheme(visit), language(visit.query.get("lang") or ENGLISH, None))


def _mail(it: Seen, visit: Visit) -> str | None:
    from straks.simulator.page.view import mail_of

    return mail_of(it, _scheme(visit) or Scheme.LIGHT)


def _twin(it: Seen, _visit: Visit) -> str | None:
    from straks.simulator.page.view import twin_of

    return twin_of(it)


def _scheme(visit: Visit) -> Scheme | None:
    asked = visit.query.get("scheme") or None
    if asked is not None and asked not in list(Scheme):
        raise InvalidSetting(f"there is no such scheme; there are {', '.join(Scheme)}")
    return None if asked is None else Scheme(asked)


def _events(desk: Desk, visit: Visit) -> Response:
    """Answer what there is by now; over HTTP `straks.simulator.carriage` goes on from there."""
    mark = mark_of(visit) or desk.changes.mark
    events = following.begin(mark) + following.batch(desk, mark).text
    return Response(200, EVENT_HEADERS, events.encode())


def mark_of(visit: Visit) -> str:
    """Return the mark that a follower goes on from; empty for one that begins."""
    return _only_line(visit.header("last-event-id") or visit.query.get("after", ""))


def _only_line(mark: str) -> str:
    # It is written back, and a line end would end its line.
    return mark if mark.isprintable() else ""


def _missing() -> Response:
    return answers.own_error("there is no such message in the inbox; it may have been emptied", 404)


ROUTES: Final = (
    *places.ROUTES,
    Route(_MESSAGES, {"GET": _messages, "DELETE": _clear}),
    Route("/_straks/inbox", {"GET": kindly(_inbox)}),
    Route(f"{_MESSAGES}/{_ID}", {"GET": _message}),
    Route(f"{_MESSAGES}/{_ID}/status", {"POST": kindly(_status)}),
    Route(
        f"{_MESSAGES}/{_ID}/phone\\.svg",
        {"GET": kindly(partial(_picture, draw=_phone, content_type="image/svg+xml", policy=_SVG_POLICY))},
    ),
    Route(
        f"{_MESSAGES}/{_ID}/email\\.html",
        {"GET": kindly(partial(_picture, draw=_mail, content_type="text/html", policy=_MAIL_POLICY))},
    ),
    Route(
        f"{_MESSAGES}/{_ID}/email\\.txt",
        {"GET": kindly(partial(_picture, draw=_twin, content_type="text/plain", policy=_SVG_POLICY))},
    ),
    Route(EVENTS, {"GET": _events}),
)
