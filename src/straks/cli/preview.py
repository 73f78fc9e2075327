"""``straks preview``: one message, filled in, as it will be seen; or all of them while they are written."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from straks.cli.group import Command
from straks.cli.terminal import console, json_option, write_json
from straks.cli.values import CHANNELS, read_values, set_option, templates_option
from straks.errors import InvalidSetting, MissingExtra, UnknownLocale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.core.message import Email, Sms
    from straks.core.template import Template

_MOST_PORT: Final = 65_535
_OF_ONE: Final = {"locales", "channel", "pairs", "to", "reveal", "html_file", "svg_file", "as_json"}


@click.command("preview", cls=Command)
@click.argument("names", nargs=-1, metavar="NAME")
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
@click.option(
    "--svg",
    "svg_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write all of it to FILE as a picture, for a document or a review.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Show templates on a page that follows each save; NAME is then paths, as for straks check.",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="With --watch: the address to listen on."
)
@click.option(
    "--port",
    default=5091,
    show_default=True,
    type=click.IntRange(0, _MOST_PORT),
    help="With --watch: the port to listen on; 0 for any that is free.",
)
@templates_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    watch: bool,
    host: str,
    port: int,
    locales: tuple[str, ...],
    channel: str | None,
    pairs: Mapping[str, str],
    to: str | None,
    reveal: bool,
    html_file: Path | None,
    svg_file: Path | None,
    folders: tuple[Path, ...],
    as_json: bool,
) -> None:
    """
    Show what the phone and the mailbox will show, in every language.

    Where no value is set, the example stands. An SMS is shown with its segments, a mark where each
    begins, and what is foreign to GSM-7 in it; an e-mail as its subject, its plain text, and the
    size of its HTML. Nothing is sent.
    """
    if watch:
        _watch(ctx, [*folders, *map(Path, names)], host, port)
        return
    name = _only(ctx, names)
    from straks.core.fiction import FICTION_ADDRESS, FICTION_PHONE
    from straks.core.recipient import channel_of
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
    if svg_file is not None:
        _write_svg(svg_file, messages, reveal=reveal)
    if as_json:
        from straks.cli.documents import document

        write_json([document(message, reveal=reveal) for message in messages])
    else:
        _show(messages, reveal=reveal)


def _only(ctx: click.Context, names: tuple[str, ...]) -> str:
    """Return the one name that is to be there."""
    name = next(iter(names), None)
    if name is None:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0], param_hint="'NAME'")
    if len(names) > 1:
        raise click.UsageError(f"{len(names)} names were given; give one, or folders with --watch")
    for option in ("host", "port"):
        if ctx.get_parameter_source(option) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"--{option} is for --watch")
    return name


def _watch(ctx: click.Context, paths: list[Path], host: str, port: int) -> None:
    given = [
        parameter.opts[0]
        for parameter in ctx.command.params
        if parameter.name in _OF_ONE
        and ctx.get_parameter_source(parameter.name) is not ParameterSource.DEFAULT
    ]
    if given:
        raise click.UsageError(f"{given[0]} is for one message; with --watch, choose and type on the page")
    for path in paths:
        if not path.exists():
            raise InvalidSetting(f"there is no {path}; name a folder of templates, or a file in one")
    try:
        from straks.cli.live.serving import Server
    except ImportError as missing:
        raise MissingExtra("straks preview --watch", "simulator") from missing
    from straks.cli.live.shelf import Shelf
    from straks.simulator.address import listen, url_of
    from straks.transports.environment import is_loopback

    listening = listen(host, port)
    click.echo(f"The templates are shown at {url_of(host, listening.getsockname()[1])}/\nCtrl-C ends it.")
    if not is_loopback(host):
        click.echo(f"It listens on {host}: whoever reaches this machine can read the templates.", err=True)
    Server(Shelf(paths), listening, host).serve_until_interrupted()
    click.echo("\nStopped.")


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
    from straks.core.message import Email

    pages = [message.html for message in messages if isinstance(message, Email) and message.html is not None]
    if len(pages) != 1:
        raise InvalidSetting(
            f"--html writes one e-mail, and there are {len(pages)} with HTML; choose a language with --locale"
        )
    file.write_text(pages[0], encoding="utf-8", newline="\n")


def _write_svg(file: Path, messages: list[Sms | Email], *, reveal: bool) -> None:
    from straks.preview.svg import svg_of_pages
    from straks.preview.taking import page_of_messages

    # Typed for this, or an example: the values are there to be seen.
    page = page_of_messages(messages, reveal=reveal, secrets=True)
    file.write_text(svg_of_pages([page]), encoding="utf-8", newline="\n")


def _show(messages: list[Sms | Email], *, reveal: bool) -> None:
    from straks.cli.layout import side_by_side
    from straks.cli.show_email import letter
    from straks.cli.show_sms import bubble
    from straks.core.message import Email, Sms

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
