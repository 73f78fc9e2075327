"""
What a check looks at: folders of templates, as raw text, each with the policy that holds for it.

A path may be a folder of templates, a folder with such folders somewhere below it, one template, or a
file in one, which is what a pre-commit hook gives. Texts are kept as they lie in their files, so that a
fix changes nothing else.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from straks.cli.mending import mend, seen
from straks.core.catalog import MANIFEST_FILE
from straks.errors import InvalidSetting
from straks.loading import read_folder, shipped_folder
from straks.policy.settings import Policy, read_policy
from straks.policy.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from straks.errors import TemplateError
    from straks.policy.rule import Finding, Fix

SETTINGS: Final = ("straks.toml", "pyproject.toml")
_MOST_PASSES: Final = 20


@dataclass
class Root:
    """
    A folder of templates, read; ``names`` are those to look at, None for all of them.

    ``raw`` holds the texts as they lie in their files, ``shared`` what ships beside them.
    """

    folder: Path
    names: frozenset[str] | None
    policy: Policy
    shared: Mapping[str, str]
    raw: dict[str, str] = field(default_factory=dict[str, str])
    unreadable: list[TemplateError] = field(default_factory=list["TemplateError"])

    @property
    def files(self) -> dict[str, str]:
        """The texts as rules see them."""
        return {**self.shared, **{path: seen(text) for path, text in self.raw.items()}}

    @property
    def templates(self) -> int:
        """How many templates there are to look at, those that cannot be read among them."""
        paths = [*self.raw, *(error.file or "" for error in self.unreadable)]
        return len({path.partition("/")[0] for path in paths if not path.startswith("_")})

    def file_of(self, path: str) -> str:
        """Return how a file is called from here."""
        folder = self.folder if path in self.raw or path not in self.shared else shipped_folder()
        file = (folder / path).absolute()
        here = Path.cwd()
        return str(file.relative_to(here) if file.is_relative_to(here) else file)

    def source_of(self, path: str) -> str:
        """Return the text of a file as rules see it; nothing where it could not be read."""
        return seen(self.raw[path]) if path in self.raw else self.shared.get(path, "")

    def findings(self) -> tuple[Finding, ...]:
        """Inspect every template."""
        return sweep(self.files, self.policy, self.unreadable)

    def mended(self, *, unsafe: bool) -> dict[str, str]:
        """Apply every fix there is, and again until there is none; return the raw texts that changed."""
        before = dict(self.raw)
        for _ in range(_MOST_PASSES):
            fixes: defaultdict[str, list[Fix]] = defaultdict(list)
            for finding in self.findings():
                fix = finding.fix
                if fix is not None and fix.path in self.raw and (fix.safe or unsafe):
                    fixes[fix.path].append(fix)
            mended = {path: mend(self.raw[path], some) for path, some in fixes.items()}
            if all(self.raw[path] == text for path, text in mended.items()):
                break
            self.raw.update(mended)
        return {path: text for path, text in self.raw.items() if text != before[path]}


def roots_of(paths: Sequence[Path], select: Sequence[str], ignore: Iterable[str]) -> list[Root]:
    """
    Read what lies at *paths*; without any, ``templates`` here, or else what ships.

    Raises:
        InvalidSetting: A path holds no template, or a policy cannot be read.
    """
    ignored = dict.fromkeys(ignore, "given on the command line")
    shipped = read_folder(shipped_folder())
    shared = {path: text for path, text in shipped.items() if path.startswith("_")}
    roots: list[Root] = []
    for folder, names in _folders(paths or [_default()]).items():
        policy = policy_for(folder)
        policy = replace(policy, select=tuple(select) or policy.select, ignore={**policy.ignore, **ignored})
        root = Root(folder, names, policy, shared)
        found = read_folder(folder, root.unreadable)
        root.raw = {path: _raw(folder / path) for path in found if _belongs(path, names)}
        root.unreadable[:] = [error for error in root.unreadable if _belongs(error.file or "", names)]
        if not root.templates:
            raise InvalidSetting(
                f"{folder} holds no template; a template is a folder with {MANIFEST_FILE} in it, "
                f"such as {folder / 'my-message' / MANIFEST_FILE}"
            )
        roots.append(root)
    return roots


def policy_for(folder: Path) -> Policy:
    """
    Return the policy in the nearest ``straks.toml`` or pyproject.toml above *folder*; else the default.

    Raises:
        InvalidSetting: It cannot be read.
    """
    for above in (folder.absolute(), *folder.absolute().parents):
        for name in SETTINGS:
            file = above / name
            if file.is_file():
                try:
                    text = file.read_text("utf-8-sig")
                except UnicodeDecodeError:
                    raise InvalidSetting(f"{file} is not UTF-8; save it as UTF-8") from None
                if name == SETTINGS[0] or _has_ours(text):
                    return read_policy(text, str(file))
    return Policy()


def _has_ours(text: str) -> bool:
    try:
        return "straks" in tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError:
        return True  # which is then said


def _default() -> Path:
    here = Path("templates")
    return here if here.is_dir() else shipped_folder()


def _folders(paths: Iterable[Path]) -> dict[Path, frozenset[str] | None]:
    """Return the folders of templates that *paths* are in, and which of their templates are meant."""
    wanted: dict[Path, frozenset[str] | None] = {}
    for path in paths:
        within = [each for each in (path, *path.absolute().parents) if (each / MANIFEST_FILE).is_file()]
        if path.is_file() and not within:
            raise InvalidSetting(f"{path} is in no template; name a folder of templates, or a file in one")
        if not within:
            wanted.update(dict.fromkeys(_roots(path.absolute())))
            continue
        template = within[0].absolute()
        known = wanted.get(template.parent, frozenset[str]())
        wanted[template.parent] = None if known is None else known | {template.name}
    return wanted


def _roots(path: Path) -> list[Path]:
    """Return *path* where it holds templates itself, and else the folders of templates below it."""
    if any(path.glob(f"*/{MANIFEST_FILE}")):
        return [path]
    manifests = [file for file in path.rglob(MANIFEST_FILE) if not _is_hidden(file.relative_to(path))]
    return sorted({file.parents[1] for file in manifests}) or [path]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _belongs(path: str, names: frozenset[str] | None) -> bool:
    return names is None or path.startswith("_") or path.partition("/")[0] in names


def _raw(file: Path) -> str:
    return file.read_bytes().decode()
