"""
``straks preview --watch``: a page on this machine that shows templates while they are written.

Things point one way::

    folders ── shelf ──▶ a Sight: the catalog as it stands, read anew when a file has changed
                           │  fields    an input for each parameter, and values out of what was typed
                           │  call      the Python that makes what is shown
                           ▼
                         pieces   HTML of panels, inputs and findings
                           │
                         site     the application: a page, three files, three questions

What a person waits for is the text, so it is answered by itself: filling a template is a matter of
milliseconds. Proving its worst case and inspecting it take longer; they are asked for after it, and kept
until a file changes.

The page is given to nobody but the person at this machine (`straks.simulator.doorkeeper`), loads nothing
from elsewhere, and runs one script, its own. Whatever a template or a value says stands in it as text, or in
a frame in which it may do nothing (`straks.preview.frame`). Values travel in the body of a request and are
kept nowhere.
"""
