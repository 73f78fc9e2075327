"""
Where a policy stands: in the nearest ``straks.toml``, or pyproject.toml with a ``[tool.straks]``.

Nearest to the templates, so that each folder of them has its own. The search is the same in a folder
and in a revision of one; only how a file is read differs.
"""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, TypeVar

from straks.errors import InvalidSetting
from straks.policy.settings import Policy, read_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

P = TypeVar("P", bound=PurePath)

SETTINGS: Final = ("straks.toml", "pyproject.toml")


def policy_above(folder: Path) -> tuple[Policy, Path | None]:
    """
    Return the policy that holds for *folder* and the file it stands in; the default one is in none.

    Raises:
        InvalidSetting: It cannot be read.
    """
    within = folder.absolute()
    return policy_among((within, *within.parents), _content)


def policy_of_sender(folders: Sequence[Path]) -> Policy:
    """
    Return the policy that a message out of *folders* is sent under: that above the last, or else above here.

    Raises:
        InvalidSetting: It cannot be read.
    """
    return policy_above(folders[-1] if folders else Path())[0]


def policy_among(folders: Iterable[P], read: Callable[[P], bytes | None]) -> tuple[Policy, P | None]:
    """Return the first policy in *folders*, where *read* returns what is in a file, None if there is none."""
    for folder in folders:
        for name in SETTINGS:
            file = folder / name
            content = read(file)
            if content is None:
                continue
            try:
                text = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                raise InvalidSetting(f"{file} is not UTF-8; save it as UTF-8") from None
            if name == SETTINGS[0] or _has_ours(text):
                return read_policy(text, str(file)), file
    return Policy(), None


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _has_ours(text: str) -> bool:
    try:
        tools: object = tomllib.loads(text).get("tool")
    except (tomllib.TOMLDecodeError, RecursionError):
        return True  # which is then said
    return isinstance(tools, dict) and "straks" in tools
