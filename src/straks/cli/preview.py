"""``straks preview``: one message, filled in, as it will be seen."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from straks.cli.documents import document
from straks.cli.group import Command
from straks.cli.terminal import console, json_option, write_json
from straks.cli.values import (
    CHANNELS,
    FICTION_ADDRESS,
    FICTION_PHONE,
    read_values,
    set_option,
    templates_option,
)
from straks.core.message import Email, Sms
from straks.core.recipient import channel_of
from straks.errors import InvalidSetting, UnknownLocale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.core.template import Template


@click.command("preview", cls=Command)
@click.argument("name")
@click.option("--locale", "locales", multiple=True, help="A language, such as nb; repeat it for several.")
@click.option("--channel", type=click.Choice(CHANNELS), help="Only this channel.")
@set_option
@click.option("--to", help="A recipient, instead of one that nobody has; shown masked.")
@click.option("--reveal", is_flag=True, help="Show the whole recipient.")
@click.option(
    "--html",
    "html_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the e-mail's HTML to FILE, to look at in a browser; for one language.",
)
@templates_option
@json_option
def command(
    *,
    name: str,
    locales: tuple[str, ...],
    channel: str | None,
    pairs: Mapping[str, str],
    to: str | None,
    reveal: bool,
    html_file: Path | None,
    folders: tuple[Path, ...],
    as_json: bool,
) -> None:
    """
    Show what the phone and the mailbox will show, in every language.

    Where no value is set, the example stands. An SMS is shown with its segments, a mark where each
    begins, and what is foreign to GSM-7 in it; an e-mail as its subject, its plain text, and the
    size of its HTML. Nothing is sent.
    """
    from straks.loading import Catalog

    catalog = Catalog.load(*folders, policy=None)  # who writes a text looks at it before it is right
    template = catalog[name]
    values = {**template.examples, **read_values(template, pairs)}
    if channel is None and to is not None:
        channel = channel_of(to)
    phone, address = (FICTION_PHONE, FICTION_ADDRESS) if to is None else (to, to)
    messages: list[Sms | Email] = []
    for locale, each in _choose(template, locales, channel):
        if each == "sms":
            messages.append(catalog.sms(name, locale=locale, to=phone, values=values))
        else:
            messages.append(catalog.email(name, locale=locale, to=address, values=values))
    if html_file is not None:
        _write_html(html_file, messages)
    if as_json:
        write_json([document(message, reveal=reveal) for message in messages])
    else:
        _show(messages, reveal=reveal)


def _choose(template: Template, locales: tuple[str, ...], channel: str | None) -> list[tuple[str, str]]:
    """
    Return the languages and channels to show, SMS before e-mail.

    Raises:
        UnknownLocale: A language that was asked for is not there, or none is.
    """
    channels = template.channels if channel is None else (channel,)
    wanted = locales or template.locales
    there = [(locale, each) for each in channels for locale in wanted if _exists(template, locale, each)]
    for locale in locales if there else wanted:
        if all(locale != found for found, _ in there):
            template.resolve(locale, channels[0])
    return list(dict.fromkeys(there))


def _exists(template: Template, locale: str, channel: str) -> bool:
    try:
        template.resolve(locale, channel)
    except UnknownLocale:
        return False
    return True


def _write_html(file: Path, messages: list[Sms | Email]) -> None:
    pages = [message.html for message in messages if isinstance(message, Email) and message.html is not None]
    if len(pages) != 1:
        raise InvalidSetting(
            f"--html writes one e-mail, and there are {len(pages)} with HTML; choose a language with --locale"
        )
    file.write_text(pages[0], encoding="utf-8", newline="\n")


def _show(messages: list[Sms | Email], *, reveal: bool) -> None:
    from straks.cli.layout import side_by_side
    from straks.cli.show_email import letter
    from straks.cli.show_sms import bubble

    def to(message: Sms | Email) -> str:
        return f"to {message.address if reveal else message.masked_recipient}"

    out = console()
    side_by_side(
        out,
        [
            partial(bubble, f"{sms.locale} SMS {to(sms)}", sms.body, sms.segmentation)
            for sms in messages
            if isinstance(sms, Sms)
        ],
    )
    side_by_side(
        out,
        [
            partial(letter, f"{email.locale} e-mail {to(email)}", email)
            for email in messages
            if isinstance(email, Email)
        ],
    )
