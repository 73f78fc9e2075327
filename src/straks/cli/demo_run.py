"""
What ``straks demo`` performs: the whole of it once, on this machine.

Read `perform` as an example: it is what a sender's program does, with the service's far end on
loopback in place of the service. What it finds out is kept in a `Story`, and what the run proves
is worked out from the story, claim by claim, held or not.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import straks
from straks.altinn.payload import endpoint
from straks.core.fiction import FICTION_ADDRESS, FICTION_PHONE
from straks.transports.carriers import HttpxCarrier
from straks.wire.exchange import Response

if TYPE_CHECKING:
    from straks.simulator import Message
    from straks.wire.exchange import Reply, Request

TEMPLATE: Final = "one-time-code"
OCCASION: Final = "demo/1"
READER: Final = {"subject": "demo", "purpose": "login"}
_STEP_S: Final = 1.0
_LOOKS_MOST: Final = 10
_CREATED, _OK = 201, 200
_WRONG, _RIGHT, _SPENT = straks.Verdict.INVALID_OTP, straks.Verdict.ACCEPTED, straks.Verdict.NO_OTP_FOUND
_GRANT: Final = "/token"
_EXCHANGE: Final = "/authentication/api/v1/exchange/maskinporten"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that went over HTTP, and the status it was answered with; None for silence."""

    method: str
    path: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Sending:
    """
    One order: where it was posted, how each posting was answered, and how it fared.

    ``answers`` are HTTP statuses, one beside each receipt; ``statuses`` are those it was seen in.
    """

    order: straks.Order
    path: str
    answers: tuple[int | None, ...]
    receipts: tuple[straks.Receipt, ...]
    statuses: tuple[str, ...]
    delivered: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A code that somebody enters: which one it was, in words, and what came of it."""

    what: str
    verdict: straks.Verdict


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence about the run, and whether it held."""

    sentence: str
    held: bool


@dataclass(frozen=True, slots=True)
class Story:
    """
    What happened: what was rendered, sent, answered, and received.

    ``way_in`` are the requests that a token took, ``worst`` the worst case of each text.
    """

    url: str
    worst: tuple[straks.SmsBound, ...]
    entries: tuple[Entry, ...]
    way_in: tuple[Exchange, ...]
    texts: tuple[straks.Sms, ...]
    letter: straks.Email
    sms: Sending
    email: Sending
    requests: int
    inbox: tuple[Message, ...]
    advanced_s: float
    took_s: float

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What the run proves."""
        return (
            Claim(
                f"The text is there in {', '.join(text.locale for text in self.texts)}, each in one segment.",
                all(len(text.segmentation) == 1 for text in self.texts),
            ),
            Claim(
                "Each is proven to stay in one, whatever fills it.",
                all(bound.segments == 1 for bound in self.worst),
            ),
            Claim(
                "One token served it all: a signed grant, exchanged once.",
                tuple((each.path, each.status) for each in self.way_in) == ((_GRANT, _OK), (_EXCHANGE, _OK)),
            ),
            Claim(
                "One order, placed twice, is placed once: 201, then 200 with the same shipment.",
                self.sms.answers == (_CREATED, _OK)
                and len({receipt.shipment_id for receipt in self.sms.receipts}) == 1,
            ),
            Claim(
                "The inbox holds one SMS and one e-mail.",
                Counter(message.channel.lower() for message in self.inbox) == {"sms": 1, "email": 1},
            ),
            Claim(
                "What arrived is what was rendered, character for character.",
                {message.body for message in self.inbox} == {self.texts[0].body, self.letter.body},
            ),
            Claim("Both were delivered.", self.sms.delivered and self.email.delivered),
            Claim(
                "The code that arrived let its reader in, once; another code let nobody in.",
                [entry.verdict for entry in self.entries] == [_WRONG, _RIGHT, _SPENT],
            ),
        )


class Witness(HttpxCarrier):
    """Carries over HTTP, past any proxy, and writes down what it carried: the demo shows what was said."""

    def __init__(self) -> None:
        super().__init__(direct=True)
        self.seen: list[Exchange] = []

    def carry(self, request: Request, *, timeout_s: float) -> Reply:
        """Send *request*; keep its method, its path and the status of its answer."""
        reply = super().carry(request, timeout_s=timeout_s)
        status = reply.status if isinstance(reply, Response) else None
        self.seen.append(Exchange(request.method, urlsplit(request.url).path, status))
        return reply


def perform() -> Story:
    """
    Issue, render, send, repeat, follow and verify; over HTTP, to a simulator that ends with this function.

    Raises:
        StraksError: Something did not work out.
    """
    started_s = time.perf_counter()
    catalog = straks.Catalog.load()
    template = catalog[TEMPLATE]
    codes = straks.OneTimeCodes(straks.MemoryStore(), key=straks.SIMULATOR_KEY)
    issued = codes.issue(**READER, recipient=FICTION_PHONE)
    values = {**template.examples, "code": issued.code}
    texts = tuple(
        catalog.sms(TEMPLATE, locale=locale, to=FICTION_PHONE, values=values) for locale in template.locales
    )
    letter = catalog.email(TEMPLATE, locale="nb", to=FICTION_ADDRESS, values=values)
    with ExitStack() as stack:
        altinn = stack.enter_context(straks.simulator.Simulator())
        witness = stack.enter_context(closing(Witness()))
        client = altinn.client()  # with a key that was made a moment ago; yours comes from Samarbeidsportalen
        token = straks.Maskinporten(client.client_id, client.key)
        transport = stack.enter_context(straks.AltinnTransport(altinn.url, token, carrier=witness))

        by_sms = texts[0].order(occasion=OCCASION, key=straks.SIMULATOR_KEY)
        by_email = letter.order(occasion=OCCASION, key=straks.SIMULATOR_KEY)
        placed = transport.send(by_sms)
        again = transport.send(by_sms)
        posted = transport.send(by_email)

        # The message takes its time. A simulator's clock can be advanced, so nobody waits for it.
        looks = [(transport.follow(placed, until_final=False), transport.follow(posted, until_final=False))]
        while not all(shipment.final for shipment in looks[-1]) and len(looks) < _LOOKS_MOST:
            altinn.advance(_STEP_S)
            looks.append(
                (transport.follow(placed, until_final=False), transport.follow(posted, until_final=False))
            )
        sms_looks, email_looks = zip(*looks, strict=True)

        # What is entered is what the phone shows.
        arrived = next(message.code for message in altinn.messages if message.code) or ""
        other = str((int(arrived) + 1) % 10 ** len(arrived)).zfill(len(arrived))
        tries = (
            ("another code", other),
            ("the code that arrived", arrived),
            ("the same code again", arrived),
        )
        entries = [Entry(what, codes.verify(**READER, code=code)) for what, code in tries]
        return Story(
            url=altinn.url,
            worst=tuple(straks.bound(template, locale, "sms") for locale in template.locales),
            entries=tuple(entries),
            way_in=tuple(each for each in witness.seen if each.path in (_GRANT, _EXCHANGE)),
            texts=texts,
            letter=letter,
            sms=_sending(by_sms, (placed, again), sms_looks, witness),
            email=_sending(by_email, (posted,), email_looks, witness),
            requests=len(witness.seen),
            inbox=tuple(altinn.messages),
            advanced_s=_STEP_S * (len(looks) - 1),
            took_s=time.perf_counter() - started_s,
        )


def _sending(
    order: straks.Order,
    receipts: tuple[straks.Receipt, ...],
    looks: tuple[straks.Shipment, ...],
    witness: Witness,
) -> Sending:
    path = endpoint(order)
    return Sending(
        order=order,
        path=path,
        answers=tuple(exchange.status for exchange in witness.seen if exchange.path == path),
        receipts=receipts,
        statuses=tuple(dict.fromkeys(part.status for look in looks for part in look.deliveries)),
        delivered=looks[-1].delivered,
    )
