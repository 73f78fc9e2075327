"""
Pages of what there is to show: filled, counted, masked and inspected.

Of a template every language is shown with its example, its worst case and a short one. What cannot be made
is a `Fault` in its place, and the rest goes on: whoever writes a text looks at it before it is right. For
the same reason no gate is asked here; what a policy has to say is shown as findings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from straks.core.bound import SmsBound
from straks.core.bound_line import last_line, read_bound_line
from straks.core.fiction import NOBODYS_ADDRESS, NOBODYS_NUMBER
from straks.core.message import Email, Message, Order, Sms
from straks.errors import InvalidSetting, StraksError, Unbounded
from straks.policy.engine import inspect
from straks.policy.gate import policy_of
from straks.policy.rules import RULES
from straks.policy.settings import Policy
from straks.policy.subject import Page as Side
from straks.policy.subject import Whole
from straks.policy.sweep import finding_of_error
from straks.preview.figures import counts_of
from straks.preview.masking import DOT, masked, masked_html
from straks.preview.pages import About, Bubble, Case, Content, Fault, Letter, Page, Panel, Source
from straks.preview.shortest import shortest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from straks.core.segment import Segmentation
    from straks.core.template import Template
    from straks.errors import TemplateError
    from straks.policy.rule import Finding, Rule

    Filled: TypeAlias = Sms | Email

CASES: Final = tuple(Case)


def page_of_messages(
    messages: Iterable[Filled],
    *,
    reveal: bool = False,
    secrets: bool | None = None,
    policy: Policy | None = None,
) -> Page:
    """
    Return a page of *messages*.

    Recipients are masked unless *reveal*, and secret values likewise, unless *secrets* says otherwise.
    """
    uncovered = reveal if secrets is None else secrets
    given = tuple(messages)
    names = dict.fromkeys(message.template for message in given)
    panels = (_of_message(each, reveal=reveal, uncovered=uncovered, policy=policy) for each in given)
    return Page(", ".join(names), tuple(panels))


def page_of_template(
    template: Template,
    *,
    cases: Collection[str] = CASES,
    policy: Policy | None = None,
    rules: Iterable[Rule] | None = RULES,
    sources: bool = False,
    values: Mapping[str, Any] | None = None,
    locales: Collection[str] | None = None,
    channels: Collection[str] | None = None,
) -> Page:
    """
    Return a page of every language and channel of *template*.

    Args:
        template: One of a catalog.
        cases: What fills it.
        policy: What it is held against; None for its catalog's, or else the default one.
        rules: The rules to apply; None to apply none.
        sources: Whether to bring the texts of its own files along, with what was found in them.
        values: What fills it in place of its examples.
        locales: The languages to show; None for all.
        channels: The channels to show; None for all.
    """
    found: tuple[Finding, ...] = ()
    about = About((template.purpose, template.repeat))
    held = policy or policy_of(template.gate) or Policy()
    whole = Whole(template.ungated, held)
    if rules is not None:
        try:
            found = inspect(whole, held, tuple(rules))
        except StraksError as error:
            about = replace(about, trouble=str(error))
    filling = template.examples if values is None else values
    sides = [
        side
        for side in whole.pages
        if (locales is None or side.locale in locales) and (channels is None or side.channel in channels)
    ]
    panels = tuple(_panels(whole, sides, cases, found, filling))
    placed = {id(finding) for panel in panels for finding in panel.findings}
    return Page(
        template.name,
        panels,
        about,
        tuple(finding for finding in found if id(finding) not in placed),
        tuple(_sources(template.sources, found)) if sources else (),
    )


def page_of_error(error: TemplateError, files: Mapping[str, str]) -> Page:
    """
    Return a page about a template that cannot be used; *files* are the texts of its catalog.

    The file of the error is among its sources, whatever could be read of it.
    """
    name = error.template or (error.file or "").partition("/")[0]
    finding = finding_of_error(error, files)
    at = finding.path or ""
    own = {path: text for path, text in files.items() if path.startswith(f"{name}/")}
    fault = _fault(error, files)
    panel = Panel(error.locale or "", "email" if "email" in (error.file or "") else "sms", fault)
    sources = _sources({**own, at: files.get(at, "")}, (finding,))
    return Page(name, (panel,), About(("unusable",)), sources=tuple(sources))


# --- panels ---------------------------------------------------------------------------------


def _panels(
    whole: Whole,
    sides: Sequence[Side],
    cases: Collection[str],
    found: Sequence[Finding],
    values: Mapping[str, Any],
) -> Iterator[Panel]:
    wanted = [case for case in CASES if case in cases]
    if not whole.template.parameters:
        wanted = wanted[:1]  # whatever fills it, it is the same
    for channel in whole.template.channels:
        for case in wanted:
            for side in sides:
                if side.channel != channel:
                    continue
                its = [
                    finding
                    for finding in found
                    if case is wanted[0] and (finding.locale, finding.channel) == (side.locale, channel)
                ]
                content, filling = _content(side, case, values)
                yield Panel(side.locale, channel, content, case, tuple(its), filling)


def _content(side: Side, case: Case, values: Mapping[str, Any]) -> tuple[Content, Mapping[str, Any] | None]:
    """Return what is to be seen, and which values fill it; *values* are those of the example."""
    template, locale, channel = side.template, side.locale, side.channel
    try:
        if case is Case.WORST:
            return _worst(side)
        if case is Case.SHORTEST:
            values = shortest(template, lambda values: _size(_filled(template, locale, channel, values)))
        return _shown(_filled(template, locale, channel, values)), values
    except StraksError as error:
        return _fault(error, template.contents), None


def _worst(side: Side) -> tuple[Content, Mapping[str, Any]]:
    worst = side.bound
    if isinstance(worst, Unbounded):
        raise worst
    content = _shown(_filled(side.template, side.locale, side.channel, worst.witness))
    if isinstance(content, Bubble) and isinstance(worst, SmsBound):
        content = replace(content, bound=worst)
    return content, worst.witness


def _filled(template: Template, locale: str, channel: str, values: Mapping[str, Any]) -> Filled:
    if channel == "sms":
        return template.sms(locale, NOBODYS_NUMBER, values)
    return template.email(locale, NOBODYS_ADDRESS, values)


def _size(message: Filled) -> int:
    return message.segmentation.units if isinstance(message, Sms) else len(message.body)


def _of_message(message: Filled, *, reveal: bool, uncovered: bool, policy: Policy | None) -> Panel:
    recipient = message.address if reveal else message.masked_recipient
    content: Content
    try:
        content = _shown(message, () if uncovered else message.secrets, recipient)
    except StraksError as error:
        content = Fault(str(error))
    found = inspect(message, policy or policy_of(message.gate))
    return Panel(message.locale, message.channel, content, findings=found)


# --- one message ----------------------------------------------------------------------------


def _shown(message: Filled, secrets: Sequence[str] = (), recipient: str | None = None) -> Bubble | Letter:
    if isinstance(message, Sms):
        return bubble(message.body, message.segmentation, secrets, message.sender, recipient)
    html = None if message.html is None else masked_html(message.html, secrets)
    return Letter(
        masked(message.subject, secrets),
        masked(message.text, secrets),
        html,
        message.content_type,
        len(message.body.encode()),
        message.sender_name,
        recipient,
    )


def bubble(
    text: str,
    segmentation: Segmentation,
    secrets: Sequence[str] = (),
    sender: str | None = None,
    recipient: str | None = None,
) -> Bubble:
    """Return *text* as a phone shows it: counted as it is, shown with *secrets* covered up."""
    segments = segmentation.segments
    shown = masked(text, secrets)
    borders: list[int] = []
    for part in segments[:-1]:
        borders.append((borders[-1] if borders else 0) + len(part.text))
    foreign = tuple(
        found
        for found in segmentation.foreign
        if shown[found.index : found.index + len(found.character)] == found.character
        or DOT in found.character
    )
    quiet = len(text) - len(last_line(text)) if read_bound_line(text) is not None else None
    return Bubble(
        shown,
        counts_of(text, segmentation),
        tuple(borders),
        foreign,
        quiet,
        sender=sender,
        recipient=recipient,
    )


def _fault(error: StraksError, files: Mapping[str, str]) -> Fault:
    path: str | None = getattr(error, "file", None)
    line: int | None = getattr(error, "line", None)
    if path is None or line is None:
        return Fault(str(error), path, line)
    lines = files.get(path, "").split("\n")
    return Fault(str(error), path, line, lines[line - 1] if line <= len(lines) else "")


def _sources(files: Mapping[str, str], found: Sequence[Finding]) -> Iterator[Source]:
    for path, text in files.items():
        yield Source(path, text, tuple(finding for finding in found if finding.path == path))


def message_of(subject: object) -> Filled:
    """Return the message that *subject* is or orders."""
    message: object = subject.message if isinstance(subject, Order) else subject
    if isinstance(message, Sms | Email):
        return message
    what = type(subject).__name__ if not isinstance(subject, Message) else "another kind of message"
    raise InvalidSetting(f"there is no picture of {what}; give a message, an order, a template or a catalog")
