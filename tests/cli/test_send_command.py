"""``straks send``, over real HTTP to the simulator, and to services that answer oddly."""

from __future__ import annotations

import json
import signal
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from straks.altinn.place import Receipt
from straks.altinn.status import Delivery, Shipment
from straks.cli.send import _show

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    import straks as library
    from straks.simulator import Simulator

PHONE, ADDRESS = "+46701740605", "kari@example.org"
KEY = "00112233445566778899aabbccddeeff"
SHIPMENT = str(uuid.UUID(int=7))
PLACED = (201, {"notificationOrderId": str(uuid.UUID(int=6)), "notification": {"shipmentId": SHIPMENT}})


def order(to: str, url: str, *more: str, template: str = "one-time-code") -> tuple[str, ...]:
    return ("send", template, "--to", to, "--locale", "nb", "--environment", url, *more)


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def error_of(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = document(result)["error"]
    return found


def test_a_simulator_needs_no_token_no_key_and_no_values(
    cli: Callable[..., Result], altinn: Simulator
) -> None:
    result = cli(*order(PHONE, altinn.url, "--no-follow"))
    (message,) = altinn.messages

    assert result.exit_code == 0
    assert message.recipient == PHONE
    assert message.code == "482913"
    assert "placed" in result.stdout
    assert "+46 ••• •• 605" in result.stdout


def test_neither_recipient_nor_code_nor_token_is_printed(
    cli: Callable[..., Result], altinn: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = altinn.token()
    monkeypatch.setenv("STRAKS_TOKEN", token)
    monkeypatch.setenv("STRAKS_KEY", KEY)
    for more in ((), ("--json",)):
        out = cli(*order(PHONE, altinn.url, "--no-follow", "--set", "code=000042", *more)).output

        for secret in ("1740605", "000042", token, KEY):
            assert secret not in out


def test_an_address_is_sent_an_email(cli: Callable[..., Result], altinn: Simulator) -> None:
    result = cli(*order(ADDRESS, altinn.url, "--no-follow", "--set", "service=Kartverket"))
    (message,) = altinn.messages

    assert result.exit_code == 0
    assert (message.recipient, message.subject) == (ADDRESS, "Engangskode fra Kartverket")
    assert "status" not in result.stdout


def test_json_is_one_document_with_receipt_and_delivery(
    cli: Callable[..., Result], odd_service: Callable[..., Any]
) -> None:
    service = odd_service(
        PLACED,
        (
            200,
            {
                "shipmentId": SHIPMENT,
                "status": "Order_Completed",
                "lastUpdate": "2026-05-05T12:00:00Z",
                "recipients": [
                    {"type": "SMS", "status": "SMS_Delivered", "lastUpdate": "2026-05-05T12:00:00Z"}
                ],
            },
        ),
    )
    result = cli(*order(PHONE, service.url, "--occasion", "login/1", "--reference", "ref-1", "--json"))

    assert result.exit_code == 0
    assert result.stderr == ""
    found = document(result)
    assert found.pop("idempotency_id").startswith("one-time-code.sms.")
    assert found == {
        "template": "one-time-code",
        "locale": "nb",
        "channel": "sms",
        "recipient": "+46 ••• •• 605",
        "sender": None,
        "occasion": "login/1",
        "order_id": str(uuid.UUID(int=6)),
        "shipment_id": SHIPMENT,
        "reference": None,
        "replayed": False,
        "attempts": 1,
        "shipment": {
            "status": "Order_Completed",
            "final": True,
            "delivered": True,
            "last_update": "2026-05-05T12:00:00Z",
            "deliveries": [{"status": "SMS_Delivered", "last_update": "2026-05-05T12:00:00Z"}],
        },
    }


def test_the_same_occasion_is_placed_once(cli: Callable[..., Result], altinn: Simulator) -> None:
    first, second = (cli(*order(PHONE, altinn.url, "--occasion", "login/1", "--no-follow")) for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "placed before, under the same id: nothing new was sent" in second.stdout
    assert len(altinn.messages) == 1


def test_an_occasion_of_its_own_is_printed_and_new_each_time(
    cli: Callable[..., Result], altinn: Simulator
) -> None:
    said = [cli(*order(PHONE, altinn.url, "--no-follow")).stderr for _ in range(2)]
    named = said[0].split()[3].rstrip(";")
    cli(*order(PHONE, altinn.url, "--no-follow", "--occasion", named))

    assert named.startswith("cli/")
    assert said[0] != said[1]
    assert len(altinn.messages) == 2


def test_sender_and_reference_go_with_the_order(cli: Callable[..., Result], altinn: Simulator) -> None:
    result = cli(
        *order(PHONE, altinn.url, "--sender", "Skatt", "--reference", "case-7", "--no-follow", "--json")
    )

    assert altinn.messages[0].sender == "Skatt"
    assert document(result)["reference"] == "case-7"
    assert document(result)["shipment"] is None


def test_nothing_is_sent_that_the_policy_of_the_project_does_not_let_go(
    cli: Callable[..., Result], altinn: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.straks]\nsenders = ["Skatt"]\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    result = cli(*order(PHONE, altinn.url, "--sender", "Nav", "--no-follow"))

    assert result.exit_code == 1
    assert "SND703 the sender is not one of the policy's" in result.stderr
    assert not altinn.messages


def test_token_and_key_may_come_from_files(
    cli: Callable[..., Result], altinn: Simulator, tmp_path: Path
) -> None:
    token, key = tmp_path / "token", tmp_path / "key"
    token.write_text(altinn.token() + "\n")
    key.write_text(KEY.upper() + "\n")
    more = ("--occasion", "login/1", "--no-follow", "--json")
    ours = cli(*order(PHONE, altinn.url, *more, "--token-file", str(token), "--key-file", str(key)))
    simulators = cli(*order(PHONE, altinn.url, *more))

    assert ours.exit_code == 0
    assert document(ours)["idempotency_id"] != document(simulators)["idempotency_id"]


def test_a_refused_token_ends_with_1(
    cli: Callable[..., Result], altinn: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRAKS_TOKEN", "not-yours")
    result = cli(*order(PHONE, altinn.url, "--json"))

    assert result.exit_code == 1
    assert "the service refused the order (401)" in result.stderr
    assert (error_of(result)["kind"], error_of(result)["status"]) == ("Refused", 401)
    assert altinn.messages == []


def test_doubt_has_an_exit_code_of_its_own(
    cli: Callable[..., Result], odd_service: Callable[..., Any]
) -> None:
    service = odd_service((500, b""))
    result = cli(*order(PHONE, service.url, "--json", template="status-update"))

    assert result.exit_code == 3
    assert "the message may have been sent" in result.stderr
    assert error_of(result)["idempotency_id"].startswith("status-update.sms.")


def test_a_message_that_is_not_delivered_ends_with_1_and_its_status(
    cli: Callable[..., Result], odd_service: Callable[..., Any]
) -> None:
    status = {
        "shipmentId": SHIPMENT,
        "status": "Order_Completed",
        "recipients": [{"type": "SMS", "status": "SMS_Failed_BarredReceiver"}],
    }
    result = cli(*order(PHONE, odd_service(PLACED, (200, status)).url))

    assert result.exit_code == 1
    assert "Order_Completed, SMS_Failed_BarredReceiver" in result.stdout


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_shipment_that_nobody_knows_is_no_reason_to_lose_the_receipt(
    cli: Callable[..., Result], odd_service: Callable[..., Any], more: tuple[str, ...]
) -> None:
    result = cli(*order(PHONE, odd_service(PLACED, (404, {})).url, *more))

    assert result.exit_code == 1
    assert "Error: the service said no (404)" in result.stderr
    assert SHIPMENT in result.stdout
    assert not more or document(result)["shipment"] is None


def test_what_is_still_open_is_called_so(
    make_order: Callable[..., library.Order], capsys: pytest.CaptureFixture[str]
) -> None:
    under_way = Shipment(SHIPMENT, "Order_Processed", "", (Delivery("SMS_Accepted", ""),))
    _show(make_order(), Receipt("order", SHIPMENT), under_way)

    assert "SMS_Accepted; not final yet, ask for the shipment again later" in capsys.readouterr().out


def test_without_a_simulator_the_way_to_one_is_named(cli: Callable[..., Result]) -> None:
    result = cli(*order(PHONE, "http://127.0.0.1:9"))

    assert result.exit_code == 1
    assert "there is no simulator at http://127.0.0.1:9; start one with: straks simulate" in result.stderr
    assert "occasion" not in result.stderr


def test_what_is_no_simulator_is_sent_nothing(
    cli: Callable[..., Result], odd_service: Callable[..., Any]
) -> None:
    result = cli(*order(PHONE, odd_service(PLACED, token=(404, {})).url))

    assert result.exit_code == 1
    assert "is no straks simulator" in result.stderr


@pytest.mark.parametrize(
    ("environment", "key", "token", "said"),
    [
        ("tt02", None, None, "a key is needed to send beyond this machine"),
        (
            "tt02",
            "0011",
            None,
            "a key has at least 16 bytes, which is 32 hexadecimal digits; this has 2 bytes",
        ),
        ("tt02", "x" * 40, None, "the key is not hexadecimal"),
        ("tt02", KEY, None, "a token is needed to send beyond this machine"),
        ("http://127.0.0.1:9", KEY, "two words", "a token is one"),
        ("http://altinn.example.org", KEY, "t", "known are prod, tt02, or an address"),
        ("test", KEY, "t", "there is no such environment"),
    ],
)
def test_credentials_that_cannot_be_used_end_with_2_and_the_way_out(
    cli: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    *,
    environment: str,
    key: str | None,
    token: str | None,
    said: str,
) -> None:
    for name, value in (("STRAKS_KEY", key), ("STRAKS_TOKEN", token)):
        if value is not None:
            monkeypatch.setenv(name, value)
    filled = ("--set", "code=000042", "--set", "lifetime=5 min", "--set", "service=Skatteetaten")
    result = cli(*order(ADDRESS, environment, *filled))

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.startswith("Error: ") or "token is one" in said
    for secret in (key, token):
        assert secret is None or len(secret) < 2 or secret not in result.stderr


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_file_without_a_line_of_text_is_no_key(
    cli: Callable[..., Result], tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    result = cli(*order(PHONE, "http://127.0.0.1:9", "--key-file", str(file)))

    assert result.exit_code == 2
    assert "holds no line of text" in result.stderr


@pytest.mark.parametrize(
    ("to", "more", "said"),
    [
        ("+4722000000", (), "this one is a landline"),
        ("12345678", (), "country code"),
        (f"{ADDRESS}\nBcc: b@example.org", (), "no line breaks"),
        (PHONE, ("--channel", "email"), "e-mail address"),
        (ADDRESS, ("--channel", "sms"), "phone number"),
        (PHONE, ("--sender", "Skatteetaten Oslo"), "an SMS sender has 1 to 11 characters"),
        (PHONE, ("--occasion", " "), "an order needs an occasion"),
        (PHONE, ("--reference", ""), "a reference has 1 to 255 characters"),
        (PHONE, ("--set", "code=42"), "this has 2"),
        (PHONE, (PHONE, "482913"), "arguments too many (2)"),
        (PHONE, ("--token-file", "no/such/file"), "No such file"),
    ],
)
def test_an_order_that_cannot_be_placed_is_not_tried(
    cli: Callable[..., Result], altinn: Simulator, to: str, more: tuple[str, ...], said: str
) -> None:
    result = cli(*order(to, altinn.url, *more))

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert result.stdout == ""
    assert altinn.messages == []
    assert "1740605" not in result.stderr
    assert "482913" not in result.stderr


def test_beyond_this_machine_no_example_is_ever_sent(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRAKS_KEY", KEY)
    monkeypatch.setenv("STRAKS_TOKEN", "t")
    result = cli(*order(PHONE, "tt02"))

    assert result.exit_code == 2
    assert "needs 'code', 'lifetime' and 'service'" in result.stderr


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_template_that_the_policy_stops_is_not_sent_and_every_finding_is_told(
    cli: Callable[..., Result], altinn: Simulator, own_templates: Path, more: tuple[str, ...]
) -> None:
    where = ("--templates", str(own_templates), *more)
    result = cli(*order(PHONE, altinn.url, *where, template="parcel"))
    first, *findings = result.stderr.splitlines()

    assert result.exit_code == 1
    assert altinn.messages == []
    assert first.startswith("Error: the policy stops this:")
    assert findings
    assert all(finding.startswith("  parcel/") for finding in findings)
    if more:
        assert [found["path"] for found in error_of(result)["findings"]] == [
            finding.strip().partition(":")[0] for finding in findings
        ]


def test_an_unknown_template_or_language_is_named(cli: Callable[..., Result]) -> None:
    template = cli(*order(PHONE, "tt02", template="one-time-cod"))
    locale = cli(
        "send", "one-time-code", "--to", PHONE, "--locale", "fr", "--environment", "http://127.0.0.1:9"
    )

    assert (template.exit_code, locale.exit_code) == (2, 2)
    assert "did you mean 'one-time-code'?" in template.stderr
    assert "no sms in 'fr'" in locale.stderr


@pytest.mark.parametrize(
    ("more", "way"),
    [
        ((), "Ask the person before you repeat it"),
        (("--reference", "sak/1"), "Look for your reference in the feed"),
    ],
)
def test_ctrl_c_on_the_way_says_that_the_message_may_have_been_sent(
    start: Callable[..., subprocess.Popen[str]],
    odd_service: Callable[..., Any],
    more: tuple[str, ...],
    way: str,
) -> None:
    service = odd_service(None)
    process = start(*order(PHONE, service.url, "--occasion", "login/1", *more))
    assert service.asked.wait(30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()

    assert process.returncode == 130
    assert f"Interrupted on the way: the message may have been sent. {way}" in err
    assert "Traceback" not in err
    assert out == ""


def test_ctrl_c_while_following_keeps_the_receipt(
    start: Callable[..., subprocess.Popen[str]], odd_service: Callable[..., Any]
) -> None:
    service = odd_service(PLACED, None)
    process = start(*order(PHONE, service.url, "--json"))
    assert service.asked.wait(30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()

    assert process.returncode == 130
    assert "Traceback" not in err
    assert json.loads(out)["shipment_id"] == SHIPMENT
