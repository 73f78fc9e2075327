"""
Law: of several folders the last that has a template gives it whole, and shared parts go file by file.

A machine writes templates and shared parts into three folders, takes them out again, and loads the
folders in some order. The model beside it keeps what each folder holds, and overlays dictionaries.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

import straks
from straks.loading import read_folder, shipped_folder

MANIFEST = '[template]\npurpose = "notice"\ntime-to-live = 3600\n'
LAYOUT = "_layout/email.html"
SHIPPED_LAYOUT = read_folder(shipped_folder())[LAYOUT]
FOLDERS = st.integers(0, 2)
NAMES = st.sampled_from(["parcel", "letter", "one-time-code"])
PARTS = st.sampled_from(["_signature/a.txt", "_signature/b.txt"])
LANGUAGES = st.sets(st.sampled_from(["nb", "nn", "en"]), min_size=1)
ORDERS = st.lists(FOLDERS, min_size=1, max_size=3, unique=True)


class Overlaying(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.folders = [self.root / name for name in ("first", "second", "third")]
        # Of each folder: templates by name, each with its texts by language; and its shared parts.
        self.templates: list[dict[str, dict[str, str]]] = [{}, {}, {}]
        self.shared: list[dict[str, str]] = [{}, {}, {}]
        self.written = 0
        for number, name in enumerate(("parcel", "letter", "parcel")):
            self.write_a_template(number, name, {"nb", "nn"})
            self.write_a_shared_part(number, "_signature/a.txt")

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    def write(self, folder: int, path: str, text: str) -> None:
        file = self.folders[folder] / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    @rule(folder=FOLDERS, name=NAMES, languages=LANGUAGES)
    def write_a_template(self, folder: int, name: str, languages: set[str]) -> None:
        self.take_out_a_template(folder, name)
        self.write(folder, f"{name}/template.toml", MANIFEST)
        for language in languages:
            self.add_a_language(folder, name, language)

    @rule(folder=FOLDERS, name=NAMES, language=st.sampled_from(["nb", "nn", "en"]))
    def add_a_language(self, folder: int, name: str, language: str) -> None:
        if not (self.folders[folder] / name).is_dir():
            return
        self.written += 1
        text = f"No. {self.written}"
        self.write(folder, f"{name}/{language}/sms.txt", text + '{% include "_signature/a.txt" %}')
        self.write(folder, f"{name}/{language}/subject.txt", "Subject")
        self.write(folder, f"{name}/{language}/email.html", f"<p>{text}</p>")
        self.templates[folder].setdefault(name, {})[language] = text

    @rule(folder=FOLDERS, name=NAMES)
    def take_out_a_template(self, folder: int, name: str) -> None:
        shutil.rmtree(self.folders[folder] / name, ignore_errors=True)
        self.templates[folder].pop(name, None)

    @rule(folder=FOLDERS, path=PARTS)
    def write_a_shared_part(self, folder: int, path: str) -> None:
        self.written += 1
        self.shared[folder][path] = f" (part {self.written})"
        self.write(folder, path, self.shared[folder][path])

    @rule(folder=FOLDERS)
    def write_a_layout(self, folder: int) -> None:
        self.written += 1
        self.shared[folder][LAYOUT] = (
            f"<main><i>{self.written}</i>{{% block content %}}{{% endblock %}}</main>"
        )
        self.write(folder, LAYOUT, self.shared[folder][LAYOUT])

    @rule(folder=FOLDERS, path=PARTS | st.just(LAYOUT))
    def take_out_a_shared_part(self, folder: int, path: str) -> None:
        (self.folders[folder] / path).unlink(missing_ok=True)
        self.shared[folder].pop(path, None)

    @rule(order=ORDERS)
    def load(self, order: list[int]) -> None:
        paths = [self.folders[number] for number in order]
        templates: dict[str, dict[str, str]] = {}
        shared = {LAYOUT: SHIPPED_LAYOUT}
        for number in order:
            templates |= self.templates[number]
            shared |= self.shared[number]
        if not all(self.templates[number] for number in order):
            with pytest.raises(straks.InvalidSetting, match="holds no template"):
                straks.Catalog.load(*paths, policy=None)
            return
        if "_signature/a.txt" not in shared:
            with pytest.raises(straks.BrokenTemplate, match=r"_signature/a\.txt"):
                straks.Catalog.load(*paths, policy=None)
            return
        catalog = straks.Catalog.load(*paths, policy=None)

        assert set(catalog) == set(templates)
        for name, texts in templates.items():
            assert set(catalog[name].locales) == set(texts)
            for language, text in texts.items():
                sms = catalog.sms(name, locale=language, to="+46701740605", values={})
                email = catalog.email(name, locale=language, to="kari@example.org", values={})
                assert email.html is not None
                assert sms.body == text + shared["_signature/a.txt"]
                assert f"<p>{text}</p>" in email.html
                assert email.html.startswith(shared[LAYOUT].partition("{")[0])


test_a_later_folder_replaces_whole_templates = Overlaying.TestCase
test_a_later_folder_replaces_whole_templates.settings = settings(
    max_examples=25, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow]
)
