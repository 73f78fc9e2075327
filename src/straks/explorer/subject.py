"""A template that is tried out, or the error in its place; what takes long is worked out once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from straks.core.template import SMS_FILE, Template
from straks.errors import TemplateError
from straks.preview.pages import Case
from straks.preview.taking import page_of_error, page_of_template

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from straks.policy.settings import Policy
    from straks.preview.pages import Page


class Subject:
    """
    A template by the name that it is chosen by.

    Args:
        take: Returns the template, or why there is none; called when somebody looks.
        files: The texts of its catalog, where an error may be shown at its line.
        policy: What it is held against; None for its catalog's.
        catalog: The Python that makes its catalog; None where whoever copies a call has it already.
        folder: What the folder of its catalog is called; None where it is in no folder.
    """

    def __init__(
        self,
        take: Callable[[], Template | TemplateError],
        *,
        files: Mapping[str, str],
        policy: Policy | None = None,
        catalog: str | None = None,
        folder: str | None = None,
    ) -> None:
        self._take = take
        self._files = files
        self._policy = policy
        self._folder = folder
        self.catalog = catalog

    @cached_property
    def it(self) -> Template | TemplateError:
        """The template, or why there is none."""
        return self._take()

    @property
    def is_known(self) -> bool:
        """Whether somebody has looked at it."""
        return "it" in self.__dict__

    def files_of(self, locale: str, channel: str) -> tuple[str, ...]:
        """Return the files that its text in *locale* and *channel* is in, where they lie in a folder."""
        if self._folder is None or not isinstance(self.it, Template):
            return ()
        begin = f"{self.it.name}/{locale}/"
        return tuple(
            f"{self._folder}/{path}"
            for path in self.it.sources
            if path.startswith(begin) and path.endswith(f"/{SMS_FILE}") == (channel == "sms")
        )

    @property
    def example(self) -> Mapping[str, Any]:
        """The values that it is first shown with."""
        return self.it.examples if isinstance(self.it, Template) else {}

    def page(
        self,
        case: Case,
        values: Mapping[str, Any],
        *,
        locales: Collection[str] | None = None,
        channels: Collection[str] | None = None,
    ) -> Page:
        """Return what is to be seen of *locales* and *channels* in *case*; *values* fill the example."""
        if isinstance(self.it, TemplateError):
            return page_of_error(self.it, self._files)
        if case is Case.EXAMPLE:
            return page_of_template(
                self.it, cases=(case,), rules=None, values=values, locales=locales, channels=channels
            )
        if case not in self._kept:
            self._kept[case] = page_of_template(self.it, cases=(case,), rules=None)
        return self._kept[case].of(locales, channels)

    @cached_property
    def inspected(self) -> Page:
        """Its files with what was found in them."""
        if isinstance(self.it, TemplateError):
            return page_of_error(self.it, self._files)
        return page_of_template(self.it, cases=(Case.EXAMPLE,), policy=self._policy, sources=True)

    @cached_property
    def _kept(self) -> dict[Case, Page]:
        return {}
