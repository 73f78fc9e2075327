"""LNK6xx: where links lead, and where there should be none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from straks.core.hygiene import looks_like_link
from straks.core.list_kind import ListOf
from straks.core.text_kinds import Text
from straks.core.url_kind import Url
from straks.policy.addresses import (
    BY_MAIL_OR_TELEPHONE,
    GLUED_WORDS,
    address_parameters,
    host_of,
    link_behind,
    links,
    shown_links,
)
from straks.policy.reading import readings, sayings
from straks.policy.rule import Flaw, Scope, Severity, rule
from straks.policy.source import HOLE
from straks.policy.subject import Whole
from straks.policy.trial import PARAMETERS, Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from straks.policy.addresses import Link
    from straks.policy.reading import Reading
    from straks.policy.subject import Page

_IP = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|\[.*\]?")
_FOREIGN_LETTER = re.compile(r"[^\x00-\x7fæøå]")

# Services whose whole point is an address that does not tell where it leads.
_SHORTENERS: Final = frozenset(
    {
        "bit.ly", "bl.ink", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "kutt.it", "lnkd.in", "ow.ly", "rb.gy",
        "rebrand.ly", "s.id", "shorturl.at", "t.co", "t.ly", "tiny.cc", "tinyurl.com", "v.gd",
    }
)  # fmt: skip

# What says nothing out of its sentence, in the three languages.
_EMPTY_WORDS: Final = frozenset(
    {
        "her", "klikk her", "trykk her", "les mer", "les meir", "mer", "meir", "lenke", "lenkje", "gå hit",
        "here", "click here", "tap here", "read more", "learn more", "more", "link", "this link",
    }
)  # fmt: skip
_TELLING_NAMES = re.compile(
    r"[?&](token|otp|code|kode|password|passord|fnr|fodselsnummer|personnummer|ssn|session|sessionid|sid|email"
    r"|epost|phone|mobil|telefon)=",
    re.IGNORECASE,
)


@rule(
    "LNK601",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=["Logg inn på nettsidene våre.", "Frist kl. 12.30, f.eks. i dag."],
    fails=["Logg inn på www.example.org.", "Se {{ link }}", "Skriv til post@example.org"],
)
def link_in_sms(page: Page) -> Iterator[Flaw]:
    """
    A link in an SMS.

    Why: people are told to distrust every link in an SMS; a sender who uses them teaches the opposite,
    and fraud looks just like it.
    Instead: tell people to log in at the address they know. Where a link must be, say why in an ignore.
    Source: Digdir, documentation of digital post, on notice texts; Nkom on SMS fraud.
    """
    for link in links(page) if page.channel == "sms" else ():
        if not link.is_accident:
            yield Flaw(
                "a link in an SMS, which public senders are advised against",
                "tell people to log in at the address they know",
                link.whole.spot(link.begins),
            )


@rule(
    "LNK602",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[Trial(html='<a href="https://www.example.org/a">Saken din</a>')],
    fails=[
        "Se https://bit.ly/abc",
        "Se https://192.0.2.1/a",
        "Se https://xn--exmple-cua.org/",
        "Se https://nav@example.org/",
        "Se https://example.org:8443/",
    ],
)
def link_that_hides_its_target(page: Page) -> Iterator[Flaw]:
    """
    A shortened address, a bare IP, a punycode host, a user name before the host, or a port.

    Why: a reader cannot see where the link leads, and these are the marks of fraud.
    Instead: write the address of the page in full, on a host that people know.
    Source: GOV.UK, content design, on links; RFC 3986, 7.6; Unicode TR 36.
    """
    hint = "write the page's own address in full, on a host that people know"
    for link in links(page):
        if (
            not link.is_value
            and link.scheme not in BY_MAIL_OR_TELEPHONE
            and (what := _disguise(link.authority))
        ):
            yield Flaw(f"a link {what}", hint, link.whole.spot(link.begins))
    for name, parameter in address_parameters(page):
        for host in parameter.hosts:
            if what := _disguise(host):
                spot = Whole(page.template, page.policy).manifest_spot(name)
                yield Flaw(f"{name!r} may be a link {what}", hint, spot)


def _disguise(authority: str) -> str | None:
    host = host_of(authority)
    if host.removeprefix("www.") in _SHORTENERS:
        return f"through {host}, which hides its target"
    if _IP.fullmatch(host):
        return "to a bare IP address"
    if "xn--" in host or _FOREIGN_LETTER.search(host):
        return "to a host with foreign letters, which can look like another"
    if "@" in authority:
        return "with a user name before its host"
    return "to a port of its own" if re.search(r":\d+\Z", authority) else None


@rule(
    "LNK603",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        Trial(html='<a href="mailto:post@example.org">Skriv til oss</a> <a href="tel:+4742000000">ring</a>'),
        "Se https://www.example.org/",
    ],
    fails=[Trial(html='<a href="javascript:x()">Svar</a>'), "Se http://www.example.org/"],
)
def link_that_is_not_https(page: Page) -> Iterator[Flaw]:
    """
    An address that is neither https nor, in e-mail, mailto or tel.

    Why: http can be read and changed on its way; javascript and data run or show what the sender did
    not write. straks takes such addresses out of HTML, so the link would lead nowhere.
    Instead: use https.
    Source: RFC 9110, 4.2.2; OWASP Cross Site Scripting Prevention Cheat Sheet.
    """
    for link in links(page):
        if link.scheme and link.scheme not in ("https", *BY_MAIL_OR_TELEPHONE):
            ends = link.begins + len("http")
            fix = link.whole.fix(link.begins, ends, "https", safe=False) if link.scheme == "http" else None
            yield Flaw(
                f"the link is {link.scheme}, not https", "use https", link.whole.spot(link.begins), fix=fix
            )


@rule(
    "LNK604",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        "Ring oss.",
        "Se https://www.example.org/",
        Trial(html='<a href="{{ link }}">Saken din</a>, <a href="mailto:a@example.com">skriv</a>'),
    ],
    fails=[
        "Se https://www.example.com/",
        "Se https://{{ service }}.example.org/",
        Trial(html='<a href="/sak">Saken din</a>'),
    ],
)
def link_to_an_undeclared_host(page: Page) -> Iterator[Flaw]:
    """
    A link to a host that is not the sender's.

    Why: a list of hosts is how a slip, or a text from elsewhere, is caught before people follow it. A
    relative address leads nowhere in an e-mail.
    Instead: link to a host in the policy's key «hosts», or add it there. Where the policy names none,
    the hosts of the template's own address parameters count.
    Source: the policy's key «hosts».
    """
    declared = dict(address_parameters(page))
    own = frozenset(host for parameter in declared.values() for host in parameter.hosts)
    allowed = page.policy.hosts or own
    listed = ", ".join(sorted(allowed)) or "none"
    hint = 'link to one of "hosts" in the policy, or add it there'
    for link in links(page):
        leads_nowhere = link.scheme not in ("", "http", "https")  # which is LNK603
        if link.is_value or leads_nowhere or link.is_accident:
            continue
        spot = link.whole.spot(link.begins)
        if link.behind and not (link.scheme and link.host):
            yield Flaw("a relative address leads nowhere in a message", "write it in full", spot)
        elif link.host_is_open:
            yield Flaw("a value decides the host of this link", "write the host out", spot)
        elif link.host not in allowed:
            yield Flaw(f"{link.host} is no declared host ({listed})", hint, spot)
    for name, parameter in declared.items():
        for host in parameter.hosts:
            if host not in allowed:
                spot = Whole(page.template, page.policy).manifest_spot(name)
                yield Flaw(f"{name!r} may lead to {host}, no declared host ({listed})", hint, spot)


@rule(
    "LNK605",
    Scope.PAGE,
    severity=Severity.ERROR,
    since="0.1",
    passes=[
        Trial(html='<a href="https://www.example.org/a">example.org</a>'),
        Trial(html='<a href="{{ link }}">{{ link }}</a>'),
        Trial(html='<a href="https://www.example.org/a">Saken din</a>'),
    ],
    fails=[
        Trial(html='<a href="https://www.example.com/">www.example.org</a>'),
        Trial(html='<a href="https://www.example.com/">www.<b>example</b>.org</a>'),
        Trial(
            html='<a href="{{ link }}">www.example.org</a>',
            parameters=PARAMETERS.replace('["www.example.org"]', '["www.example.org", "www.example.com"]'),
        ),
    ],
)
def link_that_says_another_address(page: Page) -> Iterator[Flaw]:
    """
    A link whose text is one address and whose target another.

    Why: this is what fraud looks like, and mail programs warn of it.
    Instead: show the address that the link leads to, or words.
    Source: RFC 3986, 7.6.
    """
    for reading in readings(page):
        for anchor in reading.anchors:
            behind = link_behind(anchor.address)
            for link in shown_links(reading.part(anchor.begins, anchor.ends)):
                if strange := sorted(_hosts(link) ^ _hosts(behind)):
                    said = strange[0] if link.host == behind.host else link.host
                    yield Flaw(
                        f"the text says {said}, the link leads to {behind.host or 'no host'}",
                        "show the address that it leads to, or words",
                        link.whole.spot(link.begins),
                    )


def _hosts(link: Link) -> frozenset[str]:
    """Return the hosts that *link* may have: of a value all that its parameter admits."""
    hosts = {link.host}
    for parameter in link.whole.parameters(link.begins, link.ends) if link.is_value else ():
        kind = parameter.of if isinstance(parameter, ListOf) else parameter
        hosts |= set(kind.hosts) if isinstance(kind, Url) else set()
    return frozenset(host.removeprefix("www.") for host in hosts)


@rule(
    "LNK606",
    Scope.RUNTIME,
    severity=Severity.ERROR,
    since="0.1",
    test="tests/core/test_text_kinds.py::test_text_that_a_message_may_not_hold_is_refused",
)
def link_in_a_value(_: object) -> Iterable[Flaw]:
    """
    A value that phones would make a link of.

    Why: a name such as «Pay at evil.no» would put a stranger's link into the sender's message.
    Instead: nothing to do: the kinds text, name and reference refuse such values, url takes https on
    its declared hosts alone, and no value is ever read as HTML.
    Source: OWASP, on content spoofing.
    """
    return ()


@rule(
    "LNK607",
    Scope.PAGE,
    severity=Severity.ADVICE,
    since="0.1",
    passes=["Vi har sett på saken. Vi svarer snart.", "Møt på St.Hanshaugen.", "Status: {{ service }}."],
    fails=["Vi har sett på saken.Vi svarer snart.", "Saken.{{ service }}", "Hei {{ name }}.no"],
)
def accidental_link(page: Page) -> Iterator[Flaw]:
    """
    A missing space after a full stop that makes a link.

    Why: a phone makes «saken.Vi» tappable, since .vi is a top-level domain, and whoever owns the name
    decides where it leads.
    Instead: put a space after the full stop.
    Source: RFC 3986, 7.6; IANA's list of top-level domains.
    """
    hint = "put a space after the full stop"
    for reading in sayings(page):
        for found in GLUED_WORDS.finditer(reading.fixed):
            if looks_like_link(found[0]):
                dot = found.start() + found[0].index(".") + 1
                yield Flaw(
                    f"phones show “{found[0]}” as a link",
                    hint,
                    reading.spot(found.start()),
                    fix=reading.fix(dot, dot, " ", safe=False),
                )
        for found in _GLUED_VALUE.finditer(reading.fixed):
            if _may_be_any_word(reading, found):
                yield Flaw(
                    "a value right beside a full stop can make a link", hint, reading.spot(found.start())
                )


_GLUED_VALUE = re.compile(rf"(?<={HOLE})\.[^\W\d_]{{2,}}(?![\w-])|(?<=[\w{HOLE}])\.(?={HOLE})")


def _may_be_any_word(reading: Reading, found: re.Match[str]) -> bool:
    if len(found[0]) > 1:
        return looks_like_link(f"a{found[0]}")
    after = reading.parameters(found.end(), found.end() + 1)
    return any(isinstance(kind.of if isinstance(kind, ListOf) else kind, Text) for kind in after)


@rule(
    "LNK608",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=["Se {{ link }}", "Se https://www.example.org/?side=2", "Koden er {{ code }}."],
    fails=[
        "Se https://www.example.org/{{ code }}",
        Trial(html='<a href="https://www.example.org/?n={{ name }}">Saken din</a>'),
        "Se https://www.example.org/?token=1",
    ],
)
def personal_data_in_a_link(page: Page) -> Iterator[Flaw]:
    """
    A code, a secret or personal data in an address.

    Why: addresses end up in logs, in histories and at third parties; a log-in link with a token in it
    lets in whoever holds the phone.
    Instead: let people log in, and find the rest there.
    Source: OWASP ASVS 5.0, 14.2.1; RFC 9110, 17.9.
    """
    hint = "leave it out of the address; let people log in instead"
    for link in links(page):
        spot = link.whole.spot(link.begins)
        for parameter in link.whole.parameters(link.begins, link.ends):
            if parameter.secret or parameter.personal:
                what = "secret" if parameter.secret else "personal"
                yield Flaw(f"{parameter.name!r} is {what} and stands in a link", hint, spot)
        if not link.is_value and (named := _TELLING_NAMES.search(link.text)):
            yield Flaw(f"the link carries “{named[1]}”", hint, spot)


@rule(
    "LNK609",
    Scope.PAGE,
    severity=Severity.WARNING,
    since="0.1",
    passes=[
        Trial(html='<a href="https://www.example.org/a">Se saken din her</a>'),
        Trial(
            html='<a href="https://www.example.org/a"><img src="https://www.example.org/a" alt="Saken"></a>'
        ),
    ],
    fails=[
        Trial(html='Du kan se saken <a href="https://www.example.org/a">her</a>.'),
        Trial(html='<a href="https://www.example.org/a">Les <b>mer</b>!</a>'),
        Trial(
            html='<a href="https://www.example.org/a"><img src="https://www.example.org/a.png" alt=""></a>'
        ),
    ],
)
def link_text_that_says_nothing(page: Page) -> Iterator[Flaw]:
    """
    A link that reads «her», «klikk her» or «les mer» and no more, or nothing at all.

    Why: screen readers list links out of their sentences, and all of these sound the same.
    Instead: say what one gets: «Se saken din».
    Source: WCAG 2.2, 2.4.4; GOV.UK, content design, on links.
    """
    for reading in readings(page):
        for anchor in reading.anchors:
            said = " ".join(reading.text[anchor.begins : anchor.ends].split())
            if not said:
                yield Flaw(
                    "the link has nothing to read",
                    "say what one gets, in words or as alt of its picture",
                    anchor.address.spot(0),
                )
            elif said.strip(" .!:»›→").lower() in _EMPTY_WORDS:
                yield Flaw(
                    f"the link says “{said}” and no more",
                    "say what one gets, such as «Se saken din»",
                    reading.spot(anchor.begins),
                )


RULES = (
    link_in_sms,
    link_that_hides_its_target,
    link_that_is_not_https,
    link_to_an_undeclared_host,
    link_that_says_another_address,
    link_in_a_value,
    accidental_link,
    personal_data_in_a_link,
    link_text_that_says_nothing,
)
