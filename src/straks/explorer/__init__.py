"""
Trying a catalog out: a template is chosen, its values are typed, and what a phone would show is seen at once.

It stands on two stages, a page that follows each save (`straks.cli.live`) and a notebook's widget
(`straks.notebook`), and is the same thing on both. Things point one way::

    a catalog ──▶ subject   a template, or the error in its place; what takes long is worked out once
                    │  fields    an input for each parameter, and values out of what was typed
                    │  call      the Python that makes what is shown
                    ▼
                  view      a question in, what there is to see out; pure
                    │
                  pieces    the view as HTML, in nb and en
                    │
                  explorer.js, explorer.css, frame.html.jinja      asks, and puts answers where they belong

A stage lends three things: subjects to choose from, a way for questions to travel, and the frame's place on
the screen. What a person waits for is the text, so a question is answered in two steps: what there is to be
seen, a matter of milliseconds, and after it what the policy finds in the template, which takes longer and is
kept.

Whatever a template or a value says stands in a page as text, or in a frame in which it may do nothing
(`straks.preview.frame`). Values travel in questions and are kept nowhere else than in the inputs.
"""
