"""Pages that are one file: Jinja beside this module, escaped, with the style that they share."""

from __future__ import annotations

from functools import partial
from typing import Final

from straks.preview import rendered

render: Final = partial(rendered.render, "straks.cli")
"""Return the page of that name, a file of this package, filled."""
