"""Options that belong together: a command takes them as one value, under one name."""

from __future__ import annotations

from dataclasses import fields
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

F = TypeVar("F", bound="Callable[..., Any]")


def in_one(command: F, name: str, kind: type[Any], options: Sequence[Callable[[Any], Any]]) -> F:
    """Give *command* the *options*, each a field of the dataclass *kind*, as the argument *name*."""

    @wraps(command)
    def called(**given: Any) -> Any:  # noqa: ANN401 - click's
        told = {field.name: given.pop(field.name) for field in fields(kind)}
        return command(**{name: kind(**told)}, **given)

    with_options: Any = called
    for option in reversed(options):
        with_options = option(with_options)
    return cast("F", with_options)
