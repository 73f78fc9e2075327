"""The tree of errors: as it is drawn, and able to travel."""

from __future__ import annotations

import contextlib
import copy
import inspect
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest

from straks import errors
from straks.errors import (
    BrokenTemplate,
    CodeLimit,
    EmailFault,
    InvalidValue,
    MissingExtra,
    PhoneFault,
    PolicyError,
    Refused,
    StraksError,
    UnknownTemplate,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, StraksError)
]  # fmt: skip

# What each keyword of an error is given below.
GIVEN: dict[str, object] = {
    "message": "what is wrong, and the way out",
    "what": "The sender",
    "extra": "simulator",
    "findings": ("SMS101", "LNK601"),
    "idempotency_id": "login.sms.abc",
    "attempts": 2,
    "status": 422,
    "problem": "NOT-00001",
    "fields": {"recipient": ("is no mobile number",)},
    "index": 3,
    "field": "sender",
    "rule": "at most 11 characters",
    "template": "one-time-code",
    "locale": "nb",
    "file": "one-time-code/nb/sms.txt",
    "line": 7,
    "path": "parcels.csv",
    "parameter": "code",
    "code": "MP-100",
    "temporary": True,
    "limit": CodeLimit.COOLDOWN,
    "retry_after_s": 30,
    "unwritten": {"login.sms.abc": "placed"},
}


def one_of(kind: type[StraksError]) -> StraksError:
    """Make an error of *kind*, every one of its keywords given."""
    if kind.__init__ is Exception.__init__ or kind.__init__ is ValueError.__init__:
        return kind(GIVEN["message"])
    wanted = inspect.signature(kind).parameters
    reason = PhoneFault.EMPTY if kind is errors.InvalidPhoneNumber else EmailFault.SYNTAX
    given: dict[str, Any] = {**GIVEN, "reason": reason}
    by_place = [given[name] for name, each in wanted.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    by_name = {name: given[name] for name, each in wanted.items() if each.kind is each.KEYWORD_ONLY}
    return kind(*by_place, **by_name)


def drawn_tree() -> Iterator[tuple[str, str]]:
    """Yield each name in the docstring's drawing with the name above it."""
    above = ["Exception"]
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ([│├└─ ]*)([A-Z]\w+)", line)
        if found:
            depth = len(found[1]) // 4
            del above[depth + 1 :]
            yield found[2], above[depth]
            above.append(found[2])


def test_the_tree_is_as_it_is_drawn() -> None:
    assert dict(drawn_tree()) == {kind.__name__: kind.__bases__[0].__name__ for kind in KINDS}


def test_the_drawing_says_which_built_in_errors_they_are_too() -> None:
    drawn = set(re.findall(r"(\w+) \(an? (\w+)\)", errors.__doc__ or ""))

    assert drawn == {("InvalidInput", "ValueError"), ("MissingExtra", "ImportError")}
    assert issubclass(errors.InvalidInput, ValueError)
    assert issubclass(MissingExtra, ImportError)
    assert issubclass(UnknownTemplate, KeyError)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_survives_pickle_and_copy_with_all_its_fields(kind: type[StraksError]) -> None:
    error = one_of(kind)
    error.add_note("noted on the way")

    again: StraksError = pickle.loads(pickle.dumps(error))  # noqa: S301 - what this test pickled itself
    for other in (again, copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert str(other) == str(error)
        assert other.args == error.args
        assert vars(other) == vars(error)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_survives_a_context_manager(kind: type[StraksError]) -> None:
    @contextlib.contextmanager
    def passing() -> Generator[None]:
        yield

    error = one_of(kind)
    with pytest.raises(kind) as caught, passing():
        raise error

    assert caught.value is error


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_prints_its_sentence_and_nothing_round_it(kind: type[StraksError]) -> None:
    said = str(one_of(kind))

    assert said[0] not in "'\"("
    if kind not in (MissingExtra, PolicyError):
        assert said == GIVEN["message"]


def test_a_missing_extra_says_what_to_install() -> None:
    assert str(MissingExtra("The simulator", "simulator")).endswith("install straks[simulator]")


def test_a_place_that_does_not_apply_is_none() -> None:
    error = InvalidValue("it does not fit", parameter="code")

    assert (error.template, error.locale, error.file, error.line) == (None, None, None, None)
    assert error.parameter == "code"
    assert BrokenTemplate("no", file="a/nb/sms.txt", line=3).line == 3


def test_a_refusal_without_complaints_has_no_fields() -> None:
    assert Refused("no", idempotency_id="a", attempts=1, status=403).fields == {}
