"""``straks token``: the whole way to a token, what it holds, and what to fix; and the same for ``send``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from straks.cli.credentials import TokenOptions, find_token
from straks.errors import InvalidSetting
from straks.simulator import Simulator
from straks.simulator.clients import Client
from straks.simulator.signatures import public_half, public_key
from straks.transports.carriers import HttpxCarrier
from straks.transports.tokens.exchanged import MaskinportenSidecar
from straks.transports.tokens.maskinporten import Maskinporten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

    Cli = Callable[..., Result]

SCOPE = "altinn:serviceowner/notifications.create"


@pytest.fixture
def registered(client_jwk: dict[str, str]) -> Iterator[Simulator]:
    """A simulator that knows two clients and nobody else."""
    keys = {"test-1": public_key(public_half(client_jwk))}
    with Simulator(clients=[Client("known", keys), Client("no-owner", keys, organisation=None)]) as simulator:
        yield simulator


@pytest.fixture
def key_file(client_jwk: dict[str, str], tmp_path: Path) -> str:
    file = tmp_path / "client.jwk"
    file.write_text(json.dumps(client_jwk))
    file.chmod(0o600)
    return str(file)


def asked(simulator: Simulator, *more: str) -> tuple[str, ...]:
    return ("token", "--environment", simulator.url, *more)


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_simulator_goes_the_whole_way_with_its_ready_client(cli: Cli, altinn: Simulator) -> None:
    result = cli(*asked(altinn))

    assert result.exit_code == 0
    assert result.stderr == ""
    for said in ("Maskinporten 200 in", "Altinn 200 in", "ttd (991825827)", SCOPE, "in 30 min", "it will do"):
        assert said in result.stdout
    assert "--reveal prints it" in result.stdout
    assert "eyJ" not in result.stdout
    assert altinn.messages == []


def test_revealed_the_token_is_all_that_stands_on_standard_output(cli: Cli, altinn: Simulator) -> None:
    result = cli(*asked(altinn, "--reveal"))

    assert result.stdout.strip().count(".") == 2
    assert result.stdout.count("\n") == 1
    assert "it will do" in result.stderr
    assert result.stdout.strip() not in result.stderr


def test_json_is_one_document_and_has_the_token_only_when_it_is_asked_for(
    cli: Cli, altinn: Simulator
) -> None:
    plain, revealed = (
        document(cli(*asked(altinn, "--json"))),
        document(cli(*asked(altinn, "--json", "--reveal"))),
    )

    assert [(leg["to"], leg["status"]) for leg in plain["legs"]] == [("Maskinporten", 200), ("Altinn", 200)]
    assert plain["organisation"] == "ttd"
    assert plain["organisation_number"] == "991825827"
    assert plain["scopes"] == [SCOPE]
    assert plain["issuer"] == f"{altinn.url}/authentication/api/v1/openid/"
    assert plain["expires"].endswith("Z")
    assert plain["flaw"] is None
    assert "token" not in plain
    assert revealed["token"].startswith("eyJ")


def test_a_client_of_ones_own_is_named_by_options_and_its_key_by_a_file(
    cli: Cli, registered: Simulator, key_file: str
) -> None:
    result = cli(*asked(registered, "--client-id", "known", "--client-key-file", key_file))

    assert result.exit_code == 0
    assert "Maskinporten('known', key_id='test-1'" in " ".join(result.stdout.split())


def test_a_client_of_ones_own_may_be_in_the_environment(
    cli: Cli, registered: Simulator, client_jwk: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASKINPORTEN_CLIENT_ID", "known")
    monkeypatch.setenv("MASKINPORTEN_CLIENT_JWK", json.dumps(client_jwk))

    assert cli(*asked(registered)).exit_code == 0
    assert cli(*asked(registered, "--client-key-id", "test-2")).exit_code == 1


@pytest.mark.parametrize(
    ("client", "said"),
    [
        ("nobody", "(MP-100): client nobody is unknown there"),
        ("no-owner", "Altinn does not know organisation 991825827 as a service owner"),
    ],
)
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_what_is_wrong_is_a_sentence_and_ends_with_1(
    cli: Cli,
    registered: Simulator,
    key_file: str,
    *,
    client: str,
    said: str,
    more: tuple[str, ...],
) -> None:
    result = cli(*asked(registered, "--client-id", client, "--client-key-file", key_file, *more))

    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    if more:
        assert document(result)["error"]["kind"] == "NoToken"


def test_a_ready_token_is_looked_at_as_it_is(
    cli: Cli, altinn: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(altinn.token(scope="a:b", org=None))
    monkeypatch.setenv("STRAKS_TOKEN", altinn.token(lifetime=0))
    past, lacking = cli(*asked(altinn)), cli(*asked(altinn, "--token-file", str(file)))

    assert (past.exit_code, lacking.exit_code) == (1, 1)
    assert "it will not do: the token has run out" in " ".join(past.stdout.split())
    assert "which is past" in past.stdout
    assert "it will not do: the token lacks the scope" in " ".join(lacking.stdout.split())
    assert "none (991825827)" in lacking.stdout


def test_a_token_that_is_no_jwt_says_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRAKS_TOKEN", "opaque")
    plain, written = cli("token", "--environment", "tt02"), cli("token", "--environment", "tt02", "--json")

    assert plain.exit_code == 0
    assert "nothing that can be read here: it is no JWT" in plain.stdout
    assert (document(written)["scopes"], document(written)["expires"]) == (None, None)


def test_a_token_that_never_runs_out_or_says_little_is_shown_as_far_as_it_goes(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRAKS_TOKEN", "e30.e30.c2ln")
    result = cli("token", "--environment", "tt02")

    assert result.exit_code == 1
    assert "runs out" not in result.stdout


@pytest.mark.parametrize(
    ("environ", "more", "said"),
    [
        ({}, (), "set MASKINPORTEN_CLIENT_ID and its key"),
        ({"MASKINPORTEN_CLIENT_ID": "a"}, (), "neither MASKINPORTEN_CLIENT_JWK"),
        (
            {"MASKINPORTEN_CLIENT_ID": "991825827", "MASKINPORTEN_CLIENT_JWK": "x"},
            (),
            "the key cannot be read",
        ),
        ({}, ("--client-id", "a", "--client-key-file", "no/such"), "no/such cannot be read"),
        ({}, ("--client-key-file", "no/such"), "MASKINPORTEN_CLIENT_ID is not set"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_the_way_out(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], more: tuple[str, ...], said: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    result = cli("token", "--environment", "tt02", *more)

    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_environments_do_not_mix(cli: Cli, key_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASKINPORTEN_ISSUER", "https://test.maskinporten.no/")
    result = cli("token", "--environment", "prod", "--client-id", "a", "--client-key-file", key_file)

    assert result.exit_code == 2
    assert "environments do not mix" in result.stderr


def test_without_a_simulator_the_way_to_one_is_named(cli: Cli) -> None:
    result = cli("token", "--environment", "http://127.0.0.1:9")

    assert result.exit_code == 1
    assert "start one with: straks simulate" in result.stderr


# The same for sending


def test_sending_fetches_its_token_with_the_client_that_is_named(
    cli: Cli, registered: Simulator, key_file: str
) -> None:
    order = (
        "send",
        "one-time-code",
        "--to",
        "+46701740605",
        "--locale",
        "nb",
        "--environment",
        registered.url,
    )
    good = cli(*order, "--no-follow", "--client-id", "known", "--client-key-file", key_file)
    bad = cli(*order, "--no-follow", "--client-id", "nobody", "--client-key-file", key_file, "--json")

    assert good.exit_code == 0
    assert len(registered.messages) == 1
    assert bad.exit_code == 1
    assert document(bad)["error"]["kind"] == "NotSent"
    assert "client nobody is unknown there" in bad.stderr


# Who is asked


def found(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, **options: Any) -> object:  # noqa: ANN401
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return find_token(TokenOptions(**options), "https://platform.tt02.altinn.no", HttpxCarrier())


def test_an_option_counts_before_a_variable_and_a_ready_token_before_one_that_is_fetched(
    client_jwk: dict[str, str], key_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = {"MASKINPORTEN_CLIENT_ID": "a", "MASKINPORTEN_CLIENT_JWK": json.dumps(client_jwk)}
    sidecar = {"NAIS_TOKEN_ENDPOINT": "http://127.0.0.1:7164/token"}

    assert isinstance(found(sidecar, monkeypatch), MaskinportenSidecar)
    assert isinstance(found(client, monkeypatch), Maskinporten)
    assert found({"STRAKS_TOKEN": "ready"}, monkeypatch) == "ready"
    own = found({}, monkeypatch, client_id="b", client_key_file=Path(key_file))
    assert repr(own).startswith("Maskinporten('b'")


def test_a_sidecar_is_told_the_scopes_that_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"NAIS_TOKEN_ENDPOINT": "http://127.0.0.1:7164/token", "MASKINPORTEN_SCOPES": f"{SCOPE} a:b"}

    assert f"a:b {SCOPE}" in repr(found(environ, monkeypatch))
    with pytest.raises(InvalidSetting, match="the scopes lack"):
        found({**environ, "MASKINPORTEN_SCOPES": "a:b"}, monkeypatch)
