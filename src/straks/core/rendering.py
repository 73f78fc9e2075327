"""
Jinja, set up for messages: sandboxed, strict, two ways to print.

Plain text (SMS, subject, plain e-mail) prints values as they are; HTML prints a marker where each
value goes (`straks.core.skeleton` says why). Both environments are made once for a catalog, parse
every file when it is loaded, so that what is outside the subset is an error then and not at the
first message, and compile a file when it is first used.

A file whose folder begins with an underscore is shared: layouts and parts, trusted with whole HTML
documents. What anybody writes elsewhere is an author's: each of its blocks is a fragment to be
sanitised, and a fragment that extends nothing is put into the shared layout.
"""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from jinja2 import (
    BaseLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
    pass_context,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from straks.core import skeleton, subset
from straks.core.locale import plural_form
from straks.core.markup import sanitize_html
from straks.core.parameter import Shown
from straks.errors import BrokenTemplate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment
    from jinja2.runtime import Context

LAYOUT: Final = "_layout/email.html"
"""The shared layout, and the block in it that holds a message."""
LAYOUT_BLOCK: Final = "content"

_PAGES_KEPT = 512
_HELD = "_held"


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

    Raises:
        BrokenTemplate: A file does not parse, goes outside the subset, or refers to a file that
            is not there or to itself.
    """

    def __init__(self, files: Mapping[str, str], clean: Callable[[str], str] = sanitize_html) -> None:
        self._files = dict(files)
        self._clean = clean
        self._text = _environment(self._files, html=False)
        self._html = _environment(self._files, html=True)
        self._pages: OrderedDict[tuple[str, str], skeleton.Page] = OrderedDict()
        self._uses = {file: self._parse(file) for file in self._files}
        for file in self._files:
            self._follow(file, ())

    def names(self, file: str) -> dict[str, tuple[str, int]]:
        """Return each name that *file* and what it draws on need, with the file and line of its use."""
        uses = self._uses[file]
        found = {name: (file, line) for name, line in uses.names.items()}
        for part in uses.files:
            for name, place in self.names(part).items():
                found.setdefault(name, place)
        return found

    def text(self, file: str, values: Mapping[str, object]) -> str:
        """Render a plain-text file: line feeds only, edges trimmed, composed to NFC."""
        rendered = self._render(self._text, file, values)
        lines = (line.rstrip() for line in rendered.split("\n"))
        return unicodedata.normalize("NFC", "\n".join(lines).strip())

    def html(self, file: str, values: Mapping[str, object]) -> tuple[str, str]:
        """Render an HTML file; returns the page and its plain-text twin."""
        held = skeleton.Held()
        rendered = self._render(self._html, file, {**values, _HELD: held})
        key = (file, rendered)
        page = self._pages.get(key)
        if page is None:
            try:
                page = skeleton.sanitise(rendered, self._clean)
            except skeleton.Misplaced as flaw:
                raise BrokenTemplate(f"{file}: {flaw}", file=file) from None
            self._pages[key] = page
            if len(self._pages) > _PAGES_KEPT:
                self._pages.popitem(last=False)
        return page.fill(held)

    def _render(self, environment: Environment, file: str, values: Mapping[str, object]) -> str:
        try:
            return environment.get_template(file).render(values)
        except Exception as error:  # noqa: BLE001 - whatever a template does wrong is the template's fault
            where, line = _place(error, self._files, file)
            # Not chained: the frames of a template hold its values.
            raise BrokenTemplate(
                f"{where}, line {line}: cannot be rendered with these values ({_in_short(error)})",
                file=where,
                line=line,
            ) from None

    def _parse(self, file: str) -> subset.Uses:
        environment = self._html if file.endswith(".html") else self._text
        source = self._files[file]
        try:
            tree = environment.parse(source, file, file)
        except TemplateSyntaxError as error:
            raise BrokenTemplate(
                f"{file}, line {error.lineno}: {error.message}", file=file, line=error.lineno
            ) from None
        if "strx" in source or any(
            unicodedata.category(character) == "Cc" and character not in "\n\t" for character in source
        ):
            raise BrokenTemplate(
                f"{file}: holds a control character, or the reserved word strx; take it out", file=file
            )
        try:
            return subset.check(tree)
        except subset.OutsideSubset as flaw:
            raise BrokenTemplate(f"{file}, line {flaw.line}: {flaw}", file=file, line=flaw.line) from None

    def _follow(self, file: str, path: tuple[str, ...]) -> None:
        for part, line in self._uses[file].files.items():
            if part not in self._files:
                raise BrokenTemplate(
                    f"{file}, line {line}: there is no file {part!r}; names are seen from the "
                    f'folder of the catalog, such as "{LAYOUT}"',
                    file=file,
                    line=line,
                )
            if part in (*path, file):
                raise BrokenTemplate(
                    f"{file}, line {line}: {part!r} leads back to itself", file=file, line=line
                )
            self._follow(part, (*path, file))


def _environment(files: Mapping[str, str], *, html: bool) -> Environment:
    environment = _Environment(
        loader=_Loader(files),
        undefined=StrictUndefined,
        autoescape=html,
        finalize=_hold if html else None,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,  # as many as the catalog has files
    )
    # A compiled template can reach what an environment offers: offer no more than the subset.
    environment.globals.clear()
    environment.tests.clear()
    filters: dict[str, Any] = {name: environment.filters[name] for name in subset.FILTERS if name != "plural"}
    filters["plural"] = _plural
    environment.filters = filters
    return environment


class _Environment(ImmutableSandboxedEnvironment):
    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self.autoescape and name is not None and not name.startswith("_"):
            _mark_fragments(tree, self)
        return tree


def _mark_fragments(tree: nodes.Template, environment: Environment) -> None:
    """Put fragment borders around what an author wrote, and the layout around a bare fragment."""
    layout = environment.loader is not None and LAYOUT in environment.loader.list_templates()
    if tree.find(nodes.Extends) is None and layout:
        block = nodes.Block(LAYOUT_BLOCK, tree.body, False, False, lineno=1)  # noqa: FBT003 - Jinja's own signature
        tree.body = [nodes.Extends(nodes.Const(LAYOUT, lineno=1), lineno=1), block]
    holders: list[nodes.Block | nodes.Template] = [*tree.find_all(nodes.Block)]
    for holder in holders or [tree]:
        begins = nodes.Output([nodes.TemplateData(skeleton.FRAGMENT_BEGINS, lineno=1)], lineno=1)
        ends = nodes.Output([nodes.TemplateData(skeleton.FRAGMENT_ENDS, lineno=1)], lineno=1)
        holder.body = [begins, *holder.body, ends]
    tree.set_environment(environment)


class _Loader(BaseLoader):
    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:  # noqa: ARG002 - Jinja's signature
        if template not in self._files:
            raise TemplateNotFound(template)
        # The path is the file name too, so that a traceback knows the line.
        return self._files[template], template, None

    def list_templates(self) -> list[str]:
        return sorted(self._files)


@pass_context
def _hold(context: Context, value: object) -> object:
    """Print a marker in place of *value*."""
    # Markup is a macro's output, whose values are markers already; an undefined raises on print.
    if isinstance(value, (Markup, Undefined)):
        return value
    held: skeleton.Held = context[_HELD]
    return Markup(held.hold(value))  # noqa: S704 - a marker is a word


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
    # Jinja's sentences about undefined names hold the name alone; of any other error only the
    # kind is safe to show, since its text may quote a value.
    return str(error) if isinstance(error, UndefinedError) else type(error).__name__
