"""
A baseline: findings that a project has for now and does not want to hear of again.

It holds fingerprints, so that a finding stays known while lines move around it; code, file and message
stand beside them for whoever reads the file. What no longer occurs is said, so that it shrinks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from straks.cli.formats import Found

_VERSION: Final = 1


def written(found: Iterable[Found]) -> str:
    """Return the baseline in which all of *found* stand."""
    entries = {
        each.fingerprint: {
            "code": each.finding.code,
            "path": each.finding.path,
            "message": each.finding.message,
        }
        for each in found
    }
    return json.dumps({"version": _VERSION, "findings": entries}, ensure_ascii=False, indent=2) + "\n"


def read(text: str, file: str) -> dict[str, str]:
    """
    Return what a baseline knows: by fingerprint, what it is in words.

    Raises:
        InvalidSetting: It is no baseline.
    """
    try:
        document: Any = json.loads(text)
        if document["version"] != _VERSION:
            raise InvalidSetting(f"{file} is no baseline of this version of straks; write it anew")
        return {
            str(mark): f"{entry['code']} in {entry['path'] or 'the policy'}"
            for mark, entry in document["findings"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InvalidSetting):
            raise
        raise InvalidSetting(f"{file} is no baseline; write one with --write-baseline") from None


def new(found: Iterable[Found], known: Mapping[str, str]) -> tuple[Found, ...]:
    """Return what the baseline does not know."""
    return tuple(each for each in found if each.fingerprint not in known)


def gone(found: Iterable[Found], known: Mapping[str, str]) -> tuple[str, ...]:
    """Return in words what the baseline knows and does not occur any more."""
    there = {each.fingerprint for each in found}
    return tuple(told for mark, told in known.items() if mark not in there)
