"""
Values for a whole template, and the messages and orders that come of them.

A message or an order prints itself masked, which is right in a log and useless in a failing test. So
they are built from a call that Hypothesis prints in their place, ``sms('one-time-code', locale='nb',
to='+46701740605', values={…})``, with everything to make the same again. Nothing in it is real: the
recipient is nobody's and the values are made up, those of secret parameters too.
"""

from __future__ import annotations

from contextlib import suppress
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from straks.core.alphabet import GSM7_TEXT, septet_count
from straks.core.email_address import EmailAddress
from straks.core.fiction import NOBODYS_ADDRESS, NOBODYS_NUMBER
from straks.core.idempotency import SIMULATOR_KEY
from straks.core.manifest import CHANNELS
from straks.core.parameter import Parameter, Shown
from straks.core.phone_number import PhoneNumber
from straks.core.template import Template
from straks.errors import InvalidSetting, StraksError, UnknownLocale
from straks.testing.admission import admitted, edges
from straks.testing.nobody import email_addresses, phone_numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from straks.core.message import Email, Order, Sms


def values(
    template: Template, *, locale: str | None = None, channel: str | None = None
) -> st.SearchStrategy[dict[str, Any]]:
    """
    Return values that *template* takes: all that its parameters admit, and nothing else.

    An optional parameter is there, is None, or is left out. The values of each parameter come from
    `admitted`, so edges are frequent and a failing test shrinks to the examples. With *locale* and
    *channel*, which must be among the template's, every other draw has each parameter at what costs most
    there as it prints: the whole message at its worst, which draws one by one would hardly ever be.

    Raises:
        UnknownLocale: The message does not exist in this language and channel.
        InvalidSetting: There is no such channel.
    """
    parameters = template.parameters.values()
    each = st.fixed_dictionaries(
        {one.name: admitted(one) for one in parameters if not one.optional},
        optional={one.name: admitted(one) | st.none() for one in parameters if one.optional},
    )
    if locale is None or channel is None:
        return st.deferred(lambda: _ready(template, each))
    served = template.resolve(locale, _known(channel))
    dearest = st.fixed_dictionaries(
        {one.name: st.sampled_from(_costliest(one, served, channel)) for one in parameters}
    )

    # Drawn after the others and put over them, so that what fails shrinks to those.
    @st.composite
    def both(draw: st.DrawFn) -> dict[str, Any]:
        filling = draw(each)
        return draw(dearest) if draw(st.booleans()) else filling

    return st.deferred(lambda: _ready(template, both()))


def _ready(template: Template, drawn: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """
    Return *drawn* once everything is there that a first message loads.

    That takes longer than Hypothesis lets an example take, and would fail a test that is fast. It is done
    before the first example begins, and not when a test is collected.
    """
    for locale, channel in product(template.locales[:1], template.channels):
        with suppress(StraksError):  # which is said when a test makes a message
            if channel == "sms":
                template.sms(locale, NOBODYS_NUMBER, template.examples)
            else:
                template.email(locale, NOBODYS_ADDRESS, template.examples)
    return drawn


def messages(
    of: Template | Mapping[str, Template],
    *,
    locale: str | None = None,
    channel: str | None = None,
    regions: Collection[str] | None = None,
) -> st.SearchStrategy[Sms | Email]:
    """
    Return messages to nobody, filled from one template or from any of a catalog.

    Args:
        of: A template, or a catalog.
        locale: Its language; None for any that is there.
        channel: ``"sms"`` or ``"email"``; None for any that is there.
        regions: Where phone numbers may be, for a policy that allows some alone; as in `phone_numbers`.

    Raises:
        UnknownLocale: There is no such message.
        InvalidSetting: There is no such channel, or no number for tests in *regions*.
    """
    templates = [of] if isinstance(of, Template) else list(of.values())
    wanted = CHANNELS if channel is None else (_known(channel),)
    found = [
        _page(template, tongue, medium, regions)
        for template in templates
        for tongue in (template.locales if locale is None else (locale,))
        for medium in wanted
        if _exists(template, tongue, medium)
    ]
    if not found:
        names = ", ".join(template.name for template in templates) or "an empty catalog"
        raise UnknownLocale(
            f"there is no message to draw from {names} in {locale or 'any language'} "
            f"and {channel or 'any channel'}",
            locale=locale,
        )
    return st.one_of(found)


def orders(
    of: Template | Mapping[str, Template],
    *,
    key: bytes = SIMULATOR_KEY,
    locale: str | None = None,
    channel: str | None = None,
    regions: Collection[str] | None = None,
) -> st.SearchStrategy[Order]:
    """
    Return orders of such messages, with occasions and with references or without.

    Made with the simulator's key they go nowhere but to this machine, unless you give another *key*. The
    rest is as in `messages`.
    """

    def order(message: Sms | Email, *, occasion: str, reference: str | None) -> Order:
        return message.order(occasion=occasion, key=key, reference=reference)

    return st.builds(
        order,
        messages(of, locale=locale, channel=channel, regions=regions),
        occasion=st.just("test/1") | st.text(min_size=1, max_size=40).filter(str.strip),
        reference=st.none() | st.just("ref-1") | st.text("abcABC0123/-_ æøå", max_size=250).map("r{}".format),
    )


def _known(channel: str) -> str:
    if channel not in CHANNELS:
        raise InvalidSetting(f"a channel is {' or '.join(CHANNELS)}, not {channel!r}")
    return channel


def _exists(template: Template, locale: str, channel: str) -> bool:
    try:
        template.resolve(locale, channel)
    except UnknownLocale:
        return False
    return True


def _page(
    template: Template, locale: str, channel: str, regions: Collection[str] | None
) -> st.SearchStrategy[Sms | Email]:
    # The names of these two are what a failing example prints.
    def sms(_name: str, *, locale: str, to: str, values: Mapping[str, object]) -> Sms:
        return template.sms(locale, PhoneNumber.parse(to), values)

    def email(_name: str, *, locale: str, to: str, values: Mapping[str, object]) -> Email:
        return template.email(locale, EmailAddress.parse(to), values)

    return st.builds(
        sms if channel == "sms" else email,
        st.just(template.name),
        locale=st.just(locale),
        to=phone_numbers(regions=regions) if channel == "sms" else email_addresses(),
        values=values(template, locale=locale, channel=channel),
    )


def _costliest(parameter: Parameter, locale: str, channel: str) -> list[Any]:
    """Return the edges that cost most where they are printed, each for itself."""
    costs = [(_cost(_printed(parameter, value, locale), channel), value) for value in edges(parameter)]
    most = max(cost for cost, _ in costs)
    return [value for cost, value in costs if cost == most]


def _printed(parameter: Parameter, value: object, locale: str) -> str:
    shown = parameter.show(parameter.check(value), locale)
    return str(shown.plainly() if isinstance(shown, Shown) else shown)


def _cost(text: str, channel: str) -> int:
    """Return bits in an SMS, which has 1120; octets of HTML in an e-mail."""
    if channel != "sms":
        return len(escape(text).encode())
    return 7 * septet_count(text) if GSM7_TEXT.fullmatch(text) else 8 * len(text.encode("utf-16-le"))
