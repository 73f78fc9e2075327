"""Who admits more must expect at least as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from straks.core.bound import EmailBound, SmsBound, bound
from straks.core.catalog import Catalog
from straks.errors import BrokenTemplate, TemplateError, Unbounded

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

TEXTS = (
    "Hei {{ x }}!",
    "{{ x|upper }}{{ x }}",
    "{% if n > 3 %}{{ x }}€{% else %}{{ n }}{% endif %}",
    "{{ n }} {{ n|plural('sak', 'sakene') }} {{ x|title }}",
    "{% for i in l %}{{ i }}, {% endfor %}{{ l|length }}",
    "{{ l }} og {{ x|capitalize if n == 7 else n }}",
)


def _bound(text: str, most: int, alphabet: str, high: int, items: int) -> SmsBound | None:
    manifest = f"""
        [template]
        purpose = "notice"
        repeat = "harmless"
        time-to-live = 600
        [parameters.x]
        kind = "text"
        max-length = {most}
        alphabet = "{alphabet}"
        example = "a"
        [parameters.n]
        kind = "integer"
        min = 0
        max = {high}
        example = 0
        [parameters.l]
        kind = "list"
        max-items = {items}
        of = {{ kind = "text", max-length = {most}, alphabet = "{alphabet}" }}
        example = ["a"]
        """
    try:
        found: Any = bound(Catalog({"m/template.toml": manifest, "m/nb/sms.txt": text})["m"], "nb", "sms")
    except Unbounded:
        return None
    return found  # type: ignore[no-any-return]


@given(
    text=st.sampled_from(TEXTS),
    most=st.integers(1, 200),
    high=st.integers(0, 1200),
    items=st.integers(1, 9),
    more=st.tuples(st.integers(0, 50), st.integers(0, 1200), st.integers(0, 4)),
)
def test_widening_a_domain_never_lowers_the_bound(
    text: str, most: int, high: int, items: int, more: tuple[int, int, int]
) -> None:
    narrow = _bound(text, most, "gsm-7", high, items)
    wide = _bound(text, most + more[0], "gsm-7", high + more[1], items + more[2])
    wider = _bound(text, most + more[0], "any", high + more[1], items + more[2])
    assume(narrow and wide and wider)
    assert narrow is not None
    assert wide is not None
    assert wider is not None
    loads = [(each.segments, each.units) for each in (narrow, wide, wider)]
    assert loads == sorted(loads)


def _sizes(found: SmsBound | EmailBound) -> tuple[tuple[int, ...], ...]:
    if isinstance(found, EmailBound):
        return (found.html_bytes,), (found.subject_characters,)
    return (found.segments, found.units), (found.gateway_count,), (found.recorded_count,)


@given(data=st.data())
def test_whatever_the_template_a_parameter_that_admits_more_never_lowers_it(
    messages: st.SearchStrategy[Any], wider: Callable[[Any], st.SearchStrategy[Any]], data: st.DataObject
) -> None:
    message = data.draw(messages)
    more = data.draw(wider(message))
    for channel in ("sms", "email"):
        try:
            narrow = bound(message.template, message.locale, channel)
            wide = bound(more.template, message.locale, channel)
        except (Unbounded, BrokenTemplate, TemplateError):
            continue
        for mine, theirs in zip(_sizes(narrow), _sizes(wide), strict=True):
            assert mine <= theirs
