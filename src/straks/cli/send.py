"""
``straks send``: one message, to one person, now; or the orders of a file (`straks.cli.send_orders`).

The occasion is said before anything is sent: whatever happens then, to a connection or to this
process, the same order can be named again. What cannot be known is said as such.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from typing import IO, TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from straks.cli import exits
from straks.cli.credentials import KEY_VARIABLE, TokenOptions, find_key, find_token, token_options
from straks.cli.documents import head
from straks.cli.group import Command
from straks.cli.send_orders import Volume, send_orders, volume_options
from straks.cli.terminal import console, json_option, write_json
from straks.cli.values import CHANNELS, read_values, set_option, templates_option
from straks.core.recipient import channel_of
from straks.errors import Unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from straks.altinn.place import Receipt
    from straks.altinn.status import Shipment
    from straks.core.message import Order
    from straks.transports.altinn import AltinnTransport

_RANDOM_BYTES = 8


@click.command("send", cls=Command)
@click.argument("name", metavar="NAME|ORDERS")
@click.option("--to", help="The recipient: a number with its country code, or an address.")
@click.option("--locale", help="The language, such as nb.")
@set_option
@click.option(
    "--environment",
    required=True,
    metavar="prod|tt02|URL",
    help="Where to: production, the test environment, or an address such as http://127.0.0.1:5090.",
)
@click.option("--sender", help="What the phone shows, or your registered sender address.")
@click.option("--occasion", help="Your name for the event; by default a new one, which is printed.")
@click.option("--channel", type=click.Choice(CHANNELS), help="By default told from --to.")
@click.option("--reference", help="Your own reference; no personal data.")
@click.option(
    "--follow/--no-follow", default=True, help="Wait for the delivery, at most a minute. The default."
)
@volume_options
@token_options
@click.option(
    "--key-file",
    type=click.File("rb"),
    metavar="FILE",
    help=f"Holds the key, in hexadecimal digits, 32 at least; by default it is in {KEY_VARIABLE}.",
)
@templates_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    name: str,
    to: str | None,
    locale: str | None,
    pairs: Mapping[str, str],
    environment: str,
    sender: str | None,
    occasion: str | None,
    channel: str | None,
    reference: str | None,
    follow: bool,
    volume: Volume,
    token: TokenOptions,
    key_file: IO[bytes] | None,
    folders: tuple[Path, ...],
    as_json: bool,
) -> None:
    """
    Send one message to one person, or a file of orders.

    NAME is a template and takes --to and --locale. ORDERS is what straks build wrote, and takes a
    --journal; with it, the same command goes on where it was, whatever ended the one before.

    A simulator on this machine (straks simulate) needs no token and no key, and what is not set is
    filled in with the examples. What is set stands in the list of processes: this command is for
    trying things out, and codes that open something are your program's to send.

    Ends with 1 also when the message was placed and then not delivered, and with 0 when it was
    placed and its delivery is still open. With a journal it ends with 0 when every order is placed, 1 when
    some are not, and 3 while any is in doubt.
    """
    if volume.journal is not None:
        _check_orders_alone(ctx)
        ctx.exit(send_orders(name, environment, volume, token, as_json=as_json))
    if to is None or locale is None:
        raise click.UsageError(
            f"Missing option '--{'to' if to is None else 'locale'}'. A message to one person takes --to and "
            "--locale, a file of orders --journal."
        )
    if (misplaced := volume.without_journal) is not None:
        raise click.UsageError(f"--{misplaced} is for a file of orders, with --journal.")
    from straks.loading import Catalog
    from straks.policies import policy_of_sender
    from straks.transports.altinn import AltinnTransport
    from straks.transports.carriers import HttpxCarrier
    from straks.transports.environment import base_url_of, is_rehearsal

    base_url = base_url_of(environment)
    rehearsal = is_rehearsal(base_url)
    catalog = Catalog.load(*folders, policy=policy_of_sender(folders))
    values = read_values(catalog[name], pairs)
    if rehearsal:
        values = {**catalog[name].examples, **values}
    fill = catalog.sms if (channel or channel_of(to)) == "sms" else catalog.email
    message = fill(name, locale=locale, to=to, values=values, sender=sender)
    named = occasion if occasion is not None else f"cli/{secrets.token_hex(_RANDOM_BYTES)}"
    order = message.order(occasion=named, key=find_key(key_file, base_url), reference=reference)
    with closing(HttpxCarrier(direct=rehearsal)) as carrier:
        found = find_token(token, base_url, carrier)
        if named != occasion:
            click.echo(f"The occasion is {named}; name it to repeat this order.", err=True)
        transport = AltinnTransport(base_url, found, carrier=carrier)
        with console(stderr=True).status("Sending …") as status:
            receipt = _send(transport, order)
            status.update("Placed; waiting for the delivery …")
            shipment, code = _follow(transport, receipt) if follow else (None, 0)
    if as_json:
        write_json(_document(order, named, receipt, shipment))
    else:
        _show(order, receipt, shipment)
    ctx.exit(code)


_FOR_ONE: Final = frozenset(
    {"to", "locale", "pairs", "sender", "occasion", "channel", "reference", "follow", "key_file", "folders"}
)


def _check_orders_alone(ctx: click.Context) -> None:
    """Refuse what says what a message is: the orders say it already."""
    given = [each for each in ctx.command.params if each.name in _FOR_ONE]
    for option in given:
        if ctx.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"{option.opts[0]} is for a message to one person; the orders in a file say it already."
            )


def _send(transport: AltinnTransport, order: Order) -> Receipt:
    try:
        return transport.send(order)
    except KeyboardInterrupt:
        way = (
            "Ask the person before you repeat it; with --reference you could have looked in the feed."
            if order.reference is None
            else "Look for your reference in the feed before you repeat it."
        )
        click.echo(f"\nInterrupted on the way: the message may have been sent. {way}", err=True)
        raise


def _follow(transport: AltinnTransport, receipt: Receipt) -> tuple[Shipment | None, int]:
    """Follow to delivery, and return the exit code; no trouble here is a reason to lose the receipt."""
    try:
        shipment = transport.follow(receipt)
    except Unanswered as error:
        exits.tell(error, as_json=False)
        return None, exits.DID_NOT_WORK
    except KeyboardInterrupt:
        return None, exits.INTERRUPTED
    failed = shipment.final and not shipment.delivered
    return shipment, exits.DID_NOT_WORK if failed else 0


def _show(order: Order, receipt: Receipt, shipment: Shipment | None) -> None:
    from rich.table import Table

    message = order.message
    facts = Table.grid(padding=(0, 2))
    facts.add_row("message", f"{message.template}, {message.channel} in {message.locale}")
    facts.add_row("to", message.masked_recipient)
    facts.add_row("id", order.idempotency_id)
    facts.add_row("shipment", receipt.shipment_id)
    facts.add_row(
        "outcome",
        "placed before, under the same id: nothing new was sent" if receipt.replayed else "placed",
    )
    if shipment is not None:
        statuses = [delivery.status for delivery in shipment.deliveries]
        still = "" if shipment.final else "; not final yet, ask for the shipment again later"
        facts.add_row("status", ", ".join([shipment.status, *statuses]) + still)
    # Ids are for copying, so no line is broken.
    console().print(facts, soft_wrap=True)


def _document(order: Order, occasion: str, receipt: Receipt, shipment: Shipment | None) -> dict[str, object]:
    return {
        **head(order.message),
        "occasion": occasion,
        "idempotency_id": order.idempotency_id,
        "order_id": receipt.order_id,
        "shipment_id": receipt.shipment_id,
        "reference": receipt.reference,
        "replayed": receipt.replayed,
        "attempts": receipt.attempts,
        "shipment": None
        if shipment is None
        else {
            "status": shipment.status,
            "final": shipment.final,
            "delivered": shipment.delivered,
            "last_update": shipment.last_update,
            "deliveries": [
                {"status": delivery.status, "last_update": delivery.last_update}
                for delivery in shipment.deliveries
            ],
        },
    }
