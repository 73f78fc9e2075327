"""What is kept of the templates that ship: the same as is found anew, and nothing once anything differs."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import straks
from straks import loading, proof
from straks.core import locale as words
from straks.core.idempotency import SIMULATOR_KEY
from straks.core.straight import Straight
from straks.core.texts import Sound, Texts
from straks.errors import PolicyError, StraksError
from straks.policy.gate import PolicyGate
from straks.policy.settings import read_policy
from straks.testing import values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILES = loading.read_folder(loading.shipped_folder())
FOUND = proof.prove(FILES)
KARI = straks.PhoneNumber.parse("+46701740605")
ANEW = loading.Catalog(FILES, PolicyGate(straks.Policy()))
KNOWN = loading.Catalog(
    FILES,
    PolicyGate(straks.Policy(), FOUND["proven"], [("sms", None)]),
    sound=Sound(
        {path: Straight(tuple(said), tuple(names)) for path, (said, names) in FOUND["cuts"].items()},
        FOUND["manifests"],
    ),
)
EXAMPLES = ANEW["one-time-code"].examples
CODE = "one-time-code/nb/sms.txt"
ORDER = """
from datetime import timedelta
values = {"code": "482913", "lifetime": timedelta(minutes=5), "service": "Skatteetaten"}
sms = straks.Catalog.load().sms("one-time-code", locale="nb", to="+46701740605", values=values)
straks.altinn.encode(sms.order("login/8841", bytes(range(32))))
"""


def as_kept(found: Mapping[str, Any], files: Mapping[str, str]) -> str:
    text = proof.written(found, files)
    assert text is not None
    return text


WHOLE = as_kept(FOUND, FILES)
DAMAGED = [
    "",
    "\n",
    "None\n{}",
    WHOLE[:-1],
    WHOLE[: len(WHOLE) // 2],
    WHOLE + " ",
    WHOLE.replace('"one-time-code",', "", 1),
    WHOLE.replace("minutter", "sekunder", 1),
    WHOLE.partition("\n")[0] + '\n{"cuts": 1, "proven": {}, "senders": null, "manifests": []}',
]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where a proof is looked for: one of what ships."""
    file = tmp_path / "proof.json"
    file.write_text(WHOLE, "utf-8")
    monkeypatch.setattr(proof, "FILE", str(file))
    return file


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path) -> Callable[[str, str], None]:
    """Return what makes a file of what ships say something else, and proves that."""

    def ship(path: str, text: str) -> None:
        shipped = shutil.copytree(loading.shipped_folder(), tmp_path / "templates")
        (shipped / path).write_text(text, "utf-8")
        monkeypatch.setattr(loading, "_shipped", lambda: str(shipped))
        files = loading.read_folder(shipped)
        file.write_text(as_kept(proof.prove(files), files), "utf-8")

    return ship


def known(files: Mapping[str, str] = FILES) -> loading.Catalog:
    kept = proof.kept(files)
    assert kept is not None
    return loading.Catalog(
        files, PolicyGate(straks.Policy(), kept.proven, kept.good_senders), sound=kept.sound
    )


def test_a_template_that_ships_is_proven_the_same_each_time() -> None:
    assert proof.prove(FILES) == FOUND
    assert json.loads(json.dumps(FOUND)) == json.loads(json.dumps(proof.prove(dict(reversed(FILES.items())))))


@pytest.mark.usefixtures("file")
def test_what_is_kept_is_what_is_found() -> None:
    catalog = known()

    assert list(catalog) == list(ANEW) == FOUND["proven"]
    assert dict(catalog) == dict(ANEW)
    assert len(catalog) == len(ANEW)
    assert repr(catalog) == repr(ANEW)
    assert {file: catalog["one-time-code"].texts.cut(file) is not None for file in FILES} == {
        file: ANEW["one-time-code"].renderer.cut(file) is not None for file in FILES
    }


@given(data=st.data())
def test_a_kept_proof_changes_no_message(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(ANEW)))
    locale = data.draw(st.sampled_from(ANEW[name].locales))
    drawn = data.draw(values(ANEW[name]))
    at_once, anew = (each[name].sms(locale, KARI, drawn) for each in (KNOWN, ANEW))

    assert at_once == anew
    assert at_once.secrets == anew.secrets
    assert straks.altinn.encode(at_once.order("a", SIMULATOR_KEY)) == straks.altinn.encode(
        anew.order("a", SIMULATOR_KEY)
    )


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("change", "reference"),
    [
        ({"name": "one-time-cod"}, None),
        ({"locale": "se"}, None),
        ({"values": {}}, None),
        ({"values": {**EXAMPLES, "lifetime": timedelta(minutes=1)}}, None),
        ({"values": {**EXAMPLES, "lifetme": timedelta(minutes=5)}}, None),
        ({"sender": "2222"}, None),
        ({}, "+46701740605"),
    ],
)
def test_with_a_kept_proof_errors_say_the_same(
    change: dict[str, Any], reference: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[type[StraksError], str]] = []
    for enabled in (True, False):
        monkeypatch.setattr(proof, "enabled", enabled)
        asked: dict[str, Any] = {
            "name": "one-time-code", "locale": "nb", "to": "+46701740605", "values": EXAMPLES, **change
        }  # fmt: skip
        with pytest.raises(StraksError) as caught:
            straks.Catalog.load().sms(**asked).order("a", SIMULATOR_KEY, reference)
        said.append((caught.type, str(caught.value)))

    assert said[0] == said[1]


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize("name", FOUND["proven"])
def test_everything_about_a_template_is_the_same_with_a_kept_proof(name: str) -> None:
    at_once, anew = known()[name], ANEW[name]
    travelled = pickle.loads(pickle.dumps(at_once))  # noqa: S301 - our own bytes
    everything = straks.Policy(select=("ALL",), words=("koden", "skatt"))

    assert at_once == anew == travelled
    assert repr(at_once) == repr(anew) == repr(travelled)
    for public in (
        "sources",
        "contents",
        "files",
        "manifest",
        "parameters",
        "examples",
        "locales",
        "channels",
    ):
        assert getattr(at_once, public) == getattr(anew, public)
    for locale in anew.locales:
        assert straks.bound(at_once, locale, "sms") == straks.bound(anew, locale, "sms")
        assert at_once.sent_email(locale, anew.examples) == anew.sent_email(locale, anew.examples)
    assert straks.inspect(at_once, everything) == straks.inspect(anew, everything)


@pytest.mark.usefixtures("file")
def test_a_catalog_travels_with_what_it_has_not_put_together_yet() -> None:
    travelled = pickle.loads(pickle.dumps(known()))  # noqa: S301 - our own bytes

    assert dict(travelled) == dict(ANEW)


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("attempts = 3", True),
        ("attempts = 2", False),
        ('ignore = { SMS101 = "long" }', False),
        ('select = ["SMS"]', False),
        ('languages = ["nb"]', False),
    ],
)
def test_a_proof_holds_for_the_default_policy_alone(text: str, holds: object) -> None:
    gate = straks.Catalog.load(policy=read_policy(text, "straks.toml"))["one-time-code"].gate

    assert isinstance(gate, PolicyGate)
    assert bool(gate._found) == bool(gate._good_senders) == holds


def test_an_email_is_the_same_with_a_kept_proof(file: Path) -> None:
    assert file.is_file()
    kari = straks.EmailAddress.parse("kari@example.org")
    at_once, anew = (
        each["sign-in-alert"].email("nn", kari, each["sign-in-alert"].examples) for each in (known(), ANEW)
    )

    assert straks.altinn.encode(at_once.order("a", SIMULATOR_KEY)) == straks.altinn.encode(
        anew.order("a", SIMULATOR_KEY)
    )


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    "other",
    [
        {**FILES, CODE: FILES[CODE].replace("Engangskoden", "Eingongskoden")},
        {**FILES, CODE: FILES[CODE] + "\n"},
        {**FILES, "one-time-code/nb/_note.txt": ""},
        {path: text for path, text in FILES.items() if path != CODE},
        {**FILES, "_layout/bound.txt": ""},
        {**FILES, "one-time-code/template.toml": FILES["one-time-code/template.toml"].replace("10", "11")},
    ],
)
def test_of_other_templates_nothing_is_kept(other: dict[str, str]) -> None:
    assert proof.kept(FILES) is not None
    assert proof.kept(other) is None


@pytest.mark.usefixtures("file")
@pytest.mark.parametrize(
    ("path", "is_asked"),
    [
        ("core/bound.py", True),
        ("policy/rules/sms.py", True),
        ("policy/settings.py", True),
        ("errors.py", True),
        ("core/another.py", True),
        ("cli/prove.py", False),
    ],
)
def test_another_line_of_code_that_decides_is_proven_anew(
    path: str, is_asked: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = shutil.copytree(Path(proof.__file__).parent, tmp_path / "straks")
    monkeypatch.setattr(proof, "__file__", str(code / "proof.py"))
    there = proof.kept(FILES)
    with (code / path).open("a", encoding="utf-8") as module:
        module.write("\n# another line\n")

    assert there is not None
    assert (proof.kept(FILES) is None) == is_asked


@pytest.mark.usefixtures("file")
def test_under_another_python_it_is_proven_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version", "3.11.0 (another)")

    assert proof.kept(FILES) is None


@pytest.mark.parametrize("library", proof.LIBRARIES)
def test_another_release_of_a_library_is_proven_anew(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def installed(release: str) -> None:
        for name in proof.LIBRARIES:
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "__init__.py").touch()
        for old in tmp_path.glob("*.dist-info"):
            old.rmdir()
        for name in proof.LIBRARIES:
            (tmp_path / f"{name}-{release if name == library else '1.0'}.dist-info").mkdir()

    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    bases: list[bytes | None] = []
    for release in ("1.0", "1.0.1"):
        installed(release)
        bases.append(proof.basis(FILES, b""))
    # Where two lie there, or none, nobody can tell which it is.
    (tmp_path / f"{library}-2.0.dist-info").mkdir()
    bases.append(proof.basis(FILES, b""))
    shutil.rmtree(tmp_path / library)
    bases.append(proof.basis(FILES, b""))

    assert bases[2:] == [None, None]
    assert None not in bases[:2]
    assert bases[0] != bases[1]


@pytest.mark.parametrize("number", range(len(DAMAGED)))
def test_a_file_that_was_damaged_or_changed_is_none(file: Path, number: int) -> None:
    whole = proof.kept(FILES)
    file.write_text(DAMAGED[number], "utf-8")

    assert whole is not None
    assert proof.kept(FILES) is None
    assert list(straks.Catalog.load()) == FOUND["proven"]


def test_without_a_file_there_is_no_proof(file: Path) -> None:
    file.unlink()

    assert proof.kept(FILES) is None


def test_what_cannot_be_told_is_not_taken_for_the_same(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setattr(proof, "__file__", str(file))

    assert proof.basis(FILES, b"") is None
    assert proof.written(FOUND, FILES) is None
    assert proof.kept(FILES) is None


@pytest.mark.usefixtures("file")
def test_the_switch_turns_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "enabled", False)

    assert proof.kept(FILES) is None


def test_another_policy_is_asked_for_itself(own: Callable[[str, str], None]) -> None:
    alert = "critical-alert/nb/sms.txt"
    own(alert, FILES[alert].strip() + " Vi sier fra igjen når det er over." * 3)
    strict = straks.Policy(segments=dict.fromkeys(straks.Purpose, 1))
    examples = ANEW["critical-alert"].examples
    sms = straks.Catalog.load()["critical-alert"].sms("nb", KARI, examples)
    with pytest.raises(PolicyError, match="SMS101"):
        straks.Catalog.load(policy=strict)["critical-alert"].sms("nb", KARI, examples)

    assert len(sms.segmentation) == 2
    assert straks.Catalog.load(policy=None)["critical-alert"].sms("nb", KARI, examples) == sms


@pytest.mark.usefixtures("file")
def test_another_policy_holds_orders_back_for_itself() -> None:
    agreed = straks.Policy(senders=frozenset({"Skatt"}))
    sms = straks.Catalog.load(policy=agreed)["one-time-code"].sms("nb", KARI, EXAMPLES)
    with pytest.raises(PolicyError, match="SND703"):
        sms.order("a", SIMULATOR_KEY)

    assert sms == straks.Catalog.load()["one-time-code"].sms("nb", KARI, EXAMPLES)


def test_a_template_with_an_error_is_refused_in_the_same_words(
    own: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    own(CODE, "Koden er {{ code }}, gjelder i {{ lifetime }} hos {{ service }}. " + "a" * 160)
    kept = proof.kept(loading.read_folder(loading._shipped()))
    said: list[str] = []
    for enabled in (True, False):
        monkeypatch.setattr(proof, "enabled", enabled)
        catalog = straks.Catalog.load()
        with pytest.raises(PolicyError, match="SMS101") as caught:
            catalog["one-time-code"].sms("nb", KARI, EXAMPLES)
        said.append(str(caught.value))

    assert kept is not None
    assert kept.proven == [name for name in FOUND["proven"] if name != "one-time-code"]
    assert said[0] == said[1]


def test_a_manifest_that_json_cannot_hold_is_read_as_it_was_written() -> None:
    manifests: dict[str, Any] = FOUND["manifests"]

    assert "one-time-code/template.toml" in manifests
    assert "sign-in-alert/template.toml" not in manifests  # its example is a moment


def test_durations_are_kept_as_babel_prints_them() -> None:
    words._known_durations.clear()
    printed = {
        locale: [words.format_duration.__wrapped__(timedelta(minutes=count), locale) for count in range(60)]
        for locale in words.LOCALES
    }

    assert FOUND["durations"] == printed


@pytest.mark.usefixtures("file")
def test_a_renderer_is_made_once_and_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = known()
    template = catalog["one-time-code"]
    template.sms("nb", KARI, template.examples)
    unmade = [*template.texts._made]

    assert unmade == []
    assert template.renderer is template.renderer is catalog["status-update"].renderer
    assert Texts(FILES).renderer is not template.renderer


def in_a_new_process(code: str) -> set[str]:
    """Return what running *code* loads in a process of its own."""
    # Measuring coverage loads some of it before anything of ours runs.
    probe = f"import sys; there = set(sys.modules)\n{code}\nprint(*set(sys.modules) - there)"
    python = [sys.executable, "-c", probe]
    return set(subprocess.run(python, check=True, capture_output=True, text=True).stdout.split())  # noqa: S603 - this very interpreter


def test_a_first_order_loads_what_it_needs_alone(file: Path) -> None:
    loaded = in_a_new_process(f"import straks, straks.proof; straks.proof.FILE = {str(file)!r}\n{ORDER}")
    heavy = {
        "jinja2",
        "markupsafe",
        "babel",
        "bleach",
        "tinycss2",
        "email_validator",
        "tomllib",
        "difflib",
        "zoneinfo",
        "decimal",
        "pathlib",
        "importlib.resources",
        "importlib.metadata",
    }

    assert loaded & heavy == set()
    assert "phonenumbers" in loaded
    assert {name for name in loaded if name.startswith("straks.policy.")} == {
        "straks.policy.gate",
        "straks.policy.settings",
    }


def test_without_a_proof_a_first_order_proves(file: Path) -> None:
    missing = str(file.with_name("none"))
    loaded = in_a_new_process(f"import straks, straks.proof; straks.proof.FILE = {missing!r}\n{ORDER}")

    assert {"jinja2", "babel", "straks.policy.rules.sms"} <= loaded


def test_a_proof_follows_from_the_libraries_that_are_asked_for_it() -> None:
    code = "from straks import loading, proof; proof.prove(loading.read_folder(loading.shipped_folder()))"
    asked = {name for name in in_a_new_process(code) if "." not in name}
    standard = sys.stdlib_module_names | {"straks", "coverage"}

    loaded = {name for name in asked if name not in standard and not name.startswith("_")}

    assert loaded <= {*proof.LIBRARIES}
    # Where all pages that ship are plainly written, bleach is not even asked.
    assert {*proof.LIBRARIES} <= loaded | {"bleach"}
