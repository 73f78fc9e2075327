"""``straks demo``: the real one, once, and what it says when a claim does not hold."""

from __future__ import annotations

import html
import json
import os
import select
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from straks.altinn import encode
from straks.cli import demo_run
from straks.cli.demo_page import page
from straks.cli.demo_report import report

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from straks.cli.demo_run import Story


@pytest.fixture(scope="module")
def story() -> Story:
    return demo_run.perform()


@pytest.fixture(scope="module")
def shown(story: Story) -> str:
    return page(story)


def test_the_demo_works_and_says_so(cli: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "demo.html"
    result = cli("demo", "--out", str(file))

    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.count("✓") == 8
    assert "✗" not in result.stdout
    assert "200 a signed grant, for Maskinporten's token" in result.stdout
    assert "200 Maskinporten's token, for Altinn's" in result.stdout
    assert "1 segment of 146 septets at most, 14 spare" in result.stdout
    assert "201 placed" in result.stdout
    assert "200 the same order again: nothing new was sent" in result.stdout
    assert "SMS_Delivered" in result.stdout
    assert "Email_Delivered" in result.stdout
    assert "Nobody waited: the simulator's clock was advanced" in result.stdout
    assert str(file) in result.stdout
    assert "straks templates" in result.stdout.partition("Next:")[2]
    assert file.read_text("utf-8").startswith("<!doctype html>")


def test_the_story_is_what_happened(story: Story) -> None:
    assert [text.locale for text in story.texts] == ["nb", "nn", "en"]
    assert (story.sms.answers, story.email.answers) == ((201, 200), (201,))
    assert [receipt.replayed for receipt in story.sms.receipts] == [False, True]
    assert len({message.code for message in story.inbox}) == 1
    assert str(story.inbox[0].code) in story.texts[0].body
    assert [bound.segments for bound in story.worst] == [1, 1, 1]
    assert [entry.verdict.name for entry in story.entries] == ["INVALID_OTP", "ACCEPTED", "NO_OTP_FOUND"]
    assert story.sms.statuses[-1] == "SMS_Delivered"
    assert [(leg.method, leg.path, leg.status) for leg in story.way_in] == [
        ("POST", "/token", 200),
        ("GET", "/authentication/api/v1/exchange/maskinporten", 200),
    ]
    assert story.requests >= 7
    assert story.took_s < 30
    assert all(claim.held for claim in story.claims)


def test_the_page_shows_all_of_it(story: Story, shown: str) -> None:
    text = html.unescape(shown)

    for sms in story.texts:
        assert sms.body in text
    assert story.letter.html is not None
    assert (
        html.escape(story.letter.html, quote=True).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
        in shown
    )
    assert story.letter.text in text
    for sending in (story.sms, story.email):
        written = json.dumps(json.loads(encode(sending.order)), ensure_ascii=False, indent=2)
        assert written in text
        for receipt in sending.receipts:
            assert receipt.shipment_id in shown
        for status in sending.statuses:
            assert status in shown
    for leg in story.way_in:
        assert f"{leg.method} {leg.path}" in text
    for claim in story.claims:
        assert claim.sentence in text
    assert "in a range that Sweden sets aside for fiction" in text
    assert "set aside for examples by RFC 2606" in text


class _Page(HTMLParser):
    """Collects what a page fetches, runs and labels."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_fetches_nothing_runs_nothing_and_has_names_for_its_parts(shown: str) -> None:
    seen = _Page()
    seen.feed(shown)
    tags = {tag for tag, _ in seen.tags}
    attributes = {name for _, given in seen.tags for name in given}
    (frame,) = [given for tag, given in seen.tags if tag == "iframe"]
    ids = {given["id"] for _, given in seen.tags if "id" in given}
    labels = {given["aria-labelledby"] for _, given in seen.tags if "aria-labelledby" in given}

    assert not tags & {"script", "link", "img", "object", "embed", "form"}
    assert not attributes & {"src", "href", "action"}
    assert not [name for name in attributes if name.startswith("on")]
    assert "url(" not in shown
    assert frame["sandbox"] in {None, ""}
    assert frame["title"]
    assert labels <= ids
    assert dict(seen.tags)["html"]["lang"] == "en"
    assert [tag for tag, _ in seen.tags if tag in {"h1", "main"}] == ["h1", "main"]
    for feature in ("prefers-color-scheme: dark", "@media print", 'name="viewport"'):
        assert feature in shown


def test_what_a_message_holds_stays_text_on_the_page(story: Story) -> None:
    hostile = "<script>alert(1)</script>\"'&"
    told = replace(
        story,
        texts=(replace(story.texts[0], body=hostile * 10),),
        worst=story.worst[:1],
        letter=replace(story.letter, html=hostile, text=hostile, subject=hostile),
    )
    shown = page(told)

    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_a_claim_that_does_not_hold_is_called_so(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = replace(story, inbox=(*story.inbox, story.inbox[0]), sms=replace(story.sms, answers=(201, 201)))
    report(twice, tmp_path / "demo.html")
    said = capsys.readouterr().out

    assert [claim.held for claim in twice.claims] == [True, True, True, False, False, True, True, True]
    assert "✗ Did not hold: The inbox holds one SMS and one e-mail." in said
    assert page(twice).count('<li class="not">') == 2
    assert [claim.held for claim in replace(story, inbox=()).claims].count(False) == 2
    assert not replace(story, way_in=story.way_in * 2).claims[2].held
    assert not replace(story, email=replace(story.email, delivered=False)).claims[6].held
    assert not replace(story, worst=(replace(story.worst[0], segments=2),)).claims[1].held
    assert not replace(story, entries=story.entries[:2]).claims[-1].held
    assert "Did not hold" in page(replace(story, inbox=()))


def test_a_claim_that_does_not_hold_ends_with_1(
    cli: Callable[..., Result], story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_run, "perform", lambda: replace(story, inbox=()))
    result = cli("demo", "--out", str(tmp_path / "demo.html"))

    assert result.exit_code == 1
    assert "✗ Did not hold" in result.stdout


@pytest.mark.parametrize(("opens", "said"), [(True, ""), (False, "There is nothing here to open")])
def test_the_page_is_opened_when_asked_for(
    start: Callable[..., subprocess.Popen[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    opens: bool,
    said: str,
) -> None:
    file, opened = tmp_path / "demo.html", tmp_path / "opened"
    if opens:
        os.mkfifo(opened)
        opener = tmp_path / "xdg-open"
        opener.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
        opener.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin" if opens else str(tmp_path))
    # Read without blocking: if the demo fails, nobody ever writes, and the test must not wait for it.
    listening = os.open(opened, os.O_RDONLY | os.O_NONBLOCK) if opens else None
    process = start("demo", "--out", str(file), "--open")
    _, err = process.communicate()
    if listening is not None:
        ready, _, _ = select.select([listening], [], [], 10)
        assert ready
        assert os.read(listening, 4096).decode() == f"{file}\n"
        os.close(listening)

    assert process.returncode == 0
    assert said in err
    assert bool(err) is bool(said)


@pytest.mark.parametrize(("out", "said"), [("no/such/demo.html", "No such file"), (".", "is a directory")])
def test_a_page_that_cannot_be_written_is_named(cli: Callable[..., Result], out: str, said: str) -> None:
    result = cli("demo", "--out", out)

    assert result.exit_code == 2
    assert said in result.stderr
    assert Path(out).name.removeprefix(".") in result.stderr


def test_asking_for_help_does_not_wait_for_what_a_demo_takes() -> None:
    asked = "import straks.cli.demo, sys; print({'httpx', 'jinja2', 'starlette'} & {*sys.modules})"
    command = [sys.executable, "-c", asked]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603

    assert ran.stdout == "set()\n"
