"""
The explorer as a widget.

Questions and answers are messages between the browser and the kernel, and no part of the widget's state: a
notebook may be saved with the state of its widgets, and what was typed is nobody else's business. So a saved
notebook, or one without a kernel, has instead what every front end can show, a picture of the examples.

The frame stands in a shadow of its own, so that the styles of a front end and of the explorer do not meet,
and one notebook may hold several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import anywidget

from straks.explorer import pieces
from straks.explorer.subject import Subject
from straks.explorer.view import chosen, question_of, view_of
from straks.explorer.words import WORDS, said
from straks.pages.languages import language
from straks.pages.rendering import file_of
from straks.policy.gate import policy_of
from straks.preview.picture import picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from straks.core.catalog import Catalog
    from straks.core.template import Template

_SCRIPTS: Final = ((pieces.PACKAGE, "explorer.js"), ("straks.notebook", "widget.js"))
_STYLES: Final = (("straks.pages", "base.css"), (pieces.PACKAGE, "explorer.css"))
_FIRST_CHANNEL: Final = "sms"


def _joined(files: Iterable[tuple[str, str]]) -> str:
    return "\n".join(file_of(package, name).decode() for package, name in files)


class Explorer(anywidget.AnyWidget):
    """A catalog to try out. Made by `straks.notebook.explore`."""

    _esm = _joined(_SCRIPTS)

    def __init__(self, catalog: Catalog, template: str | None = None, lang: str | None = None) -> None:
        first = None if template is None else catalog[template]
        super().__init__()
        self._lang = lang
        self._first = first or next(iter(catalog.values()), None)
        self._subjects = {name: _subject(each) for name, each in catalog.items()}
        cast("Any", self).on_msg(self._hear)  # untyped, as what is below

    def _hear(self, _: object, message: Mapping[str, Any], __: object) -> None:
        """Answer what the script asks; the number tells it which question the answer is to."""
        question = cast("dict[str, object]", message["question"])
        cast("Any", self).send({"id": message["id"], "answer": self._answers[message["kind"]](question)})

    @property
    def _answers(self) -> Mapping[str, Any]:
        return {"frame": self._frame, "show": self._show, "findings": self._findings}

    def _frame(self, given: Mapping[str, object]) -> dict[str, Any]:
        accepted = given.get("accepted")
        lang = language(self._lang, accepted if isinstance(accepted, str) else None)
        return {
            "lang": lang,
            "says": said(lang),
            "style": _joined(_STYLES),
            "frame": pieces.frame(lang, widget=True),
            "start": {"key": "" if self._first is None else self._first.name, "channel": _FIRST_CHANNEL},
        }

    def _show(self, given: Mapping[str, object]) -> dict[str, Any]:
        question = question_of(given, WORDS)
        return pieces.answer(view_of(self._subjects, question), question)

    def _findings(self, given: Mapping[str, object]) -> dict[str, str]:
        question = question_of(given, WORDS)
        _, subject = chosen(self._subjects, question.key)
        return {"found": "" if subject is None else pieces.findings(subject.inspected, question.lang)}

    def _repr_mimebundle_(self, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401 - a front end's
        data, about = cast("Any", super())._repr_mimebundle_(**more)
        still = {} if self._first is None else picture(self._first, cases=("example",)).bundle()
        return {**still, **data, "text/plain": repr(self)}, about

    def __repr__(self) -> str:
        return f"<Explorer of {', '.join(self._subjects) or 'nothing'}>"


def _subject(template: Template) -> Subject:
    """Return *template* to be tried out, held against what its gate holds it against."""
    ungated = template.ungated
    return Subject(lambda: ungated, files={}, policy=policy_of(template.gate))
