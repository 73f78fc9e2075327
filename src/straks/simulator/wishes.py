"""What somebody asks of the simulator's own places: JSON, read with sentences for what cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.errors import InvalidSetting
from straks.simulator import answers
from straks.simulator.json_reader import is_object, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from straks.simulator.desk import Desk
    from straks.simulator.visit import Handler, Visit
    from straks.wire.exchange import Response


def wishes_in(body: bytes, *known: str) -> dict[str, object]:
    """
    Return the members of *body*.

    Raises:
        InvalidSetting: It is no JSON object, or has one that is not *known*.
    """
    wishes = read_json(body)
    if not is_object(wishes):
        raise InvalidSetting(f"the body must be a JSON object with {' and '.join(known)}")
    for name in wishes:
        if name not in known:
            raise InvalidSetting(f"there is no setting of that name here; known are {', '.join(known)}")
    return wishes


def whole(wishes: Mapping[str, object], name: str) -> int | None:
    """Return a whole number, None where it is missing."""
    value = wishes.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidSetting(f'{name} must be a whole number; send {{"fault": "503", "{name}": 3}}')


def number(wishes: Mapping[str, object], name: str) -> float | None:
    """Return a number, None where it is missing."""
    value = wishes.get(name)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise InvalidSetting(f'{name} must be a number; send {{"fault": "delay", "{name}": 0.5}}')


def text(wishes: Mapping[str, object], name: str) -> str | None:
    """Return a text, None where it is missing."""
    value = wishes.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InvalidSetting(f'{name} must be text; send {{"fault": "503", "{name}": "sms"}}')


def kindly(handler: Callable[[Desk, Visit], Response]) -> Handler:
    """Turn the error about a setting that cannot be used into an answer that says so."""

    def answer(desk: Desk, visit: Visit) -> Response:
        try:
            return handler(desk, visit)
        except InvalidSetting as error:
            return answers.own_error(str(error))

    return answer
