"""BND3xx: the last line that binds a one-time code to the host where it is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from straks.core.alphabet import describe
from straks.core.bound import SmsBound
from straks.core.bound_line import is_host, read_bound_line
from straks.core.manifest import Purpose
from straks.core.text_kinds import Code
from straks.policy.addresses import host_of
from straks.policy.code_text import codes_of
from straks.policy.reading import readings_of
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from straks.core.bound_line import BoundLine
    from straks.policy.reading import Reading
    from straks.policy.subject import Page

_HEAD = HEAD + "bound-line = true\n"
_POLICY = Policy(login_host="login.example.org")
_TEXT = "Koden er {{ code }}.\n"
_GOOD = Trial(sms=_TEXT + "@login.example.org #{{ code }}", head=_HEAD, policy=_POLICY)

_FIELDS = re.compile(r"@(\s*)([^\s#]*)([^\w@]*)#(\s*)")
_BEFORE_CODE = re.compile(r"@[^\s@]+ #\Z")
_AFTER_CODE = re.compile(r"(?: @[^\s@]+)?\s*")
_LONGEST_QUOTED = 40


def _bound(line: str, policy: Policy = _POLICY) -> Trial:
    return Trial(sms=_TEXT + line, head=_HEAD, policy=policy)


@dataclass(frozen=True, slots=True)
class _Last:
    """The last line of one way through an SMS, and all of that way."""

    whole: Reading
    line: Reading

    @property
    def read(self) -> BoundLine | None:
        """What a phone reads in it."""
        return read_bound_line(self.line.text)


def _last_lines(page: Page) -> Iterator[_Last]:
    """Yield the last line on every way through an SMS that is bound, or seems meant to be."""
    for whole in readings_of(page, page.files[0]) if page.channel == "sms" else ():
        line = whole.part(*whole.last_line)
        if page.template.manifest.bound_line or line.text.startswith("@"):
            yield _Last(whole, line)


@rule(
    "BND301",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[_GOOD, "Koden er {{ code }}.", _bound("@login.example.org #{{ code }} @frame.example.org")],
    fails=[
        _bound("Hilsen Etaten"),
        _bound("@login.example.org {{ code }}"),
        _bound("{% if count > 1 %}@login.example.org #{{ code }}{% endif %}"),
        _bound("@{{ service }} #{{ code }}"),
    ],
)
def bound_line_not_read(page: Page) -> Iterator[Flaw]:
    """
    An SMS declared bound whose last line a phone does not read as ``@host #code``, for some value.

    Why: without it the phone offers the code on any page, a look-alike one too, and the person who
    relies on the phone's help is helped there as well.
    Instead: end the text with a line of its own, ``@login.example.org #{{ code }}``, on every way through
    it, with nothing of another value in it.
    Source: WICG, Origin-bound one-time codes delivered via SMS, 3.2.
    """
    if not page.template.manifest.bound_line:
        return
    for last in _last_lines(page):
        read = last.read
        if read is None:
            spaces = any(True for _ in _spacing_faults(last.line.text))
            yield Flaw(
                "a phone does not read the last line as “@host #code”, for the white space in it"
                if spaces
                else f"the last line is “{_quoted(last.line.text)}”, not “@host #code”",
                "end the text with @host #{{ code }} on a line of its own",
                last.line.spot(0),
                last.whole.way,
            )
            continue
        # Whatever else a value prints in the line, another value of it may be read otherwise.
        ends = len(f"@{read.host} #{read.code}")
        for start, _, hole in last.line.holes:
            if start < ends and not isinstance(last.line.parameter(hole), Code):
                yield Flaw(
                    f"the bound line depends on {hole.ref!r}",
                    "write the host out, and nothing but the code after #",
                    last.line.spot(start),
                    last.whole.way,
                )


@rule(
    "BND302",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[_GOOD, "Koden er {{ code }}."],
    fails=[
        _bound("@login.example.org #482913"),
        _bound("@login.example.org #{{ code }}."),
        _bound("@login.example.org #{{ count }}"),
        _bound('@login.example.org #{{ code|replace("0", "O") }}'),
    ],
)
def bound_code_differs(page: Page) -> Iterator[Flaw]:
    """
    A bound line whose code is not the code in the text above it.

    Why: the phone fills in the one and the person reads the other; one of them is refused.
    Instead: print the same parameter in both places, with nothing around it: a full stop after it would
    be read as part of the code.
    Source: WICG, Origin-bound one-time codes delivered via SMS, 3.2.
    """
    for last in _last_lines(page):
        read = last.read
        if read is None:
            continue
        begins = len(f"@{read.host} #")
        ends = begins + len(read.code)
        bound = [hole for start, end, hole in last.line.codes if (start, end) == (begins, ends)]
        shown = [hole for _, _, hole in last.whole.prose.codes]
        if not bound:
            yield Flaw(
                f"the line binds “{_quoted(read.code)}”, which is not the code alone",
                "write #{{ code }} with nothing after it",
                last.line.spot(begins),
            )
        elif shown and bound[0] not in shown:
            yield Flaw(
                "the bound code differs from the shown code",
                "print the same parameter, with the same filters, in both places",
                last.line.spot(begins),
            )


@rule(
    "BND303",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[_GOOD, _bound("@any.example.org #{{ code }}", Policy()), "Koden er {{ code }}."],
    fails=[
        _bound("@https://login.example.org #{{ code }}"),
        _bound("@login.example.org:443 #{{ code }}"),
        _bound("@login.example.org/ #{{ code }}"),
        _bound("@me@login.example.org #{{ code }}"),
        _bound("@Login.example.org #{{ code }}"),
        _bound("@bokmål.example.org #{{ code }}"),
        _bound("@localhost #{{ code }}"),
        _bound("@other.example.org #{{ code }}"),
    ],
)
def bound_host_not_the_login_host(page: Page) -> Iterator[Flaw]:
    """
    A bound line that names something other than the host where the code is typed.

    Why: a scheme, a port, a path or a capital makes the line match nothing; a host next door makes it
    match the wrong place.
    Instead: the policy's «login-host», in lower-case ASCII and nothing else.
    Source: WICG, Origin-bound one-time codes delivered via SMS, 2.1; Chrome, «Verify phone numbers on the
    web with the WebOTP API».
    """
    for last in _last_lines(page):
        read = last.read
        fault = None if read is None else _host_fault(read.host, page.policy.login_host)
        if read is not None and fault is not None:
            wanted = page.policy.login_host or _bare(read.host)
            fix = None
            if _bare(read.host) == wanted:
                fix = last.line.fix(1, 1 + len(read.host), wanted, safe=False)
            yield Flaw(f"“@{_quoted(read.host)}” {fault}", f"write @{wanted}", last.line.spot(1), fix=fix)


def _bare(host: str) -> str:
    """Return the host in what was written for one: no scheme, user, port or path, in lower case."""
    authority = re.split(r"[/?#]", host.rpartition("://")[2])[0]
    return host_of(authority)


def _host_fault(host: str, login_host: str | None) -> str | None:
    for sign, fault in (
        ("://", "has a scheme"),
        ("/", "has a path"),
        ("@", "has a user name"),
        (":", "has a port"),
    ):
        if sign in host:
            return fault
    if not host.isascii():
        return "has other letters than ASCII; such a host is written with xn--"
    if host != host.lower():
        return "has capitals"
    if not is_host(host):
        return "is no host name"
    if login_host is not None and host != login_host:
        return f"is not the login host, {login_host}"
    return None


@rule(
    "BND304",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[_GOOD, "Koden er {{ code }}."],
    fails=[
        _bound("@login.example.org\u00a0#{{ code }}"),
        _bound("@login.example.org  #{{ code }}"),
        _bound("@login.example.org\t#{{ code }}"),
        _bound("@login.example.org#{{ code }}"),
        _bound("@login.example.org # {{ code }}"),
        _bound("@ login.example.org #{{ code }}"),
    ],
)
def bound_line_spaced_wrongly(page: Page) -> Iterator[Flaw]:
    """
    Something other than one plain space between host and code.

    Why: the standard asks for exactly one U+0020. With a tab, two spaces or a no-break space, which looks
    the same on paper, the line is no bound line.
    Instead: one space between, none after ``@`` and none after ``#``.
    Source: WICG, Origin-bound one-time codes delivered via SMS, 3.2.
    """
    for last in _last_lines(page):
        for (begins, ends), wanted, where in _spacing_faults(last.line.text):
            what = ", ".join(map(describe, last.line.text[begins:ends])) or "nothing"
            yield Flaw(
                f"{what} {where}; it takes {'one space' if wanted else 'nothing'}",
                "write @host #{{ code }}",
                last.line.spot(begins),
                fix=last.line.fix(begins, ends, wanted, safe=False),
            )


def _spacing_faults(line: str) -> Iterator[tuple[tuple[int, int], str, str]]:
    """Yield where white space in a bound line is not as it should be: the place, what it takes, and where."""
    fields = _FIELDS.match(line)
    for group, wanted, where in (
        (1, "", "after @"),
        (3, " ", "between host and code"),
        (4, "", "after #"),
    ):
        if fields and fields[group] != wanted:
            yield fields.span(group), wanted, where


@rule(
    "BND305",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[_GOOD, _bound("@login.example.org #{{ code }} @frame.example.org"), "Koden er {{ code }}."],
    fails=[
        _bound("@login.example.org #{{ code }}\nHilsen Etaten"),
        _bound("@login.example.org #{{ code }} – Altinn"),
        _bound("Kode: @login.example.org #{{ code }}"),
    ],
)
def text_around_bound_line(page: Page) -> Iterator[Flaw]:
    """
    Text before the bound line on its line, or after it.

    Why: a phone reads the last line alone, from its beginning. A greeting or a stop notice below the
    line unbinds it; what stands after the code is ignored today and may mean something tomorrow.
    Instead: move the text above the line.
    Source: WICG, Origin-bound one-time codes delivered via SMS, 3.2, «last line».
    """
    if page.channel != "sms" or not codes_of(page.template):
        return
    for way in readings_of(page, page.files[0]):
        text, (_, end) = way.text, way.last_line
        for code, code_ends, _ in way.codes:
            line = text.rfind("\n", 0, code) + 1
            opening = _BEFORE_CODE.search(text, line, code)
            if opening is None:
                continue
            if text[line : opening.start()].strip():
                yield Flaw(
                    "text stands before the bound line, on its line",
                    "begin the line with @",
                    way.spot(line),
                )
            rest = _AFTER_CODE.match(text, code_ends, end)
            after = rest.end() if rest else code_ends
            if after < end:
                below = "\n" in text[code_ends:after]
                yield Flaw(
                    f"“{_quoted(text[after:end])}” stands "
                    + ("below the bound line" if below else "after the code in the bound line"),
                    "move it above the line",
                    way.spot(after),
                    way.way,
                )


@rule(
    "BND306",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[_GOOD, "Koden er {{ code }}. " * 10],
    fails=[Trial(sms="a" * 150 + "\n@login.example.org #{{ code }}", head=_HEAD)],
)
def bound_line_in_another_segment(page: Page) -> Iterator[Flaw]:
    """
    A bound line that may not arrive in the same segment as its text.

    Why: segments arrive out of order and one by one; until the last is there, the phone sees a text
    without its last line.
    Instead: shorten the text until the worst case, line included, is one segment.
    Source: 3GPP TS 23.040, 9.2.3.24.1.
    """
    bound = page.bound
    if not isinstance(bound, SmsBound) or bound.segments == 1:
        return
    for last in _last_lines(page):
        if last.read is None:
            continue  # which is for the rules above
        yield Flaw(
            f"text and bound line take {bound.segments} segments at worst "
            f"({bound.units} units of {bound.encoding})",
            "shorten the text until both fit in one",
            last.line.spot(0),
            bound.witness,
        )


@rule(
    "BND307",
    Scope.PAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=[
        _GOOD,
        "Koden er {{ code }}.",
        Trial(sms="Koden er på vei.", policy=_POLICY, parameters="", head=HEAD.replace('"lifetime"', "300")),
    ],
    fails=[Trial(sms="Koden er {{ code }}.", policy=_POLICY)],
)
def code_without_bound_line(page: Page) -> Iterator[Flaw]:
    """
    A one-time code that is not bound, although the policy has a login host.

    Why: with the line, phones offer the code on that host alone.
    Instead: set ``bound-line = true`` in the manifest and end the SMS with the line.
    Source: WICG, Origin-bound one-time codes delivered via SMS, introduction.
    """
    host, codes = page.policy.login_host, codes_of(page.template)
    if (
        page.channel == "sms"
        and host is not None
        and codes
        and page.template.purpose is Purpose.AUTHENTICATION
        and not page.template.manifest.bound_line
    ):
        yield Flaw(
            "the code is not bound to the login host",
            f"add a last line “@{host} #{{{{ {next(iter(codes))} }}}}” and bound-line = true, so that "
            "phones offer the code only there",
            page.spot(page.files[0]),
        )


def _quoted(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_QUOTED else flat[: _LONGEST_QUOTED - 1] + "…"


RULES = (
    bound_line_not_read,
    bound_code_differs,
    bound_host_not_the_login_host,
    bound_line_spaced_wrongly,
    text_around_bound_line,
    bound_line_in_another_segment,
    code_without_bound_line,
)
