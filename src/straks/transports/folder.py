"""
A transport that writes files to look at: ``.json`` (the payload), ``.txt``, and ``.eml`` for e-mail.

Of an order that comes sealed there is the ``.json`` alone: no more of the message is left. The files
hold recipient and text in full; that is what they are for. The payload's file is the mark that an order
was placed, also between processes. It comes last, whole at once, and only if it is not there: it is
written under another name and then linked to its own, which of several only one can do.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING

from straks.altinn.sealed import seal
from straks.core.message import ContentType, Email, Order, Sms
from straks.errors import InDoubt, NotSent
from straks.transports.memory import local_receipt

if TYPE_CHECKING:
    from straks.altinn.place import Receipt
    from straks.altinn.sealed import Sendable
    from straks.core.message import Message


class FolderTransport:
    """
    Writes each order as files named by its idempotency id, once.

    Args:
        folder: Where to; made if it is not there.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def send(self, order: Sendable) -> Receipt:
        """
        Write *order*.

        Raises:
            InvalidPayload: Altinn would refuse it for its form; nothing was written.
            NotSent: The folder cannot be written to.
            InDoubt: There is a file where the order's would be, and it is none of ours.
        """
        content = json.dumps(json.loads(seal(order).body), ensure_ascii=False, indent=2) + "\n"
        receipt = local_receipt(order)
        mark = self.folder / f"{order.idempotency_id}.json"
        try:
            if not mark.exists():
                self.folder.mkdir(parents=True, exist_ok=True)
                if isinstance(order, Order):
                    _write_to_look_at(order.message, mark)
                if _place(mark, content):
                    return receipt
            first: object = json.loads(mark.read_text("utf-8"))["sendersReference"]
        except OSError as error:
            raise NotSent(
                f"the folder {self.folder} cannot be written to ({error.strerror}); nothing was sent",
                idempotency_id=order.idempotency_id,
                attempts=1,
            ) from error
        except KeyError:
            first = None
        except (ValueError, TypeError):
            raise InDoubt(
                f"{mark} is there, but is no order of ours; look at it, and take it away to place this one",
                idempotency_id=order.idempotency_id,
                attempts=1,
            ) from None
        # As with Altinn, the first call's reference is the one that counts.
        return replace(receipt, replayed=True, reference=first if isinstance(first, str) else None)

    def __repr__(self) -> str:
        return f"<FolderTransport to {self.folder}>"


def _place(mark: Path, content: str) -> bool:
    """Make the file *mark* with *content*; False where another was first."""
    draft = mark.with_name(f".{mark.name}.{os.getpid()}.{get_ident()}")
    try:
        draft.write_text(content, "utf-8")
        mark.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True


def _write_to_look_at(message: Message, mark: Path) -> None:
    lines = [f"To: {message.address}", f"From: {message.sender_name or '(the default sender)'}"]
    if isinstance(message, Sms):
        count = message.segmentation
        lines += [f"SMS: {len(count)} segment(s), {count.units} units, {count.encoding}", "", message.body]
    if isinstance(message, Email):
        lines += [f"Subject: {message.subject}", "", message.text]
        mark.with_suffix(".eml").write_bytes(_as_mail(message).as_bytes(policy=SMTP))
    mark.with_suffix(".txt").write_text("\n".join([*lines, ""]), "utf-8")


def _as_mail(message: Email) -> EmailMessage:
    mail = EmailMessage()
    mail["To"] = message.recipient.ascii
    mail["From"] = message.sender.ascii if message.sender is not None else "noreply@example.org"
    mail["Subject"] = message.subject
    mail.set_content(message.text)
    if message.content_type is ContentType.HTML and message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    mail["Content-Language"] = message.locale  # last: what sets a content drops such headers
    return mail
