from __future__ import annotations

import pickle
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from straks.core.manifest import Purpose
from straks.errors import InvalidSetting
from straks.policy.settings import KEYS, Policy, policy_of, read_policy


def test_the_table_of_keys_documents_exactly_what_a_policy_has() -> None:
    assert list(KEYS) == [field.name.replace("_", "-") for field in fields(Policy)]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_takes_the_form_that_the_table_shows(key: str) -> None:
    read = read_policy(f"{key} = {KEYS[key].form}", "straks.toml")

    assert getattr(read, key.replace("-", "_")) is not None


@pytest.mark.parametrize("key", KEYS)
def test_every_key_says_what_it_decides_and_its_default(key: str) -> None:
    assert KEYS[key].decides
    assert KEYS[key].default


def test_a_settings_file_of_its_own_has_no_tool_table() -> None:
    with pytest.raises(
        InvalidSetting, match=r"straks.toml: its keys stand by themselves; take \[tool.straks\] out"
    ):
        read_policy("[tool.straks]\nattempts = 4", "straks.toml")


def test_every_key_is_read() -> None:
    read = policy_of(
        {
            "languages": ["nb"],
            "regions": ["NO"],
            "segments": {"notice": 3},
            "senders": ["Skatt"],
            "hosts": ["www.example.org"],
            "login-host": "login.example.org",
            "words": ["klikk her"],
            "attempts": 4,
            "codes-per-hour": 6,
            "guesses-per-day": 0.01,
            "select": ["SMS", "OTP201"],
            "ignore": {"SMS103": "names"},
        },
        "straks.toml",
    )

    assert read == Policy(
        languages=("nb",),
        regions=frozenset({"NO"}),
        segments={Purpose.AUTHENTICATION: 1, Purpose.ALERT: 2, Purpose.CONFIRMATION: 2, Purpose.NOTICE: 3},
        senders=frozenset({"Skatt"}),
        hosts=frozenset({"www.example.org"}),
        login_host="login.example.org",
        words=("klikk her",),
        attempts=4,
        codes_per_hour=6,
        guesses_per_day=0.01,
        select=("SMS", "OTP201"),
        ignore={"SMS103": "names"},
    )


def test_nothing_said_is_the_default() -> None:
    assert read_policy("", "straks.toml") == Policy()


def test_a_pyproject_file_is_read_from_its_own_table() -> None:
    text = "[project]\nname = 'x'\n[tool.straks]\nattempts = 5\n"

    assert read_policy(text, "some/pyproject.toml") == Policy(attempts=5)


@pytest.mark.parametrize("text", ["", "[tool]\n", "[tool.other]\nattempts = 5\n"])
def test_a_pyproject_file_without_the_table_is_the_default(text: str) -> None:
    assert read_policy(text, "pyproject.toml") == Policy()


@pytest.mark.parametrize("text", ["tool = 1", "[tool]\nstraks = 1", "[tool]\nstraks = ['a']"])
def test_a_pyproject_file_whose_table_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting, match="is no table"):
        read_policy(text, "pyproject.toml")


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("langauges", "languages"),
        ("region", "regions"),
        ("segment", "segments"),
        ("login_host", "login-host"),
        ("code-per-hour", "codes-per-hour"),
        ("ignored", "ignore"),
    ],
)
def test_a_misspelt_key_names_the_nearest(key: str, nearest: str) -> None:
    with pytest.raises(InvalidSetting, match=f"unknown key '{key}'; did you mean '{nearest}'"):
        policy_of({key: 1}, "straks.toml")


def test_a_key_like_no_other_is_told_them_all() -> None:
    with pytest.raises(InvalidSetting, match="known are languages, regions"):
        policy_of({"xyzzy": 1}, "straks.toml")


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="is not valid TOML"):
        read_policy("attempts =", "straks.toml")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("languages", "nb"),
        ("languages", []),
        ("languages", ["no"]),
        ("languages", [1]),
        ("regions", "NO"),
        ("regions", []),
        ("regions", ["no"]),
        ("regions", ["NOR"]),
        ("segments", 1),
        ("segments", {"login": 1}),
        ("segments", {"notice": 0}),
        ("segments", {"notice": True}),
        ("segments", {"notice": "2"}),
        ("senders", "Skatt"),
        ("senders", [" "]),
        ("hosts", "example.org"),
        ("hosts", ["https://example.org"]),
        ("hosts", ["localhost"]),
        ("hosts", ["Example.org"]),
        ("login-host", 1),
        ("login-host", "https://example.org"),
        ("login-host", "example.org/login"),
        ("words", "klikk"),
        ("words", [""]),
        ("attempts", 0),
        ("attempts", True),
        ("attempts", 2.5),
        ("attempts", "3"),
        ("codes-per-hour", -1),
        ("guesses-per-day", 0),
        ("guesses-per-day", 1),
        ("guesses-per-day", True),
        ("guesses-per-day", "0.1"),
        ("select", "ALL"),
        ("select", []),
        ("select", ["sms"]),
        ("ignore", ["SMS103"]),
        ("ignore", {"SMS103": ""}),
        ("ignore", {"SMS103": " "}),
        ("ignore", {"SMS103": 1}),
        ("ignore", {"names": "why"}),
    ],
)
def test_a_value_that_cannot_be_is_shown_the_form_of_its_key(key: str, value: object) -> None:
    with pytest.raises(InvalidSetting) as caught:
        policy_of({key: value}, "straks.toml")

    assert f"straks.toml: {key} cannot be this; it looks like {KEYS[key].form}" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("languages", ["se"], "There is no language 'se'; known are nb, nn, en"),
        ("segments", {"notise": 2}, "There is no purpose 'notise'; did you mean 'notice'?"),
        ("ignore", {"SMS103": ""}, "SMS103 has no reason; say why it is fine"),
    ],
)
def test_a_value_that_is_misspelt_or_says_no_reason_is_told_which(key: str, value: object, said: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        policy_of({key: value}, "straks.toml")

    assert str(caught.value).endswith(f". {said}")


@pytest.mark.parametrize(
    ("select", "ignore", "code", "wanted"),
    [
        (("ALL",), {}, "SMS101", True),
        (("SMS",), {}, "SMS101", True),
        (("SMS",), {}, "OTP201", False),
        (("OTP201", "SMS101"), {}, "SMS101", True),
        (("ALL",), {"SMS101": "why"}, "SMS101", False),
        (("ALL",), {"SMS": "why"}, "SMS101", False),
        (("ALL",), {"SMS102": "why"}, "SMS101", True),
        (("ALL",), {"ALL": "why"}, "SMS101", False),
        (("TXT",), {}, "TXT1001", True),
    ],
)
def test_rules_are_selected_and_ignored_by_code_or_prefix(
    select: tuple[str, ...], ignore: dict[str, str], code: str, *, wanted: bool
) -> None:
    assert Policy(select=select, ignore=ignore).wants(code) is wanted


def test_a_policy_survives_pickling() -> None:
    policy = policy_of({"segments": {"notice": 3}, "ignore": {"SMS103": "names"}}, "straks.toml")

    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301 - our own bytes


def test_the_documentation_has_the_table_of_keys() -> None:
    page = (Path(__file__).parents[2] / "docs" / "policy.md").read_text("utf-8")
    table = [f"| `{key}` | `{of.form}` | {of.default} | {of.decides} |" for key, of in KEYS.items()]

    assert "\n".join(table) in page


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"languages": "nb"}, r'languages cannot be this; it looks like \["nb", "nn", "en"\]'),
        ({"languages": [5]}, "languages cannot be this"),
        ({"regions": "NO"}, "regions cannot be this"),
        ({"regions": {"no"}}, "regions cannot be this"),
        ({"segments": {"notise": 1}}, "There is no purpose 'notise'; did you mean 'notice'"),
        ({"senders": "Skatt"}, "senders cannot be this"),
        ({"login_host": "https://login.example.org"}, "login-host cannot be this"),
        ({"words": b"her"}, "words cannot be this"),
        ({"select": ["sms"]}, "select cannot be this"),
        ({"ignore": {"SMS103": ""}}, "SMS103 has no reason"),
        ({"ignore": ["SMS103"]}, "ignore cannot be this"),
    ],
)
def test_a_policy_that_a_program_misspells_is_refused_as_a_file_is(
    given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidSetting, match=f"the policy: .*{sentence}"):
        Policy(**given)


def test_a_program_may_give_any_collection_and_some_of_the_purposes() -> None:
    given: dict[str, Any] = {"languages": ["nb"], "regions": ["NO"], "segments": {"notice": 3}, "senders": []}
    made = Policy(**given)

    assert (made.languages, made.regions, made.senders) == (("nb",), frozenset({"NO"}), frozenset())
    assert made.segments[Purpose.AUTHENTICATION] == 1
    assert made.segments[Purpose.NOTICE] == 3
