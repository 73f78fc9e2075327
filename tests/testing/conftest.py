"""
Everything is imported before the first run within a run.

Such a run forgets what was first imported in it, and whoever asks for that afterwards gets it a second time:
what the one made is then nothing that the other knows, and a test of something else fails.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import pytest

import straks
from straks.simulator import Simulator


@pytest.fixture(scope="session", autouse=True)
def _imported() -> None:
    for found in walk_packages(straks.__path__, "straks."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    for late in ("babel.dates", "babel.lists", "babel.numbers", "babel.units"):
        import_module(late)
    # What a message loads on its way.
    catalog = straks.Catalog.load()
    with Simulator() as altinn, straks.AltinnTransport(altinn.url, altinn.token()) as transport:
        for name, template in catalog.items():
            for to in ("+46701740605", "kari@example.org"):
                making = catalog.email if "@" in to else catalog.sms
                message = making(name, locale="nn", to=to, values=template.examples)
                transport.send(message.order(occasion="before", key=straks.SIMULATOR_KEY))
