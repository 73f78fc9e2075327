"""The law that the word «proven» stands on: no admitted value goes beyond the bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, note
from hypothesis import strategies as st

from straks.altinn import recorded_count
from straks.core.bound import EmailBound, SmsBound, bound
from straks.core.email_address import EmailAddress
from straks.core.ledger import gateway_count
from straks.core.phone_number import PhoneNumber
from straks.core.segment import segment
from straks.errors import BrokenTemplate, StraksError, Unbounded

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NUMBER = PhoneNumber.parse("+46701740605")
ADDRESS = EmailAddress.parse("kari@example.org")


@given(data=st.data())
def test_no_sms_is_more_than_its_bound(
    messages: st.SearchStrategy[Any], values: Callable[[Any], st.SearchStrategy[Any]], data: st.DataObject
) -> None:
    message = data.draw(messages)
    template = message.template
    try:
        most = bound(template, message.locale, "sms")
    except Unbounded as unbounded:
        note(str(unbounded))
        return
    assert isinstance(most, SmsBound)
    for _ in range(8):
        try:
            body = template.sms(message.locale, NUMBER, data.draw(values(message))).body
        except StraksError:
            continue
        found = segment(body)
        assert (len(found), found.units) <= (most.segments, most.units), (body, most.witness)
        assert gateway_count(body) <= most.gateway_count
        assert recorded_count(body) <= most.recorded_count


@given(data=st.data())
def test_no_email_is_more_than_its_bound(
    messages: st.SearchStrategy[Any], values: Callable[[Any], st.SearchStrategy[Any]], data: st.DataObject
) -> None:
    message = data.draw(messages)
    template = message.template
    try:
        most = bound(template, message.locale, "email")
    except (Unbounded, BrokenTemplate) as unbounded:
        note(str(unbounded))
        return
    assert isinstance(most, EmailBound)
    for _ in range(8):
        try:
            email = template.email(message.locale, ADDRESS, data.draw(values(message)))
        except StraksError:
            continue
        assert len(email.body.encode()) <= most.html_bytes, (email.body, most.witness)
        assert len(email.subject) <= most.subject_characters
