"""Rules of others: built from the documentation's own text, and broken in every way that a package can be."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.errors import InvalidSetting
from straks.plugins import load_rules
from straks.policy.rules import RULES
from straks.policy.trial import Trial, try_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.policy.rule import Rule

PAGE = (Path(__file__).parents[1] / "docs" / "policy.md").read_text("utf-8")
PROJECT, MODULE = re.findall(
    r"```(?:toml|python)\n(.*?)```",
    PAGE.partition("## Rules of your own")[2].partition("\n## ")[0],
    re.DOTALL,
)
MANIFEST = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 3600\n'

RULE = '''
from straks.policy.rule import Flaw, Scope, Severity, rule

@rule("{code}", Scope.PAGE, severity=Severity.WARNING, since="1", passes=["Hei"], fails=["Hei"])
def {name}(page):
    """
    A fault.

    Why: a test. Instead: nothing. Source: none.
    """
    {body}

RULES = ({name},)
'''


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return `install(module, name)`: what pip would leave behind, on the path of this process."""

    def put(module: str, name: str = "clear-rules", entry: str = "") -> Path:
        folder = tmp_path / name
        package = name.replace("-", "_")
        information = folder / f"{package}-1.0.dist-info"
        information.mkdir(parents=True)
        (folder / f"{package}.py").write_text(module, "utf-8")
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "utf-8")
        (information / "entry_points.txt").write_text(f"[straks.rules]\na = {entry or package}\n", "utf-8")
        monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
        monkeypatch.delitem(sys.modules, package, raising=False)
        return folder

    return put


def declared(code: str = "CLR101", name: str = "fault_of_ours", body: str = "return ()") -> str:
    return RULE.format(code=code, name=name, body=body)


def straks_with(folder: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "100"}
    return subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "straks", *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


# --- the documentation's plugin --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the page's package with pip, from no index, and install it into a folder of its own."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("target")
    (source / "pyproject.toml").write_text(PROJECT, "utf-8")
    (source / "clear_rules.py").write_text(MODULE, "utf-8")
    subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--disable-pip-version-check", "--target", target, source],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return target


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "straks.toml").write_text('languages = ["nb"]\n', "utf-8")
    folder = tmp_path / "templates" / "greeting"
    (folder / "nb").mkdir(parents=True)
    (folder / "template.toml").write_text(MANIFEST, "utf-8")
    (folder / "nb/sms.txt").write_text("Hei fra oss alle.\nVelkommen!\n", "utf-8")
    return tmp_path


def test_the_plugin_of_the_readme_is_short() -> None:
    lines = [line for line in (PROJECT + MODULE).splitlines() if line.strip()]

    assert len(lines) < 30


def test_the_plugin_of_the_readme_is_built_installed_and_checks(built: Path, checkout: Path) -> None:
    done = straks_with(built, "check", "--format", "json", cwd=checkout)
    (found,) = [each for each in json.loads(done.stdout) if each["code"] == "CLR101"]

    assert done.returncode == 1
    assert (found["file"], found["line"], found["column"]) == (
        str(Path("templates/greeting/nb/sms.txt")),
        2,
        10,
    )


def test_every_command_about_rules_knows_the_plugin(built: Path, checkout: Path) -> None:
    listed = straks_with(built, "rules", cwd=checkout).stdout
    page = straks_with(built, "explain", "exclamation-mark-in-sms", cwd=checkout).stdout
    selected = straks_with(built, "check", "--select", "CLR", "--format", "concise", cwd=checkout).stdout
    ignored = straks_with(built, "check", "--ignore", "CLR101", "--select", "CLR", cwd=checkout)
    sarif = json.loads(straks_with(built, "check", "--format", "sarif", cwd=checkout).stdout)

    assert "CLR  how we speak to people" in listed
    assert page.startswith("CLR101 exclamation-mark-in-sms\n")
    assert "templates/greeting/nb/sms.txt:2:10: CLR101 this raises its voice" in selected
    assert ignored.returncode == 0
    assert "CLR101" in [rule["id"] for rule in sarif["runs"][0]["tool"]["driver"]["rules"]]


def test_a_difference_shows_what_the_plugin_finds(built: Path, checkout: Path) -> None:
    old = checkout / "old" / "greeting"
    (old / "nb").mkdir(parents=True)
    (old / "template.toml").write_text(MANIFEST, "utf-8")
    (old / "nb/sms.txt").write_text("Hei fra oss alle.\nVelkommen.\n", "utf-8")
    done = straks_with(built, "diff", "old", "templates", "--json", cwd=checkout)
    (differing,) = json.loads(done.stdout)["templates"]

    assert [each["code"] for each in differing["findings_new"]] == ["CLR101"]


def test_a_setting_may_name_the_plugins_rule_while_the_plugin_is_there(built: Path, checkout: Path) -> None:
    (checkout / "straks.toml").write_text('languages = ["nb"]\nselect = ["CLR"]\n', "utf-8")
    there = straks_with(built, "check", cwd=checkout)
    gone = straks_with(Path(), "check", cwd=checkout)

    assert there.returncode == 1
    assert gone.returncode == 2
    assert "straks.toml: there is no rule 'CLR'" in gone.stderr


def test_the_readmes_rule_passes_its_own_examples() -> None:
    namespace: dict[str, Any] = {"__name__": "clear_rules"}
    exec(compile(MODULE, "clear_rules.py", "exec"), namespace)  # noqa: S102 - our own page
    try_rule(namespace["exclamation_mark_in_sms"])


# --- who may use them -----------------------------------------------------------------------------


def test_rules_of_others_stand_after_ours(install: Callable[..., Path]) -> None:
    install(declared())
    rules = load_rules()

    assert rules[: len(RULES)] == RULES
    assert [rule.code for rule in rules[len(RULES) :]] == ["CLR101"]


def test_a_tuple_of_rules_will_do_for_an_entry_point(install: Callable[..., Path]) -> None:
    install(declared(), entry="clear_rules:RULES")

    assert load_rules()[-1].code == "CLR101"


def test_a_plugins_rules_count_only_where_they_are_passed(install: Callable[..., Path]) -> None:
    install(declared(body='yield Flaw("is wrong", "mend it")').replace("WARNING", "ERROR"))
    catalog = Trial(sms="Hei").catalog()
    gated = straks.Catalog.load()

    assert "CLR101" not in {each.code for each in straks.inspect(catalog)}
    assert "CLR101" in {each.code for each in straks.inspect(catalog, rules=straks.load_rules())}
    assert gated.sms(
        "sign-in-alert", locale="nb", to="+46701740605", values=gated["sign-in-alert"].examples
    ).body


# --- what may be wrong with them ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("import nowhere_at_all", "cannot be loaded: ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("raise SystemExit(3)", "cannot be loaded: SystemExit: 3"),
        ("this is no Python", "cannot be loaded: SyntaxError"),
        ("", "is neither a tuple of rules nor a module with one named RULES"),
        ("RULES = [1]", "is neither a tuple of rules"),
        ("RULES = (1,)", "is neither a tuple of rules"),
        (declared("clr101"), "'clr101' is no code; one is three capital letters and three or four digits"),
        (declared("SMS101"), "SMS101 is in SMS, a family of straks"),
        (declared("SMS999"), "SMS999 is in SMS, a family of straks; choose three other letters"),
        (declared("TPL002"), "TPL002 is in TPL, a family of straks"),
        (declared(name="link_in_sms"), "link-in-sms is taken by straks"),
        (declared() + "RULES *= 2", "is taken by clear-rules 1.0"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_an_error_that_names_its_package(
    install: Callable[..., Path], module: str, said: str
) -> None:
    install(module)
    with pytest.raises(InvalidSetting, match=r"clear-rules 1\.0") as caught:
        load_rules()

    assert said in str(caught.value)


def test_a_rule_that_was_made_by_hand_has_a_code_all_the_same(install: Callable[..., Path]) -> None:
    install(declared() + "from dataclasses import replace\nRULES = (replace(RULES[0], code='CLR1'),)")
    with pytest.raises(InvalidSetting, match=r"a rule of clear-rules 1\.0 cannot be used: 'CLR1' is no code"):
        load_rules()


def test_two_plugins_may_not_have_the_same_code(install: Callable[..., Path]) -> None:
    install(declared(name="fault_of_one"), "a-rules")
    install(declared(name="fault_of_other"), "b-rules")
    with pytest.raises(InvalidSetting, match=r"a rule of b-rules 1\.0 .*CLR101 is taken by a-rules 1\.0"):
        load_rules()


FAILING = {
    "raises": ("raise ValueError('482913')", "failed with ValueError at "),
    "raises deep within": ("yield from ({}[482913] for _ in '1')", "failed with KeyError at "),
    "yields what is no flaw": ("yield 482913", "failed with TypeError at "),
    "returns nothing to go through": ("return 482913", "failed with TypeError at "),
}


@pytest.mark.parametrize("fault", FAILING)
def test_a_rule_that_fails_names_its_package_and_place_and_no_value(
    install: Callable[..., Path], fault: str
) -> None:
    body, said = FAILING[fault]
    install(declared(body=body))
    rule: Rule = load_rules()[-1]
    with pytest.raises(InvalidSetting, match=r"rule CLR101 of clear-rules 1\.0") as caught:
        straks.inspect(Trial(sms="Hei").catalog(), rules=[rule])

    assert said in str(caught.value)
    assert "482913" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("command", [("check",), ("rules",), ("explain", "SMS101"), ("diff", ".", ".")])
def test_no_command_shows_a_traceback_for_a_broken_plugin(
    install: Callable[..., Path], checkout: Path, command: tuple[str, ...]
) -> None:
    folder = install("import nowhere_at_all")
    done = straks_with(folder, *command, cwd=checkout)

    assert done.returncode == 2
    assert done.stderr.startswith("Error: the rules of clear-rules 1.0 cannot be loaded: ModuleNotFoundError")
    assert done.stderr.count("\n") == 1


def test_a_rule_that_fails_while_checking_ends_with_2_and_one_line(
    install: Callable[..., Path], checkout: Path
) -> None:
    folder = install(declared(body="raise ValueError"))
    done = straks_with(folder, "check", cwd=checkout)

    assert done.returncode == 2
    assert "rule CLR101 of clear-rules 1.0 failed with ValueError at " in done.stderr
    assert done.stderr.rstrip().endswith("clear_rules.py:11; mend that package, or ignore CLR101")
    assert done.stderr.count("\n") == 1
