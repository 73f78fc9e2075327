"""``straks segment``: one text, and the three ways in which it is counted."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Final

import click

from straks.cli.group import Command
from straks.cli.terminal import console, json_option, write_json
from straks.errors import InvalidText

if TYPE_CHECKING:
    from rich.console import Console

    from straks.core.segment import Segmentation

_LONGEST: Final = 1_000_000
"""Bytes read from standard input; 255 segments, the most there can be, hold under 160 000."""

_ENCODINGS: Final = ("gsm-7", "ucs-2")


@click.command("segment", cls=Command)
@click.argument("text", required=False)
@click.option(
    "--encoding",
    type=click.Choice(_ENCODINGS, case_sensitive=False),
    help="Force one; otherwise GSM-7 where it can carry the text, and else UCS-2.",
)
@click.option(
    "--whole-clusters",
    is_flag=True,
    help="Also keep in one segment what a reader sees as one character, where a segment can hold it.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    text: str | None,
    encoding: str | None,
    whole_clusters: bool,
    as_json: bool,
) -> None:
    """
    Count a text as the network, the gateway and the service do.

    TEXT is the text, or - for standard input, which is read too when nothing is given and it is no
    terminal. One line feed at the end of standard input is dropped, since the shell put it there.
    """
    from straks.cli.documents import sms_figures
    from straks.core.segment import Encoding, segment

    dropped = False
    if text is None or text == "-":
        if text is None and sys.stdin.isatty():
            ctx.fail("There is no text; give one, or - to read standard input")
        text, dropped = _read(sys.stdin.buffer)
    elif not text.isascii():
        _check_arrived_whole(text)
    forced = None if encoding is None else Encoding(encoding.upper())
    segmentation = segment(text, encoding=forced, whole_clusters=whole_clusters)
    if as_json:
        write_json({**sms_figures(text, segmentation), "line_feed_dropped": dropped})
    else:
        _show(text, segmentation, console())
        if dropped:
            click.echo("One line feed at the end of standard input was dropped.")


def _read(stream: IO[bytes]) -> tuple[str, bool]:
    raw = stream.read(_LONGEST + 1)
    if len(raw) > _LONGEST:
        raise InvalidText(f"standard input is over {_LONGEST} bytes; no SMS is that long")
    try:
        text = raw.decode("utf-8-sig")  # a mark at the beginning is the file's, and no text
    except UnicodeDecodeError as wrong:
        raise InvalidText(
            f"standard input is not UTF-8 at byte {wrong.start + 1}; convert it first, such as with iconv"
        ) from None
    whole = text.removesuffix("\n").removesuffix("\r") if text.endswith("\r\n") else text.removesuffix("\n")
    return whole, whole != text


def _check_arrived_whole(text: str) -> None:
    """Refuse an argument that was not in the shell's encoding; Python keeps such bytes as surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as wrong:
        raise InvalidText(
            f"the text is not UTF-8 at character {wrong.start + 1}; convert it first, such as with iconv",
            index=wrong.start,
        ) from None


def _show(text: str, segmentation: Segmentation, out: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    from straks.cli.show_sms import marked
    from straks.core.ledger import gateway_count, is_truncated, recorded_count
    from straks.preview.figures import UNITS, name, stand_in, strangers
    from straks.preview.words import counted

    unit = UNITS[segmentation.encoding]
    out.print(marked(segmentation))
    out.print()
    facts = Table.grid(padding=(0, 2))
    facts.add_row("encoding", str(segmentation.encoding), "one for the whole message")
    facts.add_row("units", str(segmentation.units), f"{unit}s, headers excluded")
    sizes = " + ".join(str(part.units) for part in segmentation.segments)
    facts.add_row(
        "segments",
        str(len(segmentation)),
        f"sent and billed by the network: {sizes} {unit}s, {segmentation.spare} spare",
    )
    facts.add_row(
        "gateway count",
        str(gateway_count(text)),
        "cut off: the gateway carries 16 and drops the rest"
        if is_truncated(text)
        else "what the gateway carries: 160, then 134 each; at most 16",
    )
    facts.add_row(
        "recorded count",
        str(recorded_count(text)),
        "noted by the service, by URL-encoded length; no effect",
    )
    out.print(facts)
    if not segmentation.foreign:
        return
    out.print()
    out.print(f"{counted(len(segmentation.foreign), 'character')} that GSM-7 lacks, each with its stand-in:")
    foreigners = Table.grid(padding=(0, 2))
    for foreign, times in strangers(segmentation.foreign):
        where = f"at {foreign.index}" + (f" and {times - 1} more" if times > 1 else "")
        foreigners.add_row(Text(name(foreign), "red"), stand_in(foreign), where)
    out.print(foreigners)
    if cheaper := _with_stand_ins(text, segmentation):
        cost = f"{cheaper.encoding}, {counted(len(cheaper), 'segment')}"
        out.print(f"With these stand-ins: {cost}. None is applied by itself.")


def _with_stand_ins(text: str, segmentation: Segmentation) -> Segmentation | None:
    """Count *text* with every stand-in applied; None where one is missing."""
    from straks.core.segment import Encoding, segment

    parts: list[str] = []
    done = 0
    for foreign in segmentation.foreign:
        if foreign.substitute is None:
            return None
        parts += [text[done : foreign.index], foreign.substitute]
        done = foreign.index + len(foreign.character)
    return segment("".join([*parts, text[done:]]), encoding=Encoding.GSM7)
