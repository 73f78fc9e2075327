"""
The counts of an SMS that are not the standard's: the gateway's and the service's.

Three parties count the same text, each by its own rule, and each figure answers another question.

* **Segments**, by 3GPP: what the network sends and bills. See `straks.core.segment`.
* **The gateway's count** decides what arrives. It counts its own characters: up to 160 are one
  message, and above that each holds 134. It carries 16 messages and cuts off the rest without
  telling anyone. This is the figure to show people, and the one that `is_truncated` goes by.
* **The service's recorded count** decides nothing that a caller can see. Altinn URL-encodes the
  text and applies 160 and 134 to *that* length, at most 16: an ``ø`` counts six, an emoji twelve.
  For Norwegian text it is far too high, and it knows nothing of UCS-2, so it is no upper bound
  either. It is here, under its own name, for whoever must explain a figure of the service's.

134 is 140 octets less a header of 6. For septets that header leaves 153, and for UCS-2 it leaves
67; so neither of these two counts agrees with the standard for long texts.

Source: Altinn Notifications, ``InstantOrderRequestService.CalculateNumberOfMessages``, and its
documentation of SMS segmentation (160, 134, 16); .NET, ``System.Web.HttpUtility.UrlEncode``.
"""

from __future__ import annotations

from typing import Final

from straks.core.given import require

ALONE_CHARACTERS: Final = 160
"""The longest text that gateway and service count as one message."""

JOINED_CHARACTERS: Final = 134
"""How much each message counts for when there are several."""

MOST_MESSAGES: Final = 16
"""How many messages the gateway carries of one text, and the highest figure that is recorded."""

# What UrlEncode writes as one character: these as they are, and a space as a plus sign.
_ONE_CHARACTER_EACH = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!()*-._ "


def gateway_count(text: str) -> int:
    """
    Count the messages that the gateway makes of *text*, by its own rule and without its limit.

    Characters are code points, whatever they cost in septets: 160 make one message, more are
    counted by 134. Above 16 the text does not arrive whole; see `is_truncated`.

    >>> gateway_count("ø" * 160), gateway_count("ø" * 161), gateway_count("a" * 2145)
    (1, 2, 17)
    """
    require(text, str, "gateway_count takes text (str)")
    return count(len(text))


def is_truncated(text: str) -> bool:
    """
    Tell whether the gateway would cut *text* off: more than 16 messages, that is 2,144 characters.

    >>> is_truncated("a" * 2144), is_truncated("a" * 2145)
    (False, True)
    """
    return gateway_count(text) > MOST_MESSAGES


def recorded_count(text: str) -> int:
    """
    Count *text* as the service itself does: its URL-encoded length by 160 and 134, at most 16.

    >>> recorded_count("ø" * 160), recorded_count("a" * 2500)
    (8, 16)
    """
    return min(count(recorded_length(text)), MOST_MESSAGES)


def recorded_length(text: str) -> int:
    """
    Measure *text* as .NET URL-encodes it: ASCII letters, digits, ``!()*-._`` and space 1, any other byte 3.

    Bytes are those of UTF-8. Half of a surrogate pair counts 9, as the replacement character that
    .NET writes for it.

    >>> recorded_length("Møte kl. 14:00")
    21
    """
    require(text, str, "recorded_count takes text (str)")
    octets = text.encode("utf-8", "surrogatepass")
    return len(octets) + 2 * len(octets.translate(None, _ONE_CHARACTER_EACH))


def count(length: int) -> int:
    """Count messages by the gateway's rule: 160 characters make one, more are counted by 134."""
    return 1 if length <= ALONE_CHARACTERS else -(-length // JOINED_CHARACTERS)
