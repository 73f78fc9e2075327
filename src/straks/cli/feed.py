"""
``straks feed``: what became of finished orders, a line of JSON for each.

A line is written out before the cursor moves. So whoever reads the lines may be given one twice, after a
crash of either, and never one too few.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import click

from straks.cli.credentials import TokenOptions, find_token, token_options
from straks.cli.group import Command

if TYPE_CHECKING:
    from straks.altinn.status import Shipment


@click.command("feed", cls=Command)
@click.option(
    "--environment",
    required=True,
    metavar="prod|tt02|URL",
    help="Whose: production, the test environment, or an address such as http://127.0.0.1:5090.",
)
@click.option(
    "--cursor",
    "path",
    required=True,
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Where the last reading ended; made if it is not there. One for each environment.",
)
@click.option("--follow", is_flag=True, help="Wait for more at the end, until interrupted.")
@click.option(
    "--page-size", type=click.IntRange(1, 500), default=500, help="How many to ask for at once; 500."
)
@token_options
def command(*, environment: str, path: str, follow: bool, page_size: int, token: TokenOptions) -> None:
    """
    Read what became of finished orders, each at least once.

    Writes a line of JSON for each, oldest first, and goes on the next time where it ended. The service
    tells of an order once, when it is final, and for 90 days.
    """
    from straks.transports.altinn import AltinnTransport
    from straks.transports.carriers import HttpxCarrier
    from straks.transports.cursors import FileCursor
    from straks.transports.environment import base_url_of, is_rehearsal

    base_url = base_url_of(environment)
    with closing(HttpxCarrier(direct=is_rehearsal(base_url))) as carrier:
        transport = AltinnTransport(base_url, find_token(token, base_url, carrier), carrier=carrier)
        transport.consume(FileCursor(path), _write, follow=follow, page_size=page_size)


def _write(shipment: Shipment) -> None:
    facts = {
        "sequence": shipment.sequence,
        "shipment_id": shipment.shipment_id,
        "status": shipment.status,
        "delivered": shipment.delivered,
        "last_update": shipment.last_update,
        "reference": shipment.reference,
        "deliveries": [
            {"channel": each.channel, "status": each.status, "last_update": each.last_update}
            for each in shipment.deliveries
        ],
    }
    click.echo(json.dumps(facts, ensure_ascii=False).encode())  # and flushed, as click does
