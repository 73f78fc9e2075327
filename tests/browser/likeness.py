"""
Whether a page looks as it did: the same shapes of light and dark in the same places.

A screenshot is reduced to blocks of brightness, far larger than a letter, and held against a picture that is
kept. Another font moves letters within their blocks and changes little; a column that is gone, a panel in
the wrong colour or a page without its style changes many blocks by much. What is kept is small and can be
looked at. ``STRAKS_TESTS_REDRAW=1`` keeps what is seen instead, for whoever has changed a page on purpose.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

KEPT: Final = Path(__file__).parents[1] / "vectors" / "pages"
WIDTH: Final = 320
"""How wide a picture is kept, in pixels."""
BLOCK: Final = 8
"""How many of them a block is wide and high: some 34 of a page's own, two lines of text."""
MUCH: Final = 26
"""From which difference in brightness, of 255, a block looks another: a tenth."""
FEW: Final = 0.06
"""The share of blocks that may."""


def reduced(picture: bytes) -> Image.Image:
    """Return a screenshot in grey, and as small as it is kept."""
    image = Image.open(BytesIO(picture)).convert("L")
    return image.resize((WIDTH, round(image.height * WIDTH / image.width)), Image.Resampling.BOX)


def unlike(one: Image.Image, other: Image.Image) -> float:
    """Return the share of blocks that look another; all of them where the pictures have other sizes."""
    if one.size != other.size:
        return 1.0
    size = (one.width // BLOCK, one.height // BLOCK)
    mine, theirs = (image.resize(size, Image.Resampling.BOX).tobytes() for image in (one, other))
    return sum(abs(a - b) >= MUCH for a, b in zip(mine, theirs, strict=True)) / len(mine)


def difference(picture: bytes, name: str) -> float:
    """Return how unlike a screenshot is to what is kept under *name*."""
    path, seen = KEPT / f"{name}.png", reduced(picture)
    if os.environ.get("STRAKS_TESTS_REDRAW") == "1":
        KEPT.mkdir(exist_ok=True)
        seen.save(path, optimize=True)
    return unlike(seen, Image.open(path))
