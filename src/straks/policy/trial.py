"""
A small template to try a rule on: what a rule's ``passes`` and ``fails`` are made of.

A `Trial` is as short as its point: most are one line of SMS. The manifest behind it declares a
parameter of each common kind, so that an example can use `code`, `lifetime`, `service`, `name`,
`link` and `count` without declaring them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from straks.core.catalog import Catalog
from straks.core.idempotency import SIMULATOR_KEY
from straks.policy.filled import Filled, Placed
from straks.policy.rule import Rule, Scope
from straks.policy.settings import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from straks.core.message import Message

HEAD: Final = """\
[template]
purpose = "authentication"
repeat = "harmless"
time-to-live = "lifetime"
"""
PARAMETERS: Final = """
[parameters.code]
kind = "code"
length = 6
example = "482913"

[parameters.lifetime]
kind = "duration"
min = "2 min"
max = "10 min"
example = "5 min"

[parameters.service]
kind = "text"
max-length = 24
alphabet = "gsm-7"
example = "Skatteetaten"

[parameters.name]
kind = "name"
max-length = 40
personal = true
example = "Kari"

[parameters.link]
kind = "url"
hosts = ["www.example.org"]
max-length = 60
example = "https://www.example.org/a"

[parameters.count]
kind = "integer"
min = 1
max = 20
example = 2
"""

CODE_SMS: Final = (
    "Engangskoden din er {{ code }} og gjelder i {{ lifetime }}. "
    "Bruk den bare hos {{ service }}, og ikke del den med noen."
)
CODE_MAIL: Final = (
    "<h1>Engangskode</h1><p>Koden din er:</p><p><strong>{{ code }}</strong></p>"
    "<p>Den gjelder i {{ lifetime }} hos {{ service }}. Ikke del den med noen.</p>"
)
"""A one-time code as it should be sent: what rules about codes pass."""

_LAYOUT: Final = (
    '<!doctype html><html lang="{{ locale }}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{{ subject }}</title></head><body>'
    '<div style="display:none">{% block preheader %}{% endblock %}</div>'
    "{% block content %}{% endblock %}</body></html>"
)


PAGE_HEAD: Final = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hei</title>'
)
PICTURE: Final = 'src="https://www.example.org/a.png" width="20" height="20"'


@dataclass(frozen=True, slots=True)
class Trial:
    """
    One example of a rule.

    Give ``sms`` or ``html`` for a lone text in bokmål, or ``files`` for more: paths inside the
    template's folder (``nn/sms.txt``, ``template.toml``), or from the catalog's folder where they
    begin with an underscore. ``head`` and ``parameters`` replace the manifest's two halves.
    """

    sms: str | None = None
    html: str | None = None
    subject: str = "Engangskode"
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    head: str = HEAD
    parameters: str = PARAMETERS
    policy: Policy = field(default_factory=Policy)
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    to: str | None = None
    sender: str | None = None
    occasion: str = "trial/1"
    reference: str | None = None

    def catalog(self) -> Catalog:
        """Return the catalog that the trial describes; its only template is named ``trial``."""
        files = {"_layout/email.html": _LAYOUT, "trial/template.toml": self.head + self.parameters}
        if self.sms is not None:
            files["trial/nb/sms.txt"] = self.sms
        if self.html is not None:
            files |= {"trial/nb/subject.txt": self.subject, "trial/nb/email.html": self.html}
        files |= {
            path if path.startswith("_") else f"trial/{path}": text for path, text in self.files.items()
        }
        return Catalog(files)

    def message(self) -> Message:
        """Return the message that the trial's values make, in its first language."""
        catalog = self.catalog()
        template = catalog["trial"]
        values = {**template.examples, **self.values}
        locale = template.locales[0]
        if "sms" in template.channels:
            return catalog.sms(
                "trial", locale=locale, to=self.to or "+46701740605", values=values, sender=self.sender
            )
        return catalog.email(
            "trial", locale=locale, to=self.to or "kari@example.org", values=values, sender=self.sender
        )


def laid_out(page: str) -> Trial:
    """Return a trial of a layout: *page* with the author's block in it."""
    return Trial(html="<p>Hei</p>", files={"_layout/email.html": page})


def around(body: str, head: str = PAGE_HEAD, html: str = '<html lang="{{ locale }}">') -> Trial:
    """Return a trial of a layout with *body* before the author's block."""
    return laid_out(
        f"<!doctype html>{html}<head>{head}</head><body>{body}"
        "{% block content %}{% endblock %}</body></html>"
    )


def subjects(trial: Trial | str, scope: Scope) -> Iterator[object]:
    """Yield what a rule of *scope* is given for *trial*."""
    tried = Trial(sms=trial) if isinstance(trial, str) else trial
    if scope is Scope.POLICY:
        yield tried.policy
    elif scope is Scope.MESSAGE:
        yield Filled(tried.message(), tried.policy)
    elif scope is Scope.ORDER:
        yield Placed(tried.message().order(tried.occasion, SIMULATOR_KEY, tried.reference), tried.policy)
    elif scope in (Scope.TEMPLATE, Scope.PAGE):
        from straks.policy.subject import Whole

        whole = Whole(tried.catalog()["trial"], tried.policy)
        yield from (whole.pages if scope is Scope.PAGE else (whole,))


def fails(rule: Rule, trial: Trial | str) -> bool:
    """Tell whether *rule* sees a flaw in *trial*."""
    return any(True for subject in subjects(trial, rule.scope) for _ in rule.check(subject))


def try_rule(rule: Rule) -> None:
    """
    Try *rule* on its own examples: the whole test of a rule, for whoever writes one.

    Raises:
        AssertionError: It has no example of a kind, finds fault with one that passes, or none with one
            that fails; says which, by its number from 0.

    >>> from straks.policy.rules.sms import loose_white_space
    >>> try_rule(loose_white_space)
    """
    wrong = [f"it has no {kind}" for kind in ("passes", "fails") if not getattr(rule, kind)]
    wrong += [f"it finds fault with passes[{n}]" for n, trial in enumerate(rule.passes) if fails(rule, trial)]
    wrong += [
        f"it finds none with fails[{n}]" for n, trial in enumerate(rule.fails) if not fails(rule, trial)
    ]
    if wrong:
        raise AssertionError(f"rule {rule.code}: {'; '.join(wrong)}")
