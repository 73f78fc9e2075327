"""What the far end shows of a message: the guess at its code, its segments, and the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from straks.simulator.inbox import guess_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator.desk import Desk
    from straks.wire.exchange import Response

    Maker = Callable[..., dict[str, object]]
    Way = Callable[..., Response]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Din engangskode er: 123456. Koden utløper om 5 minutter.", "123456"),
        ("482913 er koden din", "482913"),
        ("Koden er 0042", "0042"),
        ("Koden er 2026, og gjelder til 5. mai 2027", "2026"),
        ("Koden er 1234567890", "1234567890"),
        ("Kode 482913, gyldig til 12.05.2026 kl. 14:30", "482913"),
        ("Gjelder 12.05.2026 kl. 14:30. Kode: 482913", "482913"),
        ("Ring +46701740605. Kode 482913", "482913"),
        ("Sak 2026/4711 på https://example.org/123456. Kode 482913", "482913"),
        ("Beløp 1234,50 er betalt", "1234"),
        ("TT02: koden er 482913", "482913"),
        ("Koden er K7X2Q9", "K7X2Q9"),
        ("Altinn: 9Q2XK7 er koden", "9Q2XK7"),
        ("Logg inn med 482913\n@example.org #99K1", "99K1"),
        ("482913\n\n@example.org #551177 %login.example.org\n", "551177"),
        ("@example.org #111111\nKoden er 482913", "482913"),
    ],
)
def test_the_code_is_guessed_as_a_person_would(text: str, code: str) -> None:
    assert guess_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Velkommen",
        "Koden er 123",
        "Referanse 12345678901",
        "Sak A-1234",
        "v1.2345",
        "2026-05-12",
        "Ny innlogging 5. februar 2026 kl. 14:30",
        "New sign-in on 5 February 2026 at 14:30",
        "1430x9999999",
    ],
)
def test_where_no_code_is_seen_none_is_told(text: str) -> None:
    assert guess_code(text) is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<p>Koden er: <strong>123456</strong></p>", "123456"),
        ("<head><title>9999</title><style>#aa { margin: 7777 }</style></head><p>Kode 482913", "482913"),
        ("<!-- 111111 --><p id='222222' style='width:333333px'>Kode &#52;82913</p>", "482913"),
        ("<script>var x = 123456</script><p>Kode&nbsp;482913</p></style>", "482913"),
        ("</style><p>Kode 482913</p>", "482913"),
        ("<p>Velkommen</p>", None),
    ],
)
def test_in_html_only_what_the_eye_sees_is_searched(
    desk: Desk, post: Way, email: Maker, body: str, code: str | None
) -> None:
    post("email", email(body=body, content_type="Html"))

    assert desk.messages()[0].code == code


def test_in_a_plain_email_every_character_is_seen(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(body="<b>Kode 482913</b>"))

    assert desk.messages()[0].code == "482913"


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("a", 1),
        ("a" * 161, 2),
        ("č" * 70, 1),
        ("č" * 71, 2),
        ("a" * 153 * 255, 255),
        ("a" * (153 * 255 + 1), None),
    ],
)
def test_segments_are_those_of_the_network(
    desk: Desk, post: Way, sms: Maker, body: str, segments: int | None
) -> None:
    assert post("sms", sms(body=body)).status == 201
    assert desk.messages()[0].segments == segments


def test_a_message_keeps_recipient_text_and_code_out_of_its_repr(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(subject="Hemmelig", reference="sak/1"))
    shown = repr(desk.messages()[0])

    for secret in ("kari", "Hemmelig", "482913", "login/1"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("Skatteetaten", "Skatteetate"),
        ("Skatt", "Skatt"),
        ("+46701740605", "+46701740605"),
        ("46701740605123", "46701740605123"),
        ("46701740605 Oslo", "46701740605"),
    ],
)
def test_a_senders_name_is_cut_to_what_a_phone_shows_and_a_number_is_not(
    desk: Desk, post: Way, sms: Maker, sender: str, shown: str
) -> None:
    post("sms", sms(sender=sender))

    assert desk.messages()[0].sender == shown


@pytest.mark.parametrize(("length", "cut"), [(2144, 0), (2145, 1), (3000, 856)])
def test_a_text_that_the_gateway_cuts_says_by_how_much(
    desk: Desk, post: Way, sms: Maker, length: int, cut: int
) -> None:
    post("sms", sms(body="ø" * length))

    assert desk.messages()[0].cut == cut


def test_an_email_is_not_cut(desk: Desk, post: Way, email: Maker) -> None:
    post("email", email(body="x" * 3000))

    assert desk.messages()[0].cut == 0
