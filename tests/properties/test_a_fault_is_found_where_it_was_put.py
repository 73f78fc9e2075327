"""A fault put anywhere into a good text is found at that very place, whatever stands around it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hypothesis import assume, given
from hypothesis import strategies as st

from straks.cli.policies import policy_above
from straks.core.catalog import Catalog
from straks.errors import TemplateError
from straks.loading import read_folder, shipped_folder
from straks.policy.engine import inspect
from straks.policy.rules import RULES
from straks.policy.source import Spot

GOOD: Final = sorted(
    file.parent for file in (Path(__file__).parents[1] / "vectors").glob("good/*/straks.toml")
)
SHARED: Final = {path: text for path, text in read_folder(shipped_folder()).items() if path.startswith("_")}
FOLDERS: Final = {folder: {**SHARED, **read_folder(folder)} for folder in GOOD}
TEXTS: Final = [
    (folder, path)
    for folder, files in FOLDERS.items()
    for path, text in files.items()
    if path.endswith((".txt", ".html")) and not path.startswith("_layout") and text.strip()
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


def makes_a_catalog(files: dict[str, str]) -> bool:
    """Tell whether *files* can be used: between two blocks nothing may stand."""
    try:
        Catalog(files)
    except TemplateError:
        return False
    return True


@st.composite
def faults(draw: st.DrawFn) -> tuple[Path, str, int, tuple[str, str, int]]:
    folder, path = draw(st.sampled_from(TEXTS))
    index = draw(st.sampled_from(places_in(FOLDERS[folder][path])))
    return folder, path, index, draw(st.sampled_from(FAULTS))


@given(faults())
def test_a_fault_is_found_where_it_was_put(put: tuple[Path, str, int, tuple[str, str, int]]) -> None:
    folder, path, index, (fault, code, inset) = put
    # What is left in a subject is found by the rule about subjects.
    code = "HTM911" if code == "LNG803" and path.endswith("/subject.txt") else code
    before = FOLDERS[folder][path]
    after = before[:index] + fault + before[index:]
    spot = Spot.at(path, after, index + inset)
    # English is no fault in English, and in a bound line there are no words.
    assume(code != "LNG804" or ("/en/" not in path and "-en" not in path))
    assume(not after.split("\n")[spot.line - 1].startswith("@") or code.startswith(("TXT", "SMS")))
    assume(makes_a_catalog({**FOLDERS[folder], path: after}))
    catalog = Catalog({**FOLDERS[folder], path: after})
    subject = catalog if path.startswith("_") else catalog[path.partition("/")[0]]
    found = inspect(subject, policy_above(folder)[0], [rule for rule in RULES if rule.code == code])

    assert (code, spot.line, spot.column) in {
        (each.code, each.line, each.column) for each in found if each.path == path
    }
