"""Law: ``parse(str(x)) == x`` and ``parse(x.ascii) == x``, and neither changes what is shown or sent."""

from __future__ import annotations

import string

from hypothesis import example, given, reject
from hypothesis import strategies as st

from straks.core.email_address import EmailAddress
from straks.errors import InvalidEmailAddress

ATOMS = st.text(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=12)
MAILBOXES = st.lists(ATOMS, min_size=1, max_size=4).map(".".join) | st.sampled_from(["INFO", "PostMaster"])
# Letters that normalising has something to do with: capitals, composed and decomposed, sharp s, final sigma,
# full width, right to left, ideographs.
LETTERS = "abyzABYZ09-æøåÆØÅáčđŋšŧžßςΣﬁａＡאבعية例日"
LABELS = st.text(LETTERS, min_size=1, max_size=10) | st.text(LETTERS, max_size=5).map("a\u030a{}b".format)
DOMAINS = st.lists(LABELS, max_size=3).map(lambda labels: ".".join([*labels, "example.org"]))
ADDRESSES = st.builds("{}@{}".format, MAILBOXES, DOMAINS)


def assert_law(address: EmailAddress) -> None:
    for written in (str(address), address.ascii, f" {address}"):
        again = EmailAddress.parse(written)

        assert again == address
        assert hash(again) == hash(address)
        assert (str(again), again.ascii, again.masked) == (str(address), address.ascii, address.masked)
        assert again.original == written


@given(ADDRESSES)
@example("Kari@BLA\u030aBÆR.example.org")
@example("kari@faß.example.org")
@example("PostMaster@example.org")
def test_an_address_read_from_writing_is_the_same_when_read_again(raw: str) -> None:
    try:
        address = EmailAddress.parse(raw)
    except InvalidEmailAddress:
        reject()
    assert_law(address)


@given(st.text(max_size=40) | st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=20)))
@example("kari@example.org")
def test_whatever_is_accepted_is_the_same_when_read_again(raw: str) -> None:
    try:
        address = EmailAddress.parse(raw)
    except InvalidEmailAddress:
        return
    assert_law(address)


@given(ADDRESSES)
@example("kari@blåbær.example.org")
def test_the_ascii_form_is_ascii_and_keeps_the_mailbox(raw: str) -> None:
    try:
        address = EmailAddress.parse(raw)
    except InvalidEmailAddress:
        reject()

    assert address.ascii.isascii()
    assert address.ascii.rpartition("@")[0] == str(address).rpartition("@")[0]
    assert str(address).rpartition("@")[0].lower() == raw.rpartition("@")[0].lower()
