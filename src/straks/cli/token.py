"""
``straks token``: the whole way to a token once, and what it holds.

A new sender needs this first: whether the client, its key, its scopes and its organisation are in
order shows here, in sentences, and no message has to be tried for it. What the token says is shown;
the token itself opens Altinn for half an hour and is printed only when it is asked for in so many
words, by itself, for a program to take.
"""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from straks.cli import exits
from straks.cli.credentials import TokenOptions, find_token, token_options
from straks.cli.group import Command
from straks.cli.terminal import console, json_option, visible, write_json

if TYPE_CHECKING:
    from straks.altinn.claims import Claims
    from straks.altinn.keeping import TokenEvent


@click.command("token", cls=Command)
@click.option(
    "--environment",
    required=True,
    metavar="prod|tt02|URL",
    help="Where it is to be used: production, the test environment, or an address.",
)
@token_options
@click.option("--reveal", is_flag=True, help="Print the token itself, and nothing else, on standard output.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, *, environment: str, token: TokenOptions, reveal: bool, as_json: bool
) -> None:
    """
    Get a token, and say what it holds or what to fix.

    With a Maskinporten client it signs a grant, asks Maskinporten, and exchanges the answer with Altinn.
    A token that is ready made is looked at as it is. Nothing is sent to anybody.

    Ends with 1 where there is no token, or one that the service would refuse.
    """
    from straks.altinn.claims import flaw, read_claims
    from straks.altinn.token_source import Need
    from straks.transports.carriers import HttpxCarrier
    from straks.transports.environment import base_url_of, is_rehearsal
    from straks.transports.tokens.sources import source_of
    from straks.wire.plan import run

    base_url = base_url_of(environment)
    events: list[TokenEvent] = []
    with closing(HttpxCarrier(direct=is_rehearsal(base_url))) as carrier:
        source = source_of(find_token(token, base_url, carrier, by_grant=True, note=events.append))
        given = run(source.token(Need(base_url, carrier.now_s())), carrier)
    claims, now_s = read_claims(given.value), time.time()
    wrong = None if claims is None else flaw(claims, base_url, now_s)
    legs = [leg for event in events for leg in event.legs]
    if as_json:
        write_json(
            {
                "environment": base_url,
                "source": repr(source),
                "legs": [
                    {"to": leg.to, "status": leg.status, "took_s": round(leg.took_s, 3)} for leg in legs
                ],
                "issuer": claims and claims.issuer,
                "organisation": claims and claims.organisation,
                "organisation_number": claims and claims.organisation_number,
                "scopes": claims and claims.scopes,
                "expires": claims and claims.expires_s and _moment(claims.expires_s),
                "flaw": wrong,
                **({"token": given.value} if reveal else {}),
            }
        )
    else:
        facts = {
            "for": base_url,
            "from": repr(source),
            "by way of": ", ".join(f"{leg.to} {leg.status} in {leg.took_s:.2f} s" for leg in legs),
            **_facts(claims, now_s),
            "token": f"{len(given.value)} characters; --reveal prints it",
        }
        _show(facts, wrong, stderr=reveal)
        if reveal:
            click.echo(given.value)
    ctx.exit(0 if wrong is None else exits.DID_NOT_WORK)


def _facts(claims: Claims | None, now_s: float) -> dict[str, str]:
    if claims is None:
        return {"says": "nothing that can be read here: it is no JWT"}
    number = claims.organisation_number
    minutes = None if claims.expires_s is None else (claims.expires_s - now_s) / 60
    return {
        "issuer": claims.issuer or "",
        "organisation": f"{claims.organisation or 'none'}{f' ({number})' if number else ''}",
        "scope": " ".join(claims.scopes or ()),
        "runs out": ""
        if claims.expires_s is None or minutes is None
        else f"{_moment(claims.expires_s)}, {f'in {minutes:.0f} min' if minutes > 0 else 'which is past'}",
    }


def _show(facts: dict[str, str], wrong: str | None, *, stderr: bool) -> None:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for name, fact in facts.items():
        if fact:
            table.add_row(name, visible(fact))
    table.add_row("verdict", "it will do" if wrong is None else visible(f"it will not do: {wrong}"))
    console(stderr=stderr).print(table, soft_wrap=True)


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
