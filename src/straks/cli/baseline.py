"""
A baseline: findings that a project has for now and does not want to hear of again.

It holds fingerprints, so that a finding stays known while lines move around it; code, file and message
stand beside them for whoever reads the file. What no longer occurs is said, so that it shrinks. A check
that looks at some templates, or for some rules, leaves alone what the baseline knows of the others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from straks.cli.formats import Found

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Known:
    """What a baseline says of a finding; without a path it is about the policy."""

    code: str
    path: str | None
    message: str

    def __str__(self) -> str:
        return f"{self.code} in {self.path or 'the policy'}"


Baseline = dict[str, Known]
"""What is known, by fingerprint."""


def written(found: Iterable[Found], kept: Mapping[str, Known]) -> str:
    """Return the baseline in which all of *found* stand, and what is *kept* of an older one."""
    new = {
        each.fingerprint: Known(each.finding.code, each.finding.path, each.finding.message) for each in found
    }
    entries = {
        mark: {"code": known.code, "path": known.path, "message": known.message}
        for mark, known in {**kept, **new}.items()
    }
    return json.dumps({"version": _VERSION, "findings": entries}, ensure_ascii=False, indent=2) + "\n"


def read(text: str, file: str) -> Baseline:
    """
    Return what a baseline knows.

    Raises:
        InvalidSetting: It is no baseline.
    """
    try:
        document: Any = json.loads(text)
        if document["version"] != _VERSION:
            raise InvalidSetting(f"{file} is no baseline of this version of straks; write it anew")
        return {
            str(mark): Known(str(entry["code"]), entry["path"], str(entry["message"]))
            for mark, entry in document["findings"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, InvalidSetting):
            raise
        raise InvalidSetting(f"{file} is no baseline; write one with --write-baseline") from None


def new(found: Iterable[Found], known: Baseline) -> tuple[Found, ...]:
    """Return what the baseline does not know."""
    return tuple(each for each in found if each.fingerprint not in known)


def gone(found: Iterable[Found], known: Baseline, looked: Callable[[Known], bool]) -> tuple[Known, ...]:
    """Return what the baseline knows, the check *looked* for, and does not occur any more."""
    there = {each.fingerprint for each in found}
    return tuple(told for mark, told in known.items() if mark not in there and looked(told))
