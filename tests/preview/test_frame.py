"""The frame around a mail's HTML."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from straks.preview.frame import POLICY, Scheme, frame, framed

MAIL = (
    '<!doctype html><html lang="nb"><head><meta name="color-scheme" content="light dark">'
    "<style>:root { color-scheme: light dark; } @media (prefers-color-scheme: dark) { p { color: white; } }"
    "@media ( Prefers-Color-Scheme :light) { p { color: black; } }</style></head>"
    "<body><p>Hei</p></body></html>"
)


class Tags(HTMLParser):
    """Every tag in its order, with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("html", [MAIL, "", "<!--<head>--><script>1</script>", "</html><p>", "<plaintext>"])
def test_the_policy_comes_before_anything_that_the_html_says(html: str) -> None:
    first, *_ = Tags(framed(html, Scheme.LIGHT)).found

    assert first == ("meta", {"http-equiv": "Content-Security-Policy", "content": POLICY})


def test_a_frame_has_no_rights_and_one_attribute_holds_all_of_the_html() -> None:
    html = "\"><script>1</script><iframe src=x> ' &quot; &amp;"
    ((tag, attributes),) = Tags(frame(html, 'The "mail"', Scheme.DARK, 300)).found

    assert tag == "iframe"
    assert attributes["sandbox"] == ""
    assert attributes["title"] == 'The "mail"'
    assert (attributes["srcdoc"] or "").endswith(html)
    assert "src" not in attributes


@pytest.mark.parametrize(
    ("scheme", "dark", "light"),
    [
        (Scheme.LIGHT, "(max-width: 0)", "(min-width: 0)"),
        (Scheme.DARK, "(min-width: 0)", "(max-width: 0)"),
    ],
)
def test_what_a_mail_asks_about_light_and_dark_is_answered(scheme: Scheme, dark: str, light: str) -> None:
    shown = framed(MAIL, scheme)

    assert f"@media {dark} {{ p {{ color: white; }} }}" in shown
    assert f"@media {light} {{ p {{ color: black; }} }}" in shown
    assert f":root {{ color-scheme: {scheme}; }}" in shown
    assert shown.index(f'<meta name="color-scheme" content="{scheme}">') < shown.index("light dark")
