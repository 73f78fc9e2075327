"""
What a proven message costs beside the naive composition of the same libraries: order by order.

Both sides start from the recipient as text and the values, and end with the bytes to be posted; both are
warm. The SMS is the one-time code that ships, in its three languages; the e-mails are a fragment of HTML
with styles (1.1 kB), one with a condition in it, and a long one (14 kB), since what sanitising costs goes by
the length. The last one goes another way with every message, and so is sanitised each time.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.naive import Naive
from benchmarks.pairs import Figure, compare, show
from benchmarks.recipients import SEVEN, addresses, numbers

import straks
from straks.core.catalog import Catalog
from straks.core.segment import count_segments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

KEY = bytes(range(32))
LOCALES = ("nb", "nn", "en")
SERVICES = ("Skatteetaten", "NAV", "Kartverket", "Statens vegvesen", "Lånekassen")
MESSAGES = 210

HEAD = """[template]
purpose = "notice"
repeat = "harmless"
[parameters.reference]
kind = "reference"
pattern = "20[0-9]{2}/[0-9]{1,6}"
example = "2026/1234"
[parameters.service]
kind = "text"
max-length = 24
alphabet = "gsm-7"
example = "Skatteetaten"
[parameters.deadline]
kind = "date"
example = 2026-05-05
"""
STYLE = 'style="margin: 0 0 16px; font-family: Arial, sans-serif; font-size: 16px; color: #1c1c1c;"'
OPENING = f"""<h1 {STYLE}>Ny status i saken din</h1>
<p {STYLE}>Saken <strong>{{{{ reference }}}}</strong> hos {{{{ service }}}} har fått ny status.</p>
<p {STYLE}>Fristen er {{{{ deadline }}}}.</p>
"""
ROW = f"""<p {STYLE}>
Logg inn på nettsidene våre for å se saken, og skriv selv inn nettadressen i nettleseren.</p>
"""
CLOSING = f"""<p {STYLE}>Vennlig hilsen<br>{{{{ service }}}}</p>
"""
CONDITION = f"""{{% if service == "NAV" %}}<p {STYLE}>Ta gjerne kontakt.</p>
{{% else %}}<p {STYLE}>Du trenger ikke svare.</p>
{{% endif %}}"""
# Digits that are there or not, and a service: 256 ways, of which half are kept, and never the next one.
CHANGING = "".join(f'{{% if "{digit}" in reference %}}<b>{digit}</b>{{% endif %}}' for digit in range(10))
PAGES = {
    "short": OPENING + ROW * 3 + CLOSING,
    "branching": OPENING + ROW * 2 + CONDITION + CLOSING,
    "long": OPENING + ROW * 71 + CLOSING,
    "changing": OPENING + ROW + CHANGING + CONDITION + CLOSING,
    # Nor is this one plainly written, so that bleach cleans it each time, twice.
    "knotted": OPENING + "<pre>\n" + CHANGING + "</pre>" + ROW + CONDITION + CLOSING,
}


def texts() -> dict[str, str]:
    """Return the files of the e-mails."""
    files: dict[str, str] = {}
    for name, page in PAGES.items():
        files[f"{name}/template.toml"] = HEAD
        for locale in LOCALES:
            files[f"{name}/{locale}/subject.txt"] = "Ny status i sak {{ reference }} hos {{ service }}"
            files[f"{name}/{locale}/email.html"] = page
    return files


def sms_values(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a language and what fills a one-time code."""
    dice = random.Random(1)  # noqa: S311 - drawn again alike, and no secret
    for n in range(count):
        yield (
            LOCALES[n % 3],
            {
                "code": f"{dice.randrange(1_000_000):06d}",
                "lifetime": timedelta(minutes=2 + n % 9),
                "service": SERVICES[n % 5],
            },
        )


def email_values(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a language and what fills an e-mail."""
    dice = random.Random(2)  # noqa: S311 - as above
    for n in range(count):
        yield (
            LOCALES[n % 3],
            {
                "reference": f"2026/{dice.randrange(1_000_000)}",
                "service": SERVICES[n % 5],
                "deadline": date(2026, 5, 5) + timedelta(days=dice.randrange(60)),
            },
        )


def sms_figures() -> Iterator[Figure]:
    """Yield the figures of an SMS."""
    catalog = straks.Catalog.load()
    naive = Naive(catalog["one-time-code"].contents, KEY)

    def ours_to(
        encode: Callable[[straks.Order], object],
    ) -> Callable[[str, str, Mapping[str, Any], str], Any]:
        def make(locale: str, to: str, values: Mapping[str, Any], occasion: str) -> object:
            sms = catalog.sms("one-time-code", locale=locale, to=to, values=values)
            count_segments(sms.body)
            return encode(sms.order(occasion, KEY))

        return make

    def by_json(order: straks.Order) -> bytes:
        return json.dumps(straks.altinn.payload(order), ensure_ascii=False, separators=(",", ":")).encode()

    for where, regions, rows in (
        (
            "7 countries",
            SEVEN,
            ((straks.altinn.encode, "encode", 8.0), (by_json, "payload and json.dumps", 6.0)),
        ),
        ("all regions", None, ((straks.altinn.encode, "encode", 40.0),)),
    ):
        recipients = numbers(regions)
        messages = [
            (locale, to, values, f"login/{n}")
            for n, (to, (locale, values)) in enumerate(
                zip(recipients, sms_values(len(recipients)), strict=True)
            )
        ]
        for encode, how, target in rows:
            ours = ours_to(encode)
            for _ in range(8):  # each country's table is built when it has been seen often enough
                for message in messages:
                    ours(*message)
            for message in messages[:50]:
                same(naive.sms("one-time-code", *message), ours(*message))
            yield _compared(
                f"SMS order, {where}, by {how}", partial(naive.sms, "one-time-code"), ours, messages, target
            )


def email_figures() -> Iterator[Figure]:
    """Yield the figures of an e-mail."""
    files = texts()
    catalog, naive = Catalog(files), Naive(files, KEY)

    def ours(name: str, locale: str, to: str, values: Mapping[str, Any], occasion: str) -> bytes:
        email = catalog.email(name, locale=locale, to=to, values=values)
        return straks.altinn.encode(email.order(occasion, KEY))

    for name, what, count, target in (
        ("short", "1.1 kB HTML", MESSAGES, 60.0),
        ("branching", "1.1 kB HTML with a condition", MESSAGES, 30.0),
        ("long", "14 kB HTML", 30, 300.0),
        ("changing", "1.1 kB HTML, another page each time", 200, 1.3),
        ("knotted", "the same with a pre in it", 200, 0.0),
    ):
        messages = [
            (name, locale, to, values, f"case/{n}")
            for n, (to, (locale, values)) in enumerate(
                zip(addresses(count), fillings(name, count), strict=True)
            )
        ]
        for message in messages[:5]:
            same(naive.email(*message), ours(*message))
        yield _compared(f"e-mail order, {what}", naive.email, ours, messages, target)


def _compared(
    what: str,
    naive: Callable[..., object],
    ours: Callable[..., object],
    messages: Sequence[tuple[Any, ...]],
    target: float,
) -> Figure:
    return compare(
        what,
        "naive composition",
        lambda: [naive(*message) for message in messages],
        lambda: [ours(*message) for message in messages],
        pieces=len(messages),
        target=target,
    )


def fillings(name: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Return so many languages with what fills *name*; of the pages that change, each another way through."""
    if name not in {"changing", "knotted"}:
        return [*email_values(count)]
    ways: dict[object, tuple[str, dict[str, Any]]] = {}
    for locale, values in email_values(count * 50):
        ways.setdefault((frozenset(values["reference"]), values["service"] == "NAV"), (locale, values))
    return [*ways.values()][:count]


def same(naive: bytes, ours: bytes) -> None:
    """Make sure that both sides said the same, but for the id, which each hashes in its own way."""
    theirs, mine = json.loads(naive), json.loads(ours)
    del theirs["idempotencyId"], mine["idempotencyId"]
    if page := theirs.get("recipientEmail"):  # bleach ends each style with a semicolon
        page["emailSettings"]["body"] = page["emailSettings"]["body"].replace(';"', '"')
    if theirs != mine:
        raise AssertionError(f"they differ:\n{theirs}\n{mine}")


def figures() -> Iterator[Figure]:
    """Yield every figure of this question."""
    yield from sms_figures()
    yield from email_figures()


if __name__ == "__main__":
    show(figures())
