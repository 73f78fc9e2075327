"""
Law: the same message about the same occasion has the same id, in every process; any other has another.

An id is ASCII, at most 64 characters, begins with template and channel, and says nothing of the
recipient, the code, the name or the occasion that it was made from.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any, TypedDict

from hypothesis import assume, example, given
from hypothesis import strategies as st

from straks.core.idempotency import idempotency_id, keyed, pseudonym


class Facts(TypedDict):
    template: str
    channel: str
    locale: str
    recipient: str
    sender: str | None
    values: dict[str, str]
    occasion: str


WORDS = st.text('abc-1 \u00e5\U0001f600",:[]', max_size=12)
OCCASIONS = st.text(min_size=1, max_size=12).filter(str.strip)
KEYS = st.binary(min_size=16, max_size=80)
FACTS: st.SearchStrategy[Facts] = st.fixed_dictionaries(
    {
        "template": st.text("abcdefgh-", min_size=1, max_size=60) | WORDS.filter(bool),
        "channel": st.sampled_from(["sms", "email"]),
        "locale": st.sampled_from(["nb", "nn", "en"]),
        "recipient": st.integers(605, 699).map("+46701740{}".format) | WORDS.map("{}@example.org".format),
        "sender": st.none() | WORDS,
        "values": st.dictionaries(WORDS, WORDS, max_size=3),
        "occasion": OCCASIONS,
    }
)  # type: ignore[assignment]


def id_of(facts: Facts, key: bytes) -> str:
    return idempotency_id(key=keyed(key), **facts)


@given(FACTS, KEYS)
@example(
    {
        "template": "one-time-code",
        "channel": "sms",
        "locale": "nb",
        "recipient": "+46701740605",
        "sender": None,
        "values": {"code": "482913", "name": "Kari Nordmann"},
        "occasion": "login/8841",
    },
    b"x" * 16,
)
def test_an_id_is_for_people_who_read_logs_and_tells_them_nothing(facts: Facts, key: bytes) -> None:
    made = id_of(facts, key)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,24}\.(?:sms|email)\.[a-p]{32}", made)
    assert len(made) <= 64
    name, channel, digest = made.split(".")
    assert name == re.sub("[^A-Za-z0-9_-]", "-", facts["template"])[:24]
    assert channel == facts["channel"]
    for secret in (facts["recipient"], facts["occasion"], *facts["values"].values()):
        assert len(secret) < 5 or secret not in digest


@given(FACTS, KEYS)
def test_made_again_from_the_same_facts_it_is_the_same(facts: Facts, key: bytes) -> None:
    values = dict(reversed(facts["values"].items()))

    assert id_of({**facts, "values": values}, bytes(bytearray(key))) == id_of(facts, key)
    assert pseudonym(facts["recipient"], keyed(key)) == pseudonym(facts["recipient"], keyed(key))


@given(FACTS, FACTS, KEYS)
def test_other_facts_have_another_id(one: Facts, other: Facts, key: bytes) -> None:
    assert (id_of(one, key) == id_of(other, key)) is (one == other)


@given(FACTS, st.data(), KEYS)
def test_one_changed_fact_is_another_order(facts: Facts, data: st.DataObject, key: bytes) -> None:
    other = data.draw(FACTS)
    changed = data.draw(st.sampled_from(sorted(facts)))
    turned: Any = {**facts, changed: other[changed]}  # type: ignore[literal-required]
    assume(turned != facts)

    assert id_of(turned, key) != id_of(facts, key)


@given(FACTS, KEYS, KEYS)
def test_another_key_makes_other_ids_and_pseudonyms(facts: Facts, key: bytes, other: bytes) -> None:
    assume(key != other)

    assert id_of(facts, key) != id_of(facts, other)
    assert pseudonym(facts["recipient"], keyed(key)) != pseudonym(facts["recipient"], keyed(other))


@given(
    st.text("abc-", min_size=24, max_size=40), st.text("abc", max_size=9), st.text("abc", max_size=9), FACTS
)
def test_templates_that_begin_alike_do_not_share_ids(start: str, one: str, other: str, facts: Facts) -> None:
    ids: list[str] = []
    for end in (one, other):
        named: Facts = {**facts, "template": start + end}
        ids.append(id_of(named, b"a key that only tests have"))

    assert {made.partition(".")[0] for made in ids} == {start[:24]}
    assert (ids[0] == ids[1]) is (one == other)


# --- across processes --------------------------------------------------------------------------

PROGRAM = """
from datetime import timedelta
import straks

catalog = straks.Catalog.load(policy=None)
values = {"code": "482913", "lifetime": timedelta(minutes=5), "service": "Åse & co"}
values = dict(sorted(values.items(), key=lambda pair: hash(pair[0])))
sms = catalog.sms("one-time-code", locale="nb", to="+46 70 174 06 05", values=values, sender="Skatt")
email = catalog.email("one-time-code", locale="nn", to="kari@example.org", values=values)
for message in (sms, email):
    print(message.order(occasion="login/8841", key=b"a key that only tests have").idempotency_id)
"""


def ids_of_another_process(seed: str) -> list[str]:
    # The seed decides the order of sets, and of whatever is sorted by hash.
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-X", "utf8", "-c", PROGRAM],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_the_id_is_the_same_in_every_process_and_release() -> None:
    # Never to be changed: a release with other ids makes every repeat another message.
    pinned = [
        "one-time-code.sms.ilocbdfliikoaaggiidjpbbgpafncjcd",
        "one-time-code.email.podalhenomjfjkpbgoambdlhbalkphpf",
    ]

    assert ids_of_another_process("1") == pinned
    assert ids_of_another_process("2") == pinned
