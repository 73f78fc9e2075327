"""
One message in all its languages and channels, and what may fill it.

A template makes messages; it does not choose recipients or send. What goes wrong in it names the
template, the language, the channel and the parameter, and never the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from straks.core import straight
from straks.core.display import Displayed
from straks.core.finished import composed
from straks.core.gate import OPEN
from straks.core.locale import LOCALES, meant_locale
from straks.core.made import made
from straks.core.message import ContentType, Email, Sms
from straks.core.nearest import nearest
from straks.core.parameter import Shown, Unfit
from straks.core.straight import Way
from straks.core.texts import PAGE_FILE
from straks.errors import BrokenTemplate, InvalidSetting, InvalidValue, UnknownLocale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from straks.core.email_address import EmailAddress
    from straks.core.gate import Gate
    from straks.core.manifest import Manifest, Purpose, Repeat
    from straks.core.parameter import Parameter
    from straks.core.phone_number import PhoneNumber
    from straks.core.rendering import Absent, Renderer
    from straks.core.straight import Filled
    from straks.core.texts import Texts

T = TypeVar("T")

SMS_FILE = "sms.txt"
SUBJECT_FILE = "subject.txt"
HTML_FILE = PAGE_FILE
TEXT_FILE = "email.txt"
FILES = (SMS_FILE, SUBJECT_FILE, HTML_FILE, TEXT_FILE)

# TS 23.040, 9.1.2.5: an alphanumeric originator has at most 11 septets. The characters are those
# that gateways promise to carry; digits alone are a number, at most 15 by E.164.
_ORIGINATOR = re.compile(
    r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9._&-](?:[A-Za-z0-9 ._&-]{0,9}[A-Za-z0-9._&-])?|\+?[0-9]{3,15}"
)


@dataclass(frozen=True, slots=True, repr=False)
class Template(Displayed):
    """
    A message, ready to be filled.

    ``files`` says which files each language has, ``sources`` what stands in each file of its folder, by
    its path in the catalog. ``gate`` is asked before it makes a message.
    """

    name: str
    manifest: Manifest
    files: Mapping[str, frozenset[str]]
    texts: Texts = field(repr=False, compare=False)
    sources: Mapping[str, str] = field(repr=False, compare=False)
    gate: Gate = field(default=OPEN, repr=False, compare=False)
    _known_ways: dict[tuple[str, str], Way | None] = field(
        default_factory=dict["tuple[str, str]", "Way | None"], init=False, repr=False, compare=False
    )

    _kept_shared: dict[str, Mapping[str, object]] = field(
        default_factory=dict[str, "Mapping[str, object]"], init=False, repr=False, compare=False
    )

    def __repr__(self) -> str:
        return f"<Template {self.name}: {', '.join(self.channels)} in {', '.join(self.locales)}>"

    def __hash__(self) -> int:
        return hash(self.name)

    def __reduce__(self) -> tuple[Callable[..., Template], tuple[Any, ...]]:
        # Made anew where it arrives: what is compiled does not travel, and its texts say all of it.
        return _from_texts, (self.name, self.contents, self.gate)

    @property
    def renderer(self) -> Renderer:
        """What renders its texts."""
        return self.texts.renderer

    @property
    def ungated(self) -> Template:
        """The same template for whoever inspects it, with no gate to ask."""
        return self if self.gate is OPEN else replace(self, gate=OPEN)

    @property
    def contents(self) -> dict[str, str]:
        """What stands in every file that has a part in it: its own, and those that it draws on."""
        texts = [path for path in self.sources if self.renderer.sound(path)]
        parts = {part: self.renderer.source(part) for path in texts for part in self.renderer.draws_on(path)}
        return {**parts, **self.sources}

    @property
    def purpose(self) -> Purpose:
        """What the message is for."""
        return self.manifest.purpose

    @property
    def repeat(self) -> Repeat:
        """Whether it may reach a person twice when a sending is in doubt."""
        return self.manifest.repeat

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What may fill the message, by name."""
        return self.manifest.parameters

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages there are, nb before nn before en."""
        return tuple(locale for locale in LOCALES if locale in self.files)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that any language has: ``sms``, ``email``."""
        return tuple(
            channel for channel in ("sms", "email") if any(self.has(locale, channel) for locale in self.files)
        )

    def has(self, locale: str, channel: str) -> bool:
        """Tell whether the message exists in this language and channel."""
        files = self.files.get(locale)
        if files is None:
            return False
        return SMS_FILE in files if channel == "sms" else HTML_FILE in files or TEXT_FILE in files

    @property
    def examples(self) -> dict[str, Any]:
        """The example value of every parameter: what a preview fills in."""
        return {name: parameter.example for name, parameter in self.parameters.items()}

    def resolve(self, locale: str, channel: str) -> str:
        """
        Return the language that *locale* is served in: itself, or the manifest's declared fallback.

        Raises:
            UnknownLocale: There is none.
        """
        if self.has(locale, channel):
            return locale
        served = locale if locale in self.files else self.manifest.fallback.get(locale, locale)
        if self.has(served, channel):
            return served
        there = [known for known in self.locales if self.has(known, channel)]
        exists = f"it has {channel} in {', '.join(there)}" if there else f"it has no {channel} at all"
        meant = meant_locale(locale, there)
        hint = f"Did you mean {meant!r}? " if meant else ""
        raise UnknownLocale(
            f"{self.name} has no {channel} in {locale!r}; {exists}. {hint}straks.negotiate chooses among "
            "them",
            template=self.name,
            locale=locale,
        )

    def sms(
        self, locale: str, recipient: PhoneNumber, values: Mapping[str, object], sender: str | None = None
    ) -> Sms:
        """
        Fill the SMS.

        Raises:
            UnknownLocale: There is no SMS in this language.
            InvalidValue: A value is missing, surplus or out of bounds.
            InvalidSetting: The sender is no originator that a network carries.
            BrokenTemplate: The text cannot be rendered, or comes out empty.
            PolicyError: The catalog's policy does not let it make messages.
        """
        self.gate.admit(self)
        way = self._known_ways.get((locale, "sms")) if straight.enabled else None
        if way is None:
            locale = self.resolve(locale, "sms")
            way = self._ways(locale, "sms") if straight.enabled else None
        if sender is not None:
            _check_originator(sender)
        taken = None if way is None else way.filling.take(values)
        body = "" if way is None or taken is None else composed(way.first.joined(taken[1]))
        if not body or taken is None:
            taken, body = self._any_sms(locale, values)
        sms = Sms.__new__(Sms)  # as `straks.core.made`, written out
        own = vars(sms)
        own.update(self._kept_shared.get(locale) or self._shared(locale))
        checked, _, own["canonical_values"], own["secrets"] = taken
        own["recipient"] = recipient
        own["body"] = body
        life = self.manifest.time_to_live
        own["time_to_live"] = checked[life] if isinstance(life, str) else life
        own["sender"] = sender
        return sms

    def _shared(self, locale: str) -> Mapping[str, object]:
        """Return what all messages in one language have in common, field by field."""
        shared = self._kept_shared.get(locale)
        if shared is None:
            shared = self._kept_shared[locale] = {
                "template": self.name,
                "locale": locale,
                "purpose": self.purpose,
                "repeat": self.repeat,
                "gate": self.gate,
            }
        return shared

    def _any_sms(self, locale: str, values: object) -> tuple[Filled, str]:
        """Return values and the body, whatever the text is and the values are."""
        checked = self.check(values, locale, "sms")
        shown = {
            name: value.plainly() if isinstance(value, Shown) else value
            for name, value in self._shown(checked, locale).items()
        }
        file = f"{self.name}/{locale}/{SMS_FILE}"
        body = self._placed(locale, lambda: self.renderer.text(file, shown))
        return self._filled(checked, shown), self._not_empty(body, file, locale)

    def email(
        self,
        locale: str,
        recipient: EmailAddress,
        values: Mapping[str, object],
        sender: EmailAddress | None = None,
        content_type: str | None = None,
    ) -> Email:
        """
        Fill the e-mail; *content_type* is ``"Html"`` or ``"Plain"``, by default Html where there is one.

        Raises:
            UnknownLocale: There is no e-mail in this language.
            InvalidValue: A value is missing, surplus or out of bounds.
            InvalidSetting: There is no HTML to send, or no such content type.
            BrokenTemplate: The text cannot be rendered, or comes out empty.
            PolicyError: The catalog's policy does not let it make messages.
        """
        self.gate.admit(self)
        way = self._known_ways.get((locale, "email")) if straight.enabled else None
        if way is None:
            locale = self.resolve(locale, "email")
            way = self._ways(locale, "email") if straight.enabled else None
        sent_as = self._content_type(content_type, locale)
        made_straight = None if way is None else _straight_email(way, values)
        taken, parts = made_straight or self._any_email(locale, values)
        _, _, canonical, secrets = taken
        return made(
            Email,
            {
                **(self._kept_shared.get(locale) or self._shared(locale)),
                **parts,
                "canonical_values": canonical,
                "secrets": secrets,
                "recipient": recipient,
                "content_type": sent_as,
                "sender": sender,
            },
        )

    def sent_email(self, locale: str, values: Mapping[str, object]) -> tuple[str, str]:
        """
        Return subject and body of the e-mail as it is sent, for whoever measures it: no message is made.

        Raises:
            StraksError: As for `email`.
        """
        self.gate.admit(self)
        _, parts = self._any_email(self.resolve(locale, "email"), values, twin=False)
        html = parts["html"]
        return str(parts["subject"]), str(parts["text"] if html is None else html)

    def _any_email(
        self, locale: str, values: object, *, twin: bool = True
    ) -> tuple[Filled, Mapping[str, object]]:
        """
        Return values and the e-mail's own parts, whatever the texts are and the values are.

        Without *twin* the HTML is there at once, and what its layout says may stand for its twin.
        """
        folder = f"{self.name}/{locale}"
        checked = self.check(values, locale, "email")
        shown = self._shown(checked, locale)
        subject = self._placed(locale, lambda: self.renderer.text(f"{folder}/{SUBJECT_FILE}", shown))
        subject = self._not_empty(" ".join(subject.split()), f"{folder}/{SUBJECT_FILE}", locale)
        parts: dict[str, object] = {"subject": subject, "html": None, "text": ""}
        if HTML_FILE in self.files[locale]:
            file = f"{folder}/{HTML_FILE}"
            with_subject = {**shown, "subject": subject}
            page = self._placed(locale, lambda: self.renderer.filled(file, with_subject))
            if twin and page.certain:
                parts = {"subject": subject, "page": page}
            else:
                html, text = self._placed(locale, lambda: self.renderer.finished(file, page, twin=twin))
                parts |= {"html": html, "text": text}
        if TEXT_FILE in self.files[locale]:
            parts["text"] = self._placed(locale, lambda: self.renderer.text(f"{folder}/{TEXT_FILE}", shown))
        if parts.get("text") == "":
            self._not_empty("", folder, locale)
        return self._filled(checked, shown), parts

    def _ways(self, locale: str, channel: str) -> Way | None:
        """Return how to fill the message by joining, worked out once; None where it takes more."""
        known = self._known_ways
        try:
            return known[locale, channel]
        except KeyError:
            return known.setdefault((locale, channel), self._way(locale, channel))

    def _way(self, locale: str, channel: str) -> Way | None:
        folder = f"{self.name}/{locale}"
        taken = straight.filling(self.parameters, locale, plainly=channel == "sms")
        first = self.texts.cut(f"{folder}/{SMS_FILE if channel == 'sms' else SUBJECT_FILE}")
        if taken is None or first is None:
            return None
        pages = text = None
        if channel == "email" and HTML_FILE in self.files[locale]:
            from straks.core.branches import Pages  # and what sanitises pages, which an SMS has no use for

            links = [name for name, parameter in self.parameters.items() if parameter.kind == "url"]
            found = self.renderer.branches(f"{folder}/{HTML_FILE}", links)
            if found is None:
                return None
            absent = {name: _absent(name) for name, each in self.parameters.items() if each.optional}
            pages = Pages(found, self.renderer.page_by, self.parameters, locale, absent)
        if channel == "email" and TEXT_FILE in self.files[locale]:
            text = self.texts.cut(f"{folder}/{TEXT_FILE}")
            if text is None:
                return None
        printed = {*first.names, *(text.names if text is not None else ())}
        if any(each.optional and name in printed for name, each in self.parameters.items()):
            return None
        return Way(taken, first, pages, text)

    def check(self, values: object, locale: str, channel: str) -> dict[str, Any]:
        """
        Return *values* in canonical Python form; an optional one that was left out is not among them.

        Raises:
            InvalidValue: One is missing, surplus, of another kind or out of bounds; or they are no
                mapping from names.
        """
        where = f"{self.name} ({locale}, {channel})"
        if not isinstance(values, Mapping):
            raise self._no_mapping(where, locale)
        given = cast("Mapping[str, object]", values)
        missing = [
            name
            for name, parameter in self.parameters.items()
            if name not in given and not parameter.optional
        ]
        # The names are only looked at one by one where something is wrong.
        sound = not missing and self.parameters.keys() >= given.keys()
        if not sound and not all(isinstance(name, str) for name in cast("Mapping[object, object]", given)):
            raise self._no_mapping(where, locale)
        if missing:
            raise InvalidValue(
                f"{where} needs {_listed(missing)}; given were {_listed(given) or 'none'}",
                template=self.name,
                locale=locale,
                parameter=missing[0],
            )
        checked: dict[str, Any] = {}
        for name, value in given.items():
            parameter = self.parameters.get(name)
            if parameter is None:
                near = nearest(name, self.parameters)
                hint = f"did you mean {near!r}?" if near else f"it takes {_listed(self.parameters) or 'none'}"
                raise InvalidValue(
                    f"{where} has no parameter {name!r}; {hint}",
                    template=self.name,
                    locale=locale,
                    parameter=name,
                )
            if value is None and parameter.optional:
                continue
            try:
                checked[name] = parameter.check(value)
            except Unfit as flaw:
                raise InvalidValue(
                    f"{where}: {name!r} {flaw}", template=self.name, locale=locale, parameter=name
                ) from None
        return checked

    def _no_mapping(self, where: str, locale: str) -> InvalidValue:
        return InvalidValue(
            f"{where}: values must be a mapping from each parameter's name to its value",
            template=self.name,
            locale=locale,
        )

    def _shown(self, checked: Mapping[str, Any], locale: str) -> dict[str, object]:
        shown: dict[str, object] = {"locale": locale}
        for name, parameter in self.parameters.items():
            shown[name] = parameter.show(checked[name], locale) if name in checked else _absent(name)
        return shown

    def _filled(self, checked: dict[str, Any], shown: Mapping[str, object]) -> Filled:
        """Return what a message keeps of its values; a secret list is secret whole, and item by item."""
        secret = [shown[name] for name in checked if self.parameters[name].secret]
        items = [item for value in secret if isinstance(value, Shown) for item in value.items]
        canonical = {name: self.parameters[name].canonical(value) for name, value in checked.items()}
        return checked, {}, canonical, tuple(map(str, [*secret, *items]))

    def _content_type(self, wanted: str | None, locale: str) -> ContentType:
        has_html = HTML_FILE in self.files[locale]
        if wanted is None:
            return ContentType.HTML if has_html else ContentType.PLAIN
        if wanted not in list(ContentType):
            raise InvalidSetting(f"content_type is Html or Plain, not {wanted!r}")
        if wanted == ContentType.HTML and not has_html:
            raise InvalidSetting(
                f"{self.name} ({locale}) has no {HTML_FILE}, so it can be sent as Plain only"
            )
        return ContentType(wanted)

    def _placed(self, locale: str, render: Callable[[], T]) -> T:
        """Add template and language to what goes wrong in a file."""
        try:
            return render()
        except BrokenTemplate as error:
            error.template, error.locale = self.name, locale
            raise

    def _not_empty(self, text: str, file: str, locale: str) -> str:
        if not text:
            raise BrokenTemplate(
                f"{file}: comes out empty with these values; a message needs a text",
                template=self.name,
                locale=locale,
                file=file,
            )
        return text


def _straight_email(way: Way, values: Mapping[str, object]) -> tuple[Filled, Mapping[str, object]] | None:
    """Return values and the e-mail's own parts, where joining is all that it takes."""
    taken = way.filling.take(values)
    if taken is None:
        return None
    checked, printed, _, _ = taken
    subject = printed["subject"] = " ".join(composed(way.first.joined(printed)).split())
    parts: dict[str, object] = {"subject": subject, "html": None}
    if way.pages is not None:
        page = way.pages.filled(checked, printed)
        if page is None or not page.certain:
            return None
        parts = {"subject": subject, "page": page}
    if way.text is not None:
        parts["text"] = composed(way.text.joined(printed))
    return (taken, parts) if subject and parts.get("text", "its twin") else None


def _check_originator(sender: object) -> None:
    if isinstance(sender, str) and _ORIGINATOR.fullmatch(sender):
        return
    size = f"{len(sender)} characters" if isinstance(sender, str) else f"type {type(sender).__name__}"
    raise InvalidSetting(
        "an SMS sender has 1 to 11 characters out of A-Z, a-z, 0-9, space and . _ & -, with a letter among "
        f"them, or is a number; this is of {size}. Leave it out for the default"
    )


def _absent(name: str) -> Absent:
    from straks.core.rendering import Absent

    return Absent(
        hint=f"the optional parameter {name!r} was left out; ask {{% if {name} %}} first", name=name
    )


def _listed(names: Iterable[str]) -> str:
    quoted = [repr(name) for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))


def _from_texts(name: str, files: Mapping[str, str], gate: Gate) -> Template:
    from straks.core.catalog import Catalog

    return Catalog(files, gate)[name]
