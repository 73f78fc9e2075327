"""
Finds template folders and hands their text to the core.

The one module that knows where templates lie: those that ship with straks are in the package, or
in ``templates/`` at the root of a checkout; yours are where you say. Several folders overlay, the
later over the earlier, template by template: a template of your own replaces a shipped one of the
same name whole, and never mixes its texts with another's manifest. The shared parts that ship
(folders that begin with an underscore) are always there, so that your e-mails have a layout
without your copying one; a file of yours at the same path replaces it.

A folder is whatever somebody left there: links are followed but never round in circles, only regular
files are opened (a pipe would wait for ever), and what cannot be read is an error about that file, so
that a check can tell it and look at the rest.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from straks import proof
from straks.core import catalog
from straks.core.gate import OPEN
from straks.core.given import require
from straks.core.noting import Noting
from straks.errors import BrokenManifest, BrokenTemplate, InvalidSetting
from straks.policy.gate import PolicyGate
from straks.policy.settings import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping, Sequence
    from pathlib import Path

    from straks.errors import TemplateError

DEFAULT_POLICY: Final = Policy()

ENDINGS: Final = (".toml", ".txt", ".html")
LARGEST: Final = 200_000
"""Bytes of a file: twice what a mail program shows before it cuts a message off."""
_MOST_NAMED: Final = 10
"""Places of broken files in one sentence."""
_MARK: Final = "\ufeff"


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
            BrokenTemplate: A text cannot be used, is not UTF-8 or is too large. Where several texts or
                manifests cannot be used, it is the error of the first, and its sentence names the others.

        >>> "one-time-code" in Catalog.load()
        True
        """
        gate = OPEN if policy is None else PolicyGate(policy)
        shipped = read_folder(_shipped())
        if not paths:
            known = proof.kept(shipped)
            if known is None:
                return cls(shipped, gate)
            if policy is not None and policy == DEFAULT_POLICY:
                gate = PolicyGate(policy, known.proven, known.good_senders)
            return cls(shipped, gate, sound=known.sound)
        from pathlib import Path

        merged = {path: text for path, text in shipped.items() if path.startswith("_")}
        for path in paths:
            require(path, (str, os.PathLike), "Catalog.load takes paths one after another (str, or a path)")
            folder = Path(path)
            found = read_folder(folder)
            if not any(name.endswith(f"/{catalog.MANIFEST_FILE}") for name in found):
                raise InvalidSetting(
                    f"{folder} holds no template; a template is a folder with {catalog.MANIFEST_FILE} in "
                    f"it, such as {folder / 'my-message' / catalog.MANIFEST_FILE}"
                )
            replaced = {name.partition("/")[0] for name in found if not name.startswith("_")}
            merged = {name: text for name, text in merged.items() if name.partition("/")[0] not in replaced}
            merged |= found
        broken: list[TemplateError] = []
        loaded = cls(merged, gate, broken)
        if broken:
            raise _naming_all(broken)
        return loaded


def _naming_all(broken: Sequence[TemplateError]) -> TemplateError:
    """Return the first of the errors, with the places of the others in its sentence."""
    first, *others = broken
    if not others:
        return first
    places = list(dict.fromkeys(map(_where, others)))
    named = "; ".join(places[:_MOST_NAMED]) + ("; …" if len(places) > _MOST_NAMED else "")
    return type(first)(
        f"{first} (and {len(others)} more: {named}; straks check shows them all)",
        template=first.template,
        locale=first.locale,
        file=first.file,
        line=first.line,
        parameter=first.parameter,
    )


def _where(error: TemplateError) -> str:
    return f"{error.file}" if error.line is None else f"{error.file}, line {error.line}"


def shipped_folder() -> Path:
    """Return the folder of the templates that ship with straks."""
    from pathlib import Path

    return Path(_shipped())


def _shipped() -> str:
    here = os.path.dirname(__file__)
    packaged = os.path.join(here, "_templates")
    return (
        packaged
        if os.path.isdir(packaged)
        else os.path.join(os.path.dirname(os.path.dirname(here)), "templates")
    )


@dataclass(frozen=True, slots=True)
class Source:
    """A text file of a catalog: where it lies, and what is in it to the byte."""

    file: Path
    raw: str

    @property
    def text(self) -> str:
        """The text as templates and rules see it."""
        return seen(self.raw)


def seen(raw: str) -> str:
    r"""
    Return the text of a file as templates and rules see it: no byte order mark, line feeds alone.

    >>> seen("\ufeffa\r\nb")
    'a\nb'
    """
    return raw.removeprefix(_MARK).replace("\r\n", "\n").replace("\r", "\n")


def read_folder(folder: str | os.PathLike[str]) -> dict[str, str]:
    """
    Read the text files below *folder* by their path in it; hidden files are passed over.

    Raises:
        InvalidSetting: There is no such folder.
        BrokenManifest: A ``template.toml`` cannot be read.
        BrokenTemplate: Another file cannot be.
    """
    if not os.path.isdir(folder):
        raise _no_folder(folder)
    return {found.path: seen(_read(found)) for found in text_files(folder)}


def read_sources(
    folder: Path,
    unreadable: list[TemplateError] | None = None,
    kept: MutableMapping[str, Kept] | None = None,
) -> dict[str, Source]:
    """
    Read the text files below *folder*, as `read_folder` does, and say where each lies.

    What is wrong with a file is raised, or noted in *unreadable* where that is given. What is *kept* of files
    by where they lie is not read again until somebody touches the file.
    """
    from pathlib import Path

    if not folder.is_dir():
        raise _no_folder(folder)
    sources: dict[str, Source] = {}
    for found in text_files(folder, unreadable):
        before = None if kept is None else kept.get(found.file)
        if before is not None and before.mark == found.mark:
            sources[found.path] = before.source
            continue
        with Noting(unreadable):
            sources[found.path] = Source(Path(found.file), _read(found))
            if kept is not None:
                kept[found.file] = Kept(found.mark, sources[found.path])
    return sources


@dataclass(frozen=True, slots=True)
class Found:
    """
    A text file of a catalog, not read yet: its path in the catalog and where it lies.

    ``mark`` is another one as soon as somebody writes to the file, or puts another in its place.
    """

    path: str
    file: str
    mark: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was in a file that bore a mark."""

    mark: tuple[int, int, int, int]
    source: Source


def text_files(
    folder: str | os.PathLike[str], unreadable: list[TemplateError] | None = None
) -> Iterator[Found]:
    """Yield the text files below *folder* in the order of their paths; hidden ones are passed over."""
    return _files(os.fspath(folder), "", (_place(folder),), unreadable)


def unreadable_file(path: str, why: str, line: int | None = None) -> TemplateError:
    """Return the error that the file *path* of a catalog cannot be used, and why."""
    path = path.encode(errors="backslashreplace").decode()
    kind = BrokenManifest if path.endswith(".toml") else BrokenTemplate
    where = path if line is None else f"{path}, line {line}"
    return kind(f"{where}: {why}", file=path, line=line)


def as_text(content: bytes, path: str) -> str:
    """
    Return the text of the file *path* of a catalog.

    Raises:
        TemplateError: It is too large, or not UTF-8.
    """
    if len(content) > LARGEST:
        raise unreadable_file(path, f"is over {LARGEST} bytes; no message is that long")
    try:
        return content.decode()
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise unreadable_file(path, "is not UTF-8; save it as UTF-8", line) from None


def path_in_catalog(name: str) -> str:
    """
    Return a file's *name* as its path in a catalog: composed.

    File systems spell «å» in two ways, and ids are made from names.

    Raises:
        TemplateError: It is not UTF-8.
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        raise unreadable_file(name, "its name is not UTF-8; rename it") from None
    return unicodedata.normalize("NFC", name)


def _files(
    folder: str,
    prefix: str,
    here: tuple[tuple[int, int], ...],
    unreadable: list[TemplateError] | None,
) -> Iterator[Found]:
    """Yield the text files below *folder*, which is the last of the places *here*, around each other."""
    with os.scandir(folder) as entries:
        there = sorted(entries, key=lambda entry: entry.name)
    for entry in there:
        if entry.name.startswith("."):
            continue
        path = prefix + entry.name
        is_text = bool(prefix) and entry.name.endswith(ENDINGS)
        with Noting(unreadable):
            try:
                status = entry.stat()
                if stat.S_ISDIR(status.st_mode):
                    place = _place(entry.path)
                    if place in here:
                        raise unreadable_file(path, "is a link back to a folder around it; take it away")
                    yield from _files(entry.path, f"{path}/", (*here, place), unreadable)
                elif is_text:
                    if not stat.S_ISREG(status.st_mode):
                        raise unreadable_file(path, "is a pipe or a device, and no file; take it away")
                    yield Found(path_in_catalog(path), entry.path, mark_of(status))
            except OSError as error:
                if is_text or not entry.is_symlink():
                    raise _no_access(path, error) from None


def _place(folder: str | os.PathLike[str]) -> tuple[int, int]:
    status = os.stat(folder)
    return status.st_dev, status.st_ino


def mark_of(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return what tells a file that was written to from the same file before."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _no_access(path: str, error: OSError) -> TemplateError:
    return unreadable_file(path, f"cannot be read: {error.strerror}; make it readable, or take it away")


def _no_folder(folder: str | os.PathLike[str]) -> InvalidSetting:
    return InvalidSetting(f"there is no folder {folder}; name one that holds templates")


def _read(found: Found) -> str:
    try:
        with open(found.file, "rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise _no_access(found.path, error) from None
    return as_text(content, found.path)
