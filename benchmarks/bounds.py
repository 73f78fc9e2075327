"""
What proving costs: the shipped templates, and catalogs of 50, 100 and 200 that differ.

Each template is bounded in three languages and two channels, in this process and on one core; the
figures are its processor time, so that a busy machine does not show. The catalogs are what a sender
might write: branches on numbers, dates and left-out values, loops over lists, plural forms, HTML
with a branch of its own. Targets: the shipped templates and 200 more in 10 s; as much for each of
200 as for each of 50.
"""

from __future__ import annotations

import time
from pathlib import Path

import straks
from straks.core.catalog import Catalog

LOCALES = ("nb", "nn", "en")
SIZES = (50, 100, 200)
LAYOUT = Path(__file__).parents[1] / "templates" / "_layout" / "email.html"

HEAD = '[template]\npurpose = "notice"\nrepeat = "harmful"\ntime-to-live = 86400\n'
NAME = '[parameters.name]\nkind = "name"\nmax-length = 30\npersonal = true\nexample = "Kari Nordmann"\n'
PLACE = '[parameters.place]\nkind = "text"\nmax-length = {0}\nalphabet = "gsm-7"\nexample = "Biblioteket"\n'
DAY = '[parameters.day]\nkind = "date"\nmin = 2026-01-{0}\nmax = 2031-12-31\nexample = 2026-05-05\n'
WHEN = '[parameters.when]\nkind = "datetime"\nexample = 2026-05-05T14:30:00+02:00\n'
COUNT = '[parameters.count]\nkind = "integer"\nmin = 1\nmax = {0}\nexample = 2\n'
DUE = '[parameters.due]\nkind = "amount"\nmin = 0\nmax = {0}00\nexample = "100.00"\n'
LEFT = '[parameters.left]\nkind = "duration"\nmin = "1 h"\nmax = "{0} h"\nstep = "1 h"\nexample = "10 h"\n'
NOTE = '[parameters.note]\nkind = "text"\nmax-length = {0}\noptional = true\nexample = "Ta med ID"\n'
CASE = '[parameters.case]\nkind = "reference"\npattern = "20[0-9]{{2}}/[0-9]{{1,{0}}}"\nexample = "2026/1"\n'
STATE = """
[parameters.state]
kind = "choice"
example = "ready"
[parameters.state.choices]
ready = { nb = "klar", nn = "klar", en = "ready" }
late = { nb = "forsinket", nn = "forseinka", en = "delayed" }
stopped = { nb = "stanset", nn = "stansa", en = "stopped" }
"""
THINGS = """
[parameters.things]
kind = "list"
max-items = 8
of = {{ kind = "text", max-length = {0}, alphabet = "gsm-7" }}
example = ["en bok", "et kart"]
"""

# What stands in the manifest, in the SMS, in the subject, and in the e-mail's content.
SHAPES = (
    (
        COUNT + PLACE + THINGS,
        (
            '{{ count }} {{ count|plural("pakke", "pakker") }} er klar på {{ place }}'
            "{% if count > 1 %}: {{ things }}{% endif %}."
        ),
        '{{ count|plural("Pakke", "Pakker") }} på {{ place }}',
        "<h1>{{ place }}</h1><ul>{% for thing in things %}<li>{{ thing }}</li>{% endfor %}</ul>",
    ),
    (
        NAME + WHEN + PLACE + NOTE,
        "Hei {{ name }}! Du har time {{ when }} hos {{ place }}.{% if note %} {{ note }}{% endif %}",
        "Time {{ when }}",
        (
            "<p>Hei {{ name }}!</p><p>Du har time <strong>{{ when }}</strong> hos {{ place }}.</p>"
            "{% if note %}<p>{{ note }}</p>{% endif %}"
        ),
    ),
    (
        DUE + DAY + LEFT + CASE,
        (
            "{% if due > 0 %}Betal {{ due }} innen {{ day }}, om {{ left }}."
            "{% else %}Saken er ferdig.{% endif %} "
            "Sak {{ case }}."
        ),
        "Sak {{ case }}{% if due > 1000 %}: {{ due }}{% endif %}",
        (
            "{% if due == 0 %}<p>Ingenting å betale.</p>{% elif due < 500 %}<p>Betal {{ due }} snart.</p>"
            "{% else %}<p>Betal <strong>{{ due }}</strong> innen {{ day }}.</p>{% endif %}"
            "<p>Sak {{ case }}</p>"
        ),
    ),
    (
        STATE + NAME + DAY,
        (
            "{% set who = name|title %}{{ who }}: saken er {{ state }}"
            '{% if state != "ready" %} til {{ day }}{% endif %}.'
        ),
        "Saken er {{ state }}",
        (
            "{% macro line(label, said) %}<p><b>{{ label }}</b>: {{ said }}</p>{% endmacro %}"
            '{{ line("Navn", name|title) }}'
            '{{ line("Status", state) }}{% if state == "late" %}{{ line("Ny dato", day) }}{% endif %}'
        ),
    ),
    (
        COUNT + LEFT + STATE,
        (
            "{% if count == 1 %}Én dag{% elif count < 7 %}{{ count }} dager"
            "{% else %}Over en uke{% endif %} igjen "
            '({{ left }}){{ "!" if state == "stopped" else "." }}'
        ),
        "{{ count }} dager igjen",
        (
            '<p>{{ count }} {{ "dag" if count == 1 else "dager" }} igjen, {{ left }}.</p>'
            '{% if state in ["late", "stopped"] %}<p>Saken er {{ state }}.</p>{% endif %}'
        ),
    ),
)


def files(templates: int) -> dict[str, str]:
    """Write a catalog of so many templates, no two of which are alike."""
    written = {"_layout/email.html": LAYOUT.read_text(encoding="utf-8")}
    for number in range(templates):
        manifest, sms, subject, html = SHAPES[number % len(SHAPES)]
        name = f"notice-{number:03}"
        # A bound that differs from template to template, so that nothing is worked out once for all.
        bounded = manifest.replace(STATE, "").format(12 + number % 17)
        written[f"{name}/template.toml"] = HEAD + bounded + (STATE if STATE in manifest else "")
        for locale in LOCALES:
            written |= {
                f"{name}/{locale}/sms.txt": f"[{number}] {sms}",
                f"{name}/{locale}/subject.txt": f"[{number}] {subject}",
                f"{name}/{locale}/email.html": (
                    '{% extends "_layout/email.html" %}'
                    f"{{% block content %}}{html}<p>Hilsen nr. {number}</p>{{% endblock %}}"
                ),
            }
    return written


def took_s(catalog: Catalog) -> tuple[float, int, int]:
    """Bound a whole catalog; return the seconds it took, how many bounds, and how many are exact."""
    began = time.process_time()
    found = [
        straks.bound(catalog[name], locale, channel)
        for name in catalog
        for locale in LOCALES
        for channel in ("sms", "email")
    ]
    return time.process_time() - began, len(found), sum(each.exact for each in found)


def main() -> None:
    """Print what each catalog took, and what that is for each template."""
    shipped = straks.Catalog.load(policy=None)
    straks.bound(shipped["one-time-code"], "nb", "email")  # loads what is loaded on first use
    seconds, bounds, exact = took_s(shipped)
    print(f"shipped: {len(shipped)} templates, {bounds} bounds ({exact} exact)  {seconds:6.2f} s")
    first = 0.0
    for size in SIZES:
        taken, bounds, exact = took_s(Catalog(files(size)))
        each_ms = 1000 * taken / size
        first = first or each_ms
        print(
            f"{size:7} templates, {bounds:4} bounds ({exact} exact)  {taken:6.2f} s  "
            f"{each_ms:5.1f} ms a template  {each_ms / first:4.2f} of the first"
        )
    print(f"shipped and {SIZES[-1]} more: {seconds + taken:.2f} s of 10")


if __name__ == "__main__":
    main()
