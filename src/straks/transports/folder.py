"""
A transport that writes files to look at: ``.json`` (the payload), ``.txt``, and ``.eml`` for e-mail.

The files hold recipient and text in full; that is what they are for. The payload's file is made
last and only if it is not there, so it is the mark that an order was placed, also between processes.
"""

from __future__ import annotations

import json
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import TYPE_CHECKING

from straks.altinn.payload import payload
from straks.core.message import ContentType, Email, Sms
from straks.errors import NotSent
from straks.transports.memory import local_receipt

if TYPE_CHECKING:
    import os

    from straks.altinn.place import Receipt
    from straks.core.message import Message, Order


class FolderTransport:
    """
    Writes each order as files named by its idempotency id, once.

    Args:
        folder: Where to; made if it is not there.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def send(self, order: Order) -> Receipt:
        """
        Write *order*.

        Raises:
            InvalidPayload: Altinn would refuse it for its form; nothing was written.
            NotSent: The folder cannot be written to.
        """
        content = json.dumps(payload(order), ensure_ascii=False, indent=2)
        receipt = local_receipt(order)
        mark = self.folder / f"{order.idempotency_id}.json"
        try:
            if mark.exists():
                return self._replayed(receipt, mark)
            self.folder.mkdir(parents=True, exist_ok=True)
            mark.with_suffix(".txt").write_text(_as_text(order.message), "utf-8")
            if isinstance(order.message, Email):
                mark.with_suffix(".eml").write_bytes(_as_mail(order.message).as_bytes(policy=SMTP))
            with mark.open("x", encoding="utf-8") as file:
                file.write(content + "\n")
        except FileExistsError:
            return self._replayed(receipt, mark)
        except OSError as error:
            raise NotSent(
                f"the folder {self.folder} cannot be written to ({error.strerror}); nothing was sent",
                idempotency_id=order.idempotency_id,
                attempts=1,
            ) from error
        return receipt

    def _replayed(self, receipt: Receipt, mark: Path) -> Receipt:
        # As with Altinn, the first call's reference is the one that counts.
        first = json.loads(mark.read_text("utf-8")).get("sendersReference")
        return replace(receipt, replayed=True, reference=first)

    def __repr__(self) -> str:
        return f"<FolderTransport to {self.folder}>"


def _as_text(message: Message) -> str:
    head = [f"To: {message.address}", f"From: {message.sender_name or '(the default sender)'}"]
    if isinstance(message, Sms):
        count = message.segmentation
        head.append(f"SMS: {len(count)} segment(s), {count.units} units, {count.encoding}")
        return "\n".join([*head, "", message.body, ""])
    if isinstance(message, Email):
        return "\n".join([*head, f"Subject: {message.subject}", "", message.text, ""])
    return "\n".join(head)


def _as_mail(message: Email) -> EmailMessage:
    mail = EmailMessage()
    mail["To"] = message.recipient.ascii
    mail["From"] = message.sender.ascii if message.sender is not None else "noreply@example.org"
    mail["Subject"] = message.subject
    mail["Content-Language"] = message.locale
    mail.set_content(message.text)
    if message.content_type is ContentType.HTML and message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    return mail
