"""An exact bound is no estimate: its witness, rendered, comes out at exactly the bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from straks.core.bound import EmailBound, SmsBound, bound
from straks.core.email_address import EmailAddress
from straks.core.phone_number import PhoneNumber
from straks.core.segment import segment
from straks.errors import Unbounded

if TYPE_CHECKING:
    from typing import Any

NUMBER = PhoneNumber.parse("+46701740605")
ADDRESS = EmailAddress.parse("kari@example.org")


@given(data=st.data())
def test_the_witness_of_an_exact_bound_reaches_it(
    messages: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    template = data.draw(messages).template
    for channel in ("sms", "email"):
        try:
            most = bound(template, "nb", channel)
        except Unbounded:
            continue
        if not most.exact:
            continue
        if isinstance(most, SmsBound):
            found = segment(template.sms("nb", NUMBER, most.witness).body)
            assert (len(found), found.units, found.encoding) == (most.segments, most.units, most.encoding)
        else:
            assert isinstance(most, EmailBound)
            email = template.email("nb", ADDRESS, most.witness)
            assert (len(email.body.encode()), len(email.subject)) == (
                most.html_bytes,
                most.subject_characters,
            )
