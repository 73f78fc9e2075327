"""What `import straks` offers, and what it costs."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import straks

HEAVY = {
    "httpx",
    "babel",
    "phonenumbers",
    "bleach",
    "jinja2",
    "email_validator",
    "rich",
    "click",
    "starlette",
    "asyncio",
    "jwt",
    "cryptography",
    "logging",
    "sqlite3",
    "opentelemetry",
    "hypothesis",
    "pytest",
    "psycopg",
    "redis",
}


@pytest.mark.parametrize("name", straks.__all__)
def test_a_public_name_can_be_imported(name: str) -> None:
    assert getattr(straks, name) is not None


def test_type_checkers_see_the_names_that_are_importable() -> None:
    tree = ast.parse(Path(straks.__file__).read_text("utf-8"))
    (for_checkers,) = (node for node in tree.body if isinstance(node, ast.If))
    imported = {
        (node.module, alias.name)
        for node in ast.walk(for_checkers)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("straks")
        for alias in node.names
    }
    table = {(module, name) for module, names in straks._HOMES.items() for name in names.split()}

    assert imported == table | {("straks", name) for name in straks._SUBPACKAGES}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sedn'"):
        _ = straks.sedn


@pytest.mark.parametrize("module", ["straks.altinn", "straks.core.locale", "straks.policy.rules"])
def test_a_module_that_loads_names_late_has_no_others(module: str) -> None:
    with pytest.raises(AttributeError, match="no attribute 'sedn'"):
        _ = import_module(module).sedn


def test_the_names_of_altinn_are_those_of_their_modules() -> None:
    late = {name: getattr(import_module(home), name) for name, home in straks.altinn._HOME_OF.items()}

    assert {name: getattr(straks.altinn, name) for name in late} == late
    assert {*late, "encode", "payload"} == {*straks.altinn.__all__}


def test_importing_straks_loads_nothing_heavy() -> None:
    # Measuring coverage loads some of them before anything of ours runs.
    probe = (
        f"import sys; there = set(sys.modules); import straks; print(*{HEAVY!r} & (set(sys.modules) - there))"
    )
    python = [sys.executable, "-c", probe]
    loaded = subprocess.run(python, check=True, capture_output=True, text=True).stdout  # noqa: S603 - this very interpreter

    assert loaded.split() == []


def test_dir_lists_the_public_names() -> None:
    assert dir(straks) == straks.__all__
