"""
An order that is in order, from the look-up of its id to the answer.

The service looks the id up, hands the message over, waits for the gateway, and stores the order
last. Nothing holds the id in the meantime. So two calls under one id that wait at the same time
have both found nothing and both send, and the one that stores second is answered an empty 500; and
a caller who leaves during the wait leaves a message that is sent and no order, so that a repeat
sends again. Both follow from the sequence below and from nothing else: the wait is a `Pause`, and
whoever leaves closes the generator there.

The service has patience for its gateways: 30 seconds for the SMS gateway, 100 for the e-mail service.
What takes longer is answered 503 then, and whether the message is on its way nobody can say; here it
is.

(Another state of the service's code answers the one who stores second with 200 and the first
order's ids. Two messages have been sent in either.)

Source: Altinn/altinn-notifications, ``InstantOrdersController.cs``, ``InstantOrderRequestService.cs``,
``OrderRepository.cs``, ``insertorderchain.sql``, ``ShortMessageServiceClient.cs``; the settings of
its SMS service.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Final

from straks.simulator import answers, downstream
from straks.simulator.changes import Kind
from straks.simulator.courses import Course, email_course, sms_course
from straks.simulator.fate import Fate, Stage
from straks.simulator.fates import PLAIN, PRETENDED, TOO_LATE, fate_of
from straks.simulator.faults import Struck, befall
from straks.simulator.orders import Channel, Order, SmsOrder, trim
from straks.simulator.rules import e164
from straks.simulator.shipments import Shipment

if TYPE_CHECKING:
    from collections.abc import Generator

    from straks.simulator.attempts import Underway
    from straks.simulator.attendance import Attendance, Outcome, Pause
    from straks.simulator.desk import Desk
    from straks.simulator.visit import Visit
    from straks.wire.exchange import Response


PATIENCE_S: Final = {Channel.SMS: 30.0, Channel.EMAIL: 100.0}
"""How long the service waits for the gateway of each channel."""


def place(desk: Desk, visit: Visit, order: Order, organisation: str, underway: Underway) -> Attendance:
    """Place *order* for *organisation*, or say why not; what is done is written down in *underway*."""
    recipient = e164(order.phone_number) if isinstance(order, SmsOrder) else trim(order.address)
    return _Placing(desk, visit, order, organisation, recipient, fate_of(recipient), underway).run()


@dataclass(frozen=True, slots=True)
class _Placing:
    desk: Desk = field(repr=False)
    visit: Visit
    order: Order
    organisation: str
    recipient: str = field(repr=False)
    own: Fate | None
    """The fate that the recipient asks for."""
    underway: Underway

    @property
    def channel(self) -> Channel:
        return Channel.SMS if isinstance(self.order, SmsOrder) else Channel.EMAIL

    def run(self) -> Attendance:
        # What a recipient asks of something in front of the service can be known only here, where the
        # order has been read; to the caller it is the same.
        struck = self._if_own(Stage.DOOR) or self._chance(Stage.LOOK_UP)
        if (outcome := (yield from self._meet(struck))) is not None:
            return outcome
        if downstream.look_up_fails(self.order):
            return answers.empty(500)
        earlier = self.desk.shipments.find(self.organisation, self.order.idempotency_id)
        if earlier is not None:
            self.underway.known = True
            known = answers.receipt(200, earlier.order_id, earlier.shipment_id, earlier.reference)
            # A recipient's own fate is for the first answer: the second is to show what a repeat finds.
            struck = self.desk.faults.strike(Stage.ANSWER, self.visit.endpoint)
            return (yield from self._meet(struck, known)) or known
        if (outcome := (yield from self._meet(self._chance(Stage.HAND_OVER)))) is not None:
            return outcome
        if downstream.hand_over_fails(self.order):
            return answers.coded_problem(answers.HAND_OVER_FAILED, self.desk.trace_id())
        return (yield from self._send())

    def _send(self) -> Attendance:
        fate = self._course_fate()
        course = _course(self.order, fate)
        struck = self._chance(Stage.SENT)
        befallen = fate if struck is None else struck.fate
        message_id = self.desk.new_id()
        self.desk.inbox.receive(
            self.order,
            message_id=message_id,
            at_s=self.visit.now_s,
            course=course,
            ordered_by=self.organisation,
            fate=None if befallen is None else befallen.name,
        )
        self.underway.message_id = message_id
        self.desk.changes.note(Kind.MESSAGE, message_id)
        if (outcome := (yield from self._meet(self._waited_for(struck)))) is not None:
            return outcome
        known = self.desk.shipments.find(self.organisation, self.order.idempotency_id)
        self.underway.known = known is not None
        if known is not None or downstream.storing_fails(self.order):
            return answers.empty(500)
        created = self._store(message_id, course)
        return (yield from self._meet(self._chance(Stage.ANSWER), created)) or created

    def _waited_for(self, struck: Struck | None) -> Struck | None:
        """Return what strikes while the gateway is waited for, within the service's patience."""
        patience_s = PATIENCE_S[self.channel]
        if struck is None or not isfinite(struck.seconds) or struck.seconds < patience_s:
            return struck
        return Struck(TOO_LATE, patience_s)

    def _store(self, message_id: str, course: Course) -> Response:
        shipment = Shipment(
            order_id=self.desk.new_id(),
            shipment_id=self.desk.new_id(),
            organisation=self.organisation,
            reference=self.order.reference,
            channel=self.channel,
            destination=self.order.recipient,
            placed_at_s=self.visit.now_s,
            course=course,
        )
        self.desk.shipments.store(self.order.idempotency_id, shipment, message_id)
        self.desk.inbox.place(message_id, shipment.shipment_id)
        self.underway.stored = True
        self.desk.changes.note(Kind.STATUS, message_id)
        location = f"{self.visit.base}/notifications/api/v1/orders/chain/{shipment.order_id}"
        return answers.receipt(
            201, shipment.order_id, shipment.shipment_id, shipment.reference, location=location
        )

    def _course_fate(self) -> Fate | None:
        """Return what becomes of the message: as armed, as TT02 has it, or as the recipient asks."""
        armed = self.desk.faults.strike(Stage.COURSE, self.visit.endpoint)
        if armed is not None:
            return armed.fate
        allowed = self.desk.allow_list
        if self.channel is Channel.SMS and allowed is not None and self.recipient not in allowed:
            return PRETENDED
        own = self._if_own(Stage.COURSE)
        return None if own is None else own.fate

    def _chance(self, stage: Stage) -> Struck | None:
        """Return what strikes at *stage*: what is armed, else what the recipient asks for."""
        struck = self.desk.faults.strike(stage, self.visit.endpoint)
        return struck or self._if_own(stage)

    def _if_own(self, stage: Stage) -> Struck | None:
        """Return what the recipient asks for, if that is of this *stage*."""
        return Struck.of(self.own) if self.own is not None and self.own.stage is stage else None

    def _meet(
        self, struck: Struck | None, good: Response | None = None
    ) -> Generator[Pause, None, Outcome | None]:
        if struck is None:
            return None
        self.underway.fate = struck.fate.name
        return (yield from befall(struck, self.desk.trace_id(), good))


def _course(order: Order, fate: Fate | None) -> Course:
    plans = PLAIN if fate is None else fate.plans
    if isinstance(order, SmsOrder):
        return sms_course(plans[Channel.SMS], order.time_to_live_s)
    return email_course(plans[Channel.EMAIL])
