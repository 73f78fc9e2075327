"""
The two sides of a comparison: folders of templates, here or in a revision of a git repository.

A side is a folder that is there, or a revision with a folder as git writes it, ``main:templates``. A
revision alone means the folder that the other side or the end of the command line names, so that
``main templates`` and ``main HEAD -- templates`` read as they do for git.

Git is asked and never told: three questions of it (what is this, what is in it, what does it hold), none
through a shell, none that needs a working tree. Texts come out of the repository as they were
committed. Both sides are held against the policy of the new one, so that a finding is new because a
text is.
"""

from __future__ import annotations

import os
import posixpath
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from straks.cli.checking import shared_files
from straks.cli.terminal import one_line
from straks.core.noting import Noting
from straks.errors import InvalidSetting
from straks.loading import ENDINGS, LARGEST, as_text, path_in_catalog, read_sources, seen, unreadable_file
from straks.policies import policy_above, policy_among

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from straks.errors import TemplateError
    from straks.policy.settings import Policy

_LINK: Final = "120000"
_SUBMODULE: Final = "160000"


@dataclass(frozen=True, slots=True)
class Side:
    """One side: what it is called, its texts with those that ship beside them, what cannot be read."""

    name: str
    files: Mapping[str, str]
    unreadable: tuple[TemplateError, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder, here or as *path* of a revision."""

    revision: str | None
    path: str | None

    @property
    def name(self) -> str:
        return str(self.path) if self.revision is None else f"{self.revision}:{self.path}"


def sides(old: str, new: str, folder: str | None = None) -> tuple[Side, Side, Policy]:
    """
    Read what *old* and *new* name, and the policy that holds for *new*.

    Raises:
        InvalidSetting: One is no folder and no revision, git cannot be asked, or the policy cannot be read.
    """
    try:
        first, second = _places(old, new, folder)
    except _NoRepositoryError:
        missing = next((given for given in (old, new) if not Path(given).is_dir()), None)
        if missing is None:
            raise
        raise InvalidSetting(
            f"there is no folder {missing}, and here is no git repository to have a revision of that name; "
            "name two folders, or go to where the repository is"
        ) from None
    return _read(first), _read(second), _policy(second)


def _places(old: str, new: str, folder: str | None) -> tuple[_Place, _Place]:
    if folder is not None:
        path = _within_repository(folder)
        for given in (old, new):
            if ":" in given:
                raise InvalidSetting(f"{given} names a folder of its own; leave out the folder at the end")
        return _Place(old, path), _Place(new, path)
    first, second = _place(old), _place(new)
    if first.path is None and second.path is None:
        raise InvalidSetting(
            f"there is no folder {old}, and none {new}; name two folders, or revisions with the folder to "
            f"compare: straks diff {old} {new} -- templates"
        )
    return _with_path(first, second), _with_path(second, first)


def _place(given: str) -> _Place:
    if Path(given).is_dir():
        return _Place(None, given)
    revision, colon, path = given.partition(":")
    if not colon:
        return _Place(given, None)
    if path.startswith("./") or path == ".":
        return _Place(revision, _within_repository(path))
    return _Place(revision, posixpath.normpath(path) if path else ".")


def _with_path(place: _Place, other: _Place) -> _Place:
    if place.path is not None or other.path is None:
        return place
    return _Place(place.revision, _within_repository(other.path) if other.revision is None else other.path)


def _within_repository(folder: str) -> str:
    """Return how *folder*, as seen from here, is called from the top of the repository."""
    here = os.fsdecode(_git("rev-parse", "--show-prefix")).rstrip("\n")
    if Path(folder).is_absolute():
        top = os.fsdecode(_git("rev-parse", "--show-toplevel")).rstrip("\n")
        folder, here = os.path.relpath(Path(folder).resolve(), Path(top).resolve()), ""
    path = posixpath.normpath(posixpath.join(here, PurePosixPath(Path(folder).as_posix())))
    if path.startswith("../") or path == "..":
        raise InvalidSetting(f"{folder} is outside of this git repository; name a folder in it")
    return path


# --- reading ---------------------------------------------------------------------------------


def _read(place: _Place) -> Side:
    unreadable: list[TemplateError] = []
    if place.revision is None:
        files = {
            path: source.text for path, source in read_sources(Path(str(place.path)), unreadable).items()
        }
    else:
        files = dict(_committed(place, unreadable))
    if not any(path.endswith("/template.toml") for path in files) and not unreadable:
        raise InvalidSetting(f"{place.name} holds no template; name the folder that the templates are in")
    return Side(place.name, {**shared_files(), **files}, tuple(unreadable))


def _policy(place: _Place) -> Policy:
    if place.revision is None:
        return policy_above(Path(str(place.path)))[0]
    tree = _object(place.revision, ".")
    folder = PurePosixPath(str(place.path))
    return policy_among((folder, *folder.parents), lambda file: _blob(f"{tree}:{file}"))[0]


def _committed(place: _Place, unreadable: list[TemplateError]) -> Iterator[tuple[str, str]]:
    """Yield the path and text of every file that a catalog reads."""
    wanted: dict[str, str] = {}
    listed = _git("ls-tree", "--full-tree", "-r", "-z", "-l", _object(place.revision or "", place.path or ""))
    for entry in os.fsdecode(listed).split("\0")[:-1]:
        head, _, name = entry.partition("\t")
        mode, _, identity, size = head.split()
        file = PurePosixPath(name)
        if any(part.startswith(".") for part in file.parts) or mode == _SUBMODULE:
            continue
        with Noting(unreadable):
            if mode == _LINK and (not file.suffix or file.suffix in ENDINGS):
                raise unreadable_file(name, "is a link, which is not followed in a revision; commit a file")
            if mode == _LINK or file.suffix not in ENDINGS or len(file.parts) == 1:
                continue
            if int(size) > LARGEST:
                raise unreadable_file(name, f"is over {LARGEST} bytes; no message is that long")
            wanted[path_in_catalog(name)] = identity
    for path, content in zip(wanted, _blobs([*wanted.values()]), strict=True):
        with Noting(unreadable):
            yield path, seen(as_text(content, path))


def _object(revision: str, path: str) -> str:
    """Return the identity of the folder *path* in *revision*."""
    if revision.startswith("-") or _asked("rev-parse", "--verify", "--quiet", f"{revision}^{{tree}}") is None:
        raise InvalidSetting(
            f"there is no folder and no git revision {revision!r}; git branch --all shows what there is, and "
            "a shallow clone lacks most of it"
        )
    name = f"{revision}:{'' if path == '.' else path}"
    found = _asked("rev-parse", "--verify", "--quiet", name)
    kind = None if found is None else _asked("cat-file", "-t", found.decode().strip())
    if found is None or kind is None or kind.strip() != b"tree":
        raise InvalidSetting(
            f"there is no folder {path!r} in {revision}; git ls-tree {revision} shows what is"
        )
    return found.decode().strip()


def _blob(name: str) -> bytes | None:
    return _asked("cat-file", "blob", name)


def _blobs(identities: list[str]) -> Iterator[bytes]:
    answer = _git("cat-file", "--batch", asking="".join(f"{each}\n" for each in identities))
    place = 0
    for _ in identities:
        head_ends = answer.index(b"\n", place)
        begins = head_ends + 1
        ends = begins + int(answer[place:head_ends].rsplit(b" ", 1)[1])
        yield answer[begins:ends]
        place = ends + 1


def _asked(*arguments: str) -> bytes | None:
    """Return what git answers; None where it says that there is no such thing."""
    try:
        return _git(*arguments)
    except _NoAnswerError:
        return None


class _NoAnswerError(InvalidSetting):
    """Git said no."""


class _NoRepositoryError(_NoAnswerError):
    """Git said that there is no repository here."""


def _git(*arguments: str, asking: str = "") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - no shell; what is given is an argument of its own, and no option
            ["git", *arguments],  # noqa: S607 - the git of whoever runs this
            input=asking.encode(),
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"},
        )
    except FileNotFoundError:
        raise InvalidSetting(
            "git is not installed, so no revision can be read; compare two folders, or install git"
        ) from None
    if done.returncode:
        said = one_line(done.stderr.decode(errors="replace")) or "it gave no reason"
        kind = _NoRepositoryError if "not a git repository" in said else _NoAnswerError
        raise kind(f"git cannot be asked here: {said}; compare two folders, or mend that")
    return done.stdout
