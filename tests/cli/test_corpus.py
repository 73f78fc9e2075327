"""
The corpus: good templates in which nothing is found, and bad ones in which each fault is, at its place.

``tests/vectors/good`` and ``tests/vectors/bad`` hold folders of templates, each with its own straks.toml.
A bad one says in ``expected.toml`` what is found in it, and in ``orders.toml`` what is found in orders.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import straks
from straks.policies import policy_above
from straks.policy.engine import inspect
from straks.policy.rule import Scope
from straks.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

VECTORS = Path(__file__).parents[1] / "vectors"
BAD = sorted(file.parent for file in VECTORS.glob("bad/*/straks.toml"))
GOOD = sorted(file.parent for file in VECTORS.glob("good/*/straks.toml"))
ORDERS = [
    (file.parent, order)
    for file in sorted(VECTORS.glob("bad/*/orders.toml"))
    for order in tomllib.loads(file.read_text("utf-8"))["order"]
]

Place = tuple[str, str | None, int | None, int | None]


def expected(folder: Path) -> list[Place]:
    listed: list[dict[str, Any]] = tomllib.loads((folder / "expected.toml").read_text("utf-8"))["found"]
    return [(each["code"], each.get("file"), each.get("line"), each.get("column")) for each in listed]


def place(folder: Path, found: dict[str, Any]) -> Place:
    file = None if found["file"] is None else Path(found["file"]).absolute().relative_to(folder).as_posix()
    return found["code"], file, found["line"], found["column"]


def by_place(found: list[Place]) -> list[Place]:
    return sorted(found, key=lambda each: (each[1] or "", each[2] or 0, each[3] or 0, each[0]))


@pytest.mark.parametrize("folder", BAD, ids=lambda folder: folder.name)
def test_each_fault_of_a_bad_template_is_found_at_its_place_and_nothing_else(
    cli: Callable[..., Result], folder: Path
) -> None:
    result = cli("check", str(folder), "--format", "json")
    found = [place(folder, each) for each in json.loads(result.stdout)]

    assert by_place(found) == by_place(expected(folder))
    assert result.exit_code == (2 if any(code == "TPL001" for code, *_ in found) else 1)


@pytest.mark.parametrize("folder", GOOD, ids=lambda folder: folder.name)
def test_nothing_is_found_in_good_templates(cli: Callable[..., Result], folder: Path) -> None:
    result = cli("check", str(folder), "--format", "concise")

    assert result.stdout.rstrip().endswith("nothing found")
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("folder", "order"), ORDERS, ids=[f"{folder.name}-{number}" for number, (folder, _) in enumerate(ORDERS)]
)
def test_each_fault_of_a_bad_order_is_found_and_nothing_else(folder: Path, order: dict[str, Any]) -> None:
    catalog = straks.Catalog.load(folder, policy=None)
    template = catalog[order["template"]]
    message: straks.Sms | straks.Email
    if "sms" in template.channels:
        message = catalog.sms(
            template.name,
            locale="nb",
            to="+46701740605",
            values=template.examples,
            sender=order.get("sender"),
        )
    else:
        message = catalog.email(
            template.name, locale="nb", to="kari@example.org", values={}, sender=order.get("sender")
        )
    placed = message.order("corpus/1", straks.SIMULATOR_KEY, order.get("reference"))

    assert sorted({each.code for each in inspect(placed, policy_above(folder)[0])}) == order["found"]


@pytest.mark.parametrize(
    "template", sorted(VECTORS.glob("good/*/*/template.toml")), ids=lambda file: file.parent.name
)
def test_a_good_template_makes_the_messages_that_it_promises(template: Path) -> None:
    folder = template.parents[1]
    catalog = straks.Catalog.load(folder, policy=policy_above(folder)[0])
    name = template.parent.name
    values = catalog[name].examples

    for locale in catalog[name].locales:
        if catalog[name].has(locale, "sms"):
            assert catalog.sms(name, locale=locale, to="+46701740605", values=values).body
        if catalog[name].has(locale, "email"):
            assert catalog.email(name, locale=locale, to="kari@example.org", values=values).text


def test_every_rule_that_can_be_broken_has_a_case_in_the_corpus() -> None:
    cases = {code for folder in BAD for code, *_ in expected(folder)}
    cases |= {code for _, order in ORDERS for code in order["found"]}
    wanted = {rule.code for rule in RULES if rule.scope is not Scope.RUNTIME}

    assert wanted - cases == set()


def test_the_good_templates_have_many_shapes() -> None:
    catalogs = [straks.Catalog.load(folder, policy=None) for folder in GOOD]
    templates = [catalog[name] for catalog in catalogs for name in catalog]
    kinds = {parameter.kind for template in templates for parameter in template.parameters.values()}
    sources = "".join(text for template in templates for text in template.sources.values())

    assert kinds >= {"code", "text", "name", "reference", "integer", "amount", "date", "time", "datetime"}
    assert kinds >= {"duration", "choice", "url", "list"}
    assert {template.purpose for template in templates} == set(straks.core.manifest.Purpose)
    assert any(parameter.optional for template in templates for parameter in template.parameters.values())
    assert all(
        shape in sources
        for shape in ("{% for", "{% include", "{% macro", "{% set", "<table", "<img", "#{{ code }}", "lang=")
    )
