"""Law: the plain-text twin has every word, code and link of the message, in order, and no other."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from straks.core.markup import sanitize_html
from straks.core.plain_text import plain_text


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of HTML, and the words and addresses that a reader must get from it."""

    html: str
    words: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def _joined(parts: list[Told]) -> Told:
    return Told(
        "".join(part.html for part in parts),
        tuple(word for part in parts for word in part.words),
        tuple(address for part in parts for address in part.addresses),
    )


def _within(before: str, inside: Told, after: str) -> Told:
    return Told(before + inside.html + after, inside.words, inside.addresses)


def _spaced(word: str, space: str) -> Told:
    return Told(word + space, (word,))


def _split(start: str, end: str) -> Told:
    return Told(f"{start}<b>{end}</b> ", (start + end,))


def _image(word: str) -> Told:
    return Told(f'<img src="https://example.org/a.png" alt="{word}"> ', (word,))


def _link(path: str, word: str) -> Told:
    address = f"https://example.org/{path}"
    return Told(f'<a href="{address}">{word}</a> ', (word,), (address,))


def _bare_link(path: str) -> Told:
    address = f"https://example.org/{path}"
    return Told(f'<a href="{address}">{address}</a> ', (), (address,))


def _mail(name: str, word: str) -> Told:
    return Told(f'<a href="mailto:{name}@example.org">{word}</a> ', (word,), (f"{name}@example.org",))


def _flat(tag: str, line: Told) -> Told:
    return _within(f"<{tag}>", line, f"</{tag}>")


def _framed(frame: tuple[str, str], parts: list[Told]) -> Told:
    return _within(frame[0], _joined(parts), frame[1])


WORD = st.from_regex(r"[A-Za-z0-9æøåÆØÅ]{1,12}", fullmatch=True)
PATH = st.from_regex(r"[a-z0-9/]{0,8}(\?[a-z]=[a-z0-9]{1,4}){0,1}", fullmatch=True)
PIECE = (
    st.builds(_spaced, WORD, st.sampled_from([" ", "\n", "&nbsp; ", ", "]))
    | st.builds(_split, WORD, WORD)
    | st.builds(_image, WORD)
    | st.builds(_link, PATH, WORD)
    | st.builds(_bare_link, PATH)
    | st.builds(_mail, st.from_regex(r"[a-z]{1,8}", fullmatch=True), WORD)
    | st.just(Told("<br>"))
)
UNSEEN = st.sampled_from(
    [
        "<!-- unseen -->",
        "<script>unseen</script>",
        '<p style="display: none">unseen</p>',
        "<title>unseen</title>",
    ]
).map(Told)

LINE = st.lists(PIECE, max_size=4).map(_joined)
CELLS = st.lists(LINE.map(lambda line: _within("<td>", line, "</td>")), min_size=1, max_size=3).map(_joined)
ROWS = st.lists(CELLS.map(lambda row: _within("<tr>", row, "</tr>")), min_size=1, max_size=3).map(_joined)
TABLE = ROWS.map(lambda rows: _within("<table><tbody>", rows, "</tbody></table>"))
FLAT = st.builds(_flat, st.sampled_from(["p", "h1", "h3", "div", "pre", "blockquote"]), LINE)
FRAMES = [
    ("<div>", "</div>"),
    ("<ul><li>", "</li></ul>"),
    ("<ol><li>", "</li><li></li></ol>"),
    ('<table role="presentation"><tbody><tr><td>', "</td></tr></tbody></table>"),
    ("<table><tbody><tr><td>", "</td></tr></tbody></table>"),
    ("<blockquote>", "</blockquote>"),
]
PAGE = st.recursive(
    FLAT | TABLE | st.just(Told("<hr>")),
    lambda inner: st.builds(_framed, st.sampled_from(FRAMES), st.lists(inner | FLAT | LINE, max_size=3)),
    max_leaves=10,
)
MARKS = re.compile(r"(?m)^(?:[ >]*(?:- |\d+\. ))+|^[ >]+|^-{10}$")


def _neat(text: str) -> bool:
    lines = text.split("\n")
    return text == text.strip("\n") and all(line == line.rstrip() for line in lines) and "\n\n\n" not in text


@given(PAGE)
def test_every_word_is_there_letter_for_letter_and_in_order(page: Told) -> None:
    text = re.sub(r"<[^<> ]+>|https://\S+", " ", plain_text(page.html))

    assert re.findall(r"\w+", MARKS.sub("", text)) == list(page.words)


@given(PAGE)
def test_every_address_is_there_and_in_order(page: Told) -> None:
    found = re.findall(r"https://[^\s<>]+|(?<=<)[a-z]+@[^\s<>]+", plain_text(page.html))

    assert found == list(page.addresses)


@given(st.lists(PAGE | UNSEEN, max_size=4).map(_joined))
def test_what_nobody_sees_is_not_there(page: Told) -> None:
    assert "unseen" not in plain_text(page.html)


@given(PAGE)
def test_a_sanitised_message_has_the_same_twin(page: Told) -> None:
    assert plain_text(sanitize_html(page.html)) == plain_text(page.html)


@given(st.lists(PAGE | UNSEEN, max_size=3).map(_joined))
def test_a_twin_is_neat(page: Told) -> None:
    assert _neat(plain_text(page.html))


TAGS = (
    "a b br blockquote body dd div dl dt h1 head hr html li ol p pre q script svg table tbody td title tr ul"
)
SOUP = st.lists(
    st.text(max_size=6)
    | st.builds(
        "<{}{}{}>".format,
        st.sampled_from(["", "/"]),
        st.sampled_from(TAGS.split()),
        st.sampled_from(["", "/"]),
    )
    | st.sampled_from(
        [
            "<a href=https://example.org/>",
            "<ol start=3>",
            "<table role=none>",
            "<p hidden>",
            "<!--",
            "-->",
            "<![x",
            "<",
            "&",
        ]
    ),
    max_size=40,
).map("".join)


@given(SOUP)
def test_anything_at_all_has_a_neat_twin(html: str) -> None:
    assert _neat(plain_text(html))


@given(st.text())
def test_any_text_has_a_neat_twin(text: str) -> None:
    assert _neat(plain_text(text))
