"""
What became of a shipment, in the service's own words.

The service's list of statuses has grown and will grow: an unknown one is kept as it came, and is
open unless it says that something failed or was delivered, so that nobody waits for ever on a word
that is new.

Source: Altinn/altinn-notifications, ProcessingLifecycleExt, commit 0d0183fb.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class OrderStatus(StrEnum):
    """How far the service is with an order."""

    REGISTERED = "Order_Registered"
    PROCESSING = "Order_Processing"
    PROCESSED = "Order_Processed"
    COMPLETED = "Order_Completed"
    SEND_CONDITION_NOT_MET = "Order_SendConditionNotMet"
    CANCELLED = "Order_Cancelled"


class DeliveryStatus(StrEnum):
    """How far a message is on its way to the recipient."""

    SMS_NEW = "SMS_New"
    SMS_SENDING = "SMS_Sending"
    SMS_ACCEPTED = "SMS_Accepted"
    SMS_DELIVERED = "SMS_Delivered"
    SMS_FAILED = "SMS_Failed"
    SMS_FAILED_INVALID_RECIPIENT = "SMS_Failed_InvalidRecipient"
    SMS_FAILED_RECIPIENT_RESERVED = "SMS_Failed_RecipientReserved"
    SMS_FAILED_BARRED_RECEIVER = "SMS_Failed_BarredReceiver"
    SMS_FAILED_DELETED = "SMS_Failed_Deleted"
    SMS_FAILED_EXPIRED = "SMS_Failed_Expired"
    SMS_FAILED_UNDELIVERED = "SMS_Failed_Undelivered"
    SMS_FAILED_RECIPIENT_NOT_IDENTIFIED = "SMS_Failed_RecipientNotIdentified"
    SMS_FAILED_REJECTED = "SMS_Failed_Rejected"
    SMS_FAILED_TTL = "SMS_Failed_TTL"
    EMAIL_NEW = "Email_New"
    EMAIL_SENDING = "Email_Sending"
    EMAIL_SUCCEEDED = "Email_Succeeded"
    EMAIL_DELIVERED = "Email_Delivered"
    EMAIL_FAILED = "Email_Failed"
    EMAIL_FAILED_RECIPIENT_RESERVED = "Email_Failed_RecipientReserved"
    EMAIL_FAILED_RECIPIENT_NOT_IDENTIFIED = "Email_Failed_RecipientNotIdentified"
    EMAIL_FAILED_INVALID_FORMAT = "Email_Failed_InvalidFormat"
    EMAIL_FAILED_SUPPRESSED_RECIPIENT = "Email_Failed_SuppressedRecipient"
    EMAIL_FAILED_TRANSIENT_ERROR = "Email_Failed_TransientError"
    EMAIL_FAILED_BOUNCED = "Email_Failed_Bounced"
    EMAIL_FAILED_FILTERED_SPAM = "Email_Failed_FilteredSpam"
    EMAIL_FAILED_QUARANTINED = "Email_Failed_Quarantined"
    EMAIL_FAILED_TTL = "Email_Failed_TTL"
    EMAIL_FAILED_INVALID_SAS_URL = "Email_Failed_InvalidSasUrl"
    EMAIL_FAILED_PAYLOAD_TOO_LARGE = "Email_Failed_PayloadTooLarge"


Status: TypeAlias = OrderStatus | DeliveryStatus | str

_FINAL_ORDERS = (OrderStatus.COMPLETED, OrderStatus.SEND_CONDITION_NOT_MET, OrderStatus.CANCELLED)


def read_status(text: str) -> Status:
    """Return the status that *text* is, or *text* itself where it is new."""
    for known in (OrderStatus, DeliveryStatus):
        try:
            return known(text)
        except ValueError:
            continue
    return text


def is_final(status: Status) -> bool:
    """
    Tell whether nothing more will happen.

    >>> is_final("SMS_Accepted"), is_final("SMS_Delivered"), is_final("SMS_Failed_SomethingNew")
    (False, True, True)
    """
    return status in _FINAL_ORDERS or "_Failed" in status or status.endswith("_Delivered")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One recipient's share of a shipment. The address itself is left with the service."""

    status: Status
    last_update: str
    channel: str | None = None

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return is_final(self.status)

    @property
    def delivered(self) -> bool:
        """Whether the message reached the phone or the mailbox."""
        return self.status.endswith("_Delivered")


@dataclass(frozen=True, slots=True)
class Shipment:
    """
    What became of an order.

    ``final`` says that nothing more will happen, ``delivered`` that every recipient was reached.
    Times are the service's, ISO 8601 in UTC. ``sequence`` is set on entries of the feed.
    """

    shipment_id: str
    status: Status
    last_update: str
    deliveries: tuple[Delivery, ...]
    reference: str | None = field(default=None, repr=False)
    sequence: int | None = None

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return is_final(self.status) or (
            bool(self.deliveries) and all(delivery.final for delivery in self.deliveries)
        )

    @property
    def delivered(self) -> bool:
        """Whether every recipient was reached."""
        return bool(self.deliveries) and all(delivery.delivered for delivery in self.deliveries)
