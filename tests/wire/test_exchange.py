"""What goes over the wire, and what of it may be seen."""

from __future__ import annotations

import pickle

import pytest

from straks.wire.exchange import Request, Response, Silence, Trouble

SECRET = "482913"


def test_a_request_shows_where_it_goes_and_nothing_of_what_it_holds() -> None:
    request = Request("POST", "https://example.org/x", {"authorization": SECRET}, SECRET.encode())

    assert repr(request) == "Request(method='POST', url='https://example.org/x')"


def test_a_response_shows_its_status_and_time_alone() -> None:
    response = Response(201, {"location": SECRET}, SECRET.encode(), at_s=2.5)

    assert repr(response) == "Response(status=201, at_s=2.5)"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"a": [1]}', {"a": [1]}),
        (b"\xef\xbb\xbf[]", []),
        (b"null", None),
        (b"", None),
        (b"<html>", None),
        (b"\xff\xfe\xfd", None),
        (b"1" * 5000, None),
    ],
)
def test_a_body_is_read_as_json_or_as_nothing(body: bytes, found: object) -> None:
    assert Response(200, {}, body).json() == found


def test_a_body_nested_too_deep_to_read_is_read_as_nothing() -> None:
    assert Response(200, {}, b"[" * 500_000).json() is None


@pytest.mark.parametrize(
    "value",
    [
        Request("GET", "https://example.org/", {"accept": "*/*"}),
        Response(200, {"date": "now"}, b"{}", at_s=1.0),
        Silence(Trouble.TIMED_OUT, left=True, at_s=3.0, detail="waited"),
    ],
)
def test_both_ends_of_an_exchange_are_values(value: object) -> None:
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301 - what this test pickled itself
