"""
All messages together, as a value made from the texts of their files.

A catalog is checked whole when it is made: every manifest, every file against the Jinja subset,
every name that a text uses against what its manifest declares. What is left for the moment of
sending is the values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from straks.core.display import Displayed
from straks.core.gate import OPEN
from straks.core.locale import LOCALES
from straks.core.manifest import CHANNELS, Manifest, read_manifest
from straks.core.nearest import nearest
from straks.core.noting import Noting
from straks.core.parameter import GIVEN_NAMES
from straks.core.phone_number import PhoneNumber
from straks.core.template import FILES, HTML_FILE, SMS_FILE, SUBJECT_FILE, TEXT_FILE, Template
from straks.core.texts import Texts
from straks.errors import BrokenManifest, BrokenTemplate, UnknownTemplate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from straks.core.email_address import EmailAddress
    from straks.core.gate import Gate
    from straks.core.message import Email, Sms
    from straks.core.rendering import Renderer
    from straks.core.texts import Sound
    from straks.errors import TemplateError

MANIFEST_FILE = "template.toml"


class Catalog(Displayed, Mapping[str, Template]):
    """
    Templates by name.

    Args:
        files: The text of each file by its path, such as ``one-time-code/nb/sms.txt``; folders
            whose name begins with an underscore hold what several templates share.
        gate: What may stop a template or an order; by default nothing.
        broken: Where to note what is wrong instead of raising it; what is broken is left out.
        sound: What is known of *files*, where all of them were found sound before. They are not checked
            again, and a template is put together when it is first asked for.

    Raises:
        BrokenManifest: A ``template.toml`` cannot be used, or does not fit the files beside it.
        BrokenTemplate: A text cannot be used.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        gate: Gate = OPEN,
        broken: list[TemplateError] | None = None,
        sound: Sound | None = None,
    ) -> None:
        texts = {path: text for path, text in files.items() if not path.endswith(".toml")}
        self._texts = Texts(texts, broken, sound)
        self._sound = sound
        self._gate = gate
        folders: dict[str, dict[str, str]] = {}
        for path, text in sorted(files.items()):
            folders.setdefault(path.partition("/")[0], {})[path] = text
        self._folders = {name: folder for name, folder in folders.items() if not name.startswith("_")}
        self._templates: dict[str, Template] = {}
        if sound is None:
            self._check(texts, broken)

    def _check(self, texts: Iterable[str], broken: list[TemplateError] | None) -> None:
        renderer = self._texts.renderer
        lost = {path.partition("/")[0] for path in texts if not renderer.sound(path)}
        for name, folder in self._folders.items():
            if name not in lost:
                with Noting(broken):
                    self._templates[name] = _assemble(name, folder, self._texts, self._gate)
        self._folders = {name: self._folders[name] for name in self._templates}

    def __getitem__(self, name: str) -> Template:
        template = self._templates.get(name)
        if template is not None:
            return template
        if name in self._folders:
            made = _assemble(name, self._folders[name], self._texts, self._gate, self._sound)
            return self._templates.setdefault(name, made)
        near = nearest(str(name), self._folders)
        hint = f"did you mean {near!r}?" if near else f"there are {', '.join(self._folders) or 'none'}"
        raise UnknownTemplate(f"there is no template {name!r}; {hint}", template=str(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._folders)

    def __len__(self) -> int:
        return len(self._folders)

    def __reduce__(self) -> tuple[type[Catalog], tuple[dict[str, str], Gate]]:
        files: dict[str, str] = {}
        gate = OPEN
        for template in self.values():
            files |= template.contents
            gate = template.gate
        return type(self), (files, gate)

    def __repr__(self) -> str:
        return f"<Catalog of {', '.join(self._folders) or 'nothing'}>"

    def sms(
        self,
        name: str,
        *,
        locale: str,
        to: str | PhoneNumber,
        values: Mapping[str, object],
        regions: Collection[str] | None = None,
        sender: str | None = None,
    ) -> Sms:
        """
        Fill an SMS.

        Args:
            name: The template's name.
            locale: The language, such as ``"nb"``; `straks.negotiate` chooses one.
            to: The recipient's mobile number, with its country code.
            values: A value for every parameter.
            regions: Countries that *to* may be in (ISO 3166, ``{"NO", "SE"}``); None for any.
            sender: What the phone shows, at most 11 characters; None for the service's default.

        Raises:
            InvalidPhoneNumber: No SMS may be sent to *to*.
            TemplateError: The template or a value; the sentence says which.
        """
        template = self._templates.get(name) or self[name]
        given = to.e164 if isinstance(to, PhoneNumber) else to
        return template.sms(locale, PhoneNumber.parse(given, regions=regions), values, sender)

    def email(
        self,
        name: str,
        *,
        locale: str,
        to: str | EmailAddress,
        values: Mapping[str, object],
        sender: str | EmailAddress | None = None,
        content_type: str | None = None,
    ) -> Email:
        """
        Fill an e-mail.

        Args:
            name: The template's name.
            locale: The language, such as ``"nb"``; `straks.negotiate` chooses one.
            to: The recipient's address.
            values: A value for every parameter.
            sender: Your registered sender address; None for the service's default.
            content_type: ``"Html"`` or ``"Plain"``; None for Html where the template has it.

        Raises:
            InvalidEmailAddress: No e-mail may be sent to *to*, or from *sender*.
            TemplateError: The template or a value; the sentence says which.
        """
        from straks.core.email_address import EmailAddress

        template = self._templates.get(name) or self[name]
        recipient = to if isinstance(to, EmailAddress) else EmailAddress.parse(to)
        from_ = sender if isinstance(sender, EmailAddress | None) else EmailAddress.parse(sender)
        return template.email(locale, recipient, values, from_, content_type)


def _assemble(
    name: str, folder: Mapping[str, str], texts: Texts, gate: Gate, sound: Sound | None = None
) -> Template:
    """Put a template together; where it is known to be *sound*, texts were held against manifest before."""
    manifest_path = f"{name}/{MANIFEST_FILE}"
    if manifest_path not in folder:
        raise BrokenManifest(
            f"{next(iter(folder))}: its folder has no {MANIFEST_FILE}; add one, or begin the folder's name "
            "with an underscore if it is shared",
            template=name,
            file=next(iter(folder)),
        )
    known = None if sound is None else sound.manifests.get(manifest_path)
    manifest = read_manifest(folder[manifest_path], template=name, file=manifest_path, document=known)
    files: dict[str, set[str]] = {}
    for path in folder:
        rest = path.partition("/")[2]
        if path == manifest_path:
            continue
        locale, _, file = rest.rpartition("/")
        if locale not in LOCALES:
            raise BrokenTemplate(
                f"{path}: does not belong there; a template's folders are {', '.join(LOCALES)}"
                f"{_hint(locale)}",
                template=name,
                file=path,
            )
        if file.startswith("_"):
            continue
        if file not in FILES:
            near = nearest(file.lower(), FILES)
            hint = f"did you mean {near}?" if near else f"a language has {', '.join(FILES)}"
            raise BrokenTemplate(
                f"{path}: is no file of a template; {hint}", template=name, locale=locale, file=path
            )
        files.setdefault(locale, set()).add(file)
        if sound is None:
            _declared(path, name, locale, manifest, texts.renderer)
    for what in _misfits(name, manifest, files):
        raise BrokenManifest(f"{manifest_path}: {what}", template=name, file=manifest_path)
    found = {locale: frozenset(names) for locale, names in files.items()}
    return Template(name, manifest, found, texts, MappingProxyType(dict(folder)), gate)


def _hint(folder: str) -> str:
    """Say which language is meant by a *folder* that is called as others call it: no, nb-NO, NN."""
    tag = re.split("[-_]", folder.lower())[0]
    meant = "nb" if tag == "no" else tag
    return f"; did you mean {meant}?" if meant in LOCALES else ""


def _declared(path: str, name: str, locale: str, manifest: Manifest, renderer: Renderer) -> None:
    """Check that a text uses no name that nothing gives it."""
    for used, (file, line) in renderer.names(path).items():
        if used in manifest.parameters or (
            used in GIVEN_NAMES and (used != "subject" or path.endswith(f"/{HTML_FILE}"))
        ):
            continue
        near = nearest(used, manifest.parameters)
        hint = f"did you mean {near!r}?" if near else f"declare it under [parameters.{used}]"
        raise BrokenTemplate(
            f"{file}, line {line}: uses {used!r}, which {name}/{MANIFEST_FILE} does not declare; {hint}",
            template=name,
            locale=locale,
            file=file,
            line=line,
            parameter=used,
        )
    for used, (file, line) in renderer.lists(path).items():
        parameter = manifest.parameters.get(used)
        if parameter is None or parameter.kind != "list":
            raise BrokenTemplate(
                f"{file}, line {line}: loops over or joins {used!r}, which is no list; print it as it is, "
                f'or declare it with kind = "list"',
                template=name,
                locale=locale,
                file=file,
                line=line,
                parameter=used,
            )


def _misfits(name: str, manifest: Manifest, files: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Say where the manifest and the files beside it disagree."""
    if not files:
        yield f"there are no texts beside it; put them into {name}/nb/{SMS_FILE} and so on"
    for locale in manifest.languages or ():
        if locale not in files:
            yield f"languages has {locale}, for which there is no folder"
    for locale, found in files.items():
        yield from _language_misfits(f"{name}/{locale}", manifest, found)
    for wanted, given in manifest.fallback.items():
        if wanted in files or given not in files:
            yield f"fallback {wanted} = {given!r} leads nowhere, or away from a language that is there"


def _language_misfits(folder: str, manifest: Manifest, found: Collection[str]) -> Iterator[str]:
    has = {"sms": SMS_FILE in found, "email": HTML_FILE in found or TEXT_FILE in found}
    if has["email"] != (SUBJECT_FILE in found):
        lacks = SUBJECT_FILE if has["email"] else f"{HTML_FILE} or {TEXT_FILE}"
        yield f"{folder} has half an e-mail; add {lacks}"
    if has["sms"] and manifest.time_to_live is None:
        yield "an SMS needs time-to-live: seconds, or the name of a parameter of kind duration"
    for channel in CHANNELS:
        listed = has[channel] if manifest.channels is None else channel in manifest.channels
        if has[channel] != listed:
            yield f"channels {'lists' if listed else 'does not list'} {channel}, but {folder} is otherwise"
