"""The policy as a value, the judging of attributes, and what holds for any sanitiser."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from straks.core.markup import (
    EMAIL,
    PASSES,
    BleachSanitizer,
    Nh3Sanitizer,
    _settled,
    permitted,
    readable,
    sanitize_html,
)
from straks.errors import InvalidText, MissingExtra


def test_no_tag_is_both_allowed_and_dropped() -> None:
    assert not EMAIL.tags & EMAIL.dropped


def test_attributes_are_given_to_allowed_tags_alone() -> None:
    assert EMAIL.attributes.keys() <= EMAIL.tags | {"*"}


def test_every_attribute_with_an_address_has_its_schemes() -> None:
    every = frozenset[str]().union(*EMAIL.attributes.values())

    assert every >= EMAIL.schemes.keys()
    assert not every & {
        "action",
        "background",
        "cite",
        "formaction",
        "longdesc",
        "poster",
        "srcset",
        "srcdoc",
    }
    assert not {name for name in every if name.startswith("on")}


def test_the_policy_cannot_be_changed_in_passing() -> None:
    assert not hasattr(EMAIL.attributes, "__setitem__")
    assert not hasattr(EMAIL.schemes, "__setitem__")


def test_importing_the_module_loads_no_sanitiser() -> None:
    code = (
        "import sys, straks.core.markup, straks.core.plain_text; "
        "sys.exit(bool({'bleach', 'tinycss2', 'nh3'} & sys.modules.keys()))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - this very interpreter


def test_a_missing_nh3_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nh3", None)

    with pytest.raises(MissingExtra, match=r"install straks\[nh3\]"):
        Nh3Sanitizer().clean("<p>Hei</p>")


def test_sanitize_html_is_bleach_under_the_policy() -> None:
    html = '<p onclick="x">Hei <a href="https://example.org/">du</a><script>x</script></p>'

    assert sanitize_html(html) == '<p>Hei <a href="https://example.org/">du</a></p>'
    assert sanitize_html(html) == BleachSanitizer().clean(html)


def test_one_sanitizer_serves_many_threads() -> None:
    sanitizer = BleachSanitizer()
    pages = [f"<p title='{n}'>{n}<b><i></b>{n}<script>{n}</script>" for n in range(40)]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(sanitizer.clean, pages))

    assert together == [sanitizer.clean(page) for page in pages]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "https://example.org?a=b",
        "https://example.org:443/#a",
        "HTTPS://example.org/",
        "https://xn--nv-xia.no/å?ø=[1]",
        "https://example.org/@kari",
        "mailto:kari@example.org?subject=Hei%20der",
        "tel:+46701740605",
        "https://strx0xrts",
    ],
)
def test_a_link_may_lead_to(address: str) -> None:
    assert permitted("a", "href", address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "#top",
        "/hjelp",
        "hjelp",
        "//example.org/",
        "https:example.org",
        "https:/example.org",
        "https://",
        "https:///example.org",
        "https://[::1]/",
        "https://user@example.org/",
        "https://example.org:port/",
        "https://example.org\\@example.com/",
        "https://example.org/a b",
        "https://example.org/a\u00a0b",
        "https://example.org/a\nb",
        "https://example.org/a\u200bb",
        "https://example.org/\u202ecod.exe",
        "http://example.org/",
        "ftp://example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "cid:logo",
        "mailto:",
        "tel:",
        "sms:+46701740605",
    ],
)
def test_a_link_may_not_lead_to(address: str) -> None:
    assert permitted("a", "href", address) is None


@pytest.mark.parametrize(
    "address", ["mailto:kari@example.org", "tel:+46701740605", "http://example.org/a.png"]
)
def test_an_image_may_not_come_from(address: str) -> None:
    assert permitted("img", "src", address) is None


def test_white_space_around_an_address_goes() -> None:
    assert permitted("a", "href", "\n https://example.org/\t") == "https://example.org/"


def test_controls_in_an_attribute_go() -> None:
    assert permitted("p", "title", "a\x00b\x1fc\x9fd\ufeffe\nf") == "abcde\nf"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("color:red", "color: red"),
        (" COLOR :\n Red ; ", "color: Red"),
        ("color:#fff!important", "color: #fff !important"),
        ("color:#FFF ! IMPORTANT", "color: #FFF !important"),
        ("color:rgb(0 0 0 / 50%);color:HSLA(1,2%,3%,.5)", "color: rgb(0 0 0 / 50%); color: HSLA(1,2%,3%,.5)"),
        ("font:16px/1.5 -apple-system,'Segoe UI'", "font: 16px/1.5 -apple-system,'Segoe UI'"),
        ('font-family:"Noto Sans",serif', 'font-family: "Noto Sans",serif'),
        ("padding:.5em 50% 0 2pt", "padding: .5em 50% 0 2pt"),
        ("display:none;mso-hide:all", "display: none; mso-hide: all"),
        ("display:Inline-Block", "display: Inline-Block"),
        ("/* grey */color:/* light */gray", "color: gray"),
        ("color:red/* to the end", "color: red"),
        ("position:fixed;color:red", "color: red"),
        ("color:red;background:url(x)", "color: red"),
    ],
)
def test_a_plain_declaration_stays(said: str, kept: str) -> None:
    assert permitted("p", "style", said) == kept
    assert permitted("p", "style", kept) == kept


@pytest.mark.parametrize(
    "said",
    [
        "",
        ";",
        "color",
        "color:",
        ":red",
        "color:!important",
        "color:red !very",
        "color:red}",
        "color:{red}",
        "color:r\\65 d",
        "c\\6flor:red",
        "color:var(--x)",
        "--x:red",
        "width:calc(1px + 1px)",
        "width:-1px",
        "width:expression(alert(1))",
        "background:url(https://example.org/a.png)",
        "background:u/**/rl(https://example.org/a.png)",
        "background-image:url(x)",
        "font-family:'a\\'b'",
        "font-family:'a",
        "font-family:'</style>'",
        "display:flex",
        "display:contents",
        "position:fixed",
        "opacity:0",
        "content:'x'",
        "@import:'x'",
    ],
)
def test_anything_else_makes_no_style(said: str) -> None:
    assert permitted("p", "style", said) is None


def test_a_string_with_a_semicolon_keeps_only_what_may_stand_by_itself() -> None:
    assert permitted("p", "style", "font-family:'a;color:red;position:fixed;x:b'") == "color: red"


def test_html_is_made_readable() -> None:
    assert readable("a\r\nb\rc\x00d\x0be\x1bf\x7fg\x85h\ufeffi\fj") == "a\nb\ncdefghi j"
    assert readable("&#" + "1" * 5000 + ";&#xFFFFFFFFF &#65; &#x1F600;") == "\ufffd\ufffd &#65; &#x1F600;"
    assert readable("<PRE title='a'>\n\n\na\n\n</PRE><pre>b") == "<PRE title='a'>a\n\n</PRE><pre>b"


def test_a_lone_surrogate_is_not_readable() -> None:
    with pytest.raises(InvalidText, match="index 1") as refused:
        readable("a\udfff")

    assert refused.value.index == 1


def test_what_never_settles_keeps_its_text_and_loses_its_markup() -> None:
    passes: list[str] = []

    def restless(html: str) -> str:
        passes.append(html)
        return f"{html}<b></b>" if "<" in html else html

    assert _settled(restless, "<i>H&amp;ei</i>") == "H&amp;ei"
    assert len(passes) == PASSES + 1


def test_cleaning_stops_as_soon_as_nothing_changes() -> None:
    passes: list[str] = []

    def quick(html: str) -> str:
        passes.append(html)
        return html.replace("x", "")

    assert _settled(quick, "axb") == "ab"
    assert passes == ["axb", "ab"]
