"""
The pytest plugin: your templates as tests, and an Altinn to send to.

``pytest --straks templates/`` collects each template in each language and channel, as items that
``-k``, ``-m straks``, ``-x``, ``--lf`` and pytest-xdist treat like any other:

``templates/parcel/nb/sms.txt::bound``
    the proven worst case is there, and within what the policy agrees to (`straks.bound`);
``templates/parcel/nb/sms.txt::policy``
    what else `straks check` finds in this text, told as it tells it;
``templates/parcel/nb/sms.txt::values``
    values that the parameters admit (`straks.testing.values`) fill it, never go beyond the bound, and
    come out as an order that the service takes for its form;
``templates/parcel/template.toml::policy``, ``templates::policy``
    what is found in a template as a whole, and in the policy itself;
``templates/parcel/nb/sms.txt::readable``
    instead of all these, for a template that cannot be used; the others still run.

The option may be repeated, and takes what `straks check` takes: a folder of templates, a template, or a
file in one. ``straks_paths`` in pytest's configuration does the same for every run that names no tests
of its own. The policy is the nearest one, as for `straks check`. Each ``values`` draws as many examples
as the profile of Hypothesis says, or ``--straks-examples``.

A run that asks for no templates pays nothing: this module imports pytest alone, and all else is loaded
when it is used. There is no ``altinn`` for a whole session: a simulator starts in a tenth of a second,
and one that is shared makes a test depend on which ran before it, for ids that were spent stay spent.
"""

from __future__ import annotations

import os
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.simulator import Simulator

_PATHS = "straks_paths"
_EXAMPLES = "straks_examples"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("straks", "templates of messages")
    group.addoption(
        "--straks",
        action="append",
        default=[],
        metavar="PATH",
        dest=_PATHS,
        help="test the templates in this folder, too; may be repeated",
    )
    group.addoption(
        "--straks-examples",
        type=_count,
        metavar="N",
        dest=_EXAMPLES,
        help="draw so many values for each text, instead of what the Hypothesis profile says",
    )
    parser.addini(_PATHS, "folders of templates to test in every run that names no tests", type="paths")


def pytest_configure(config: pytest.Config) -> None:
    """Add the templates to what is collected, where any are asked for."""
    config.addinivalue_line("markers", "straks: a test of a template, made by the plugin of straks")
    paths = _asked(config)
    if paths:
        from straks.testing.collecting import Templates

        templates = Templates(paths, config.getoption(_EXAMPLES))
        config.pluginmanager.register(templates, "straks-templates")


def _asked(config: pytest.Config) -> list[Path]:
    """Return what to test, and see to it that pytest looks there."""
    here = config.invocation_params.dir
    named = [_absolute(here / arg.split("::")[0]) for arg in config.args]
    given = [_whole(_absolute(here / path)) for path in config.getoption(_PATHS) or ()]
    configured = [_whole(_absolute(path)) for path in config.getini(_PATHS)]
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        # Whoever names tests wants those: a folder that is configured counts for what of it is named.
        configured = [path for path in configured if any(_meet(path, name) for name in named)]
    asked = list(dict.fromkeys([*given, *configured]))
    config.args += [str(path) for path in asked if not any(name.is_relative_to(path) for name in named)]
    return asked


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - a link stays the path that was given, as it does in pytest


def _whole(path: Path) -> Path:
    """Return the template that a file is in; anything else as it is."""
    above = path.parents if path.is_file() else ()
    return next((folder for folder in above if (folder / "template.toml").is_file()), path)


def _meet(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise ArgumentTypeError(f"takes a whole number, 1 or more, not {text!r}")
    return int(text)


@pytest.fixture
def altinn() -> Iterator[Simulator]:
    """
    Altinn on this machine, for this test alone: a `straks.simulator.Simulator` on a free port.

    Send to ``altinn.url`` with ``altinn.token()``; what came out is in ``altinn.messages``.
    """
    from straks.simulator import Simulator

    with Simulator() as simulator:
        yield simulator
