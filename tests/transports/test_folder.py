"""A transport that writes files to look at."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import straks
from straks.altinn import payload
from straks.transports.folder import _place

if TYPE_CHECKING:
    from collections.abc import Callable

    Maker = Callable[..., straks.Order]


def files(folder: Path) -> dict[str, Path]:
    """Return what lies in *folder* by its ending, hidden files too; there is one of each."""
    found = {path.suffix: path for path in folder.iterdir()}
    assert len(found) == len(list(folder.iterdir()))
    return found


def test_an_sms_is_a_payload_and_a_text(make_order: Maker, tmp_path: Path) -> None:
    order = make_order(reference="sak/1")
    straks.FolderTransport(tmp_path / "a" / "b").send(order)
    written = files(tmp_path / "a" / "b")

    assert written.keys() == {".json", ".txt"}
    assert written[".json"].name == f"{order.idempotency_id}.json"
    assert json.loads(written[".json"].read_text("utf-8")) == payload(order)
    message = order.message
    assert isinstance(message, straks.Sms)
    assert written[".txt"].read_text("utf-8").splitlines() == [
        "To: +46701740605",
        "From: (the default sender)",
        f"SMS: 1 segment(s), {message.segmentation.units} units, GSM-7",
        "",
        *message.body.splitlines(),
    ]


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_of_a_sealed_order_there_is_the_payload_alone(
    make_order: Maker, tmp_path: Path, channel: str
) -> None:
    order = make_order(channel=channel)
    straks.FolderTransport(tmp_path).send(straks.altinn.seal(order))
    written = files(tmp_path)

    assert written.keys() == {".json"}
    assert json.loads(written[".json"].read_text("utf-8")) == payload(order)


def test_an_email_is_a_letter_too(make_order: Maker, tmp_path: Path) -> None:
    order = make_order(channel="email")
    straks.FolderTransport(str(tmp_path)).send(order)
    written = files(tmp_path)

    assert written.keys() == {".json", ".txt", ".eml"}
    message = order.message
    assert isinstance(message, straks.Email)
    assert message.html is not None
    mail = message_from_bytes(written[".eml"].read_bytes(), policy=default)
    assert mail.defects == []
    assert (mail["to"], mail["subject"]) == ("kari@example.org", message.subject)
    assert mail["content-language"] == "nb"
    plain, html = (mail.get_body([kind]) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content().split() == message.text.split()
    assert html.get_content().split() == message.html.split()
    assert f"Subject: {message.subject}" in written[".txt"].read_text("utf-8")
    assert message.text in written[".txt"].read_text("utf-8")


def test_a_plain_email_from_a_sender_of_ones_own(catalog: straks.Catalog, key: bytes, tmp_path: Path) -> None:
    values = catalog["one-time-code"].examples
    message = catalog.email(
        "one-time-code",
        locale="nn",
        to="kari@blåbær.example.org",
        values=values,
        sender="post@example.com",
        content_type="Plain",
    )
    straks.FolderTransport(tmp_path).send(message.order("folder/1", key))
    mail = message_from_bytes(files(tmp_path)[".eml"].read_bytes(), policy=default)

    assert mail.get_content_type() == "text/plain"
    assert (mail["from"], mail["to"]) == ("post@example.com", "kari@xn--blbr-roah.example.org")
    assert "From: post@example.com" in files(tmp_path)[".txt"].read_text("utf-8")


def test_what_was_placed_is_known_to_the_next_transport_and_the_first_reference_counts(
    make_order: Maker, tmp_path: Path
) -> None:
    first = straks.FolderTransport(tmp_path).send(make_order(reference="sak/1"))
    before = files(tmp_path)[".json"].read_bytes()
    again = straks.FolderTransport(tmp_path).send(make_order(reference="sak/2"))

    assert (first.replayed, first.reference) == (False, "sak/1")
    assert (again.replayed, again.reference) == (True, "sak/1")
    assert files(tmp_path)[".json"].read_bytes() == before


def test_a_first_call_without_a_reference_leaves_none(make_order: Maker, tmp_path: Path) -> None:
    transport = straks.FolderTransport(tmp_path)
    transport.send(make_order())

    assert transport.send(make_order(reference="sak/2")).reference is None


def test_what_altinn_would_refuse_leaves_no_trace(make_order: Maker, tmp_path: Path) -> None:
    with pytest.raises(straks.InvalidPayload):
        straks.FolderTransport(tmp_path / "new").send(replace(make_order(), reference="a\x00"))

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_to_is_not_sent(
    make_order: Maker, tmp_path: Path, where: str
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    order = make_order()
    with pytest.raises(straks.NotSent, match="cannot be written to") as caught:
        straks.FolderTransport(tmp_path / where).send(order)

    assert (caught.value.idempotency_id, caught.value.attempts) == (order.idempotency_id, 1)


def test_a_text_that_cannot_be_written_leaves_no_order(make_order: Maker, tmp_path: Path) -> None:
    order = make_order()
    text = tmp_path / f"{order.idempotency_id}.txt"
    text.mkdir()
    with pytest.raises(straks.NotSent):
        straks.FolderTransport(tmp_path).send(order)
    text.rmdir()

    assert files(tmp_path) == {}
    assert not straks.FolderTransport(tmp_path).send(order).replayed


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "7", '"sendersReference"'])
def test_a_file_that_is_no_order_is_a_doubt(make_order: Maker, tmp_path: Path, content: str) -> None:
    order = make_order()
    (tmp_path / f"{order.idempotency_id}.json").write_text(content, "utf-8")
    with pytest.raises(straks.InDoubt, match="is no order of ours"):
        straks.FolderTransport(tmp_path).send(order)

    assert files(tmp_path).keys() == {".json"}


def test_an_attempt_that_died_halfway_is_made_good(make_order: Maker, tmp_path: Path) -> None:
    order = make_order()
    (tmp_path / f"{order.idempotency_id}.txt").write_text("hal", "utf-8")
    receipt = straks.FolderTransport(tmp_path).send(order)

    assert not receipt.replayed
    assert files(tmp_path)[".txt"].read_text("utf-8").startswith("To: +46701740605")


class Hasty(type(Path())):  # type: ignore[misc]  # a PosixPath or a WindowsPath
    """Looks before anybody has written anything, as two do that come at once."""

    def exists(self, **_: bool) -> bool:
        return False


def test_of_two_that_both_saw_nothing_the_first_places_it(make_order: Maker, tmp_path: Path) -> None:
    transport = straks.FolderTransport(tmp_path)
    transport.folder = Hasty(tmp_path)
    first = transport.send(make_order(reference="sak/1"))
    second = transport.send(make_order(reference="sak/2"))

    assert (first.replayed, second.replayed) == (False, True)
    assert second.reference == "sak/1"
    assert files(tmp_path).keys() == {".json", ".txt"}


def test_of_many_threads_one_places_it_and_none_sees_half(make_order: Maker, tmp_path: Path) -> None:
    transport, order = straks.FolderTransport(tmp_path), make_order(channel="email", reference="sak/1")
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(transport.send, [order] * 64))

    assert [receipt.replayed for receipt in receipts].count(False) == 1
    assert {receipt.reference for receipt in receipts} == {"sak/1"}
    assert files(tmp_path).keys() == {".json", ".txt", ".eml"}


def test_of_many_processes_one_places_it(tmp_path: Path) -> None:
    mark = tmp_path / "order.json"
    with ProcessPoolExecutor(4, multiprocessing.get_context("spawn")) as pool:
        first = list(pool.map(_place, [mark] * 40, ["{}"] * 40))

    assert first.count(True) == 1
    assert files(tmp_path).keys() == {".json"}


def test_its_repr_is_its_folder(tmp_path: Path) -> None:
    assert repr(straks.FolderTransport(tmp_path)) == f"<FolderTransport to {tmp_path}>"
