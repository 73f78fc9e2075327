"""
What is known of the templates that ship before a process has looked at them.

To check a catalog whole and to prove a template takes far longer than the rest of a first order, and what
comes of it never changes: it follows from the files, from straks' own code, from the libraries that it asks
and from Python. So it can be worked out once for an installation, by ``straks prove``, and lie beside the
code, as what Python compiles does. It is found again by a digest of all of that. Where anything differs, by a
letter or a release, or cannot be told, there is no proof, and everything is looked at as ever.

What the digest covers, and what not:

- The templates that ship, every module of the core and of the policy, and what lies right in straks.
- Python, and with it ``re``, ``unicodedata``, ``tomllib``.
- The libraries that are asked: Jinja and MarkupSafe, Babel with CLDR in it, bleach with html5lib in it,
  tinycss2 and webencodings.
- The file itself, so that one that is cut short or was changed by hand is none.
- Not phonenumbers, email-validator and idna: they are asked about recipients, by every process, and never
  about templates. Not the zones: a moment may be any minute of a century as it is in Norway, by whatever
  rules, and a template with closer bounds does not ship. Not rules of others: no gate asks them.

Only what was found good is kept: templates without an error under the default policy, what manifests say,
texts that are words and names, senders that no rule minds, and how durations print. A template with an error
is not among them: it is inspected when it is used, and refused in the same words.

Whoever can write the file can write the code beside it, so it is trusted as that is. For the same reason
nothing is kept of templates of your own: who may write those may often not touch the code.

`enabled` turns it off.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import timedelta
from hashlib import blake2b
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from straks.core import locale as words
from straks.core.catalog import Catalog
from straks.core.idempotency import SIMULATOR_KEY
from straks.core.straight import Straight
from straks.core.texts import Sound
from straks.errors import PolicyError
from straks.policy.gate import PolicyGate
from straks.policy.settings import Policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

enabled: bool = True
"""Whether what was kept is looked for at all; False has every process prove for itself."""

FILE: str = os.path.join(os.path.dirname(__file__), "_proof.json")
"""Where it is kept."""

LIBRARIES: Final = ("babel", "bleach", "jinja2", "markupsafe", "tinycss2", "webencodings")
"""Who is asked while templates are proven; a test holds them against what is loaded then."""

_CODE: Final = ("core", "policy", "policy/rules")
"""The packages whose modules decide, besides those right in straks itself."""
_MINUTES: Final = 60
"""How many durations are kept, minute by minute: codes live for less than an hour."""


class Proof(NamedTuple):
    """What was found, as `straks.core.catalog.Catalog` and `straks.policy.gate.PolicyGate` take it."""

    sound: Sound
    proven: Collection[str]
    good_senders: Collection[tuple[str, str | None]]


def kept(files: Mapping[str, str]) -> Proof | None:
    """Return what is kept of *files*, the templates that ship; None where that is of others, or not there."""
    if not enabled:
        return None
    try:
        with open(FILE, "rb") as opened:
            digest, _, body = opened.read().partition(b"\n")
    except OSError:
        return None
    if digest != basis(files, body):
        return None
    found: Any = json.loads(body)
    words.know_durations(
        {
            (timedelta(minutes=count), locale): printed
            for locale, each in found["durations"].items()
            for count, printed in enumerate(each)
        }
    )
    cuts = {path: Straight(tuple(said), tuple(names)) for path, (said, names) in found["cuts"].items()}
    senders = [(channel, None) for channel in found["senders"]]
    return Proof(Sound(cuts, found["manifests"]), found["proven"], senders)


def prove(files: Mapping[str, str]) -> dict[str, Any]:
    """
    Prove *files*, the templates that ship, under the default policy; returns what is to be kept.

    Raises:
        TemplateError: A file cannot be used.
    """
    import tomllib

    from straks.core.fiction import NOBODYS_NUMBER

    gate = PolicyGate(Policy())
    catalog = Catalog(files, gate)
    proven: list[str] = []
    senders: set[str] = set()
    for name, template in catalog.items():
        with suppress(PolicyError):
            gate.admit(template)
            proven.append(name)
            for locale in template.locales:
                if template.has(locale, "sms"):
                    template.sms(locale, NOBODYS_NUMBER, template.examples).order("proof", SIMULATOR_KEY)
                    senders.add("sms")
    manifests = {file: tomllib.loads(text) for file, text in files.items() if file.endswith(".toml")}
    texts = [(file, each.texts.cut(file)) for each in catalog.values() for file in each.sources]
    return {
        "proven": proven,
        "senders": sorted(senders),
        "cuts": {file: [cut.words, cut.names] for file, cut in texts if cut is not None},
        "manifests": {
            file: said
            for file, said in manifests.items()
            if json.loads(json.dumps(said, default=str)) == said
        },
        "durations": {
            locale: [words.format_duration(timedelta(minutes=count), locale) for count in range(_MINUTES)]
            for locale in words.LOCALES
        },
    }


def written(found: Mapping[str, Any], files: Mapping[str, str]) -> str | None:
    """Return what was *found* of *files* as it is kept; None where its basis cannot be told."""
    body = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    digest = basis(files, body.encode())
    return None if digest is None else f"{digest.decode()}\n{body}"


def basis(files: Mapping[str, str], body: bytes) -> bytes | None:
    """Return a digest of *body*, a proof of *files*, and of all it follows from; None if that is unclear."""
    digest = blake2b(digest_size=32)
    try:
        for part in (body, *_parts(files)):
            # With its length in front, so that no two rows of parts are the same bytes.
            digest.update(b"%d:" % len(part) + part)
    except (OSError, LookupError):
        return None
    return digest.hexdigest().encode()


def _parts(files: Mapping[str, str]) -> Iterator[bytes]:
    yield sys.version.encode()
    yield from _releases()
    here = os.path.dirname(__file__)
    for package in ("", *_CODE):
        folder = os.path.join(here, package)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as module:
                    yield from (f"{package}/{name}".encode(), module.read())
    for path, text in sorted(files.items()):
        yield from (path.encode(), text.encode())


def _releases() -> Iterator[bytes]:
    """
    Yield the name of the folder that says which release of a library it is, for each of them.

    Raises:
        LookupError: There is none beside the library, or more than one.
    """
    beside: dict[str, list[str]] = {}
    for library in LIBRARIES:
        spec = PathFinder.find_spec(library)
        if spec is None or not spec.submodule_search_locations:
            raise LookupError(library)
        place = os.path.dirname(spec.submodule_search_locations[0])
        if place not in beside:
            beside[place] = [name for name in os.listdir(place) if name.endswith(".dist-info")]
        releases = [name for name in beside[place] if name.lower().startswith(f"{library}-")]
        if len(releases) != 1:
            raise LookupError(library)
        yield releases[0].encode()
