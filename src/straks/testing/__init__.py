"""
Tests of your own templates: Hypothesis strategies, and a pytest plugin.

The extra ``straks[testing]`` installs what they need. Three ways in, each of use without the others:

``pytest --straks templates/``
    every template in every language and channel as tests of their own (`straks.testing.plugin`);
the fixture ``altinn``
    an Altinn on this machine, fresh for each test, with an inbox to look at;
the strategies below
    for properties of the code around your messages.

==========================  ==================================================================
strategy                    draws
==========================  ==================================================================
`values`                    what a template takes, as a dict by parameter
`admitted`                  what one parameter takes
`hostile`                   what one parameter must refuse, or print inertly
`phone_numbers`,            recipients that nobody is: see `straks.testing.nobody` for who keeps them
`email_addresses`,          free
`recipients`
`fated_recipients`          those that ask the simulator for a fault on the way, or a message that fails
`messages`, `orders`        filled messages to nobody, and orders of them
==========================  ==================================================================

Laws that hold of every template, for you to hold your own code to as well::

    @given(values(TEMPLATE, locale="nb", channel="sms"))
    def test_our_notice_is_never_over_its_bound(filling):
        body = TEMPLATE.sms("nb", NOBODY, filling).body
        assert len(straks.segment(body)) <= straks.bound(TEMPLATE, "nb", "sms").segments

    @given(hostile(TEMPLATE.parameters["name"]))
    def test_our_form_answers_whatever_is_typed(name):
        try:
            notify(name=name)
        except straks.InvalidValue as error:
            assert error.parameter == "name"

Examples that Hypothesis prints hold no real recipient and no real code: the recipients are nobody's and
the values are made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from straks.testing.admission import admitted as admitted
    from straks.testing.hostility import hostile as hostile
    from straks.testing.making import messages as messages
    from straks.testing.making import orders as orders
    from straks.testing.making import values as values
    from straks.testing.nobody import email_addresses as email_addresses
    from straks.testing.nobody import fated_recipients as fated_recipients
    from straks.testing.nobody import phone_numbers as phone_numbers
    from straks.testing.nobody import recipients as recipients

_HOMES = {
    "admitted": "admission",
    "email_addresses": "nobody",
    "fated_recipients": "nobody",
    "hostile": "hostility",
    "messages": "making",
    "orders": "making",
    "phone_numbers": "nobody",
    "recipients": "nobody",
    "values": "making",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - one table, not two  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as missing:
        if missing.name != "hypothesis":
            raise
        from straks.errors import MissingExtra

        raise MissingExtra(f"{__name__}.{name}", "testing") from missing


def __dir__() -> list[str]:
    return __all__
