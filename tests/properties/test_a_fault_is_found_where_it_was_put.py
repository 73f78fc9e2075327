"""A fault put anywhere into a good text is found at that very place, whatever stands around it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from straks.core.catalog import Catalog
from straks.errors import TemplateError
from straks.loading import read_folder, shipped_folder
from straks.policies import policy_above
from straks.policy.engine import inspect
from straks.policy.rules import RULES
from straks.policy.source import Spot

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD: Final = sorted(
    file.parent for file in (Path(__file__).parents[1] / "vectors").glob("good/*/straks.toml")
)
SHARED: Final = {path: text for path, text in read_folder(shipped_folder()).items() if path.startswith("_")}


def templates_in(folder: Path) -> Iterator[tuple[Path, str, dict[str, str]]]:
    """Yield each template of *folder* with its files and those that all share."""
    files = {**SHARED, **read_folder(folder)}
    for name in {path.partition("/")[0] for path in files if not path.startswith("_")}:
        yield folder, name, {path: files[path] for path in files if path.startswith(("_", f"{name}/"))}


TEXTS: Final = [
    (folder, name, files, path)
    for folder in GOOD
    for folder, name, files in templates_in(folder)
    for path in sorted(files)
    if path.endswith((".txt", ".html"))
    and (path.startswith(f"{name}/") or any(f'"{path}"' in text for text in files.values()))
    and not path.startswith("_layout")
]

# What is put in, the rule that is to find it, and how far in its finding points.
FAULTS: Final = (
    ("\u202e", "TXT1003", 0),
    ("\u200b", "TXT1004", 0),
    ("\ue000", "TXT1005", 0),
    (" n\u0430v ", "TXT1006", 2),
    ("\uff11", "TXT1007", 0),
    ("\u0635a\u030a", "SMS106", 1),
    (" ikkjeikke. Please ", "LNG804", 12),
    (" [fornavn] ", "LNG803", 1),
    (" http://www.example.org/ ", "LNK603", 1),
    (" www.example.com ", "LNK604", 1),
)
# Only between these is text of the author's own.
MARKUP: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}|<[^>]*>|&\w+;", re.DOTALL)


def places_in(text: str) -> list[int]:
    inside = {index for found in MARKUP.finditer(text) for index in range(found.start() + 1, found.end())}
    return [index for index in range(len(text) + 1) if index not in inside]


def catalog_of(files: dict[str, str]) -> Catalog | None:
    """Return the catalog of *files*; None where they cannot be used: between two blocks nothing may stand."""
    try:
        return Catalog(files)
    except TemplateError:
        return None


@given(st.sampled_from(TEXTS), st.sampled_from(FAULTS), st.data())
def test_a_fault_is_found_where_it_was_put(
    where: tuple[Path, str, dict[str, str], str], put: tuple[str, str, int], data: st.DataObject
) -> None:
    (folder, name, files, path), (fault, code, inset) = where, put
    before = files[path]
    index = data.draw(st.sampled_from(places_in(before)))
    after = before[:index] + fault + before[index:]
    spot = Spot.at(path, after, index + inset)
    # What is left in a subject is found by the rule about subjects.
    code = "HTM911" if code == "LNG803" and path.endswith("/subject.txt") else code
    # English is no fault in English, and in a bound line there are no words.
    assume(code != "LNG804" or ("/en/" not in path and "-en" not in path))
    assume(not after.split("\n")[spot.line - 1].startswith("@") or code.startswith(("TXT", "SMS")))
    catalog = catalog_of({**files, path: after})
    assume(catalog is not None)
    assert catalog is not None
    found = inspect(catalog[name], policy_above(folder)[0], [rule for rule in RULES if rule.code == code])

    assert (code, spot.line, spot.column) in {
        (each.code, each.line, each.column) for each in found if each.path == path
    }
