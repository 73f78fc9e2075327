"""Manifests: what each key does, and where a fault is said to be."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import NotRequired, TypedDict, cast

import pytest

from straks.core.manifest import Manifest, Purpose, Repeat, read_manifest
from straks.errors import BrokenManifest


class Good(TypedDict):
    kind: str
    toml: str
    example: str
    limits: str


class Bad(TypedDict):
    toml: str
    says: str
    line: NotRequired[int]
    parameter: NotRequired[str]


class Vectors(TypedDict):
    source: str
    good: list[Good]
    broken: list[Bad]
    wrong: list[Bad]


_FILE = Path(__file__).parents[1] / "vectors" / "manifests.toml"
VECTORS = cast("Vectors", tomllib.loads(_FILE.read_text(encoding="utf-8")))
PREFIX = '[template]\npurpose = "notice"\ntime-to-live = 300\n'


def read(text: str) -> Manifest:
    return read_manifest(text, template="login", file="login/template.toml")


def refusal(text: str) -> BrokenManifest:
    with pytest.raises(BrokenManifest) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["kind"])
def test_every_key_of_every_kind_is_read(case: Good) -> None:
    manifest = read(f"{PREFIX}[parameters.it]\n{case['toml']}")
    parameter = manifest.parameters["it"]

    assert (parameter.name, parameter.kind) == ("it", case["kind"])
    assert str(parameter.example) == case["example"]
    assert parameter.limits == case["limits"]
    assert parameter.check(parameter.example) == parameter.example


def test_the_vectors_show_every_kind_with_every_key() -> None:
    from straks.core import declaration

    shown: dict[str, set[str]] = {}
    for case in VECTORS["good"]:
        table = tomllib.loads(f"[parameters.it]\n{case['toml']}")["parameters"]["it"]
        shown.setdefault(case["kind"], set()).update(table)

    known = {kind: {"kind", "example", *keys} for kind, (keys, _) in declaration._KINDS.items()}
    flags = {"secret", "personal", "optional"}
    assert {kind: keys - flags for kind, keys in shown.items()} == known
    assert flags <= set().union(*shown.values())


@pytest.mark.parametrize("case", VECTORS["broken"], ids=lambda case: case["says"][:40])
def test_what_is_wrong_in_a_manifest_is_said_with_its_line(case: Bad) -> None:
    error = refusal(case["toml"])

    assert case["says"] in str(error)
    assert error.line == case.get("line")
    assert str(error).startswith("login/template.toml")
    assert (error.template, error.file) == ("login", "login/template.toml")


@pytest.mark.parametrize("case", VECTORS["wrong"], ids=lambda case: case["says"][:40])
def test_what_is_wrong_in_a_parameter_is_said_with_its_name_and_line(case: Bad) -> None:
    error = refusal(PREFIX + case["toml"])
    name = case.get("parameter", "it")

    assert str(error).startswith(f"login/template.toml, line {error.line}: parameter {name!r}: ")
    assert case["says"] in str(error)
    assert error.line == case.get("line")
    assert error.parameter == name


def test_a_manifest_says_everything_that_it_may_say() -> None:
    manifest = read(
        """
        [template]
        purpose = "authentication"
        repeat = "harmless"
        time-to-live = "lifetime"
        encoding = "ucs-2"
        bound-line = true
        fallback = { se = "nb" }
        languages = ["nb", "nn", "nb"]
        channels = ["sms"]
        [parameters.lifetime]
        kind = "duration"
        min = "2 min"
        max = "10 min"
        example = "5 min"
        """
    )

    assert manifest.purpose is Purpose.AUTHENTICATION
    assert manifest.repeat is Repeat.HARMLESS
    assert manifest.time_to_live == "lifetime"
    assert manifest.encoding == "ucs-2"
    assert manifest.bound_line
    assert dict(manifest.fallback) == {"se": "nb"}
    assert manifest.languages == ("nb", "nn")
    assert manifest.channels == ("sms",)
    assert list(manifest.parameters) == ["lifetime"]


def test_what_a_manifest_leaves_out_is_the_careful_choice() -> None:
    manifest = read('[template]\npurpose = "alert"')

    assert manifest.repeat is Repeat.HARMFUL
    assert manifest.time_to_live is None
    assert manifest.encoding == "gsm-7"
    assert not manifest.bound_line
    assert (dict(manifest.fallback), manifest.languages, manifest.channels) == ({}, None, None)
    assert not manifest.parameters


@pytest.mark.parametrize(("seconds"), [60, 172_800])
def test_the_ends_of_what_the_service_takes_are_taken(seconds: int) -> None:
    manifest = read(f'[template]\npurpose = "alert"\ntime-to-live = {seconds}')

    assert manifest.time_to_live == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "number = 1" + "0" * 5_000,
        "deep = " + "[" * 5_000 + "]" * 5_000,
        "\0",
        "[template]\n" * 2,
    ],
)
def test_toml_that_cannot_be_read_is_an_error_like_any_other(text: str) -> None:
    assert "is not valid TOML" in str(refusal(text))


def test_what_python_cannot_read_of_toml_is_told_without_python() -> None:
    assert "a number in it has thousands of digits; write a shorter one" in str(
        refusal("a = 1" + "0" * 5_000)
    )
    assert "it is nested too deeply; use fewer brackets" in str(refusal("a = " + "[" * 5_000))


def test_a_name_in_quotes_is_found_on_its_line() -> None:
    error = refusal('[template]\npurpose = "notice"\n\n[parameters."på"]\nkind = "text"\n')

    assert error.line == 4


def test_a_pattern_of_thousands_of_characters_is_not_looked_at() -> None:
    pattern = "(" * 2_000 + "a" + ")" * 2_000
    error = refusal(f'{PREFIX}[parameters.it]\nkind = "reference"\npattern = "{pattern}"\nexample = "a"')

    assert "pattern has 4001 characters; it takes 200 at most" in str(error)


def test_a_deep_pattern_is_read_or_refused() -> None:
    pattern = "(" * 99 + "a" + ")" * 99
    manifest = read(f'{PREFIX}[parameters.it]\nkind = "reference"\npattern = "{pattern}"\nexample = "a"')

    assert manifest.parameters["it"].check("a") == "a"


def test_a_list_of_codes_is_secret_as_a_code_is() -> None:
    codes = 'of = { kind = "code", length = 6 }\nmax-items = 2\nexample = ["482913"]'

    assert read(f'{PREFIX}[parameters.it]\nkind = "list"\n{codes}').parameters["it"].secret
    assert (
        not read(f'{PREFIX}[parameters.it]\nkind = "list"\nsecret = false\n{codes}').parameters["it"].secret
    )


def test_a_line_is_named_only_where_the_toml_is_written_in_lines() -> None:
    error = refusal('template = { purpose = "notice" }\nparameters = { it = { kind = "cod" } }')

    assert error.line is None
    assert str(error).startswith("login/template.toml: parameter 'it': kind must be one of")


def test_keys_are_found_in_their_own_table_alone() -> None:
    error = refusal(
        f'{PREFIX}[parameters.a]\nkind = "code"\nlength = 6\nexample = "482913"\n'
        '[ parameters . b ]\nkind = "code"\nlength = 99\nexample = "1"'
    )

    assert (error.parameter, error.line) == ("b", 10)
