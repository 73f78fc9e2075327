"""Who answers for the page: the document, the files it is made of, and a message as a piece of it."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Final

from straks.pages.headers import PRIVATE, page_headers
from straks.pages.languages import NAMES, language
from straks.pages.rendering import file_of, render
from straks.simulator import answers
from straks.simulator.courses import STATUSES, is_final
from straks.simulator.fates import FATES
from straks.simulator.listing import GROUPS, group_of
from straks.simulator.page.fate_words import says
from straks.simulator.page.words import SCRIPTED, STAGES, WORDS
from straks.simulator.shipments import timestamp
from straks.simulator.visit import Route, Visit
from straks.wire.exchange import Response

if TYPE_CHECKING:
    from straks.simulator.desk import Desk
    from straks.simulator.page.view import Seen

PAGE: Final = "straks.simulator.page"
VIEW: Final = "straks.simulator.page.view"
SHARED: Final = "straks.pages"

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}
_FILES: Final = {
    "base.css": SHARED,
    **dict.fromkeys(
        ("inbox.css", "icon.svg", "inbox.js", "ask.js", "faults.js", "keys.js", "list.js", "message.js"),
        PAGE,
    ),
}
_ID: Final = "([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_WIDTHS: Final = (360, 600, 800)


def _page(_desk: Desk, visit: Visit) -> Response:
    # Whoever opens the page looks at a message next; what draws it is loaded before that is waited for.
    import_module(VIEW)
    lang = language(visit.query.get("lang"), visit.header("accept-language"))
    headers = {
        **page_headers(frames="'self'"),
        "content-type": "text/html; charset=utf-8",
        "vary": "accept-language",
    }
    return Response(200, headers, document(lang, visit.base).encode())


def _file(_desk: Desk, visit: Visit) -> Response:
    package = _FILES.get(visit.name)
    if package is None:
        return answers.empty(404)
    headers = {**PRIVATE, "content-type": _TYPES[visit.name.rpartition(".")[2]]}
    return Response(200, headers, file_of(package, visit.name))


def _piece(desk: Desk, visit: Visit) -> Response:
    from straks.simulator.page.view import seen

    it = seen(desk, visit.name)
    if it is None:
        return answers.empty(404)
    lang = language(visit.query.get("lang"), visit.header("accept-language"))
    headers = {**page_headers(), "content-type": "text/html; charset=utf-8"}
    return Response(200, headers, piece(it, lang).encode())


def document(lang: str, address: str) -> str:
    """Return the page itself, with no message in it yet; *address* is where it is asked for."""
    words = WORDS[lang]
    stages = {
        name: [(fate, says(fate, lang)) for fate in FATES if fate.stage is stage]
        for stage, name in STAGES[lang].items()
    }
    return render(
        PAGE,
        "page.html.jinja",
        lang=lang,
        w=words,
        languages=NAMES,
        groups=GROUPS,
        statuses=STATUSES,
        stages=stages,
        script=json.dumps({name: words[name] for name in SCRIPTED}),
        address=address,
    )


def piece(it: Seen, lang: str) -> str:
    """Return a message as a piece of the page."""
    return render(
        PAGE,
        "message.html.jinja",
        lang=lang,
        w=WORDS[lang],
        it=it,
        m=it.message,
        told=it.as_json(),
        group=group_of(it.message.status),
        is_final=is_final(it.message.status),
        came=timestamp(it.message.received_at_s),
        steps=[(timestamp(at_s), status, group_of(status)) for at_s, status in it.steps],
        said=it.said,
        widths=_WIDTHS,
    )


ROUTES: Final = (
    Route("/", {"GET": _page}),
    Route("/_straks/page/([a-z]+\\.(?:css|js|svg))", {"GET": _file}),
    Route(f"/_straks/page/{_ID}", {"GET": _piece}),
)
