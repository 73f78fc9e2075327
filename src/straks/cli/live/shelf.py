"""
The catalog as it stands on disk, read anew whenever a file of it has changed.

A change is found by looking: which files there are, how large, and when they were last touched. That works
in a container and on a network's disk, where nobody tells of changes, and what it costs is known. Reading
follows `straks check` to the letter, so page and check see the same templates under the same policy.

One template is parsed when it is shown, with the parts that templates share and nothing else. So a save is
seen as fast in a catalog of hundreds, and a template that is broken is broken by itself.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from straks.cli.checking import called, default_folder, roots_of
from straks.cli.policies import SETTINGS
from straks.core.template import Template
from straks.errors import StraksError, TemplateError
from straks.loading import ENDINGS, shipped_folder
from straks.policy.sweep import sound
from straks.preview.pages import Case
from straks.preview.taking import page_of_error, page_of_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from straks.cli.checking import Root
    from straks.preview.pages import Page


class Subject:
    """A template of the catalog, or the error in its place; what takes long is worked out once."""

    def __init__(self, root: Root, name: str) -> None:
        self.root = root
        self.name = name

    @cached_property
    def it(self) -> Template | TemplateError:
        """The template, or why there is none."""
        catalog, broken = sound(self.root.files, self.root.unreadable, {self.name})
        if self.name in catalog:
            return catalog[self.name]
        own = (error for error in broken if (error.file or "").startswith(f"{self.name}/"))
        return next(own, broken[0])

    @property
    def folder(self) -> str | None:
        """The folder that a catalog is to be loaded from; None for what ships."""
        return None if self.root.folder == shipped_folder() else called(self.root.folder)

    @property
    def example(self) -> Mapping[str, Any]:
        """The values that it is first shown with."""
        return self.it.examples if isinstance(self.it, Template) else {}

    def page(self, case: Case, values: Mapping[str, Any]) -> Page:
        """Return what is to be seen in *case*; *values* fill the example."""
        if isinstance(self.it, TemplateError):
            return page_of_error(self.it, self.root.files)
        if case is Case.EXAMPLE:
            return page_of_template(self.it, cases=(case,), rules=None, values=values)
        if case not in self._kept:
            self._kept[case] = page_of_template(self.it, cases=(case,), rules=None)
        return self._kept[case]

    @cached_property
    def inspected(self) -> Page:
        """Its files with what was found in them."""
        if isinstance(self.it, TemplateError):
            return page_of_error(self.it, self.root.files)
        return page_of_template(self.it, cases=(Case.EXAMPLE,), policy=self.root.policy, sources=True)

    @cached_property
    def _kept(self) -> dict[Case, Page]:
        return {}


class Sight:
    """
    The catalog at one moment.

    ``stamp`` is another one as soon as a file changes. ``trouble`` says why there is no catalog at all.
    """

    def __init__(self, stamp: str, roots: Sequence[Root], trouble: str | None = None) -> None:
        self.stamp = stamp
        self.trouble = trouble
        self.subjects: Final = {
            name if len(roots) == 1 else f"{called(root.folder)}/{name}": Subject(root, name)
            for root in roots
            for name in _names(root)
        }


class Shelf:
    """
    Folders of templates, looked at again and again; from any thread.

    Args:
        paths: As for ``straks check``.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = [path.absolute() for path in paths or [default_folder()]]
        self._folders = set(self._paths)
        self._lock = RLock()
        self._sight: Sight | None = None

    def stamp(self) -> str:
        """Return what changes when a file does."""
        digest = blake2b(digest_size=16)
        for folder in sorted(self._folders):
            for line in (*_settings(folder), *_files(folder, set())):
                digest.update(line.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def look(self) -> Sight:
        """Return the catalog as it stands."""
        with self._lock:
            stamp = self.stamp()
            if self._sight is None or self._sight.stamp != stamp:
                self._sight = self._read(stamp)
            return self._sight

    def _read(self, stamp: str) -> Sight:
        try:
            roots = roots_of(self._paths)
        except (StraksError, OSError) as error:
            return Sight(stamp, (), str(error))
        watched = {*self._paths, *(root.folder for root in roots)}
        if watched != self._folders:  # the parts that templates share lie beside the one that was named
            self._folders = watched
            stamp = self.stamp()
        return Sight(stamp, roots)


def _names(root: Root) -> list[str]:
    paths = [*root.raw, *(error.file or "" for error in root.unreadable)]
    names = {path.partition("/")[0] for path in paths if path and not path.startswith("_")}
    return sorted(names if root.names is None else names & root.names)


def _settings(folder: Path) -> Iterator[str]:
    for above in (folder, *folder.parents):
        for name in SETTINGS:
            with suppress(OSError):
                yield _line(f"{above / name}", (above / name).stat())


def _files(folder: Path | str, above: set[tuple[int, int]]) -> Iterator[str]:
    """Yield a line for each text below *folder*; a link back to a folder around it is not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            status = entry.stat()
            if entry.is_dir():
                if (here := (status.st_dev, status.st_ino)) not in above:
                    yield from _files(entry.path, {*above, here})
            elif entry.name.endswith(ENDINGS):
                yield _line(entry.path, status)
        except OSError:
            yield f"{entry.path} cannot be reached\n"


def _line(path: str, status: os.stat_result) -> str:
    return f"{path} {status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}\n"
