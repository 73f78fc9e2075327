"""``straks simulate``: the service's far end, in the foreground, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Final

import click

from straks.cli.group import Command
from straks.cli.terminal import console, json_option, write_json
from straks.core.fiction import FICTION_PHONE

_MOST_PORT: Final = 65_535
_WAIT_S: Final = 3600.0


@click.command("simulate", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=5090,
    show_default=True,
    type=click.IntRange(0, _MOST_PORT),
    help="The port to listen on; 0 for any that is free.",
)
@click.option(
    "--store",
    type=click.Path(path_type=Path),
    metavar="FILE.db",
    help="Keep everything in this file, made if there is none; without one it ends with the simulator.",
)
@click.option(
    "--allow-list",
    multiple=True,
    metavar="NUMBER",
    help="Play TT02: SMS to any other number look delivered, and are not. Repeat it for several.",
)
@click.option("--org", default="ttd", show_default=True, help="The organisation that ready tokens are for.")
@click.option(
    "--allow-host",
    multiple=True,
    metavar="NAME",
    help="A name this simulator goes by, besides addresses and localhost, such as that of a container.",
)
@click.option(
    "--fates", is_flag=True, help="List the recipients and faults that make things go wrong, and end."
)
@json_option
def command(
    *,
    host: str,
    port: int,
    store: Path | None,
    allow_list: tuple[str, ...],
    org: str,
    allow_host: tuple[str, ...],
    fates: bool,
    as_json: bool,
) -> None:
    """
    Run the service's far end on this machine, with an inbox.

    It answers under Altinn's own paths as Altinn does, delivers nothing to anybody, and forgets
    everything when it ends, unless it is given a file. Ctrl-C ends it.
    """
    if fates:
        _list_fates(as_json=as_json)
        return
    if as_json:
        raise click.UsageError("--json is for --fates; the simulator itself answers in JSON, at its address")
    from straks.simulator import Simulator
    from straks.transports.environment import is_loopback

    with Simulator(
        host=host,
        port=port,
        store=store,
        allow_list=allow_list or None,
        org=org,
        names=allow_host,
    ) as altinn:
        try:
            # Whoever stops a service sends SIGTERM; it ends this as cleanly as Ctrl-C does.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            click.echo(_welcome(altinn.url, _facts(store, len(allow_list))))
            if not is_loopback(host):
                click.echo(
                    f"\nIt listens on {host}: whoever reaches this machine can read the inbox.", err=True
                )
            while True:
                time.sleep(_WAIT_S)
        except KeyboardInterrupt:
            click.echo("\nStopped.")


def _facts(store: Path | None, allowed: int) -> str:
    facts = [
        "It forgets everything when it ends; --store FILE.db keeps it."
        if store is None
        else f"Everything is kept in {store}."
    ]
    if allowed:
        numbers = "1 number" if allowed == 1 else f"{allowed} numbers"
        facts.append(f"As in TT02, SMS go to {numbers} alone; to others they look delivered and are not.")
    return "\n".join(facts)


def _list_fates(*, as_json: bool) -> None:
    from straks.simulator.fates import FATES

    if as_json:
        write_json([fate.as_json() for fate in FATES])
        return
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("fault", "asked for by", "what happens"):
        table.add_column(heading, no_wrap=heading == "fault")
    for fate in FATES:
        recipients = "\n".join(each for each in (fate.number, fate.address) if each is not None)
        table.add_row(fate.name, recipients, fate.says)
    out = console()
    out.print(table)
    out.print("Any other recipient is ordinary: +46701740605 to +46701740659, kari@example.org.")
    out.print("""Arm one with: curl ADDRESS/_straks/faults -d '{"fault": "503", "next": 3}'""")


def _welcome(url: str, facts: str) -> str:
    from straks.altinn.payload import INSTANT_SMS

    order = {
        "idempotencyId": "try-1",
        "recipientSms": {
            "phoneNumber": FICTION_PHONE,
            "timeToLiveInSeconds": 300,
            "smsSettings": {"body": "Hei fra straks"},
        },
    }
    return f"""\
Altinn's instant notifications are simulated at {url}
The inbox is a page: {url}/
{facts}
Ctrl-C ends it. Nothing reaches anybody; {FICTION_PHONE} is a number that nobody has.

A token:
  token=$(curl -s -X POST {url}/_straks/token)

An SMS:
  curl -s {url}{INSTANT_SMS} \\
    -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \\
    -d '{json.dumps(order)}'

The same from a template, in another terminal:
  straks send one-time-code --to {FICTION_PHONE} --locale nb --environment {url}

Something that goes wrong, for the next three orders (straks simulate --fates lists what can):
  curl -s {url}/_straks/faults -d '{{"fault": "drop-after-sending", "next": 3}}'"""
