"""The widget without a front end: what it answers, and what it keeps to itself."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

import straks
from straks.core.catalog import Catalog
from straks.explorer.words import WORDS
from straks.policy.gate import PolicyGate


def asked(widget: Any, kind: str, **question: Any) -> dict[str, Any]:  # noqa: ANN401 - a message's content
    """Ask *widget* as its script does, over the wire that a front end has."""
    sent: list[dict[str, Any]] = []
    widget.send = sent.append
    content = {"id": "1", "kind": kind, "question": question}
    widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
    (answer,) = sent
    assert answer["id"] == "1"
    found: dict[str, Any] = answer["answer"]
    return found


def test_it_begins_with_the_template_that_was_named_and_its_sms(catalog: straks.Catalog) -> None:
    frame = asked(straks.notebook.explore(catalog, "status-update"), "frame", accepted="nn-NO,nn")

    assert frame["start"] == {"key": "status-update", "channel": "sms"}
    assert frame["lang"] == "nb"
    assert WORDS["nb"]["worst"] in frame["frame"]
    assert ":host" in frame["style"]


@pytest.mark.parametrize(
    ("lang", "accepted", "spoken"), [("nb", "en", "nb"), (None, "en-GB", "en"), (None, 1, "nb")]
)
def test_it_speaks_as_it_was_told_or_else_as_the_browser_does(
    catalog: straks.Catalog, lang: str | None, accepted: object, spoken: str
) -> None:
    assert asked(straks.notebook.explore(catalog, lang=lang), "frame", accepted=accepted)["lang"] == spoken


def test_what_is_typed_is_shown_with_a_call_on_the_catalog_that_is_there(catalog: straks.Catalog) -> None:
    widget = straks.notebook.explore(catalog)
    shown = asked(widget, "show", key="one-time-code", locale="en", channel="sms", values={"service": "Nav"})

    assert "Use it only with Nav" in shown["shown"]
    assert "&#34;service&#34;: &#34;Nav&#34;" in shown["shown"]
    assert "import straks" not in shown["shown"]
    assert list(shown["keys"]) == list(catalog)


def test_findings_are_those_of_the_policy_that_the_catalog_has() -> None:
    files = {
        "own/template.toml": '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 60\n',
        "own/nb/sms.txt": "Hei – du",
    }
    strict = straks.Policy(languages=("nb", "nn"))
    found = {
        name: asked(straks.notebook.explore(catalog), "findings", key="own")["found"]
        for name, catalog in {
            "without": Catalog(files),
            "with": Catalog(files, PolicyGate(strict)),
        }.items()
    }

    assert ["SMS102" in each for each in found.values()] == [True, True]
    assert found["without"] != found["with"]


def test_nothing_that_is_typed_is_in_the_state_that_a_notebook_saves(catalog: straks.Catalog) -> None:
    widget: Any = straks.notebook.explore(catalog)
    before = set(widget.get_state())
    asked(widget, "show", key="one-time-code", values={"code": "918273", "service": "Nav"})

    assert set(widget.get_state()) == before
    assert "918273" not in json.dumps(widget.get_state())


def test_without_a_kernel_there_is_a_picture_of_the_examples(catalog: straks.Catalog) -> None:
    data, _ = straks.notebook.explore(catalog, "one-time-code")._repr_mimebundle_()

    assert data["image/svg+xml"] == straks.picture(catalog["one-time-code"], cases=["example"]).svg()
    assert data["text/plain"].startswith("<Explorer of contact-confirmation, ")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_a_catalog_of_nothing_is_explored_too() -> None:
    widget = straks.notebook.explore(Catalog({}))

    assert asked(widget, "show")["shown"].strip() != ""
    assert asked(widget, "findings") == {"found": ""}
    assert set(widget._repr_mimebundle_()[0]) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


def test_a_template_that_is_not_there_is_told_at_once(catalog: straks.Catalog) -> None:
    with pytest.raises(straks.UnknownTemplate, match="did you mean 'one-time-code'"):
        straks.notebook.explore(catalog, "one-time-cod")


def test_without_its_extra_it_says_what_to_install(
    catalog: straks.Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "straks.notebook.widget", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)

    with pytest.raises(straks.MissingExtra, match=r"install straks\[notebook\]"):
        straks.notebook.explore(catalog)
