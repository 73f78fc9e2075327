"""
The law that the plugin holds each text to, with values drawn for it.

Whatever its parameters admit, the message can be filled, never goes beyond its proven bound (where
there is none, an SMS never takes more segments than the policy agrees to), and makes an order that the
service takes for its form. What breaks it comes back as a finding with the values that show it, so
that it is told like any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, given, settings

from straks.altinn.payload import encode
from straks.core.bound import EmailBound, SmsBound, bound
from straks.core.fiction import NOBODYS_ADDRESS, NOBODYS_NUMBER
from straks.core.idempotency import SIMULATOR_KEY
from straks.core.message import Sms
from straks.errors import InvalidPayload, InvalidText, TemplateError, Unbounded
from straks.policy.rule import Finding, Severity
from straks.testing.making import values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from straks.core.message import Email
    from straks.core.template import Template

NAME: Final = "values"
"""What stands in a finding where a rule has its code: the name of the item."""

_OURS: Final = "this is an error of straks and not of the template; please report it with the template"
_NARROW: Final = "write it so that whatever the parameters admit can fill it, or narrow a parameter"
# How long values take to draw is no fault of the template.
_HEALTH: Final = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


class Broken(Exception):
    """The law is broken; ``finding`` says how, and with which values."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Case:
    """
    A text of a template: in one language, for one channel, with the file that stands for it.

    The template has no gate before it; ``segments`` are what the policy agrees to.
    """

    template: Template
    locale: str
    channel: str
    path: str
    segments: int

    def hold(self, examples: int | None) -> None:
        """
        Draw values, so many of them or as many as the profile of Hypothesis says, and hold each to the law.

        Raises:
            Broken: With the simplest values found that break it.
        """
        most = self._bound()

        def law(filling: dict[str, Any]) -> None:
            finding = self.flaw(filling, most)
            if finding is not None:
                raise Broken(finding)

        # Hypothesis keeps the values that failed for the next run, by the function's name.
        law.__name__ = re.sub(r"\W", "_", f"law_{self.template.name}_{self.locale}_{self.channel}")
        chosen = settings(
            max_examples=examples or settings().max_examples,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=_HEALTH,
        )
        chosen(given(values(self.template, locale=self.locale, channel=self.channel))(law))()

    def flaw(self, filling: Mapping[str, Any], most: SmsBound | EmailBound | None) -> Finding | None:
        """Return how *filling* breaks the law where *most* is the bound; None if it does not."""
        try:
            message = self._filled(filling)
            encode(message.order("straks/values", SIMULATOR_KEY))
            over = self._over(message, most)
        except TemplateError as error:
            said = str(error)
            for place in (f"{error.file}, line {error.line}: ", f"{error.file}: "):
                said = said.removeprefix(place)
            return self._finding(said, _NARROW, filling, error.file, error.line)
        except (InvalidText, InvalidPayload) as error:
            return self._finding(str(error), _NARROW, filling)
        return None if over is None else self._finding(*over, filling)

    def _bound(self) -> SmsBound | EmailBound | None:
        try:
            return bound(self.template, self.locale, self.channel)
        except Unbounded:
            return None

    def _filled(self, filling: Mapping[str, Any]) -> Sms | Email:
        if self.channel == "sms":
            return self.template.sms(self.locale, NOBODYS_NUMBER, filling)
        return self.template.email(self.locale, NOBODYS_ADDRESS, filling)

    def _over(self, message: Sms | Email, most: SmsBound | EmailBound | None) -> tuple[str, str] | None:
        if isinstance(message, Sms):
            found = message.segmentation
            load = (len(found), found.units)
            told = f"takes {load[0]} segments and {load[1]} units"
            if not isinstance(most, SmsBound):
                limit = f"{told}, where {self.segments} are agreed and no bound can be found"
                return (limit, _NARROW) if load[0] > self.segments else None
            allowed = (most.segments, most.units)
            return (f"{told}, beyond the bound of {allowed}", _OURS) if load > allowed else None
        size, subject = len(message.body.encode()), len(message.subject)
        if isinstance(most, EmailBound) and (size > most.html_bytes or subject > most.subject_characters):
            allowed = (most.html_bytes, most.subject_characters)
            return f"takes {size} bytes and {subject} in the subject, beyond the bound of {allowed}", _OURS
        return None

    def _finding(
        self,
        message: str,
        hint: str,
        witness: Mapping[str, Any],
        path: str | None = None,
        line: int | None = None,
    ) -> Finding:
        return Finding(
            code=NAME,
            name=NAME,
            severity=Severity.ERROR,
            message=message,
            hint=hint,
            template=self.template.name,
            path=path or self.path,
            line=line or 1,
            column=1,
            locale=self.locale,
            channel=self.channel,
            witness=witness,
        )
