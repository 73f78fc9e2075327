"""
The inbox: what came, while it comes, on a page of this machine.

Things point one way::

    the desk ── view ──▶ a Seen: one message, with all there is to tell of it
                  │  phone_of, letter_of    the pictures of it
                  ▼
                places   who answers for the page, its files, and a message as a piece of it

What the page knows it asks for at the simulator's own places (`straks.simulator.inbox_places`), which
answer anybody in JSON: it has no way in that a program has not. The list is drawn in the browser, from
a window of it at a time, since a hand that scrolls through ten thousand messages does not wait. One message
is a piece of HTML, written here.

Nothing that a message says is markup in the page. Its HTML is a document of its own, whose headers and
whose frame each let it do nothing: no script, nothing fetched, no way out, no origin (`straks.preview.frame`
says why three things stand around it). Recipients, texts and codes are shown in full, for that is what an
inbox is for, and it is the simulator's alone; none of them is in an address, a title or a log.
"""
