"""
The catalog as it stands on disk; what has changed is read anew, and nothing else.

A change is found by looking: which files there are, how large, and when they were last touched. That works
in a container and on a network's disk, where nobody tells of changes, and what it costs is known. A file that
is caught half saved is seen whole at the next look, a moment later. Reading follows `straks check` to the
letter, so page and check see the same templates under the same policy.

One template is parsed when it is shown, with the parts that templates share and nothing else; and it stays,
with what was worked out about it, until a text, a part or the policy that it is made of is another one. So a
save is seen as fast in a catalog of hundreds, and a template that is broken is broken by itself.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from threading import RLock
from typing import TYPE_CHECKING

from straks.cli.checking import called, default_folder, roots_of
from straks.core.template import Template
from straks.errors import StraksError, TemplateError
from straks.explorer.call import catalog_in
from straks.explorer.subject import Subject
from straks.loading import Kept, mark_of, shipped_folder, text_files
from straks.policies import SETTINGS
from straks.policy.sweep import sound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from straks.cli.checking import Root
    from straks.policy.settings import Policy


@dataclass(frozen=True, slots=True)
class Sight:
    """
    The catalog at one moment.

    ``stamp`` is another one as soon as a file changes. ``trouble`` says why there is no catalog at all.
    """

    stamp: str
    subjects: Mapping[str, Subject]
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a template is made of; ``amiss`` is what could not be read of it."""

    folder: Path
    own: Mapping[str, str]
    shared: Mapping[str, str]
    amiss: tuple[str, ...]
    policy: Policy


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
        self._texts: dict[str, Kept] = {}
        self._made: dict[str, tuple[_Basis, Subject]] = {}

    def stamp(self) -> str:
        """Return what changes when a file does."""
        digest = blake2b(digest_size=16)
        for folder in sorted(self._folders):
            lines = "".join((*_settings(folder), *_texts(folder)))
            digest.update(lines.encode("utf-8", "surrogateescape"))
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
            roots = roots_of(self._paths, kept=self._texts)
        except (StraksError, OSError) as error:
            return Sight(stamp, {}, str(error))
        watched = {*self._paths, *(root.folder for root in roots)}
        if watched != self._folders:  # the parts that templates share lie beside the one that was named
            self._folders = watched
            stamp = self.stamp()
        made: dict[str, tuple[_Basis, Subject]] = {}
        for root in roots:
            files = root.files
            ships = root.folder == shipped_folder()
            catalog = catalog_in(None if ships else called(root.folder))
            for name, basis in _bases(root):
                key = name if len(roots) == 1 else f"{called(root.folder)}/{name}"
                before = self._made.get(key)
                if before is not None and before[0] == basis and _stands_alone(name, before[1]):
                    made[key] = before
                else:
                    take = partial(_taken, name, files, root.unreadable)
                    made[key] = (
                        basis,
                        Subject(
                            take, files=files, policy=root.policy, catalog=catalog, folder=called(root.folder)
                        ),
                    )
        self._made = made
        return Sight(stamp, {key: subject for key, (_, subject) in made.items()})


def _taken(
    name: str, files: Mapping[str, str], unreadable: Sequence[TemplateError]
) -> Template | TemplateError:
    """Return the template of that name in *files*, or why there is none."""
    catalog, broken = sound(files, unreadable, {name})
    if name in catalog:
        return catalog[name]
    own = (error for error in broken if (error.file or "").startswith(f"{name}/"))
    return next(own, broken[0])


def _stands_alone(name: str, subject: Subject) -> bool:
    """Tell whether *subject* was looked at, and is sound without a file of another template."""
    return (
        subject.is_known
        and isinstance(subject.it, Template)
        and all(path.startswith((f"{name}/", "_")) for path in subject.it.contents)
    )


def _bases(root: Root) -> Iterator[tuple[str, _Basis]]:
    """Yield each template to show, with what it is made of."""
    folders: dict[str, dict[str, str]] = {}
    amiss: dict[str, list[str]] = {}
    for path, text in root.raw.items():
        folders.setdefault(path.partition("/")[0], {})[path] = text
    for error in root.unreadable:
        amiss.setdefault((error.file or "").partition("/")[0], []).append(str(error))
    parts = {name for name in {*folders, *amiss} if name.startswith("_")}
    shared = {**root.shared, **{path: text for part in parts for path, text in folders.get(part, {}).items()}}
    said = [each for part in sorted(parts) for each in amiss.get(part, ())]
    for name in sorted({*folders, *amiss} - parts - {""}):
        if root.names is None or name in root.names:
            its = (*amiss.get(name, ()), *said)
            yield name, _Basis(root.folder, folders.get(name, {}), shared, its, root.policy)


def _settings(folder: Path) -> Iterator[str]:
    for above in (folder, *folder.parents):
        for name in SETTINGS:
            with suppress(OSError):
                yield f"{above / name} {mark_of((above / name).stat())}\n"


def _texts(folder: Path) -> Iterator[str]:
    """Yield a line for each text below *folder*, and for each that cannot be reached."""
    amiss: list[TemplateError] = []
    with suppress(OSError):
        for found in text_files(folder, amiss):
            yield f"{found.file} {found.mark}\n"
    yield from (f"{error}\n" for error in amiss)
