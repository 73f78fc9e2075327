"""The application of the live page, asked without a browser: what it answers, and whom it turns away."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from straks.cli.live.shelf import Shelf
from straks.cli.live.site import HEADERS, MOST_BYTES, Site
from straks.explorer.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str, str], Path]

HERE = "http://127.0.0.1:5091"


async def at_once(_: float) -> None:
    """Let no time go by."""


def site_of(folder: Path, over: Callable[[], bool] = lambda: True) -> Site:
    return Site(Shelf([folder]), pause=at_once, clock=lambda: 0.0, over=over, names=["devbox"])


def asked(site: Site, method: str, path: str, base: str = HERE, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(site)
        async with httpx.AsyncClient(transport=transport, base_url=base) as client:
            return await client.request(method, path, **more)

    return asyncio.run(ask())


def shown(site: Site, **question: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a page may ask
    answer = asked(site, "POST", "/show", json=question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def site(parcel: Path) -> Site:
    return site_of(parcel)


def alternatives(html: str) -> list[str]:
    return re.findall(r'alt="([^"]*)"', html)


def test_the_languages_stand_side_by_side_filled_with_the_examples(site: Site) -> None:
    answer = shown(site)
    texts = alternatives(answer["shown"])

    assert (answer["keys"], answer["key"], answer["wrong"]) == (["parcel"], "parcel", {})
    assert ["Pakken ligger på Biblioteket." in text for text in texts] == [True, False]
    assert ["Pakken ligg på Biblioteket." in text for text in texts] == [False, True]
    assert answer["shown"].count("<iframe") == 2
    assert 'value="Biblioteket"' in answer["form"]


def test_whoever_reads_a_text_is_told_which_file_it_is_in(site: Site, parcel: Path) -> None:
    answer = shown(site, key="parcel")
    told = re.findall(r'<p class="file">Teksten står i (.*)</p>', answer["shown"])

    assert told == [
        f"<code>{parcel}/parcel/nb/sms.txt</code>",
        f"<code>{parcel}/parcel/nn/sms.txt</code>",
        f"<code>{parcel}/parcel/nb/email.html</code>, <code>{parcel}/parcel/nb/subject.txt</code>",
    ]


def test_what_is_typed_is_shown_and_copied(site: Site) -> None:
    answer = shown(site, key="parcel", values={"place": "Torget"})

    assert "Pakken ligg på Torget." in answer["shown"]
    assert "&#34;place&#34;: &#34;Torget&#34;" in answer["shown"]


def test_a_value_that_does_not_fit_is_told_at_its_input_and_the_preview_stays(site: Site) -> None:
    answer = shown(site, values={"place": "x" * 41})

    assert answer["wrong"] == {
        "place": 'Passer ikke: <span lang="en">takes at most 40 characters; this has 41</span>'
    }
    assert answer["shown"] is None


@pytest.mark.parametrize("case", ["worst", "shortest"])
def test_the_worst_case_and_the_shortest_need_no_value(site: Site, case: str) -> None:
    answer = shown(site, case=case, values={"place": "x" * 41})

    assert answer["shown"].count("<img") == 2
    assert ("ingen verdier gir flere" in answer["shown"]) == (case == "worst")


def test_a_save_changes_the_stamp_and_what_is_shown(parcel: Path, write: Write) -> None:
    site = site_of(parcel)
    before = shown(site)
    write("parcel/nb/sms.txt", "Hent den på {{ place }}.\n")
    after = shown(site)

    assert before["stamp"] != after["stamp"]
    assert "Hent den på Biblioteket." in after["shown"]


def test_a_broken_template_shows_its_error_at_its_line_and_the_rest_is_still_there(
    parcel: Path, write: Write
) -> None:
    write("zebra/template.toml", (parcel / "parcel/template.toml").read_text("utf-8"))
    write("zebra/nb/sms.txt", "En linje\nog {{ plase }}\n")
    site = site_of(parcel)
    broken, sound = shown(site, key="zebra"), shown(site, key="parcel")
    found = asked(site, "POST", "/findings", json={"key": "zebra"}).json()["found"]

    assert "zebra/nb/sms.txt:2" in broken["shown"]
    assert "og {{ plase }}" in broken["shown"]
    assert (broken["form"], broken["keys"]) == ("", ["parcel", "zebra"])
    assert "Pakken ligger" in sound["shown"]
    assert re.search(
        r"<li>og \{\{ plase \}\}<ul class=\"found\"><li class=\"error\"><strong>feil TPL001:</strong>", found
    )


def test_a_text_saved_as_latin_1_is_a_finding_at_its_file_and_not_nothing_found(parcel: Path) -> None:
    (parcel / "parcel/nb/sms.txt").write_bytes("Hei.\nPakken er på biblioteket.\n".encode("latin-1"))
    found = asked(site_of(parcel), "POST", "/findings", json={"key": "parcel"}).json()["found"]

    assert "Ingenting å utsette." not in found
    assert "<code>parcel/nb/sms.txt</code>" in found
    assert 'feil TPL001:</strong> <span lang="en">is not UTF-8' in found
    assert "(parcel/nb/sms.txt:2" in found


def test_a_text_that_fails_for_these_values_alone_is_told_in_its_place(parcel: Path, write: Write) -> None:
    write("parcel/nn/sms.txt", '{% if place == "Torget" %}{% else %}Pakken ligg på {{ place }}.{% endif %}')
    answer = shown(site_of(parcel), values={"place": "Torget"})

    assert answer["shown"].count('class="fault"') == 1
    assert "Pakken ligger på Torget." in answer["shown"]


def test_a_finding_stands_at_its_line_and_one_about_no_file_above(parcel: Path, write: Write) -> None:
    write("parcel/nb/sms.txt", "Pakken – på {{ place }}.\n")
    write("straks.toml", 'ignore = { OTP201 = "nothing here is a code" }\n')
    found = asked(site_of(parcel), "POST", "/findings", json={"lang": "en"}).json()["found"]

    assert re.search(
        r'<li>Pakken – på \{\{ place \}\}\.<ul class="found"><li class="warning"><strong>warning SMS102:',
        found,
    )


@pytest.mark.parametrize("lang", WORDS)
def test_a_catalog_of_nothing_says_so_and_asks_for_nothing(folder: Path, lang: str) -> None:
    folder.mkdir()
    site = site_of(folder)
    answer = shown(site, lang=lang)
    found = asked(site, "POST", "/findings", json={"lang": lang}).json()

    assert WORDS[lang]["nothing"] in answer["shown"]
    assert "holds no template" in answer["shown"]
    assert (answer["keys"], answer["key"], answer["form"], found) == ([], "", "", {"found": ""})


def test_a_template_that_is_gone_gives_way_to_the_first(site: Site) -> None:
    assert shown(site, key="../../etc")["key"] == "parcel"


def test_a_secret_is_copied_only_where_it_is_asked_for(parcel: Path, write: Write) -> None:
    manifest = (parcel / "parcel/template.toml").read_text("utf-8")
    write("parcel/template.toml", f"{manifest}secret = true\n")
    site = site_of(parcel)
    covered, revealed = (
        "".join(re.findall(r"<pre.*?</pre>", shown(site, reveal=reveal)["shown"], re.DOTALL)).count(
            "&#34;place&#34;: &#34;Biblioteket&#34;"
        )
        for reveal in (False, True)
    )

    assert (covered, revealed) == (0, 3)


HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}'


def test_what_is_typed_and_what_stands_in_a_file_is_text_and_never_markup(parcel: Path, write: Write) -> None:
    write("parcel/template.toml", (parcel / "parcel/template.toml").read_text("utf-8").replace("40", "400"))
    write("parcel/nb/sms.txt", "<script>alert(3)</script> {{ place }}\n")
    site = site_of(parcel)
    answer = shown(site, values={"place": HOSTILE})
    found = asked(site, "POST", "/findings", json={}).json()["found"]
    html = re.sub(r'srcdoc="[^"]*"', "", answer["shown"]) + answer["form"] + answer["names"] + found

    assert re.findall(r"<script|onerror=alert\(2\)>(?!&)|<img src=x", html) == []
    assert "49" not in "".join(alternatives(answer["shown"]))


def test_every_answer_has_the_headers_that_keep_others_out(site: Site) -> None:
    answers = [
        asked(site, "GET", "/"),
        asked(site, "GET", "/page.css"),
        asked(site, "GET", "/page.js"),
        asked(site, "GET", "/nothing"),
        asked(site, "POST", "/show", json={}),
        asked(site, "GET", "/", headers={"origin": "https://attacker.example"}),
        asked(site, "POST", "/show", content=b"{"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 200, 403, 415]
    assert [
        (answer.url.path, name)
        for answer in answers
        for name, value in HEADERS.items()
        if answer.headers.get(name) != value
    ] == []
    assert (
        "'unsafe-inline'"
        not in HEADERS["content-security-policy"].partition("script-src")[2].partition(";")[0]
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "attacker.example"}, 421),
        ({"origin": "http://attacker.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "devbox:5091"}, 200),
        ({"host": "localhost:5091"}, 200),
        ({"origin": HERE, "sec-fetch-site": "same-origin"}, 200),
    ],
)
def test_who_comes_from_elsewhere_or_by_another_name_is_turned_away(
    site: Site, headers: dict[str, str], status: int
) -> None:
    answer = asked(site, "POST", "/show", json={}, headers=headers)

    assert answer.status_code == status
    assert "attacker" not in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b" " * (MOST_BYTES + 1), "application/json", 413),
    ],
)
@pytest.mark.parametrize("path", ["/show", "/findings"])
def test_what_is_no_question_is_refused_with_a_sentence(
    site: Site, path: str, content: bytes, kind: str, status: int
) -> None:
    answer = asked(site, "POST", path, content=content, headers={"content-type": kind})

    assert answer.status_code == status
    assert answer.text.endswith(".\n")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("key", "lang", "case", "reveal"), JSON)
        | {"values": JSON | st.dictionaries(st.just("place"), JSON | st.text(st.characters()))},
    )
)
def test_any_question_is_answered(site: Site, question: dict[str, Any]) -> None:
    content = json.dumps(question)
    answer = asked(site, "POST", "/show", content=content, headers={"content-type": "application/json"})

    assert answer.status_code == 200
    assert answer.json()["key"] == "parcel"


def test_a_lone_half_of_a_character_is_refused_as_a_value(site: Site) -> None:
    content = b'{"key": "\\ud83d", "values": {"place": "\\ud83d"}}'
    answer = asked(site, "POST", "/show", content=content, headers={"content-type": "application/json"})

    assert "place" in answer.json()["wrong"]


@pytest.mark.parametrize(
    ("path", "accepted", "lang"),
    [
        ("/", "nb-NO,nb;q=0.9,en;q=0.8", "nb"),
        ("/", "nn-NO", "nb"),
        ("/", "en-GB,en;q=0.9", "en"),
        ("/", "", "nb"),
        ("/?lang=en", "nb", "en"),
        ("/?lang=nb", "en", "nb"),
        ("/?lang=%3Cscript%3E", "en", "en"),
    ],
)
def test_the_page_speaks_what_the_browser_accepts_and_what_was_switched_to(
    site: Site, path: str, accepted: str, lang: str
) -> None:
    page = asked(site, "GET", path, headers={"accept-language": accepted}).text

    assert f'<html lang="{lang}">' in page
    assert f"<h1>{WORDS[lang]['title']}</h1>" in page


def test_every_word_is_there_in_each_language() -> None:
    assert WORDS["nb"].keys() == WORDS["en"].keys()


def test_each_change_is_told_once_until_it_is_over(parcel: Path, write: Write) -> None:
    looks = iter(range(4))

    def over() -> bool:
        if (look := next(looks)) == 2:
            write("parcel/nb/sms.txt", "Hent den på {{ place }}.\n")
        return look == 3

    told = asked(site_of(parcel, over), "GET", "/changes")
    stamps = re.findall(r"data: (\w+)\n\n", told.text)

    assert told.headers["content-type"].startswith("text/event-stream")
    assert (len(stamps), len(set(stamps))) == (2, 2)


def test_to_look_for_changes_takes_a_quarter_of_the_time_at_most(parcel: Path) -> None:
    pauses: list[float] = []
    ticks = iter(range(100))

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    site = Site(Shelf([parcel]), pause=pause, clock=lambda: float(next(ticks)), over=lambda: len(pauses) == 2)
    asked(site, "GET", "/changes")

    assert pauses == [3.0, 3.0]
