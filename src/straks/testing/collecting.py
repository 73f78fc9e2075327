"""
Templates as pytest's items: a node for each folder, language and file, and items in the files.

The nodes lie as the folders lie, so an item's id is a path that can be given to pytest again. What is
found in a template is worked out when the first of its items runs, once, and dealt out by place:
every finding of `straks check` is told by exactly one item of its template.

The command line knows how templates and policies are read and how findings are told, so this stands
above it, as another shell over the same check.
"""

from __future__ import annotations

from functools import cached_property, partial
from itertools import groupby
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, cast

import pytest
from _pytest._code.code import TerminalRepr

from straks.cli.checking import roots_of
from straks.cli.formats import located
from straks.cli.formats.full import one
from straks.core.catalog import MANIFEST_FILE, Catalog
from straks.core.manifest import CHANNELS
from straks.core.template import HTML_FILE, SMS_FILE, SUBJECT_FILE, TEXT_FILE
from straks.errors import InvalidSetting, MissingExtra
from straks.plugins import load_rules
from straks.policy.engine import inspect
from straks.policy.sweep import sound, sweep, template_that_cannot_be_read

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from _pytest._code.code import ExceptionInfo
    from _pytest._io import TerminalWriter

    from straks.cli.checking import Root
    from straks.cli.formats import Found
    from straks.core.template import Template
    from straks.policy.rule import Finding, Rule

UNREADABLE: Final = template_that_cannot_be_read.code
BOUND_RULES: Final = frozenset({"SMS101", "SMS104", "HTM908"})
"""The rules about what a text comes to at worst: segments, the gateway's limit, and the size of a page."""

_CHANNELS: Final = {SMS_FILE: "sms", SUBJECT_FILE: "email", HTML_FILE: "email", TEXT_FILE: "email"}

N = TypeVar("N", bound=pytest.Item | pytest.Collector)
Page: TypeAlias = "tuple[str, str]"
"""A language and a channel."""


class Templates:
    """The plugin that is registered where templates are asked for."""

    def __init__(self, paths: Sequence[Path], examples: int | None) -> None:
        self._paths = paths
        self._examples = examples
        self._shelves: dict[Path, Shelf] = {}
        self._seen: set[Path] = set()

    def pytest_sessionstart(self) -> None:
        """Read the templates; what cannot be used stops the run before it begins."""
        try:
            roots = roots_of(self._paths, rules=load_rules())
        except InvalidSetting as error:
            raise pytest.UsageError(str(error)) from None
        self._shelves = {root.folder: Shelf(root, self._examples) for root in roots}

    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Take a folder of templates, or a template by itself, out of pytest's hands."""
        shelf = self._shelves.get(path)
        if shelf is not None and shelf.root.names is None:
            self._seen.add(path)
            return _node(Folder, parent, path=path, shelf=shelf)
        shelf = self._shelves.get(path.parent)
        if shelf is not None and path.name in (shelf.root.names or ()):
            self._seen.add(path)
            return _node(Message, parent, path=path, shelf=shelf)
        return None

    def pytest_collection_modifyitems(self, config: pytest.Config) -> None:
        """Say so where pytest was sent into a folder and did not go."""
        for path in self._paths:
            if str(path) in config.args and not any(path.is_relative_to(seen) for seen in self._seen):
                raise pytest.UsageError(
                    f"pytest does not look into {path}, so its templates are not tested; take it out of "
                    "norecursedirs or --ignore, or test it in a run of its own, with it as the only argument"
                )


class Pages:
    """A template that can be read, by language and channel."""

    def __init__(self, shelf: Shelf, template: Template) -> None:
        self.shelf = shelf
        self.template = template

    def of(self, locale: str) -> tuple[Page, ...]:
        """Return the pages in a language."""
        return tuple((locale, channel) for channel in CHANNELS if self.template.has(locale, channel))

    def file(self, page: Page) -> str:
        """Return the file that stands for a page: of an e-mail what is sent."""
        files = self.template.files[page[0]]
        return SMS_FILE if page[1] == "sms" else HTML_FILE if HTML_FILE in files else TEXT_FILE

    def path(self, page: Page) -> str:
        """Return that file's path in the catalog."""
        return f"{self.template.name}/{page[0]}/{self.file(page)}"

    def found(self, page: Page | None, *, bound: bool = False) -> tuple[Found, ...]:
        """
        Return what is found in a page, by the rules about its bound or by the others.

        Without a page it is all that is in none.
        """
        return tuple(
            each
            for each in self.shelf.found(self.template.name)
            if self._page_of(each.finding) == page
            and (page is None or (each.finding.code in BOUND_RULES) is bound)
        )

    def _page_of(self, finding: Finding) -> Page | None:
        if finding.locale is not None and finding.channel is not None:
            return finding.locale, finding.channel
        # What is wrong with an ignore knows its file alone.
        name, _, rest = (finding.path or "").partition("/")
        locale, _, file = rest.partition("/")
        page = (locale, _CHANNELS.get(file, ""))
        return page if name == self.template.name and page in self.of(locale) else None


class Shelf:
    """A folder of templates, and what is known of each so far."""

    def __init__(self, root: Root, examples: int | None) -> None:
        self.root = root
        self.examples = examples
        self._found: dict[str, tuple[Found, ...]] = {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The templates, those that cannot be read among them."""
        paths = [*self.root.raw, *(error.file or "" for error in self.root.unreadable)]
        names = {path.partition("/")[0] for path in paths if not path.startswith("_")}
        return tuple(sorted(names if self.root.names is None else names & self.root.names))

    def template(self, name: str) -> Template | None:
        """Return a template; None if it cannot be read."""
        return self._sound.get(name)

    def found(self, name: str) -> tuple[Found, ...]:
        """Return all that is found in a template, what is wrong with shared files aside."""
        if name not in self._found:
            self._found[name] = self.placed(
                each
                for each in self._swept(self.root.rules, [name])
                if each.template == name or (each.path or "").startswith(f"{name}/")
            )
        return self._found[name]

    @cached_property
    def found_in_policy(self) -> tuple[Found, ...]:
        """What is found in the policy itself."""
        return self.placed(inspect(Catalog({}), self.root.policy, self.root.rules))

    @cached_property
    def found_in_shared_files(self) -> tuple[Found, ...]:
        """What keeps shared files, and whatever draws on them, from being read."""
        told = self._swept((), self.root.names)
        return self.placed(
            each for each in told if each.code == UNREADABLE and (each.path or "").startswith("_")
        )

    def placed(self, findings: Iterable[Finding]) -> tuple[Found, ...]:
        """Return *findings* with what their files are called from here."""
        return located(findings, self.root.file_of, self.root.source_of)

    @cached_property
    def _sound(self) -> Catalog:
        return sound(self.root.files, self.root.unreadable, self.root.names)[0]

    def _swept(self, rules: Iterable[Rule], names: Collection[str] | None) -> tuple[Finding, ...]:
        return sweep(self.root.files, self.root.policy, self.root.unreadable, rules, names=names)


# --- nodes ------------------------------------------------------------------------------------


def _node(kind: type[N], parent: pytest.Collector, **given: Any) -> N:  # noqa: ANN401 - pytest's own
    """Return a node as pytest wants it made, with the type that pytest leaves out."""
    return cast("N", kind.from_parent(parent, **given))  # pyright: ignore[reportUnknownMemberType]


class Folder(pytest.Directory):
    """A folder of templates."""

    def __init__(self, *, shelf: Shelf, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._shelf = shelf

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the templates, and what is asked of the policy itself."""
        for name in self._shelf.names:
            yield _node(Message, self, path=self.path / name, shelf=self._shelf)
        for path, found in _by_path(self._shelf.found_in_shared_files):
            yield _node(Text, self, path=self.path / path, make=partial(_readable, found))
        yield _node(Findings, self, name="policy", find=lambda: self._shelf.found_in_policy)


class Message(pytest.Directory):
    """A template."""

    def __init__(self, *, shelf: Shelf, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._shelf = shelf

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield what is asked of the whole, then its languages; of one that cannot be read, that alone."""
        name = self.path.name
        template = self._shelf.template(name)
        if template is None:
            # Without a fault of its own it is that of a shared file it draws on.
            own = self._shelf.found(name)
            path = own[0].finding.path if own else None
            file = self.path.parent / (path or f"{name}/{MANIFEST_FILE}")
            found = own or self._shelf.found_in_shared_files
            yield _node(Text, self, path=file, make=partial(_readable, found))
            return
        pages = Pages(self._shelf, template)

        def whole(file: Text) -> Iterator[pytest.Item]:
            yield _node(Findings, file, name="policy", find=lambda: pages.found(None))

        yield _node(Text, self, path=self.path / MANIFEST_FILE, make=whole)
        for locale in template.locales:
            yield _node(Language, self, path=self.path / locale, pages=pages)


def _readable(found: tuple[Found, ...], file: Text) -> Iterator[pytest.Item]:
    yield _node(Findings, file, name="readable", find=lambda: found)


def _by_path(found: Iterable[Found]) -> Iterator[tuple[str, tuple[Found, ...]]]:
    for path, several in groupby(found, key=lambda each: each.finding.path or ""):
        yield path, tuple(several)


class Language(pytest.Directory):
    """A template in one language."""

    def __init__(self, *, pages: Pages, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._pages = pages

    def collect(self) -> Iterator[pytest.Collector]:
        """Yield a file for each channel."""
        for page in self._pages.of(self.path.name):
            yield _node(Text, self, path=self.path / self._pages.file(page), make=partial(self._items, page))

    def _items(self, page: Page, file: Text) -> Iterator[pytest.Item]:
        find = partial(self._pages.found, page)
        yield _node(Findings, file, name="bound", find=partial(find, bound=True))
        yield _node(Findings, file, name="policy", find=find)
        yield _node(Law, file, name="values", pages=self._pages, page=page)


class Text(pytest.File):
    """A file, and what is asked of it."""

    def __init__(self, *, make: Callable[[Text], Iterator[pytest.Item]], **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._make = make

    def collect(self) -> Iterator[pytest.Item]:
        """Yield its items."""
        return self._make(self)


# --- items ------------------------------------------------------------------------------------


class Told(Exception):
    """An item fails, with findings to tell."""

    def __init__(self, found: tuple[Found, ...]) -> None:
        super().__init__(f"{len(found)} findings")
        self.found = found


class _Item(pytest.Item):
    """What the items have in common: where they stand, and how they fail."""

    def __init__(self, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)  # pyright: ignore[reportUnknownMemberType]
        self.add_marker("straks")

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the file, and what stands over a failure: the item's own id."""
        return self.path, None, self.nodeid

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], *_: Any, **__: Any) -> str | TerminalRepr:  # noqa: ANN401 - pytest's own
        """Tell findings as the command line does, and a missing extra in its one sentence."""
        if isinstance(excinfo.value, Told):
            return _Findings(excinfo.value.found)
        if isinstance(excinfo.value, MissingExtra):
            return str(excinfo.value)
        excinfo.traceback = excinfo.traceback.cut(path=__file__)  # pytest's own calls say nothing
        return super().repr_failure(excinfo)


class Findings(_Item):
    """Passes if nothing is found."""

    def __init__(self, *, find: Callable[[], tuple[Found, ...]], **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._find = find

    def runtest(self) -> None:
        """Look, and fail if there is something."""
        if found := self._find():
            raise Told(found)


class Law(_Item):
    """Passes if no values break the law of `straks.testing.law`."""

    def __init__(self, *, pages: Pages, page: Page, **node: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**node)
        self._pages = pages
        self._page = page

    def runtest(self) -> None:
        """Draw values, and fail with the simplest that break it."""
        try:
            from straks.testing.law import Broken, Case
        except ModuleNotFoundError as missing:
            if missing.name != "hypothesis":
                raise
            raise MissingExtra("drawing values for templates", "testing") from missing
        template, shelf = self._pages.template, self._pages.shelf
        agreed = shelf.root.policy.segments[template.purpose]
        try:
            Case(template, *self._page, self._pages.path(self._page), agreed).hold(shelf.examples)
        except Broken as broken:
            raise Told(shelf.placed([broken.finding])) from None


class _Findings(TerminalRepr):
    """Findings as the command line tells them; pytest's summary gets the first in a line."""

    def __init__(self, found: tuple[Found, ...]) -> None:
        self._found = found
        first = found[0].finding
        self.reprcrash = SimpleNamespace(message=f"{first.code}: {first.message}")

    def toterminal(self, tw: TerminalWriter) -> None:
        """Write them."""
        for found in self._found:
            tw.line(one(found).plain)
