"""
Where a policy stands: in the nearest ``straks.toml``, or pyproject.toml with a ``[tool.straks]``.

Nearest to the templates, so that each folder of them has its own. The search is the same at the command
line, in a program, and in a revision of a folder; only how a file is read differs.
"""

from __future__ import annotations

import os
from dataclasses import fields
from types import NoneType
from typing import TYPE_CHECKING, Final, TypeVar

from straks.core.given import require
from straks.errors import InvalidSetting
from straks.policy import settings
from straks.policy.settings import read_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path, PurePath

P = TypeVar("P", bound="PurePath")

SETTINGS: Final = ("straks.toml", "pyproject.toml")


class Policy(settings.Policy):
    """
    The policy; the defaults are what a Norwegian state body needs.

    Every field is a key of the settings file, with hyphens for underscores; `straks.policy.settings.KEYS`
    documents them. Any collection does for several values. `load` reads one from its file.

    Raises:
        InvalidSetting: A value cannot be; says what it looks like.
    """

    __slots__ = ()

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> Policy:
        """
        Load the policy that holds for a folder, as ``straks check`` finds it.

        In the folder and then in each above it, a ``straks.toml`` comes first, and a pyproject.toml counts
        where it has a ``[tool.straks]``. Where there is neither, it is the default policy. That each code in
        ``select`` and ``ignore`` is a rule is for ``straks check`` to say, which knows those of plugins.

        Args:
            path: The folder of the templates; None for where the program runs. Or the file itself, of
                whatever name: one called pyproject.toml must have a ``[tool.straks]``.

        Raises:
            InvalidSetting: There is no such place, a file cannot be read or is not TOML, or a key or value
                cannot be; names the file, and the nearest key.
        """
        from pathlib import Path

        require(path, (str, os.PathLike, NoneType), "Policy.load takes a folder, or a file (str, or a path)")
        found = _at(Path(path or "."))
        return cls(*(getattr(found, each.name) for each in fields(found)))


def policy_above(folder: Path) -> tuple[settings.Policy, Path | None]:
    """
    Return the policy that holds for *folder* and the file it stands in; the default one is in none.

    Raises:
        InvalidSetting: It cannot be read.
    """
    within = folder.absolute()
    return policy_among((within, *within.parents), _content)


def policy_of_sender(folders: Sequence[Path]) -> settings.Policy:
    """
    Return the policy that a message out of *folders* is sent under: that above the last, or else above here.

    Raises:
        InvalidSetting: It cannot be read.
    """
    from pathlib import Path

    return policy_above(folders[-1] if folders else Path())[0]


def policy_among(folders: Iterable[P], read: Callable[[P], bytes | None]) -> tuple[settings.Policy, P | None]:
    """Return the first policy in *folders*, where *read* returns what is in a file, None if there is none."""
    for folder in folders:
        for name in SETTINGS:
            file = folder / name
            content = read(file)
            if content is None:
                continue
            text = _text(content, file)
            if name == SETTINGS[0] or _has_ours(text):
                return read_policy(text, str(file)), file
    return settings.Policy(), None


def _at(place: Path) -> settings.Policy:
    content = _content(place)
    if content is None:
        if place.is_dir():
            return policy_above(place)[0]
        what = "is neither a file nor a folder" if place.exists() else "is not there"
        raise InvalidSetting(f"{place} {what}; name the folder of your templates, or the file of your policy")
    text = _text(content, place)
    if place.name == SETTINGS[1] and not _has_ours(text):
        raise InvalidSetting(f"{place} has no [tool.straks]; add one, or name a {SETTINGS[0]}")
    return read_policy(text, str(place))


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes() if file.is_file() else None
    except OSError as error:
        raise InvalidSetting(
            f"{file} cannot be read: {error.strerror}; make it readable, or take it away"
        ) from None


def _text(content: bytes, file: PurePath) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidSetting(f"{file} is not UTF-8; save it as UTF-8") from None


def _has_ours(text: str) -> bool:
    from straks.core.toml import NotToml, read_toml

    try:
        tools: object = read_toml(text).get("tool")
    except NotToml:
        return True  # which is then said
    return isinstance(tools, dict) and "straks" in tools
