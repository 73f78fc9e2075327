"""``straks simulate``: the service's far end, in the foreground, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import time
from typing import Final

import click

from straks.cli.group import Command
from straks.cli.values import FICTION_PHONE

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
def command(*, host: str, port: int) -> None:
    """
    Run the service's far end on this machine, with an inbox.

    It answers under Altinn's own paths as Altinn does, delivers nothing to anybody, and forgets
    everything when it ends. Ctrl-C ends it.
    """
    from straks.simulator import Simulator
    from straks.transports.environment import is_loopback

    with Simulator(host=host, port=port) as altinn:
        # Whoever stops a service sends SIGTERM; it ends this as cleanly as Ctrl-C does.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        click.echo(_welcome(altinn.url))
        if not is_loopback(host):
            click.echo(f"\nIt listens on {host}: whoever reaches this machine can read the inbox.", err=True)
        try:
            while True:
                time.sleep(_WAIT_S)
        except KeyboardInterrupt:
            click.echo("\nStopped.")


def _welcome(url: str) -> str:
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
Ctrl-C ends it. Nothing reaches anybody; {FICTION_PHONE} is a number that nobody has.

A token:
  token=$(curl -s -X POST {url}/_straks/token)

An SMS:
  curl -s {url}{INSTANT_SMS} \\
    -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \\
    -d '{json.dumps(order)}'

The same from a template, in another terminal:
  straks send one-time-code --to {FICTION_PHONE} --locale nb --environment {url}"""
