"""
What a check looks at: folders of templates, as raw text, each with the policy that holds for it.

A path may be a folder of templates, a folder with such folders somewhere below it, one template, or a
file in one, which is what a pre-commit hook gives; a file that templates share stands for all of them.
Texts are kept as they lie in their files, so that a fix changes nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from straks.cli.known_rules import require_known
from straks.cli.mending import mend
from straks.cli.progress import watched
from straks.core.catalog import MANIFEST_FILE
from straks.errors import InvalidSetting
from straks.loading import Source, read_sources, seen, shipped_folder
from straks.policies import policy_above
from straks.policy.rules import RULES
from straks.policy.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping, Sequence

    from straks.errors import TemplateError
    from straks.loading import Kept
    from straks.policy.rule import Finding, Fix, Rule
    from straks.policy.settings import Policy

_MOST_PASSES: Final = 20


@dataclass
class Root:
    """
    A folder of templates, read; ``names`` are those to look at, None for all of them.

    ``raw`` holds the texts as they lie in their files, ``shared`` what ships beside them. ``settings``
    is the file that the policy stands in, if any.
    """

    folder: Path
    names: frozenset[str] | None
    policy: Policy
    settings: Path | None
    shared: Mapping[str, str]
    rules: Sequence[Rule] = RULES
    sources: dict[str, Source] = field(default_factory=dict[str, Source])
    raw: dict[str, str] = field(default_factory=dict[str, str])
    unreadable: list[TemplateError] = field(default_factory=list["TemplateError"])
    _found: tuple[dict[str, str], tuple[Finding, ...]] | None = None

    @property
    def files(self) -> dict[str, str]:
        """The texts as rules see them."""
        return {**self.shared, **{path: seen(text) for path, text in self.raw.items()}}

    @property
    def templates(self) -> int:
        """How many templates there are to look at, those that cannot be read among them."""
        paths = [*self.raw, *(error.file or "" for error in self.unreadable)]
        names = {path.partition("/")[0] for path in paths if not path.startswith("_")}
        return len(names if self.names is None else names & self.names)

    def file_of(self, path: str | None) -> str | None:
        """Return how a file is called from here; without a *path*, the file of the policy."""
        if path is None:
            return None if self.settings is None else called(self.settings)
        if path in self.sources:
            return called(self.sources[path].file)
        return called((shipped_folder() if path in self.shared else self.folder) / path)

    def source_of(self, path: str) -> str:
        """Return the text of a file as rules see it; nothing where it could not be read."""
        return seen(self.raw[path]) if path in self.raw else self.shared.get(path, "")

    def findings(self) -> tuple[Finding, ...]:
        """Inspect every template; what was found is kept until a text changes."""
        if self._found is None or self._found[0] != self.raw:
            watch = watched(f"Checking {self.folder.name}")
            found = sweep(self.files, self.policy, self.unreadable, self.rules, names=self.names, watch=watch)
            self._found = dict(self.raw), found
        return self._found[1]

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


def called(file: Path) -> str:
    """Return how *file* is called from here: from the working directory where it lies below that."""
    absolute, here = file.absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def roots_of(
    paths: Sequence[Path],
    select: Sequence[str] = (),
    ignore: Iterable[str] = (),
    rules: Sequence[Rule] = RULES,
    kept: MutableMapping[str, Kept] | None = None,
) -> list[Root]:
    """
    Read what lies at *paths*; without any, ``templates`` here, or else what ships.

    A file of which the text is *kept* is opened only if somebody touched it.

    Raises:
        InvalidSetting: A path holds no template, or a policy cannot be read.
    """
    ignored = dict.fromkeys(ignore, "given on the command line")
    shared = shared_files(kept)
    roots: list[Root] = []
    for folder, names in _folders(paths or [default_folder()]).items():
        # Those that ship lie among Python's packages, where nobody decides anything; who sends them does.
        policy, settings = policy_above(Path() if folder == shipped_folder() else folder)
        require_known([*policy.select, *policy.ignore], rules, settings)
        policy = replace(policy, select=tuple(select) or policy.select, ignore={**policy.ignore, **ignored})
        root = Root(folder, names, policy, settings, shared, rules)
        root.sources = read_sources(folder, root.unreadable, kept)
        root.raw = {path: source.raw for path, source in root.sources.items()}
        if not root.templates:
            raise InvalidSetting(
                f"{folder} holds no template; a template is a folder with {MANIFEST_FILE} in it, "
                f"such as {folder / 'my-message' / MANIFEST_FILE}"
            )
        roots.append(root)
    return roots


def shared_files(kept: MutableMapping[str, Kept] | None = None) -> dict[str, str]:
    """Return the shared parts that ship with straks, which every folder of templates may draw on."""
    shipped = read_sources(shipped_folder(), kept=kept)
    return {path: source.text for path, source in shipped.items() if path.startswith("_")}


def default_folder() -> Path:
    """Return where templates lie if nobody says: in ``templates`` here, or else those that ship."""
    here = Path("templates")
    return here if here.is_dir() else shipped_folder()


def _folders(paths: Iterable[Path]) -> dict[Path, frozenset[str] | None]:
    """Return the folders of templates that *paths* are in, and which of their templates are meant."""
    wanted: dict[Path, frozenset[str] | None] = {}
    for path in paths:
        around = (path.absolute(), *path.absolute().parents)
        template = next((each for each in around if (each / MANIFEST_FILE).is_file()), None)
        shared = next((each for each in around if each.name.startswith("_") and _beside(each)), None)
        if template is not None:
            known = wanted.get(template.parent, frozenset[str]())
            wanted[template.parent] = None if known is None else known | {template.name}
        elif shared is not None:
            wanted[shared.parent] = None
        elif path.is_file():
            raise InvalidSetting(f"{path} is in no template; name a folder of templates, or a file in one")
        else:
            wanted.update(dict.fromkeys(_roots(path.absolute())))
    return wanted


def _beside(folder: Path) -> bool:
    """Tell whether there are templates beside *folder*."""
    return any((each / MANIFEST_FILE).is_file() for each in folder.parent.iterdir())


def _roots(path: Path) -> list[Path]:
    """Return *path* where it holds templates itself, and else the folders of templates below it."""
    if any(path.glob(f"*/{MANIFEST_FILE}")):
        return [path]
    manifests = [file for file in path.rglob(MANIFEST_FILE) if not _is_hidden(file.relative_to(path))]
    return sorted({file.parents[1] for file in manifests}) or [path]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
