"""
What differs between two sets of templates, for whoever uses, answers for, or receives them.

Not which bytes: a comment is no difference. A caller sees parameters, their bounds and the rest of the
manifest; whoever answers for the texts sees the worst case and the findings; whoever gets the message
sees its text, which is compared as it comes out with the examples filled in. A template none of whose
files changed, and no shared one that it draws on, is passed over unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, cast

from straks.cli.formats import located
from straks.core.bound import EmailBound, bound
from straks.core.email_address import EmailAddress
from straks.core.fiction import FICTION_ADDRESS, FICTION_PHONE
from straks.core.parameter import Parameter
from straks.core.phone_number import PhoneNumber
from straks.core.typed import as_typed
from straks.errors import StraksError, TemplateError
from straks.policy.engine import inspect
from straks.policy.sweep import sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from straks.cli.formats import Found
    from straks.cli.sides import Side
    from straks.core.template import Template
    from straks.policy.rule import Rule
    from straks.policy.settings import Policy

ADDED: Final = "added"
REMOVED: Final = "removed"
CHANGED: Final = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """What was *before* and is *after*: of a key of the manifest, a bound, or a text; None for nothing."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Differing:
    """How one template differs; ``status`` is added, removed or changed."""

    name: str
    status: str
    manifest: tuple[Change, ...] = ()
    worst: tuple[Change, ...] = ()
    texts: tuple[Change, ...] = ()
    new: tuple[Found, ...] = ()
    fixed: tuple[Found, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two sides differ; ``unreadable`` says what could not be compared, and on which side."""

    old: str
    new: str
    templates: tuple[Differing, ...]
    unreadable: tuple[str, ...]


def compare(
    old: Side,
    new: Side,
    policy: Policy,
    rules: Sequence[Rule],
    watch: Callable[[Sequence[str]], Iterable[str]] = iter,
) -> Comparison:
    """Compare *old* with *new*, both held against *policy*; *watch* passes the names on, one by one."""
    unreadable: list[str] = []
    damaged: set[str] = set()
    catalogs: list[Mapping[str, Template]] = []
    for side in (old, new):
        catalog, broken = sound(side.files, side.unreadable)
        catalogs.append(dict(catalog))
        unreadable += [f"{side.name}: {error}" for error in broken]
        folders = {path.partition("/")[0] for path in side.files if not path.startswith("_")}
        damaged |= (folders - catalog.keys()) | {str(error.file).partition("/")[0] for error in broken}
    before, after = catalogs
    names = [
        name
        for name in sorted({*before, *after} - damaged)
        if _contents(before.get(name)) != _contents(after.get(name))
    ]
    templates: list[Differing] = []
    for name in watch(names):
        try:
            differing = _differing(name, before.get(name), after.get(name), policy, rules)
        except TemplateError as error:
            unreadable.append(f"{name}: {error}")
        else:
            if differing != Differing(name, CHANGED):
                templates.append(differing)
    return Comparison(old.name, new.name, tuple(templates), tuple(unreadable))


def _contents(template: Template | None) -> dict[str, str]:
    return {} if template is None else template.contents


def _differing(
    name: str, old: Template | None, new: Template | None, policy: Policy, rules: Sequence[Rule]
) -> Differing:
    if new is None:
        return Differing(name, REMOVED)
    known, there = ({each.fingerprint: each for each in _found(side, policy, rules)} for side in (old, new))
    return Differing(
        name,
        ADDED if old is None else CHANGED,
        manifest=_declared_otherwise(old, new),
        worst=_changes(_worst(old), _worst(new)),
        texts=_read_otherwise(old, new),
        new=tuple(each for mark, each in there.items() if mark not in known),
        fixed=tuple(each for mark, each in known.items() if mark not in there),
    )


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    return tuple(
        Change(what, before.get(what), after.get(what))
        for what in {**before, **after}
        if before.get(what) != after.get(what)
    )


def _found(template: Template | None, policy: Policy, rules: Sequence[Rule]) -> tuple[Found, ...]:
    if template is None:
        return ()
    sources = _contents(template)
    return located(inspect(template, policy, rules), lambda path: path, lambda path: sources.get(path, ""))


# --- what a caller sees ----------------------------------------------------------------------


def _declared_otherwise(old: Template | None, new: Template) -> tuple[Change, ...]:
    """Return what the manifest says otherwise; a parameter that came or went is one change."""
    before, after = ({} if each is None else dict(each.parameters) for each in (old, new))
    told = [*_changes(_head(old), _head(new))]
    for name in {**before, **after}:
        what = f"parameters.{name}"
        if name in before and name in after:
            told += _changes(dict(_flat(_facts(before[name]), what)), dict(_flat(_facts(after[name]), what)))
        else:
            told += _changes(
                *({what: _admits(some[name])} if name in some else {} for some in (before, after))
            )
    return tuple(told)


def _head(template: Template | None) -> dict[str, str]:
    if template is None:
        return {}
    manifest = {
        _key(each.name): getattr(template.manifest, each.name)
        for each in fields(template.manifest)
        if each.name not in ("parameters", "languages", "channels")
    }
    texts = {
        locale: tuple(channel for channel in template.channels if template.has(locale, channel))
        for locale in template.locales
    }
    return dict(_flat({**manifest, "texts": texts}))


def _admits(parameter: Parameter) -> str:
    marks = [mark for mark in ("optional", "personal", "secret") if getattr(parameter, mark)]
    return "; ".join([f"{parameter.kind}: {parameter.limits}", *marks])


def _facts(parameter: Parameter) -> dict[str, object]:
    held = {
        _key(each.name): getattr(parameter, each.name) for each in fields(parameter) if each.name != "name"
    }
    return {"kind": parameter.kind, **held}


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(value, Parameter):
            yield from _flat(_facts(value), key)
        elif isinstance(value, Mapping):
            yield from _flat(cast("Mapping[str, object]", value), key)
        elif value not in (None, False, ()):
            yield key, "yes" if value is True else as_typed(value)


def _key(name: str) -> str:
    return name.replace("_", "-")


# --- what it costs, and what is read ---------------------------------------------------------


def _pages(template: Template | None) -> Iterator[tuple[Template, str, str]]:
    if template is not None:
        for locale in template.locales:
            for channel in template.channels:
                if template.has(locale, channel):
                    yield template, locale, channel


def _worst(template: Template | None) -> dict[str, str]:
    """Return the worst case of every page of *template*, in words."""
    return {
        f"{locale} {_CHANNELS[channel]}": _in_words(template, locale, channel)
        for template, locale, channel in _pages(template)
    }


_CHANNELS: Final = {"sms": "SMS", "email": "e-mail"}


def _in_words(template: Template, locale: str, channel: str) -> str:
    try:
        found = bound(template, locale, channel)
    except TemplateError as none:
        return f"unbounded: {none}"
    if isinstance(found, EmailBound):
        return f"{found.html_bytes} bytes, subject of {found.subject_characters}"
    plural = "" if found.segments == 1 else "s"
    return (
        f"{found.segments} segment{plural}, {found.units} units of {found.encoding}, {found.spare} to spare"
    )


def _read_otherwise(old: Template | None, new: Template) -> tuple[Change, ...]:
    changes = _changes(_texts(old), _texts(new))
    # What is read says it all: HTML is worth a look only where its text stays the same.
    told = {change.what for change in changes}
    return tuple(
        change
        for change in changes
        if not change.what.endswith(_HTML) or change.what.replace(_HTML, _EMAIL) not in told
    )


_EMAIL: Final = " e-mail"
_HTML: Final = " HTML"


def _texts(template: Template | None) -> dict[str, str]:
    """Return what every page of *template* reads as, with the examples filled in."""
    return dict(part for page in _pages(template) for part in _parts(*page))


def _parts(template: Template, locale: str, channel: str) -> Iterator[tuple[str, str]]:
    try:
        if channel == "sms":
            recipient = PhoneNumber.parse(FICTION_PHONE)
            yield f"{locale} SMS", template.sms(locale, recipient, template.examples).body
            return
        email = template.email(locale, EmailAddress.parse(FICTION_ADDRESS), template.examples)
    except StraksError as error:
        yield f"{locale} {_CHANNELS[channel]}", f"({error})"
        return
    yield f"{locale} subject", email.subject
    yield f"{locale}{_EMAIL}", email.text
    if email.html is not None:
        yield f"{locale}{_HTML}", email.html


# --- for programs ----------------------------------------------------------------------------


def document(comparison: Comparison) -> dict[str, Any]:
    """Return *comparison* as JSON."""
    from straks.cli.formats.documents import document as finding

    def changes(some: Iterable[Change]) -> list[dict[str, str | None]]:
        return [{"what": each.what, "before": each.before, "after": each.after} for each in some]

    return {
        "old": comparison.old,
        "new": comparison.new,
        "templates": [
            {
                "name": each.name,
                "status": each.status,
                "manifest": changes(each.manifest),
                "worst": changes(each.worst),
                "texts": changes(each.texts),
                "findings_new": [finding(found) for found in each.new],
                "findings_fixed": [finding(found) for found in each.fixed],
            }
            for each in comparison.templates
        ],
        "unreadable": [*comparison.unreadable],
    }


def summary(comparison: Comparison) -> str:
    """Return how much differs, in a sentence."""
    from straks.preview.words import counted

    status = [each.status for each in comparison.templates]
    told = [f"{counted(status.count(kind), 'template')} {kind}" for kind in _STATUSES if kind in status]
    for word in ("new", "fixed"):
        number = sum(len(getattr(each, word)) for each in comparison.templates)
        if number:
            told.append(f"{counted(number, 'finding')} {word}")
    return ", ".join(told) or "nothing differs"


_STATUSES: Final = (ADDED, REMOVED, CHANGED)
