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

from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING

from straks.core import catalog
from straks.errors import BrokenManifest, BrokenTemplate, InvalidSetting

if TYPE_CHECKING:
    import os

_ENDINGS = (".toml", ".txt", ".html")
_LARGEST = 1_000_000
"""Bytes; no message that an instant channel carries comes near."""


class Catalog(catalog.Catalog):
    """The catalog of `straks.core.catalog`, with a way to load it from folders."""

    @classmethod
    def load(cls, *paths: str | os.PathLike[str]) -> Catalog:
        """
        Load the shipped templates, or those in *paths*, the later over the earlier.

        Raises:
            InvalidSetting: A path is no folder, or holds no template.
            BrokenManifest: A ``template.toml`` cannot be used.
            BrokenTemplate: A text cannot be used, is not UTF-8 or is too large.

        >>> "one-time-code" in Catalog.load()
        True
        """
        shipped = read_folder(shipped_folder())
        if not paths:
            return cls(shipped)
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
        return cls(merged)


def shipped_folder() -> Path:
    """Return the folder of the templates that ship with straks."""
    packaged = Path(str(package_files("straks"))) / "_templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "templates"


def read_folder(folder: Path) -> dict[str, str]:
    """Read the text files below *folder* by their path in it; hidden files are passed over."""
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
            texts[path.as_posix()] = _read(file, path.as_posix())
    return texts


def _read(file: Path, path: str) -> str:
    error = BrokenManifest if path.endswith(".toml") else BrokenTemplate
    if file.stat().st_size > _LARGEST:
        raise error(f"{path}: is over {_LARGEST} bytes; no message is that long", file=path)
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = file.read_bytes()[: wrong.start].count(b"\n") + 1
        raise error(f"{path}, line {line}: is not UTF-8; save it as UTF-8", file=path, line=line) from None
    return text.replace("\r\n", "\n")
