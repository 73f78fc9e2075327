"""A rate, as it is typed: so many in a second, a minute or an hour."""

from __future__ import annotations

import re
from typing import Any, Final

import click

_UNITS_S: Final = {"": 1, "s": 1, "min": 60, "h": 3600}
_WRITTEN: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(?: ?/ ?(s|min|h))?")


class Rate(click.ParamType[float]):
    """Orders a second, read from such as ``50/s``, ``3000/min`` or ``50``."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's
        """Read *value*."""
        found = _WRITTEN.fullmatch(str(value).strip())
        if found is None or not float(found[1]):
            raise click.BadParameter(
                "it takes how many orders leave, in a second, a minute or an hour: 50/s, 3000/min, 20000/h",
                ctx,
                param,
            )
        return float(found[1]) / _UNITS_S[found[2] or ""]
