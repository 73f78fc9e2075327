"""The inbox for programs and for people: a window of the list, one message, its pictures, the page."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straks.preview.visible import visible
from straks.simulator.courses import STATUSES
from straks.simulator.desk import BASE, Desk
from straks.simulator.fate import Stage
from straks.simulator.fates import FATES, fate_named
from straks.simulator.listing import GROUPS
from straks.simulator.page.places import document
from straks.simulator.page.words import SCRIPTED, STAGES, WORDS
from straks.wire.exchange import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]

NOBODYS = "00000000-0000-4000-8000-00000000ffff"


def ask(desk: Desk, path: str, method: str = "GET", body: object = None, **headers: str) -> Response:
    raw = b"" if body is None else json.dumps(body).encode()
    return desk.handle(Request(method, BASE + path, headers, raw))


def newest(desk: Desk) -> str:
    return desk.messages()[-1].id


# A window of the list


@pytest.fixture
def filled(desk: Desk, post: Way, sms: Maker, email: Maker) -> Desk:
    """A desk with ten messages, a second apart, of which two have failed and one is under way."""
    post("sms", sms("login/0", body="Koden er 111111", reference="SAK/Æ"))
    post("email", email("login/1", subject="Ærlig talt", body="<p>Hei <b>Kari</b></p>", content_type="Html"))
    post("sms", sms("login/2", number=fate_named("failed").number))
    post("email", email("login/3", address="bounced@example.org"))
    for number in range(4, 9):
        desk.advance(1)
        post("sms", sms(f"login/{number}", body=f"Nummer {number}"))
    desk.advance(60)
    post("sms", sms("login/9", body="Sist"))
    return desk


def test_the_window_has_the_newest_first_and_says_how_many_there_are(filled: Desk) -> None:
    told = ask(filled, "/_straks/inbox?skip=1&size=3").json()

    assert (told["total"], told["matching"], told["skip"]) == (10, 10, 1)
    assert [message["excerpt"] for message in told["messages"]] == ["Nummer 8", "Nummer 7", "Nummer 6"]
    assert set(told["messages"][0]) == {
        *("id", "channel", "recipient", "sender", "subject", "excerpt", "code", "segments", "cut"),
        *("receivedAt", "status", "reached", "fate", "sendersReference"),
    }


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("search=111111", [0]),
        ("search=sak/%C3%A6", [0]),
        ("search=KARI", [1]),
        ("search=kari+%C3%A6rlig", [1]),
        ("search=login/7", [7]),
        ("search=bounced", [3]),
        ("search=nothing+of+the+kind", []),
        ("search=+&channel=&status=", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]),
        ("channel=email", [3, 1]),
        ("status=failed", [3, 2]),
        ("status=underway", [9]),
        ("status=Email_Failed_Bounced", [3]),
        ("status=delivered&channel=email", [1]),
        ("status=delivered&search=nummer&size=2&skip=1", [7, 6]),
    ],
)
def test_what_is_looked_for_is_found_and_nothing_else(filled: Desk, query: str, ids: list[int]) -> None:
    told = ask(filled, f"/_straks/inbox?{query}").json()
    names = {message.id: message.idempotency_id for message in filled.messages()}

    assert [names[message["id"]] for message in told["messages"]] == [f"login/{each}" for each in ids]


def test_a_message_is_found_by_its_own_id_and_its_shipments(filled: Desk) -> None:
    message = filled.messages()[4]
    for name in (message.id, message.shipment_id):
        (found,) = ask(filled, f"/_straks/inbox?search={name}").json()["messages"]
        assert found["id"] == message.id


@given(st.text(), st.integers(0, 10), st.integers(0, 10))
def test_any_search_has_a_window_of_what_it_has_in_all(search: str, skip: int, size: int) -> None:
    desk = Desk()
    body = json.dumps({"search": search})
    for part in (body, "Koden er 482913"):
        order = {"phoneNumber": "+46701740605", "timeToLiveInSeconds": 60, "smsSettings": {"body": part}}
        raw = json.dumps({"idempotencyId": part[:40], "recipientSms": order}).encode()
        token = {"authorization": f"Bearer {desk.token()}", "content-type": "application/json"}
        desk.handle(Request("POST", f"{BASE}/notifications/api/v1/future/orders/instant/sms", token, raw))
    from urllib.parse import quote

    asked = f"/_straks/inbox?search={quote(search, errors='replace')}"
    every = ask(desk, asked).json()
    some = ask(desk, f"{asked}&skip={skip}&size={size}").json()

    assert every["matching"] == some["matching"] == len(every["messages"])
    assert some["messages"] == every["messages"][skip : skip + size]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("channel=fax", "there is no such channel; there are sms, email"),
        ("size=501", "size is a whole number from 0 to 500"),
        ("skip=-1", "skip is a whole number from 0 to 1000000000"),
        ("size=%C2%B2", "size is a whole number from 0 to 500"),
        ("skip=" + "9" * 5000, "skip is a whole number from 0 to 1000000000"),
    ],
)
def test_a_window_that_cannot_be_is_answered_400(desk: Desk, query: str, sentence: str) -> None:
    answer = ask(desk, f"/_straks/inbox?{query}")

    assert (answer.status, answer.json()) == (400, {"error": sentence})


def test_a_status_that_is_none_is_told_which_there_are(desk: Desk) -> None:
    said = ask(desk, "/_straks/inbox?status=SMS_New").json()["error"]

    assert said.startswith("there is no such status; there are underway, delivered, failed, SMS_Sending,")


# One message


def test_one_message_tells_its_segments_its_course_and_what_the_last_line_binds(
    desk: Desk, post: Way, sms: Maker
) -> None:
    body = "Hei – koden er 482913." + " x" * 40 + "\n@example.org #482913"
    post("sms", sms(body=body, reference="sak/1"))
    desk.advance(1)
    told = ask(desk, f"/_straks/messages/{newest(desk)}").json()

    assert told["body"] == body
    assert told["bound"] == {"host": "example.org", "code": "482913"}
    assert told["email"] is None
    assert told["sms"]["encoding"] == "UCS-2"
    assert "".join(part["text"] for part in told["sms"]["segments"]) == body
    assert [part["units"] for part in told["sms"]["segments"]] == [67, told["sms"]["units"] - 67]
    assert told["sms"]["spare"] == 67 - told["sms"]["segments"][-1]["units"]
    assert told["sms"]["foreign"] == [{"character": "–", "substitute": "-", "times": 1}]
    assert (told["sms"]["gatewayCount"], told["sendersReference"]) == (1, "sak/1")
    assert [step["status"] for step in told["course"]] == ["SMS_Sending", "SMS_Accepted"]
    assert told["statuses"] == list(STATUSES["sms"])  # type: ignore[index]
    assert [attempt["verdict"] for attempt in told["attempts"]] == ["new"]


def test_of_an_sms_that_was_cut_the_segments_are_those_that_arrived(
    desk: Desk, post: Way, sms: Maker
) -> None:
    post("sms", sms(body="ø" * 100_000))
    told = ask(desk, f"/_straks/messages/{newest(desk)}").json()

    assert told["cut"] == 100_000 - 2144
    assert sum(len(part["text"]) for part in told["sms"]["segments"]) == 2144


def test_an_email_tells_its_size(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(subject="Kode", body="Kodæ"))
    told = ask(desk, f"/_straks/messages/{newest(desk)}").json()

    assert (told["sms"], told["email"]) == (None, {"bytes": 5, "subjectCharacters": 4})


@pytest.mark.parametrize(
    "path", ["", "/phone.svg", "/email.html", "/email.txt", "/status", "/../page/" + NOBODYS]
)
def test_a_message_that_is_not_there_is_404(desk: Desk, path: str) -> None:
    where = f"/_straks/page/{NOBODYS}" if ".." in path else f"/_straks/messages/{NOBODYS}{path}"
    method, body = ("POST", {"status": "SMS_Failed"}) if path == "/status" else ("GET", None)

    assert ask(desk, where, method, body).status == 404


# Its pictures


def test_an_sms_is_a_picture_of_a_phone_with_its_borders_and_in_the_colours_that_are_asked_for(
    desk: Desk, post: Way, sms: Maker
) -> None:
    post("sms", sms(body="Hei (prefers-color-scheme: dark) – " + "x" * 60, sender="Skatt"))
    where = f"/_straks/messages/{newest(desk)}/phone.svg"
    answer, dark = ask(desk, where), ask(desk, f"{where}?scheme=dark")

    assert answer.headers["content-type"] == "image/svg+xml; charset=utf-8"
    assert "⟦2⟧" in answer.body.decode()
    assert "@media(prefers-color-scheme:dark)" in answer.body.decode()
    assert "@media(min-width: 0)" in dark.body.decode()
    assert "Hei (prefers-color-scheme: dark)" in dark.body.decode()
    assert ask(desk, f"{where}?scheme=pink").json() == {
        "error": "there is no such scheme; there are light, dark"
    }


def test_an_html_email_is_a_document_in_which_nothing_runs(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(body="<p>Hei <script>a()</script></p>", content_type="Html"))
    where = f"/_straks/messages/{newest(desk)}/email"
    answer = ask(desk, f"{where}.html?scheme=dark")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for rule in ("sandbox;", "default-src 'none'", "frame-ancestors 'self'"):
        assert rule in answer.headers["content-security-policy"]
    assert answer.body.startswith(b'<!doctype html><html tabindex="0"><meta http-equiv=')
    assert b'<meta name="color-scheme" content="dark">' in answer.body
    assert ask(desk, f"{where}.txt").body == b"Hei"


@pytest.mark.parametrize("name", ["sms/email.html", "sms/email.txt", "email/phone.svg", "email/email.html"])
def test_a_picture_that_a_message_has_not_is_404(
    desk: Desk, post: Way, sms: Maker, email: Maker, name: str
) -> None:
    kind, _, picture = name.partition("/")
    post(kind, sms() if kind == "sms" else email())
    answer = ask(desk, f"/_straks/messages/{newest(desk)}/{picture}")

    assert (answer.status, answer.json()) == (404, {"error": "a message of this kind has no such picture"})


# The page


def test_the_page_loads_nothing_from_elsewhere_and_is_framed_by_nobody(desk: Desk) -> None:
    answer = ask(desk, "/")
    page = answer.body.decode()
    policy = answer.headers["content-security-policy"]
    loaded = re.findall(r'(?:href|src)="(/_straks/page/[^"]+)"', page)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert len(loaded) == 4
    assert [ask(desk, each).status for each in loaded] == [200] * 4
    assert "://" not in page.replace(BASE, "")


def test_each_script_imports_what_is_there(desk: Desk) -> None:
    waiting, seen = ["inbox.js"], set[str]()
    while waiting:
        name = waiting.pop()
        answer = ask(desk, f"/_straks/page/{name}")
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        seen.add(name)
        waiting += set(re.findall(r'from "\./([a-z.]+)"', answer.body.decode())) - seen

    assert len(seen) == 6
    assert ask(desk, "/_straks/page/nothing.js").status == 404


@pytest.mark.parametrize(
    ("asked", "accepted", "lang"),
    [("", "nb-NO", "nb"), ("", "nn-NO", "nb"), ("", "en-GB", "en"), ("?lang=en", "nb", "en"), ("", "", "nb")],
)
def test_the_page_speaks_the_readers_language(desk: Desk, asked: str, accepted: str, lang: str) -> None:
    answer = ask(desk, f"/{asked}", **{"accept-language": accepted})

    assert f'<html lang="{lang}">' in answer.body.decode()
    assert answer.headers["vary"] == "accept-language"


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_the_page_lists_every_fate_with_its_recipients_and_every_status(lang: str) -> None:
    page = document(lang, BASE)

    for fate in FATES:
        assert page.count(f'data-fault="{fate.name}"') == 1
        assert fate.number is None or f"<code>{fate.number}</code>" in page
        assert fate.address is None or f"<code>{fate.address}</code>" in page
    for status in (*GROUPS, *STATUSES["sms"], *STATUSES["email"]):  # type: ignore[index]
        assert re.search(rf'<option(?: value="{status}")?>', page)


def test_each_language_says_everything() -> None:
    assert set(WORDS["nb"]) == set(WORDS["en"]) >= set(SCRIPTED)
    assert set(STAGES["nb"]) == set(STAGES["en"]) == set(Stage)


@given(st.sampled_from(["nb", "en"]), st.text(min_size=1, max_size=200), st.text(max_size=20))
def test_nothing_that_a_message_says_is_markup(lang: str, body: str, subject: str) -> None:
    desk = Desk()
    attack = f"</pre></textarea><script>alert('\"&')</script>{body}"
    raw: dict[str, Any] = {"subject": f"{attack}{subject}", "body": attack, "contentType": "Plain"}
    order = {"idempotencyId": "1", "recipientEmail": {"emailAddress": "kari@example.org"}}
    order["recipientEmail"]["emailSettings"] = raw  # type: ignore[index]
    token = {"authorization": f"Bearer {desk.token()}", "content-type": "application/json"}
    sent = json.dumps(order).encode()
    desk.handle(Request("POST", f"{BASE}/notifications/api/v1/future/orders/instant/email", token, sent))
    piece = ask(desk, f"/_straks/page/{newest(desk)}?lang={lang}").body.decode()

    assert "<script" not in piece
    assert piece.count("</pre>") == 1
    for character in visible(body):
        assert character.isprintable() or character in "\n\u200d"


def test_a_message_that_reached_nobody_and_is_shown_as_delivered_says_so(
    desk: Desk, post: Way, sms: Maker
) -> None:
    post("sms", sms("1", number=fate_named("pretended").number, body="x" * 2150))
    desk.advance(400)
    piece = ask(desk, f"/_straks/page/{newest(desk)}?lang=en").body.decode()

    assert WORDS["en"]["not_reached"] in piece
    assert "The gateway cut 6 characters off its end." in piece
    assert "<code>pretended</code>" in piece


@pytest.mark.parametrize(
    "path",
    ["/_straks/messages", "/_straks/inbox", "/_straks/faults", "/_straks/fates", "/_straks/events", "/"],
)
def test_what_people_wrote_is_kept_by_no_cache_and_drawn_in_by_nobody(desk: Desk, path: str) -> None:
    headers = ask(desk, path).headers

    assert headers["cache-control"] == "no-store"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
