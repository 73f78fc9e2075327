"""
What a person sees of a message before anybody sends it.

Pure: no I/O, no clock, and nothing that has to be installed. A picture is a value, and drawing one is
turning that value into text; who asks for it decides where it goes. Things point one way::

    a message, a template, a catalog
        │  taking     fills it, counts it, inspects it; masks what is nobody's business
        ▼
    pages             Page, Panel, Bubble, Letter, Fault: plain values, all that a renderer knows
        │  svg        a sheet of phones and letters; measure, lines and drawing are beneath it
        │  fragment   HTML with frames in which a mail may do nothing
        │  written    Markdown and plain text
        ▼
    picture           Picture holds pages and offers all of these; a notebook asks it for them

So a page that is shown live, a notebook's widget and an inbox have one thing to do: take pages with
`straks.preview.taking`, and render them with one of the functions above. None of them counts, masks or
inspects for itself.

Four decisions run through all of it.

*No font is trusted.* Lines are broken here, by a table of widths, and each run of text says how wide it
is (``textLength``). A machine with another font squeezes or stretches a letter by a few per cent; it never
moves a line break or the mark of a segment border.

*Nothing is let in.* A picture fetches nothing, runs nothing and refers to nothing, since it is looked at
in notebooks, reviews and READMEs that somebody else keeps. Every text is escaped where it is written,
what does not print is shown by its number, and a mail's HTML lives in a frame without any rights.

*Two languages surround a message.* What we say of it is in `straks.preview.words`, in Bokmål and English; a
renderer takes the language, and a picture that nobody asked for in another speaks English, as the library
does.

*What is shown is what was asked for.* Of a real message the recipient and whatever the template calls
secret are masked, so that a notebook may be saved and sent. Examples and worst cases are nobody's, and
stand there in full.
"""
