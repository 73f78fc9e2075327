"""
Jinja, set up for messages: sandboxed, strict, two ways to print.

Plain text (SMS, subject, plain e-mail) prints values as they are; HTML prints a marker where each
value goes (`straks.core.skeleton` says why). Both environments are made once for a catalog, parse
every file when it is loaded, so that what is outside the subset is an error then and not at the
first message, and compile a file when it is first used.

A file whose folder begins with an underscore is shared: layouts and parts, trusted with whole HTML
documents. What anybody writes elsewhere is an author's: each of its blocks is a fragment to be
sanitised, and an ``email.html`` that extends nothing is put into the shared layout.

What can be known without values is an error when a catalog is loaded: a part that is not there or
leads back to itself, a block that the layout does not have and so would never be printed.

One renderer may serve any number of threads.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache, partial
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from jinja2 import (
    FunctionLoader,
    StrictUndefined,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
    pass_context,
)
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from straks.core import branches, cutting, skeleton, straight, subset
from straks.core.filled_page import FilledPage
from straks.core.finished import composed
from straks.core.locale import LOCALES, plural_form
from straks.core.markup import sanitize_html
from straks.core.nearest import nearest
from straks.core.noting import Noting
from straks.core.parameter import Shown
from straks.core.texts import PAGE_FILE
from straks.errors import BrokenTemplate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from jinja2 import Environment

    from straks.core.branches import Branches, Taken
    from straks.core.straight import Straight
    from straks.errors import TemplateError

LAYOUT: Final = "_layout/email.html"
"""The shared layout, and the block in it that holds a message."""
LAYOUT_BLOCK: Final = "content"

_PAGES_KEPT: Final = 128
_TREES_KEPT: Final = 64
"""Parsed files: a check, a bound and a rendering of one message ask for the same few."""
_HELD_IN_ALL: Final = 1_000_000
"""Characters of files whose trees stay from when they are loaded: all files, in most catalogs."""
_LONGEST_KEPT: Final = 64_000
"""Characters of a page or a file; e-mail programs cut messages at about 100 kB, so longer ones are rare."""
_HELD = "values held"  # no name that a template could use

Place: TypeAlias = tuple[str, int]
"""A file and a line."""


class Unprintable(ValueError):
    """Something that has no words is to be printed; the sentence holds its type alone."""


class Absent(StrictUndefined):
    """An optional parameter that was left out: false in a condition, an error where it is printed."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]  # StrictUndefined says that it never returns
        return False


class Renderer:
    """
    Renders the files of one catalog.

    Args:
        files: Template texts by their path in the catalog, such as ``one-time-code/nb/sms.txt``.
        clean: What sanitises an author's HTML.
        broken: Where to note what is wrong instead of raising it; what is `sound` can be rendered.

    Raises:
        BrokenTemplate: A file does not parse, goes outside the subset, or refers to what is not
            there or to itself.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        clean: Callable[[str], str] = sanitize_html,
        broken: list[TemplateError] | None = None,
    ) -> None:
        self._files = dict(files)
        self._clean = clean
        self._text = _environment(self._files, html=False)
        self._html = _environment(self._files, html=True)
        # Kept by the rendered skeleton itself, so that control flow on real values stays exact.
        self._sanitise = partial(skeleton.sanitise, clean=clean)
        self._page = lru_cache(maxsize=_PAGES_KEPT)(self._sanitise)
        self.page_by = lru_cache(maxsize=_PAGES_KEPT)(self._page_by)
        """The page that some branches lead to, and what picks the values that go into it."""
        # Of what a page is made of, the parts that branches choose between are the same in many.
        self._cut = lru_cache(maxsize=_PAGES_KEPT)(partial(skeleton.cut, clean=clean))
        self._context = lru_cache(maxsize=len(LOCALES))(partial(_context, self._text))
        self._uses: dict[str, subset.Uses] = {}
        self._straight: dict[str, Straight] = {}
        for file in self._files:
            with Noting(broken):
                self._uses[file] = self._parse(file)
        self._names: dict[str, dict[str, Place]] = {}
        self._lists: dict[str, dict[str, Place]] = {}
        self._blocks: dict[str, frozenset[str]] = {}
        for file in self._parts_first(broken):
            uses = self._uses[file]
            if not all(map(self.sound, uses.parts)):
                continue  # what is wrong with the part is said there
            with Noting(broken):
                self._blocks[file] = uses.blocks | self._blocks_above(file)
                self._names[file] = self._gathered(file, uses.names, self._names)
                self._lists[file] = self._gathered(file, uses.lists, self._lists)

    def sound(self, file: str) -> bool:
        """Tell whether *file*, and all that it draws on, can be used."""
        return file in self._names

    def draws_on(self, file: str) -> frozenset[str]:
        """Return every file that has a part in what *file* renders to, itself among them."""
        found = {file}
        waiting = [file]
        while waiting:
            new = self._uses[waiting.pop()].parts.keys() - found
            found |= new
            waiting += new
        return frozenset(found)

    def names(self, file: str) -> Mapping[str, Place]:
        """Return each name that *file* and what it draws on need, with the file and line of its use."""
        return self._names[file]

    def lists(self, file: str) -> Mapping[str, Place]:
        """Return those names of *file* that it uses as lists, with the file and line of that use."""
        return self._lists[file]

    def tree(self, file: str) -> nodes.Template:
        """
        Return the parsed tree of *file*, as it is rendered: fragments marked, layout put around.

        Others may look at the same one, so change nothing in it.
        """
        return self._environment_of(file).parse(self._files[file], file, file)

    def own_tree(self, file: str) -> nodes.Template:
        """Return such a tree as nobody else has, to be changed at will."""
        return self._environment_of(file).parsed(self._files[file], file)

    def source(self, file: str) -> str:
        """Return the text of *file*."""
        return self._files[file]

    def tokens(self, file: str) -> Iterator[tuple[int, str, str]]:
        """Yield the tokens of *file* as Jinja's lexer sees them: line, kind, text."""
        return self._environment_of(file).lex(self._files[file], file, file)

    def page_of(
        self, file: str, rendered: str, *, keep: bool = False
    ) -> tuple[str | tuple[int, skeleton.Place], ...]:
        """Return the page that *rendered*, with its markers, becomes, cut at them; *keep* it for `html`."""
        try:
            if len(rendered) > _LONGEST_KEPT:
                return skeleton.cut(rendered, self._clean).html
            return self._page(rendered).html if keep else self._cut(rendered).html
        except skeleton.Misplaced as flaw:
            raise _broken(file, None, str(flaw)) from None

    def filtered(
        self, name: str, value: object, arguments: Sequence[Any], keywords: Mapping[str, Any], locale: str
    ) -> object:
        """Return what a filter makes of *value*."""
        return self._text.call_filter(name, value, arguments, keywords, context=self._context(locale))

    def text(self, file: str, values: Mapping[str, object]) -> str:
        """Render a plain-text file: line feeds only, edges trimmed, composed to NFC."""
        cut = self._straight.get(file)
        joined = straight.filled(cut, values) if cut is not None and straight.enabled else None
        return composed(self._render(self._text, file, values) if joined is None else joined)

    def cut(self, file: str) -> Straight | None:
        """Return *file*, cut at its names; None where it is more than words and names."""
        return self._straight.get(file)

    def branches(self, file: str, links: Collection[str]) -> Branches | None:
        """
        Return *file*, cut at its names and conditions; None where it has more, or is too long to be kept.

        *links* are the names of checked links.
        """
        found = branches.branches(file, self.tree, links)
        return None if found is None or found.size > _LONGEST_KEPT else found

    def _page_by(
        self, found: Branches, taken: Taken
    ) -> tuple[skeleton.Page, Callable[[Mapping[str, str]], tuple[str, ...]]] | None:
        rendered, names = found.page(taken)
        try:
            return self._page(rendered), straight.picker(names)
        except skeleton.Misplaced:
            return None  # which is said when it is rendered with values

    def filled(self, file: str, values: Mapping[str, object]) -> FilledPage:
        """Render an HTML file; returns its page and the values in it."""
        held = skeleton.Held()
        rendered = self._render(self._html, file, {**values, _HELD: held})
        sanitise = self._page if len(rendered) <= _LONGEST_KEPT else self._sanitise
        try:
            return FilledPage(sanitise(rendered), held.values)
        except skeleton.Misplaced as flaw:
            raise _broken(file, None, str(flaw)) from None

    def html(self, file: str, values: Mapping[str, object]) -> tuple[str, str]:
        """Render an HTML file; returns the page and its plain-text twin."""
        return self.finished(file, self.filled(file, values))

    def finished(self, file: str, page: FilledPage, *, twin: bool = True) -> tuple[str, str]:
        """
        Return *page*, which *file* came to, and its plain-text twin.

        Without *twin* what the layout says may stand for it: enough to see that the page says anything.
        """
        try:
            return page.fill(twin=twin)
        except skeleton.Misplaced as flaw:
            raise _broken(file, None, str(flaw)) from None

    def _render(self, environment: Environment, file: str, values: Mapping[str, object]) -> str:
        try:
            return environment.get_template(file).render(values)
        except Exception as error:  # noqa: BLE001 - whatever a template does wrong is the template's fault
            where, line = _place(error, self._files, file)
            why = _in_short(error)
        # Raised out here, not chained: the frames of a template hold its values.
        raise _broken(where, line, f"cannot be rendered with these values: {why}")

    def _environment_of(self, file: str) -> _Environment:
        return self._html if file.endswith(".html") else self._text

    def _parse(self, file: str) -> subset.Uses:
        environment, source = self._environment_of(file), self._files[file]
        for line, text in enumerate(source.split("\n"), start=1):
            if any(
                unicodedata.category(character) in ("Cc", "Cs") and character != "\t" for character in text
            ):
                raise _broken(file, line, "holds a control character; take it out")
            if "strx" in text.lower() and environment is self._html:
                raise _broken(file, line, "holds the reserved word strx; take it out")
        try:
            tree = environment.load(source, file)
            if environment is self._text and (cut := cutting.straight(tree)):
                self._straight[file] = cut
            return subset.check(tree)
        except TemplateSyntaxError as error:
            raise _broken(file, error.lineno, _syntax(error)) from None
        except subset.OutsideSubset as flaw:
            raise _broken(file, flaw.line, str(flaw)) from None
        except RecursionError:
            raise _broken(file, None, "is nested too deeply; use fewer brackets and blocks") from None

    def _parts_first(self, broken: list[TemplateError] | None) -> Iterator[str]:
        """
        Yield every file after the files that it draws on.

        Raises:
            BrokenTemplate: One of them is not there, is of another kind, or leads back.
        """
        graph: dict[str, Collection[str]] = {}
        for file, uses in self._uses.items():
            with Noting(broken):
                self._check_parts(file, uses)
                graph[file] = uses.parts
        while True:
            try:
                order = [*TopologicalSorter(graph).static_order()]
            except CycleError as error:
                circle: list[str] = error.args[1]
                part, file = circle[:2]
                with Noting(broken):
                    what = f"{part!r} leads back to itself; take that out"
                    raise _broken(file, self._uses[file].parts[part], what) from None
                graph = {file: parts for file, parts in graph.items() if file not in circle}
            else:
                yield from (file for file in order if file in graph)
                return

    def _check_parts(self, file: str, uses: subset.Uses) -> None:
        for part, line in uses.parts.items():
            if part not in self._files:
                raise _broken(
                    file,
                    line,
                    f"there is no file {part!r}; names are seen from the folder of the catalog, "
                    f'such as "{LAYOUT}"',
                )
            if part.rpartition(".")[2] != file.rpartition(".")[2]:
                raise _broken(file, line, f"{part!r} is of another kind; HTML and plain text do not mix")

    def _gathered(
        self, file: str, own: Mapping[str, int], found: Mapping[str, Mapping[str, Place]]
    ) -> dict[str, Place]:
        """Add to what *file* needs what its parts need and it does not give them."""
        uses = self._uses[file]
        needed = {name: (file, line) for name, line in own.items()}
        for part in uses.parts:
            for name, place in found[part].items():
                if name not in uses.own:
                    needed.setdefault(name, place)
        return needed

    def _blocks_above(self, file: str) -> frozenset[str]:
        uses = self._uses[file]
        there = frozenset[str]() if uses.parent is None else self._blocks[uses.parent]
        for block, line in uses.overrides.items():
            if block not in there:
                near = nearest(block, there)
                hint = f"did you mean {near!r}?" if near else f"it has {', '.join(sorted(there)) or 'none'}"
                raise _broken(
                    file, line, f"{uses.parent} has no block {block!r}, so it would not be printed; {hint}"
                )
        return there


def _environment(files: Mapping[str, str], *, html: bool) -> _Environment:
    environment = _Environment(
        # The path is the file name too, so that a traceback knows the line.
        loader=FunctionLoader(lambda file: (files[file], file, None) if file in files else None),
        undefined=StrictUndefined,
        autoescape=html,
        finalize=_hold if html else _printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,  # as many as the catalog has files
        optimized=False,  # it folds constants in the tree itself, which others look at
    )
    environment.has_layout = LAYOUT in files
    # A compiled template can reach what an environment offers: offer no more than the subset.
    environment.globals.clear()
    environment.tests.clear()
    known: dict[str, Any] = {**environment.filters, "plural": _plural}
    environment.filters = {name: known[name] for name in subset.FILTERS}
    return environment


def _context(environment: Environment, locale: str) -> Context:
    """Return what a filter sees of a message."""
    return Context(environment, {"locale": locale}, None, {})


class _Environment(ImmutableSandboxedEnvironment):
    has_layout = False

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Jinja's own
        super().__init__(**options)
        self._kept = lru_cache(maxsize=_TREES_KEPT)(self.parsed)
        self._held: dict[str, nodes.Template] = {}
        self._holds = 0

    def load(self, source: str, name: str) -> nodes.Template:
        """Parse *source*, the file called *name*, and hold its tree while there is room."""
        tree = self.parsed(source, name)
        if self._holds + len(source) <= _HELD_IN_ALL:
            self._holds += len(source)
            self._held[name] = tree
        return tree

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        name = name or filename or ""
        parse = self._kept if len(source) <= _LONGEST_KEPT else self.parsed
        return self._held.get(name) or parse(source, name)

    def parsed(self, source: str, name: str) -> nodes.Template:
        """Parse *source*, the file called *name*."""
        tree = super()._parse(source, name, name)
        if self.autoescape and not name.startswith("_"):
            _mark_fragments(tree, self, name)
        return tree


def _mark_fragments(tree: nodes.Template, environment: _Environment, name: str) -> None:
    """Put fragment borders around what an author wrote, and the layout around a bare page."""
    extends = tree.find(nodes.Extends) is not None
    if not extends and name.endswith(f"/{PAGE_FILE}"):
        if block := tree.find(nodes.Block):
            what = f'blocks, but no {{% extends %}} to put them into; begin with {{% extends "{LAYOUT}" %}}'
            raise TemplateSyntaxError(what, block.lineno, name, name)
        if environment.has_layout:
            block = nodes.Block(LAYOUT_BLOCK, tree.body, False, False, lineno=1)  # noqa: FBT003 - Jinja's own signature
            block.environment = environment  # what is in it has it
            tree.body = [nodes.Extends(nodes.Const(LAYOUT, lineno=1), lineno=1), block]
            tree.body[0].set_environment(environment)
            extends = True
    holders = [node for node in tree.body if isinstance(node, nodes.Block)] if extends else [tree]
    for holder in holders:
        begins = nodes.Output([nodes.TemplateData(skeleton.FRAGMENT_BEGINS, lineno=1)], lineno=1)
        ends = nodes.Output([nodes.TemplateData(skeleton.FRAGMENT_ENDS, lineno=1)], lineno=1)
        holder.body = [begins, *holder.body, ends]
        for border in (begins, ends):
            border.set_environment(environment)


def _printable(value: object) -> object:
    """Refuse to print what is no text in any language: True, None, a list in brackets."""
    if isinstance(value, bool) or not isinstance(value, (str, Shown, int, float, Undefined)):
        raise Unprintable(f"{type(value).__name__} is printed, which is no text")
    return value


@pass_context
def _hold(context: Context, value: object) -> object:
    """Print a marker in place of *value*."""
    # Markup is a macro's output, whose values are markers already; an undefined raises on print.
    if isinstance(value, (Markup, Undefined)):
        return value
    held: skeleton.Held = context[_HELD]
    return Markup(held.hold(_printable(value)))  # noqa: S704 - a marker is a word


@pass_context
def _plural(context: Context, count: object, one: str, other: str) -> str:
    """Choose the word for *count*: ``{{ count|plural("sak", "saker") }}``."""
    number: Any = count.value if isinstance(count, Shown) else count
    return one if plural_form(number, context["locale"]) == "one" else other


def _place(error: BaseException, files: Mapping[str, str], file: str) -> tuple[str, int]:
    """Find the template line that *error* came from."""
    where, line = file, 1
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            where, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return where, line


def _in_short(error: Exception) -> str:
    # These sentences hold names alone; of any other error only the kind is safe to show, since its
    # text may quote a value.
    if isinstance(error, (UndefinedError, Unprintable)):
        return str(error)
    if isinstance(error, TypeError):
        return "a comparison, a filter or a loop does not fit the kind of its value"
    return type(error).__name__


def _syntax(error: TemplateSyntaxError) -> str:
    """Say what Jinja says, as the beginning of a sentence that goes on with the way out."""
    said = str(error.message).rstrip(".")
    if "unknown tag" in said:
        return f"{said}; templates have if, for, set, include, extends, block and macro"
    if "nexpected end" in said:
        return f"{said}; close what is open"
    if "defined twice" in said:
        return f"{said}; take one away"
    # Jinja's own words are for who knows its grammar; whoever mends a text has slipped at a brace or a name.
    return f"{said}; write a value as {{{{ name }}}}, a condition as {{% if name %}}"


def _broken(file: str, line: int | None, what: str) -> BrokenTemplate:
    """Say what is wrong in *file*, whose path tells template and language."""
    template, _, rest = file.partition("/")
    locale = rest.partition("/")[0]
    return BrokenTemplate(
        f"{file}: {what}" if line is None else f"{file}, line {line}: {what}",
        template=None if template.startswith("_") else template,
        locale=locale if locale in LOCALES else None,
        file=file,
        line=line,
    )
