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
from straks.testing import values

if TYPE_CHECKING:
    from typing import Any

    from straks.core.template import Template

NUMBER = PhoneNumber.parse("+46701740605")
ADDRESS = EmailAddress.parse("kari@example.org")


def several(template: Template, locale: str, channel: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    # One template is worth many values: it is the template that takes long to draw.
    return st.lists(values(template, locale=locale, channel=channel), min_size=4, max_size=12)


@given(data=st.data())
def test_no_sms_is_more_than_its_bound(messages: st.SearchStrategy[Any], data: st.DataObject) -> None:
    message = data.draw(messages)
    template, locale = message.template, message.locale
    try:
        most = bound(template, locale, "sms")
    except Unbounded as unbounded:
        note(str(unbounded))
        return
    assert isinstance(most, SmsBound)
    for filling in data.draw(several(template, locale, "sms")):
        try:
            body = template.sms(locale, NUMBER, filling).body
        except StraksError:
            continue
        found = segment(body)
        assert (len(found), found.units) <= (most.segments, most.units), (body, most.witness)
        assert gateway_count(body) <= most.gateway_count
        assert recorded_count(body) <= most.recorded_count


@given(data=st.data())
def test_no_email_is_more_than_its_bound(messages: st.SearchStrategy[Any], data: st.DataObject) -> None:
    message = data.draw(messages)
    template, locale = message.template, message.locale
    try:
        most = bound(template, locale, "email")
    except (Unbounded, BrokenTemplate) as unbounded:
        note(str(unbounded))
        return
    assert isinstance(most, EmailBound)
    for filling in data.draw(several(template, locale, "email")):
        try:
            email = template.email(locale, ADDRESS, filling)
        except StraksError:
            continue
        assert len(email.body.encode()) <= most.html_bytes, (email.body, most.witness)
        assert len(email.subject) <= most.subject_characters
