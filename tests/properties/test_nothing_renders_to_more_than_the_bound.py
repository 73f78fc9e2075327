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
from straks.testing import values

if TYPE_CHECKING:
    from typing import Any

    from straks.core.template import Template

NUMBER = PhoneNumber.parse("+46701740605")
ADDRESS = EmailAddress.parse("kari@example.org")


def several(template: Template, channel: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    # One template is worth many values: it is the template that takes long to draw.
    return st.lists(values(template, locale="nb", channel=channel), min_size=4, max_size=12)


@given(data=st.data())
def test_no_sms_is_more_than_its_bound(messages: st.SearchStrategy[Any], data: st.DataObject) -> None:
    template = data.draw(messages).template
    try:
        most = bound(template, "nb", "sms")
    except Unbounded as unbounded:
        note(str(unbounded))
        return
    assert isinstance(most, SmsBound)
    for given_values in data.draw(several(template, "sms")):
        try:
            body = template.sms("nb", NUMBER, given_values).body
        except StraksError:
            continue
        found = segment(body)
        assert (len(found), found.units) <= (most.segments, most.units), (body, most.witness)
        assert gateway_count(body) <= most.gateway_count
        assert recorded_count(body) <= most.recorded_count


@given(data=st.data())
def test_no_email_is_more_than_its_bound(messages: st.SearchStrategy[Any], data: st.DataObject) -> None:
    template = data.draw(messages).template
    try:
        most = bound(template, "nb", "email")
    except Unbounded as unbounded:
        note(str(unbounded))
        return
    assert isinstance(most, EmailBound)
    for given_values in data.draw(several(template, "email")):
        try:
            email = template.email("nb", ADDRESS, given_values)
        except StraksError:
            continue
        assert len(email.body.encode()) <= most.html_bytes
        assert len(email.subject) <= most.subject_characters
