"""Reading a table strictly: what is wrong, and under which key. The kinds are in the manifests' tests."""

from __future__ import annotations

import pytest

from straks.core.declaration import Table, Wrong, get, one_of, only, read_parameter
from straks.core.text_kinds import Code


def test_keys_that_are_known_pass() -> None:
    only({"a": 1, "b": 2}, ("a", "b", "c"))
    only({}, ())


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"lenght": 6}, "unknown key 'lenght'; did you mean 'length'?"),
        ({"zz": 6}, "unknown key 'zz'; known are length, alphabet"),
    ],
)
def test_a_misspelt_key_names_the_nearest(table: Table, says: str) -> None:
    with pytest.raises(Wrong) as caught:
        only(table, ("length", "alphabet"))

    assert str(caught.value) == says
    assert caught.value.key in table


def test_a_value_is_of_its_kind_or_the_default() -> None:
    assert get({"a": "x"}, "a", str) == "x"
    assert get({}, "a", str, default="y") == "y"
    assert get({"a": True}, "a", bool, default=False)


@pytest.mark.parametrize(
    ("table", "kind", "says"),
    [
        ({}, str, "needs a"),
        ({"a": 1}, str, "a must be text"),
        ({"a": "x"}, int, "a must be a whole number"),
        ({"a": 0}, bool, "a must be true or false"),
        ({"a": 0}, list, "a must be list"),
    ],
)
def test_another_kind_is_said_with_its_key(table: Table, kind: type[object], says: str) -> None:
    with pytest.raises(Wrong) as caught:
        get(table, "a", kind)

    assert (str(caught.value), caught.value.key) == (says, "a")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({}, "needs style: one of short, long"),
        ({"style": "shortt"}, "style must be one of short, long; did you mean 'short'?"),
        ({"style": 7}, "style must be one of short, long"),
        ({"style": ["short"]}, "style must be one of short, long; did you mean 'short'?"),
    ],
)
def test_one_of_a_few_names_the_nearest(table: Table, says: str) -> None:
    with pytest.raises(Wrong) as caught:
        one_of(table, "style", ("short", "long"))

    assert str(caught.value) == says


def test_one_of_a_few_may_have_a_default() -> None:
    assert one_of({}, "style", ("short", "long"), "long") == "long"
    assert one_of({"style": "short"}, "style", ("short", "long"), "long") == "short"


def test_a_parameter_is_read_with_its_name_and_its_example() -> None:
    parameter = read_parameter("code", {"kind": "code", "length": 6, "example": "482913", "personal": True})

    assert isinstance(parameter, Code)
    assert (parameter.name, parameter.example, parameter.length) == ("code", "482913", 6)
    assert (parameter.secret, parameter.personal, parameter.optional) == (True, True, False)


@pytest.mark.parametrize(
    "name", ["", "Code", "1st", "en kode", "kode-1", "_held", "kodé", "loop", "self", "true"]
)
def test_a_name_that_templates_cannot_use_is_refused(name: str) -> None:
    with pytest.raises(Wrong, match=r"a name is lower-case ASCII|this name is taken"):
        read_parameter(name, {"kind": "code", "length": 6, "example": "482913"})


def test_a_fault_without_a_key_has_none() -> None:
    with pytest.raises(Wrong) as caught:
        read_parameter("code", "482913")

    assert caught.value.key is None
