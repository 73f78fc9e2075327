"""Where everything that is admitted can be rendered, the worst of it is the bound."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from straks.core.bound import SmsBound, bound
from straks.core.catalog import Catalog
from straks.core.phone_number import PhoneNumber
from straks.core.segment import segment

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBER = PhoneNumber.parse("+46701740605")
WORDS = ("ja", "^^^^", "čč", "a" * 20, "€" * 9, "😀", "ßßß", "Nei takk", "č" * 30)
PARTS = (
    "{{ c }}",
    "{{ d }}",
    "{{ n }}",
    "{{ c|upper }}",
    "{% if n > 1 %}€€€{% endif %}",
    "{% if c == d %}likt {{ c }}{% else %}{{ n|plural('sak', 'saker') }}{% endif %}",
    "{{ d or c }}",
    "{{ 'æ' if n in [0, 2] else d }}",
    "a" * 60,
    "^" * 71,
    "ø",
)
MANIFEST = """
[template]
purpose = "notice"
repeat = "harmless"
time-to-live = 600
[parameters.n]
kind = "integer"
min = -1
max = 11
example = 1
"""


@given(
    parts=st.lists(st.sampled_from(PARTS), min_size=1, max_size=7),
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True),
)
def test_the_segment_bound_is_a_true_maximum(parts: Sequence[str], words: Sequence[str]) -> None:
    choices = "".join(
        f'[parameters.{name}]\nkind = "choice"\nchoices = {list(words)}\nexample = "{words[0]}"\n'
        for name in "cd"
    )
    template = Catalog({"m/template.toml": MANIFEST + choices, "m/nb/sms.txt": "x" + "".join(parts)})["m"]
    most = bound(template, "nb", "sms")
    every = [
        segment(template.sms("nb", NUMBER, {"n": n, "c": c, "d": d}).body)
        for n, c, d in product(range(-1, 12), words, words)
    ]
    worst = max((len(each), each.units) for each in every)

    assert isinstance(most, SmsBound)
    if most.exact:
        assert (most.segments, most.units) == worst
    else:  # two values compared with each other are not followed
        assert (most.segments, most.units) >= worst
        assert any("c == d" in part for part in parts)
