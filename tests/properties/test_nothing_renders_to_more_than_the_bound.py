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
from straks.errors import StraksError, Unbounded

if TYPE_CHECKING:
    from typing import Any

NUMBER = PhoneNumber.parse("+46701740605")
ADDRESS = EmailAddress.parse("kari@example.org")


@given(data=st.data())
def test_no_sms_is_more_than_its_bound(messages: st.SearchStrategy[Any], data: st.DataObject) -> None:
    message = data.draw(messages)
    template = message.template
    try:
        most = bound(template, "nb", "sms")
    except Unbounded as unbounded:
        note(str(unbounded))
        return
    assert isinstance(most, SmsBound)
    for values in data.draw(st.lists(message.values(), min_size=4, max_size=12)):
        try:
            body = template.sms("nb", NUMBER, values).body
        except StraksError:
            continue
        found = segment(body)
        assert (len(found), found.units) <= (most.segments, most.units), (body, most.witness)
        assert gateway_count(body) <= most.gateway_count
        assert recorded_count(body) <= most.recorded_count


@given(data=st.data())
def test_no_email_is_more_than_its_bound(messages: st.SearchStrategy[Any], data: st.DataObject) -> None:
    message = data.draw(messages)
    template = message.template
    try:
        most = bound(template, "nb", "email")
    except Unbounded as unbounded:
        note(str(unbounded))
        return
    assert isinstance(most, EmailBound)
    for values in data.draw(st.lists(message.values(), min_size=4, max_size=12)):
        try:
            email = template.email("nb", ADDRESS, values)
        except StraksError:
            continue
        assert len(email.body.encode()) <= most.html_bytes
        assert len(email.subject) <= most.subject_characters
