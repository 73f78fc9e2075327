"""
``template.toml``: what a message is for, and what may fill it.

A manifest is read once and strictly. A misspelt key is an error that names the nearest one, since
a limit that silently does not apply is worse than none; every bound that sending needs later (the
time to live the service accepts, for one) is settled here, so that no value can break it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from straks.core.declaration import Table, Wrong, get, one_of, only, read_parameter
from straks.core.locale import LOCALES
from straks.core.number_kinds import Duration
from straks.errors import BrokenManifest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from straks.core.parameter import Parameter

TIME_TO_LIVE_LEAST: Final = timedelta(seconds=60)
TIME_TO_LIVE_MOST: Final = timedelta(hours=48)
"""What the service takes: 60 to 172 800 seconds (Altinn Notifications, instant SMS)."""

CHANNELS: Final = ("sms", "email")


class Purpose(StrEnum):
    """What a message is for; it decides which rules apply."""

    AUTHENTICATION = "authentication"
    ALERT = "alert"
    CONFIRMATION = "confirmation"
    NOTICE = "notice"


class Repeat(StrEnum):
    """Whether the same message may reach a person twice when a sending is in doubt."""

    HARMLESS = "harmless"
    HARMFUL = "harmful"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a ``template.toml`` says, checked."""

    purpose: Purpose
    repeat: Repeat = Repeat.HARMFUL
    time_to_live: timedelta | str | None = None
    encoding: str = "gsm-7"
    bound_line: bool = False
    fallback: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    languages: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: MappingProxyType({}))


def read_manifest(text: str, *, template: str, file: str, document: dict[str, Any] | None = None) -> Manifest:
    """
    Read a ``template.toml``; *document* is its TOML, where that is known.

    Raises:
        BrokenManifest: It is not TOML, or it says something that cannot be; names the place.
    """
    if document is None:
        document = _toml(text, template, file)
    parameter: str | None = None
    try:
        only(document, ("template", "parameters"))
        head = _table_of(document, "template")
        parameters: dict[str, Parameter] = {}
        declared = document.get("parameters", {})
        if not isinstance(declared, dict):
            raise Wrong("[parameters] must be a table", "parameters")  # noqa: TRY301 - every fault of a manifest gets its place below
        for parameter, table in cast("Table", declared).items():
            parameters[parameter] = read_parameter(parameter, table)
        parameter = None
        return _head(head, parameters)
    except Wrong as wrong:
        line = _line_of(text, parameter, wrong.key)
        where = f"{file}, line {line}" if line else file
        what = f"parameter {parameter!r}: {wrong}" if parameter is not None else str(wrong)
        raise BrokenManifest(
            f"{where}: {what}", template=template, file=file, line=line, parameter=parameter
        ) from None


def _toml(text: str, template: str, file: str) -> dict[str, Any]:
    from straks.core.toml import NotToml, read_toml

    try:
        return read_toml(text)
    except NotToml as error:
        found = re.search(r"\(at line (\d+)", str(error))
        raise BrokenManifest(
            f"{file} is not valid TOML: {error}",
            template=template,
            file=file,
            line=int(found[1]) if found else None,
        ) from None


_QUOTES: Final = {ord(quote): None for quote in "\"'"}
"""What may stand around a key, and is no part of it."""


def _line_of(text: str, parameter: str | None, key: str | None) -> int | None:
    """Find the line of *key*, or of the table it belongs to; None where the TOML is not written in lines."""
    table = "template" if parameter is None else f"parameters.{parameter}"
    first: int | None = None
    inside = ""
    for number, line in enumerate(text.split("\n"), start=1):
        said = "".join(line.split()).translate(_QUOTES).partition("#")[0]
        if said.startswith("["):
            place = inside = said.strip("[").partition("]")[0]
        else:
            place = f"{inside}.{said.partition('=')[0]}".removeprefix(".")
        within = place == table or place.startswith(f"{table}.")
        if key and (f".{place}.".startswith(f".{key}.") or (within and f".{key}." in f"{place}.")):
            return number
        if within and first is None:
            first = number
    return first


def _head(head: Table, parameters: dict[str, Parameter]) -> Manifest:
    keys = (
        "purpose",
        "repeat",
        "time-to-live",
        "encoding",
        "bound-line",
        "fallback",
        "languages",
        "channels",
    )
    only(head, keys)
    fallback = head.get("fallback", {})
    if not isinstance(fallback, dict):
        raise Wrong('fallback must be a table such as { se = "nb" }', "fallback")
    for wanted, given in cast("Table", fallback).items():
        if given not in LOCALES or wanted == given:
            raise Wrong(
                f"fallback: {wanted} must lead to one of {', '.join(LOCALES)}, other than itself", "fallback"
            )
    return Manifest(
        purpose=Purpose(one_of(head, "purpose", [purpose.value for purpose in Purpose])),
        repeat=Repeat(one_of(head, "repeat", [repeat.value for repeat in Repeat], Repeat.HARMFUL.value)),
        time_to_live=_time_to_live(head.get("time-to-live"), parameters),
        encoding=one_of(head, "encoding", ["gsm-7", "ucs-2"], "gsm-7"),
        bound_line=get(head, "bound-line", bool, default=False),
        fallback=MappingProxyType(dict(cast("dict[str, str]", fallback))),
        languages=_list_of(head, "languages", LOCALES) if "languages" in head else None,
        channels=_list_of(head, "channels", CHANNELS) if "channels" in head else None,
        parameters=MappingProxyType(parameters),
    )


def _time_to_live(given: object, parameters: Mapping[str, Parameter]) -> timedelta | str | None:
    if given is None:
        return None
    key = "time-to-live"
    limits = "60 to 172800 seconds, as the service does"
    if isinstance(given, int) and not isinstance(given, bool):
        if not TIME_TO_LIVE_LEAST.total_seconds() <= given <= TIME_TO_LIVE_MOST.total_seconds():
            raise Wrong(f"{key} is {given} seconds; it takes {limits}", key)
        return timedelta(seconds=given)
    parameter = parameters.get(given) if isinstance(given, str) else None
    if not isinstance(parameter, Duration):
        raise Wrong(f"{key} must be seconds, or the name of a parameter of kind duration", key)
    if parameter.optional:
        raise Wrong(f"{key} is {given!r}, which is optional; it must always be there", key)
    if parameter.min < TIME_TO_LIVE_LEAST or parameter.max > TIME_TO_LIVE_MOST:
        raise Wrong(
            f"{key} is {given!r}, which may be shorter or longer than allowed; it takes {limits}", key
        )
    return str(given)


def _table_of(document: Table, key: str) -> Table:
    table = document.get(key)
    if not isinstance(table, dict):
        raise Wrong(f"there is no [{key}] table; write one that says what the message is for", key)
    return cast("Table", table)


def _list_of(table: Table, key: str, known: Collection[str]) -> tuple[str, ...]:
    values = table[key]
    if (
        not isinstance(values, list)
        or not values
        or any(value not in known for value in cast("list[object]", values))
    ):
        raise Wrong(f"{key} must be a list out of {', '.join(known)}", key)
    return tuple(dict.fromkeys(cast("list[str]", values)))
