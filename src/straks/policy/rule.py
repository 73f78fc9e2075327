"""
A rule: declared, explained and tested in one place.

A rule is a function that looks at one subject and yields the flaws it sees. Its name is the fault's
(``link_in_sms`` becomes ``link-in-sms``), so that «ignore link-in-sms» reads right; its docstring is
the page that ``straks explain`` prints, with «Why:», «Instead:» and «Source:»; its examples are its
tests, walked by one meta-test. The engine adds code, severity and place, so no rule repeats itself.

Where a rule is decided says what it is given:

========  ==========================================================================================
scope     the function's argument
========  ==========================================================================================
template  `straks.policy.subject.Whole`: a template with all its languages
page      `straks.policy.subject.Page`: one language and channel of it, every way through it
message   `straks.policy.subject.Filled`: a message with the policy
order     `straks.policy.subject.Placed`: an order with the policy
policy    `straks.policy.settings.Policy`
runtime   nothing: straks itself keeps it, and the page names the test that shows it
========  ==========================================================================================
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from straks.policy.source import Spot


class Severity(StrEnum):
    """How grave a finding is: an error stops a message, a warning a release, advice nothing."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Scope(StrEnum):
    """What a rule is given."""

    TEMPLATE = "template"
    PAGE = "page"
    MESSAGE = "message"
    ORDER = "order"
    POLICY = "policy"
    RUNTIME = "runtime"

    @property
    def decided(self) -> str:
        """Where the rule is decided; a page is a part of its template."""
        return Scope.TEMPLATE.value if self is Scope.PAGE else self.value


@dataclass(frozen=True, slots=True)
class Fix:
    """
    A change to a source: what stands from *start* to *end* becomes *text*.

    ``safe`` says that no reader can tell; other fixes change what is read, if hardly.
    """

    path: str
    start: int
    end: int
    text: str
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Flaw:
    """
    What a rule saw.

    ``message`` says what is wrong and with which values, ``hint`` what to do. ``witness`` are values
    that show it, where there are any.
    """

    message: str
    hint: str
    spot: Spot | None = None
    witness: Mapping[str, Any] | None = None
    fix: Fix | None = None


Check: TypeAlias = Callable[[Any], Iterable[Flaw]]

CODE: Final = r"[A-Z]{3}\d{3,4}"
FAMILY: Final = 3
"""How many letters of a code name its family."""
_SECTIONS = ("Why:", "Instead:", "Source:")


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A rule of the policy.

    ``passes`` and ``fails`` are its examples, each a `straks.policy.trial.Trial` or just the text of an
    SMS; ``test`` names the test of a runtime rule. ``by_sender`` is True for a rule about messages that looks
    at the channel and the sender alone, so that what it said of one sender holds for all it sends;
    ``by_reference`` for a rule about orders that looks at nothing but what their caller named them, and so
    has nothing to say of an order without a reference whose id straks made. ``by_key`` is the key of the
    policy without which the rule has nothing to say.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    since: str
    page: str = field(repr=False)
    check: Check = field(repr=False)
    passes: tuple[Any, ...] = field(default=(), repr=False)
    fails: tuple[Any, ...] = field(default=(), repr=False)
    test: str | None = None
    by_sender: bool = False
    by_key: str | None = None
    by_reference: bool = False

    @property
    def summary(self) -> str:
        """The first sentence of the page: the fault."""
        return self.page.split("\n", 1)[0]


def rule(
    code: str,
    scope: Scope,
    *,
    severity: Severity,
    since: str,
    passes: Iterable[Any] = (),
    fails: Iterable[Any] = (),
    test: str | None = None,
    by_sender: bool = False,
    by_key: str | None = None,
    by_reference: bool = False,
) -> Callable[[Check], Rule]:
    """Declare the decorated function a rule; its docstring must explain the fault whole."""

    def declare(check: Check) -> Rule:
        page = inspect.getdoc(check) or ""
        if missing := [section for section in _SECTIONS if section not in page]:
            raise TypeError(f"the docstring of rule {code} lacks {', '.join(missing)}")
        if not re.fullmatch(CODE, code):
            raise TypeError(f"{code!r} is no code; one is three capital letters and three or four digits")
        name = getattr(check, "__name__", code).replace("_", "-")
        return Rule(
            code,
            name,
            severity,
            scope,
            since,
            page,
            check,
            tuple(passes),
            tuple(fails),
            test,
            by_sender,
            by_key,
            by_reference,
        )

    return declare


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A flaw with its rule and its place.

    ``path`` is seen from the catalog's folder; ``line`` and ``column`` count from 1. ``witness`` holds
    values of the declared examples or of a bound, never those of a real message.
    """

    code: str
    name: str
    severity: Severity
    message: str
    hint: str
    template: str | None = None
    path: str | None = None
    line: int | None = None
    column: int | None = None
    locale: str | None = None
    channel: str | None = None
    witness: Mapping[str, Any] | None = field(default=None, repr=False)
    fix: Fix | None = field(default=None, repr=False)

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        return f"{where + ': ' if where else ''}{self.code} {self.message}. {self.hint}"
