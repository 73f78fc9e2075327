"""
The inbox as a page for people: one file, no script, nothing from elsewhere, in light and dark.

Whatever the messages hold is shown as text, but for an HTML e-mail, which is shown as a mailbox shows
it: in a frame whose sandbox allows nothing (no script, no form, no origin), under this page's own
policy, which loads nothing from anywhere. Its source is a click away. Below the messages stand the
faults that are armed, and the fates that recipients ask for. The page itself is framed by nobody.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from straks.simulator.fates import FATES
from straks.simulator.orders import Channel
from straks.simulator.shipments import timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from straks.simulator.faults import Armed
    from straks.simulator.inbox import Message

HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none';"
        " form-action 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
}

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2027; --quiet: #5b6270; --page: #f4f5f7; --card: #fff;
  --line: #d9dce2; --mark: #0b5cad }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaee; --quiet: #a3abb8; --page: #14161a;
  --card: #1e2127; --line: #363b44; --mark: #7db8f5 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 46rem; background: var(--page);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere }
p { margin: .25rem 0 0; color: var(--quiet) }
ol { list-style: none; margin: 1.5rem 0 0; padding: 0 }
li { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem;
  margin-bottom: 1rem }
pre { margin: .75rem 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
iframe { width: 100%; height: 26rem; margin: .75rem 0; border: 1px solid var(--line);
  border-radius: .25rem; background: #fff; color-scheme: normal }
code { font-family: ui-monospace, monospace } b { color: var(--mark) }
table { border-collapse: collapse; margin: .75rem 0; font-size: .9rem }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left;
  vertical-align: top }
td code { overflow-wrap: anywhere }
"""


def page(messages: Sequence[Message], armed: Sequence[Armed] = ()) -> str:
    """Write the page that lists *messages*, newest first, the faults *armed*, and all fates."""
    entries = "\n".join(_entry(message) for message in reversed(messages))
    count = f"{len(messages)} message" + ("" if len(messages) == 1 else "s")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inbox · straks simulator</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Inbox</h1>
<p>{count}, newest first. Reload to see what is new; <code>GET /_straks/messages</code> has them as JSON.</p>
<ol>
{entries}
</ol>
{_armed(armed)}<details>
<summary>Recipients and faults that make things go wrong</summary>
<table>
<tr><th>Fault</th><th>Asked for by</th><th>What happens</th></tr>
{_fates()}
</table>
</details>
</body>
</html>
"""


def _entry(message: Message) -> str:
    name = "SMS" if message.channel is Channel.SMS else "E-mail"
    facts = [timestamp(message.received_at_s), message.status]
    if message.segments is not None:
        facts.append(f"{message.segments} segment" + ("" if message.segments == 1 else "s"))
    if message.content_type is not None:
        facts.append(message.content_type)
    if message.cut:
        facts.append(f"cut by {message.cut} characters")
    if message.fate is not None:
        facts.append(f"fate: {message.fate}")
    if message.reached != message.status.endswith("_Delivered"):
        facts.append("the person has it" if message.reached else "the person does not have it")
    subject = "" if message.subject is None else f"<p>{escape(message.subject)}</p>\n"
    code = "" if message.code is None else f"<p>Code: <b><code>{escape(message.code)}</code></b></p>\n"
    return f"""<li>
<h2>{name} to {escape(message.recipient)} from {escape(message.sender)}</h2>
{subject}{_body(message)}
{code}<p>{escape(" · ".join(facts))}</p>
</li>"""


def _body(message: Message) -> str:
    source = f"<pre>\n{escape(message.body)}</pre>"
    if message.content_type != "Html":
        return source
    frame = f'<iframe sandbox title="The e-mail as it is shown" srcdoc="{escape(message.body)}"></iframe>'
    return f"{frame}\n<details><summary>Source</summary>{source}</details>"


def _armed(armed: Sequence[Armed]) -> str:
    if not armed:
        return ""
    entries = "".join(
        f"<li><b>{escape(each.fate.name)}</b> {escape(each.fate.says)}</li>\n" for each in armed
    )
    return f"<h2>Armed</h2>\n<ul>\n{entries}</ul>\n"


def _fates() -> str:
    rows: list[str] = []
    for fate in FATES:
        recipients = "<br>".join(f"<code>{each}</code>" for each in (fate.number, fate.address) if each)
        rows.append(f"<tr><td>{fate.name}</td><td>{recipients}</td><td>{escape(fate.says)}</td></tr>")
    return "\n".join(rows)
