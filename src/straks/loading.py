"""
Finds template folders and hands their text to the core.

The one module that knows where templates lie: those that ship with straks are in the package, or
in ``templates/`` at the root of a checkout; yours are where you say. Several folders overlay, the
later over the earlier, template by template: a template of your own replaces a shipped one of the
same name whole, and never mixes its texts with another's manifest. The shared parts that ship
(folders that begin with an underscore) are always there, so that your e-mails have a layout
without your copying one; a file of yours at the same path replaces it.
"""

from __future__ import annotations

import unicodedata
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from straks.core import catalog
from straks.core.gate import OPEN
from straks.errors import BrokenManifest, BrokenTemplate, InvalidSetting, TemplateError
from straks.policy.gate import PolicyGate
from straks.policy.settings import Policy

if TYPE_CHECKING:
    import os

DEFAULT_POLICY: Final = Policy()

_ENDINGS = (".toml", ".txt", ".html")
_LARGEST = 1_000_000
"""Bytes; no message that an instant channel carries comes near."""


class Catalog(catalog.Catalog):
    """The catalog of `straks.core.catalog`, with a way to load it from folders."""

    @classmethod
    def load(cls, *paths: str | os.PathLike[str], policy: Policy | None = DEFAULT_POLICY) -> Catalog:
        """
        Load the shipped templates, or those in *paths*, the later over the earlier.

        Each template is held against *policy* once, when it is first used: one with an error makes
        no message but a `straks.PolicyError`, and so does an order that the policy does not let go.
        With None the catalog goes without.

        Raises:
            InvalidSetting: A path is no folder, or holds no template.
            BrokenManifest: A ``template.toml`` cannot be used.
            BrokenTemplate: A text cannot be used, is not UTF-8 or is too large.

        >>> "one-time-code" in Catalog.load()
        True
        """
        gate = OPEN if policy is None else PolicyGate(policy)
        shipped = read_folder(shipped_folder())
        if not paths:
            return cls(shipped, gate)
        merged = {path: text for path, text in shipped.items() if path.startswith("_")}
        for path in paths:
            found = read_folder(Path(path))
            if not any(name.endswith(f"/{catalog.MANIFEST_FILE}") for name in found):
                raise InvalidSetting(
                    f"{path} holds no template; a template is a folder with {catalog.MANIFEST_FILE} in it, "
                    f"such as {Path(path) / 'my-message' / catalog.MANIFEST_FILE}"
                )
            replaced = {name.partition("/")[0] for name in found if not name.startswith("_")}
            merged = {name: text for name, text in merged.items() if name.partition("/")[0] not in replaced}
            merged |= found
        return cls(merged, gate)


def shipped_folder() -> Path:
    """Return the folder of the templates that ship with straks."""
    packaged = Path(str(package_files("straks"))) / "_templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"


def read_folder(folder: Path, unreadable: list[TemplateError] | None = None) -> dict[str, str]:
    """
    Read the text files below *folder* by their path in it; hidden files are passed over.

    What is wrong with a file is raised, or noted in *unreadable* where that is given.
    """
    if not folder.is_dir():
        raise InvalidSetting(f"there is no folder {folder}; name one that holds templates")
    texts: dict[str, str] = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if (
            file.suffix not in _ENDINGS
            or len(path.parts) == 1
            or any(part.startswith(".") for part in path.parts)
        ):
            continue
        if file.is_file():
            # Composed, since file systems spell «å» in two ways and ids are made from names.
            name = unicodedata.normalize("NFC", path.as_posix())
            try:
                texts[name] = _read(file, name)
            except TemplateError as error:
                if unreadable is None:
                    raise
                unreadable.append(error)
    return texts


def _read(file: Path, path: str) -> str:
    error = BrokenManifest if path.endswith(".toml") else BrokenTemplate
    if file.stat().st_size > _LARGEST:
        raise error(f"{path}: is over {_LARGEST} bytes; no message is that long", file=path)
    try:
        return file.read_text("utf-8-sig")  # which makes every line end a line feed
    except UnicodeDecodeError as wrong:
        line = file.read_bytes()[: wrong.start].count(b"\n") + 1
        raise error(f"{path}, line {line}: is not UTF-8; save it as UTF-8", file=path, line=line) from None
