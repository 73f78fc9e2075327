"""
What becomes of a message once it is handed over, and how much of that the service tells.

The two part in places, which is why they are kept apart here. The gateway counts a time to live in
whole minutes, from when it stored the message; the service counts exact seconds, from the order.
What the gateway reports after the service's time is up is not taken down. So a message can be on
the phone and be shown as failed for its time to live, or be shown as delivered where it is not.

A *course* is the statuses that the service shows, each so many seconds after the order, and when
the person has the message, if ever. It is settled when the order is handed over; what is shown at a
time is then a question of when one asks, and of no timer.

1. A report is shown unless it comes after the expiry: the time to live of an SMS, 48 hours for an
   e-mail.
2. What the network has taken and never reported on is shown as failed for its time to live, 300
   seconds after the expiry.
3. What is still being sent at the expiry is never touched again, and its order never complete.

Source: Altinn/altinn-notifications, ``updateexpirednotifications.sql``, ``updatesmsnotification.sql``,
``trymarkorderascompleted.sql``, ``ProcessingLifecycleExt.cs``; PSWinCom/LinkMobility.PSWin.Client,
``XmlTransport.cs`` (whole minutes).
The delays between the statuses are this simulator's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final, TypeAlias

from straks.simulator.orders import Channel

if TYPE_CHECKING:
    from collections.abc import Mapping

Steps: TypeAlias = tuple[tuple[float, str], ...]

ACCEPTED_S: Final = 1.0
"""When the network has an ordinary message."""
DELIVERED_S: Final = 2.0
"""When an ordinary message is delivered."""
EMAIL_EXPIRY_S: Final = 48 * 3600.0
JOB_S: Final = 300.0
"""How long after the expiry the service gives up on a message that the network has, at the earliest."""

STATUSES: Final[Mapping[Channel, tuple[str, ...]]] = {
    Channel.SMS: (
        "SMS_Sending",
        "SMS_Accepted",
        "SMS_Delivered",
        "SMS_Failed",
        "SMS_Failed_BarredReceiver",
        "SMS_Failed_Deleted",
        "SMS_Failed_Expired",
        "SMS_Failed_InvalidRecipient",
        "SMS_Failed_RecipientNotIdentified",
        "SMS_Failed_RecipientReserved",
        "SMS_Failed_Rejected",
        "SMS_Failed_TTL",
        "SMS_Failed_Undelivered",
    ),
    Channel.EMAIL: (
        "Email_Sending",
        "Email_Succeeded",
        "Email_Delivered",
        "Email_Failed",
        "Email_Failed_Bounced",
        "Email_Failed_FilteredSpam",
        "Email_Failed_InvalidFormat",
        "Email_Failed_Quarantined",
        "Email_Failed_RecipientNotIdentified",
        "Email_Failed_RecipientReserved",
        "Email_Failed_SuppressedRecipient",
        "Email_Failed_TTL",
        "Email_Failed_TransientError",
    ),
}
"""What the service shows of a message that it has handed over, by channel."""

_WHOLE_MINUTE_S: Final = 60
_GIVEN_UP: Final = {"SMS_Accepted": "SMS_Failed_TTL", "Email_Succeeded": "Email_Failed_TTL"}


@dataclass(frozen=True, slots=True)
class Course:
    """
    How one message fares. Times are in seconds after the order.

    Attributes:
        steps: The statuses the service shows, and from when.
        reached_after_s: When the person has the message; None for never.
    """

    steps: Steps
    reached_after_s: float | None = None

    def status_after(self, elapsed_s: float) -> tuple[float, str]:
        """Return the status that is shown *elapsed_s* after the order, and since when it is."""
        for step in reversed(self.steps):
            if step[0] <= elapsed_s:
                return step
        return self.steps[0]

    def has_reached(self, elapsed_s: float) -> bool:
        """Tell whether the person has the message *elapsed_s* after the order."""
        return self.reached_after_s is not None and self.reached_after_s <= elapsed_s

    @property
    def complete_after_s(self) -> float:
        """When the last status is shown and the order complete; infinite where it never is."""
        after_s, status = self.steps[-1]
        return after_s if is_final(status) else inf

    @property
    def completions(self) -> tuple[float, ...]:
        """Each time at which the order became complete: one at most, but for statuses set by hand."""
        return tuple(after_s for after_s, status in self.steps if is_final(status))

    def driven(self, status: str, elapsed_s: float) -> Course:
        """
        Return the course of a message whose status somebody sets by hand *elapsed_s* after the order.

        What has been stays; what was to come does not, for from then on the hand decides.

        >>> course = Course(((0.0, "SMS_Sending"), (1.0, "SMS_Accepted"), (2.0, "SMS_Delivered")), 2.0)
        >>> course.driven("SMS_Failed", 1.5)
        Course(steps=((0.0, 'SMS_Sending'), (1.0, 'SMS_Accepted'), (1.5, 'SMS_Failed')), reached_after_s=None)
        """
        been = tuple(step for step in self.steps if step[0] < elapsed_s) or self.steps[:1]
        reached_s = self.reached_after_s if self.has_reached(elapsed_s) else None
        if reached_s is None and status.endswith("_Delivered"):
            reached_s = elapsed_s
        return Course((*been, (elapsed_s, status)), reached_s)


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What the network does with a message, whatever its time to live.

    Attributes:
        reports: The statuses it reports, and when.
        there_after_s: When the phone or the mailbox can be reached, which is then reported, too;
            below zero, so long before the gateway gives up. None where *reports* say it all.
    """

    reports: Steps
    there_after_s: float | None = None


def is_final(status: str) -> bool:
    """
    Tell whether an order is complete when its message has that *status*.

    >>> is_final("SMS_Delivered"), is_final("Email_Failed_TTL"), is_final("SMS_Accepted")
    (True, True, False)
    """
    return "_Failed" in status or status.endswith("_Delivered")


def gateway_life_s(time_to_live_s: int) -> float:
    """
    Return how long the SMS gateway keeps a message: the time to live, rounded to whole minutes.

    >>> [gateway_life_s(seconds) for seconds in (60, 89, 90, 149, 150)]
    [60.0, 60.0, 120.0, 120.0, 180.0]
    """
    return float((time_to_live_s + _WHOLE_MINUTE_S // 2) // _WHOLE_MINUTE_S * _WHOLE_MINUTE_S)


def sms_course(plan: Plan, time_to_live_s: int) -> Course:
    """
    Return how an SMS fares.

    >>> sms_course(Plan(((0.0, "SMS_Sending"), (1.0, "SMS_Accepted")), there_after_s=2.0), 300)
    Course(steps=((0.0, 'SMS_Sending'), (1.0, 'SMS_Accepted'), (2.0, 'SMS_Delivered')), reached_after_s=2.0)
    """
    there_s = plan.there_after_s
    if there_s is None:
        return _shown(plan.reports, time_to_live_s)
    gives_up_s = ACCEPTED_S + gateway_life_s(time_to_live_s)
    if there_s < 0:
        there_s += gives_up_s
    if there_s >= gives_up_s:
        return _shown((*plan.reports, (gives_up_s, "SMS_Failed_Expired")), time_to_live_s)
    return _shown((*plan.reports, (there_s, "SMS_Delivered")), time_to_live_s, there_s)


def email_course(plan: Plan) -> Course:
    """Return how an e-mail fares, which has 48 hours and no time to live."""
    there_s = plan.there_after_s
    if there_s is None:
        return _shown(plan.reports, EMAIL_EXPIRY_S)
    return _shown((*plan.reports, (there_s, "Email_Delivered")), EMAIL_EXPIRY_S, there_s)


def _shown(reports: Steps, expiry_s: float, reached_after_s: float | None = None) -> Course:
    steps = tuple(report for report in reports if report[0] <= expiry_s)
    given_up = _GIVEN_UP.get(steps[-1][1])
    return Course(
        steps if given_up is None else (*steps, (expiry_s + JOB_S, given_up)),
        reached_after_s,
    )
