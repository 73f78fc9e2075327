"""Recipients for tests: all of them usable, none of them somebody's."""

from __future__ import annotations

import pytest
from hypothesis import find, given, settings

import straks
from straks.altinn import encode
from straks.simulator.fates import FATES, fate_of
from straks.testing import email_addresses, fated_recipients, phone_numbers, recipients
from straks.testing.nobody import _FREE

FRESH = settings(derandomize=True, database=None, deadline=None)
RESERVED = tuple(f"example.{ending}" for ending in ("org", "com", "net"))


@pytest.mark.parametrize("free", _FREE, ids=[f"{free.region}-{free.first}" for free in _FREE])
def test_a_whole_range_is_of_mobiles_of_its_region(free: tuple[str, int, int]) -> None:
    region, first, last = free
    kinds = {
        straks.PhoneNumber.parse(f"+{number}", regions={region}).kind for number in range(first, last + 1)
    }

    assert kinds == {straks.PhoneKind.POSSIBLY_MOBILE if region == "NO" else straks.PhoneKind.MOBILE}


@given(phone_numbers())
def test_a_number_is_kept_as_it_is_drawn(number: str) -> None:
    assert str(straks.PhoneNumber.parse(number)) == number
    assert any(free.first <= int(number) <= free.last for free in _FREE)


@given(phone_numbers(regions=["no", "SE"]))
def test_numbers_are_of_the_regions_asked_for(number: str) -> None:
    assert straks.PhoneNumber.parse(number).region in {"NO", "SE"}


@pytest.mark.parametrize("regions", [{"DK"}, set[str](), {"GB", "FR"}])
def test_regions_without_a_free_number_are_said(regions: set[str]) -> None:
    with pytest.raises(straks.InvalidSetting, match="there are some in SE, NO, DE, AU"):
        phone_numbers(regions=regions)


@given(email_addresses())
def test_an_address_is_below_a_domain_that_nobody_has(address: str) -> None:
    parsed = straks.EmailAddress.parse(address)
    domain = parsed.ascii.rpartition("@")[2]

    assert str(parsed).rpartition("@")[0].lower() == address.rpartition("@")[0].lower()
    assert any(f".{domain}".endswith(f".{reserved}") for reserved in RESERVED)


@given(email_addresses())
def test_an_address_is_one_that_the_service_takes(catalog: straks.Catalog, address: str) -> None:
    values = catalog["one-time-code"].examples
    email = catalog.email("one-time-code", locale="nb", to=address, values=values)

    assert encode(email.order("test/1", straks.SIMULATOR_KEY))


@given(recipients())
def test_no_recipient_asks_the_simulator_for_a_fate(recipient: str) -> None:
    assert fate_of(recipient) is None


@given(fated_recipients())
def test_a_fated_recipient_can_be_sent_to_and_asks_for_a_fate_that_comes_at_once(recipient: str) -> None:
    parse = straks.EmailAddress.parse if "@" in recipient else straks.PhoneNumber.parse
    fate = fate_of(str(parse(recipient)))

    assert fate is not None
    assert fate.waits_s is None


def test_a_fate_may_be_asked_for_by_name() -> None:
    fate = next(fate for fate in FATES if fate.name == "500")

    assert find(fated_recipients("500"), lambda _: True, settings=FRESH) == fate.number
    assert find(fated_recipients("500"), lambda who: "@" in who, settings=FRESH) == fate.address
    with pytest.raises(straks.InvalidSetting, match="did you mean never-final"):
        fated_recipients("never-finl")
    with pytest.raises(straks.InvalidSetting, match="no recipient asks for refuse-connection; arm it"):
        fated_recipients("refuse-connection")


def test_recipients_are_of_both_sorts_and_shrink_to_the_simplest() -> None:
    assert find(recipients(), lambda _: True, settings=FRESH) == "+46701740605"
    assert find(recipients(), lambda recipient: "@" in recipient, settings=FRESH) == "kari@example.org"
    assert len(find(email_addresses(), lambda address: len(address) > 253, settings=FRESH)) == 254
    assert "blåbær" in find(email_addresses(), lambda address: not address.isascii(), settings=FRESH)
