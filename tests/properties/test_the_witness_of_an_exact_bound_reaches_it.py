"""An exact bound is no estimate: its witness, rendered, comes out at exactly the bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from straks.core.bound import SmsBound, bound
from straks.core.email_address import EmailAddress
from straks.core.phone_number import PhoneNumber
from straks.core.segment import segment
from straks.errors import BrokenTemplate, Unbounded

if TYPE_CHECKING:
    from typing import Any

NUMBER = PhoneNumber.parse("+46701740605")
ADDRESS = EmailAddress.parse("kari@example.org")


@given(data=st.data())
def test_the_witness_of_an_exact_bound_reaches_it(
    messages: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    message = data.draw(messages)
    template, locale = message.template, message.locale
    for channel in ("sms", "email"):
        try:
            most = bound(template, locale, channel)
        except (Unbounded, BrokenTemplate):
            continue
        if not most.exact:
            continue
        if isinstance(most, SmsBound):
            found = segment(template.sms(locale, NUMBER, most.witness).body)
            assert (len(found), found.units, found.encoding) == (most.segments, most.units, most.encoding)
            assert found.spare == most.spare
        else:
            email = template.email(locale, ADDRESS, most.witness)
            assert len(email.body.encode()) == most.html_bytes
            assert len(email.subject) == most.subject_characters
