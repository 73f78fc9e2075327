"""Values for whole templates, and the messages and orders made of them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import straks
from straks.altinn import encode
from straks.core.catalog import Catalog
from straks.testing import messages, orders, values

CATALOG = straks.Catalog.load()
PAGES = [
    (name, locale, channel)
    for name, locale, channel in product(CATALOG, ("nb", "nn", "en"), ("sms", "email"))
]
NUMBER = straks.PhoneNumber.parse("+46701740605")
ADDRESS = straks.EmailAddress.parse("kari@example.org")
MANIFEST = """
[template]
purpose = "notice"
time-to-live = 3600
fallback = { se = "nb" }
[parameters.place]
kind = "text"
max-length = 8
alphabet = "gsm-7"
example = "Hjemme"
[parameters.note]
kind = "text"
max-length = 8
optional = true
example = "Ord"
"""
OWN = Catalog(
    {"m/template.toml": MANIFEST, "m/nb/sms.txt": "Hos {{ place }}{% if note %} {{ note }}{% endif %}"}
)
FRESH = settings(derandomize=True, database=None, deadline=None)
FIRM = settings(settings.get_profile("firm"), max_examples=300)


def load(name: str, locale: str, channel: str, filling: dict[str, Any]) -> tuple[int, int]:
    if channel == "sms":
        segmentation = CATALOG[name].sms(locale, NUMBER, filling).segmentation
        return len(segmentation), segmentation.units
    email = CATALOG[name].email(locale, ADDRESS, filling)
    return len(email.body.encode()), len(email.subject)


@pytest.mark.parametrize(("name", "locale", "channel"), PAGES)
def test_the_worst_that_is_drawn_of_what_ships_is_the_bound(name: str, locale: str, channel: str) -> None:
    most = straks.bound(CATALOG[name], locale, channel)
    bound = (
        (most.segments, most.units)
        if isinstance(most, straks.SmsBound)
        else (most.html_bytes, most.subject_characters)
    )
    drawn = values(CATALOG[name], locale=locale, channel=channel)
    reached = find(drawn, lambda filling: load(name, locale, channel, filling) == bound, settings=FIRM)

    assert most.exact
    assert load(name, locale, channel, reached) == bound


@pytest.mark.parametrize("wanted", [{"note": "Ord"}, {"note": None}, {}])
def test_an_optional_one_is_there_or_none_or_left_out(wanted: dict[str, str | None]) -> None:
    found = find(
        values(OWN["m"]),
        lambda filling: {name: value for name, value in filling.items() if name == "note"} == wanted,
        settings=FIRM,
    )

    assert OWN["m"].check(found, "nb", "sms")["place"]


def test_values_shrink_to_the_examples() -> None:
    for drawn in (values(OWN["m"]), values(OWN["m"], locale="nb", channel="sms")):
        assert find(drawn, lambda _: True, settings=FRESH) == {"place": "Hjemme"}


class Counted:
    """A gate that notes what it was asked, before an example and in it."""

    def __init__(self) -> None:
        self.asked = 0

    def admit(self, _: object) -> None:
        self.asked += 1

    def release(self, _: object) -> None:
        """Let every order be made."""


@pytest.mark.parametrize("channel", ["sms", None])
def test_what_a_first_message_loads_does_not_count_against_the_deadline_of_an_example(
    channel: str | None,
) -> None:
    gate = Counted()
    template = replace(straks.Catalog.load(policy=None)["one-time-code"], gate=gate)
    drawn = values(template, locale="nb", channel=channel)
    assert gate.asked == 0
    before: list[int] = []

    @given(drawn)
    def example(_: dict[str, Any]) -> None:
        before.append(gate.asked)

    example()

    assert set(before) == {2}


def test_a_template_without_parameters_takes_nothing() -> None:
    bare = Catalog(
        {"m/template.toml": '[template]\npurpose = "notice"\ntime-to-live = 60\n', "m/nb/sms.txt": "Hei"}
    )

    assert find(values(bare["m"], locale="nb", channel="sms"), lambda _: True, settings=FRESH) == {}


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(straks.UnknownLocale, match="no sms in 'en'"):
        values(OWN["m"], locale="en", channel="sms")
    with pytest.raises(straks.InvalidSetting, match="a channel is sms or email, not 'fax'"):
        values(OWN["m"], locale="nb", channel="fax")
    with pytest.raises(straks.InvalidSetting, match="not 'fax'"):
        messages(OWN, channel="fax")
    with pytest.raises(straks.UnknownLocale, match="no message to draw from m in any language and email"):
        messages(OWN["m"], channel="email")
    with pytest.raises(straks.UnknownLocale, match="an empty catalog in nb and any channel"):
        messages(Catalog({}), locale="nb")


@given(st.data())
def test_messages_are_of_the_page_that_is_asked_for(data: st.DataObject) -> None:
    name, locale, channel = data.draw(st.sampled_from(PAGES))
    message = data.draw(messages(CATALOG[name], locale=locale, channel=channel))

    assert (message.template, message.locale, message.channel) == (name, locale, channel)


def test_messages_of_a_catalog_are_of_every_template_language_and_channel() -> None:
    found: list[straks.Sms | straks.Email] = []

    @settings(FIRM)
    @given(messages(CATALOG))
    def draw(message: straks.Sms | straks.Email) -> None:
        found.append(message)

    draw()

    assert {message.template for message in found} == set(CATALOG)
    assert {message.locale for message in found} == {"nb", "nn", "en"}
    assert {message.channel for message in found} == {"sms", "email"}


@given(messages(OWN, locale="se"))
def test_a_language_with_a_fallback_is_served_by_it(message: straks.Sms | straks.Email) -> None:
    assert message.locale == "nb"


@given(orders(CATALOG))
def test_an_order_is_one_that_the_service_takes_and_goes_nowhere_but_here(order: straks.Order) -> None:
    assert encode(order)
    assert order.rehearsal


def test_a_policy_that_allows_norway_alone_gets_norwegian_numbers() -> None:
    strict = straks.Catalog.load(policy=straks.Policy(regions=frozenset({"NO"})))
    template = strict["one-time-code"]
    drawn = orders(template, channel="sms", regions={"NO"}, key=b"a key that only tests have")
    order = find(drawn, lambda order: order.reference is not None, settings=FIRM)

    assert order.message.address == "+4742000000"
    assert not order.rehearsal


def test_a_failing_example_prints_all_that_it_takes_to_make_it_again() -> None:
    @settings(database=None)
    @given(orders(CATALOG["one-time-code"], locale="nn", channel="sms"))
    def fails(order: straks.Order) -> None:
        assert order.idempotency_id == ""

    with pytest.raises(AssertionError) as caught:
        fails()
    printed = re.sub(r"\s+|#.*", "", "".join(caught.value.__notes__))

    assert (
        "order=order(sms('one-time-code',locale='nn',to='+46701740605',values={'code':'482913',"
        "'lifetime':datetime.timedelta(seconds=300),'service':'Skatteetaten'},),"
        "occasion='test/1',reference=None,)"
    ) in printed
