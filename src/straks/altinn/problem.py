"""
What the service says when it says no, in our words.

Its complaints come from three stages (reading the JSON, required fields, rules) under keys that are
JSON paths or C# names, seldom those of its own JSON; the bodies of 401, 403, 415 and 500 are empty;
and problems carry ``code`` and ``title`` where its documentation shows ``errorCode`` and ``detail``.
All of it is read leniently here, for a message about an error should never be an error.

The service itself never says when to come back: it has no rate limit, and its 503 has no Retry-After.
Where an answer has one, it is from something in front of the service.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from straks.wire.exchange import Response

# The last name of a path, in lower case, is what tells a field; the service's C# names first.
_FIELDS = {
    "idempotencyid": "idempotency_id",
    "sendersreference": "reference",
    "phonenumber": "recipient",
    "emailaddress": "recipient",
    "senderemailaddress": "sender",
    "sender": "sender",
    "timetoliveinseconds": "time_to_live",
    "subject": "subject",
    "body": "body",
    "contenttype": "content_type",
    "recipient": "recipient",
    "recipientsms": "recipient",
    "recipientemail": "recipient",
    "instantnotificationrecipient": "recipient",
    "shortmessagedeliverydetails": "recipient",
    "instantemaildetails": "recipient",
    "shortmessagecontent": "body",
    "smssettings": "body",
    "emailsettings": "body",
}

_ABOUT_THE_TOKEN = (401, 403)
_TOKEN = re.compile(r"eyJ[A-Za-z0-9_.-]{8,}")  # a JWT begins with a brace and a quotation mark, in base64
RETRY_AFTER_MOST_S: Final = 60.0
"""The longest wait that is done as asked; who asks for more is not there for an instant message."""

_LIKELY = {
    401: "the token is missing, has run out, or is for another environment",
    403: "the token lacks the scope altinn:serviceowner/notifications.create, or names no organisation",
    404: "there is nothing at this address; check the environment",
    415: "the content type was not taken; something between here and the service may have changed it",
    422: "the service lacks contact information for the recipient",
    429: "too many requests; something in front of the service turned it away",
}


def problem_of(response: Response) -> str | None:
    """Return the service's own code and title, ``NOT-00004: A temporary …``; None where it gave none."""
    body = response.json()
    if not isinstance(body, dict):
        return None
    known = cast("dict[str, Any]", body)
    code = known.get("code") or known.get("errorCode")
    title = known.get("title") or known.get("detail")
    said = (one_line(part)[:200] for part in (code, title) if isinstance(part, str))
    return ": ".join(filter(None, said)) or None


def fields_of(response: Response) -> dict[str, tuple[str, ...]]:
    """Return the service's complaints by our field name; what fits no field is under ``request``."""
    body = response.json()
    errors = cast("dict[str, Any]", body).get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, dict):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for path, complaints in cast("dict[str, Any]", errors).items():
        name = _FIELDS.get(re.split(r"[.\[\]]", path.rstrip("].'"))[-1].lower(), "request")
        said = cast("list[object]", complaints) if isinstance(complaints, list) else [complaints]
        found[name] = found.get(name, ()) + tuple(_complaint(line) for line in said)
    return found


def retry_after_s(response: Response) -> float | None:
    """
    Return how long *response* asks its caller to wait, in seconds; None where it does not.

    A date is measured against the answer's own ``date``, for there is no clock here.

    Source: RFC 9110, 10.2.3.
    """
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return float(asked)
    try:
        until = parsedate_to_datetime(asked)
        now = parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one with a zone beside one without
        return None


def one_line(text: str) -> str:
    r"""
    Return *text* on one line and printable, for what others said ends up in our errors and logs.

    A token that was said back is left out.

    >>> one_line("refused\r\nALL CLEAR\x1b[2J")
    'refused ALL CLEAR [2J'
    >>> one_line("Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln is not known")
    'Bearer … is not known'
    """
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(_TOKEN.sub("…", printable).split())


def _complaint(said: object) -> str:
    # The JSON reader's sentence goes on with byte positions.
    return one_line(str(said)).split(" Path:", maxsplit=1)[0][:300]


def explain(response: Response, suspicion: str = "") -> str:
    """
    Return one sentence about a refusal: what the service said, or what its status most likely means.

    *suspicion* is what the token shows to be wrong with it, which an empty 401 or 403 is then about.
    """
    fields = fields_of(response)
    if fields:
        return "; ".join(f"{name}: {' '.join(said)}" for name, said in fields.items())[:1000]
    if suspicion and response.status in _ABOUT_THE_TOKEN:
        return suspicion
    said = problem_of(response) or _LIKELY.get(response.status, "the service gave no reason")
    asked_s = retry_after_s(response)
    return said if asked_s is None else f"{said} (come back in {asked_s:.0f} s)"
