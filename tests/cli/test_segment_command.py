"""``straks segment``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from straks.cli.segment import _with_stand_ins
from straks.core.segment import segment

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from click.testing import Result


def document(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_text_is_counted_in_three_ways_each_under_its_name(cli: Callable[..., Result]) -> None:
    out = cli("segment", "ø" * 161).stdout

    assert "⟦2⟧" in out
    assert "encoding        GSM-7" in out
    assert "segments        2" in out
    assert "153 + 8 septets, 145 spare" in out
    assert "gateway count   2" in out
    assert "recorded count  8" in out


def test_json_has_every_figure_and_nothing_else_on_standard_output(cli: Callable[..., Result]) -> None:
    assert document(cli("segment", "Č – æ", "--json")) == {
        "encoding": "UCS-2",
        "units": 5,
        "spare": 65,
        "segments": [{"text": "Č – æ", "units": 5}],
        "foreign": [
            {"index": 0, "character": "Č", "substitute": None},
            {"index": 2, "character": "–", "substitute": "-"},
        ],
        "gateway_count": 1,
        "recorded_count": 1,
        "is_truncated": False,
        "line_feed_dropped": False,
    }


def test_what_stand_ins_would_save_is_said(cli: Callable[..., Result]) -> None:
    out = cli("segment", "«" + "a" * 100 + "» ……").stdout

    assert "4 characters that GSM-7 lacks, each with its stand-in:" in out
    assert '« U+00AB LEFT-POINTING DOUBLE ANGLE QUOTATION MARK   "    at 0' in out
    assert "at 103 and 1 more" in out
    assert "With these stand-ins: GSM-7, 1 segment. None is applied by itself." in out


def test_without_a_stand_in_for_all_nothing_is_promised(cli: Callable[..., Result]) -> None:
    assert "With these stand-ins" not in cli("segment", "Č –").stdout


def test_stand_ins_take_the_place_of_what_they_stand_for() -> None:
    text = "a\u030a – \u200bx"
    cheaper = _with_stand_ins(text, segment(text))

    assert cheaper is not None
    assert [part.text for part in cheaper.segments] == ["å - x"]


def test_a_cut_off_text_is_called_so(cli: Callable[..., Result]) -> None:
    assert "cut off: the gateway carries 16" in cli("segment", "a" * 2145).stdout
    assert "cut off" not in cli("segment", "a" * 2144).stdout


@pytest.mark.parametrize("given", [(), ("-",)])
@pytest.mark.parametrize(
    ("stdin", "counted", "dropped"),
    [("hei\n", 3, True), ("hei\n\n", 4, True), ("hei\r\n", 3, True), ("hei", 3, False), ("", 0, False)],
)
def test_one_line_feed_of_standard_input_is_dropped_and_said(
    cli: Callable[..., Result], *, given: tuple[str, ...], stdin: str, counted: int, dropped: bool
) -> None:
    found = document(cli("segment", *given, "--json", stdin=stdin.encode()))
    said = cli("segment", *given, stdin=stdin.encode()).stdout

    assert (found["units"], found["line_feed_dropped"]) == (counted, dropped)
    assert ("One line feed at the end of standard input was dropped." in said) is dropped


def test_a_line_feed_in_an_argument_stays(cli: Callable[..., Result]) -> None:
    assert document(cli("segment", "hei\n", "--json"))["units"] == 4


def test_an_empty_text_is_one_empty_segment(cli: Callable[..., Result]) -> None:
    assert document(cli("segment", "", "--json"))["segments"] == [{"text": "", "units": 0}]


@pytest.mark.parametrize("encoding", ["ucs-2", "UCS-2"])
def test_an_encoding_can_be_forced(cli: Callable[..., Result], encoding: str) -> None:
    assert document(cli("segment", "hei", "--encoding", encoding, "--json"))["encoding"] == "UCS-2"


def test_whole_clusters_keep_a_family_together(cli: Callable[..., Result]) -> None:
    text = "Č" + "a" * 63 + "👩‍👧bb"
    plain, whole = (
        document(cli("segment", text, "--json", *more))["segments"] for more in ((), ("--whole-clusters",))
    )

    assert plain[1]["text"] == "👧bb"
    assert whole[1]["text"] == "👩‍👧bb"


def test_nothing_a_text_holds_reaches_the_terminal_as_an_order(cli: Callable[..., Result]) -> None:
    out = cli("segment", "a\x1b[2Jb\u202ec").stdout

    assert "\x1b" not in out
    assert "a␛[2Jb⟨U+202E⟩c" in out


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("-",), b"a\xff", "standard input is not UTF-8 at byte 2"),
        (("a\udcff",), None, "the text is not UTF-8 at character 2"),
        (("-",), b"a" * 1_000_001, "standard input is over 1000000 bytes"),
        (("a" * 40_000,), None, "one SMS has at most 255"),
        (
            ("č", "--encoding", "gsm-7"),
            None,
            "U+010D LATIN SMALL LETTER C WITH CARON at index 0 is not in GSM-7",
        ),
        (("a", "--encoding", "latin-1"), None, "'latin-1' is not one of 'gsm-7', 'ucs-2'"),
        (("a", "b"), None, "There are arguments too many (1); put a text with spaces in quotes"),
    ],
    ids=["stdin-latin-1", "argument-latin-1", "endless", "too-long", "foreign", "encoding", "two-texts"],
)
def test_what_cannot_be_counted_ends_with_2_and_a_sentence(
    cli: Callable[..., Result], arguments: tuple[str, ...], stdin: bytes | None, said: str
) -> None:
    result = cli("segment", *arguments, stdin=stdin)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
    assert result.stdout == ""


def test_without_a_text_and_on_a_terminal_it_does_not_wait(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    import os

    controller, terminal = os.openpty()
    process = start("segment", stdin=terminal)
    os.close(terminal)
    _, err = process.communicate()
    os.close(controller)

    assert process.returncode == 2
    assert "There is no text; give one, or - to read standard input" in err


def test_the_mark_at_the_beginning_of_a_file_is_no_character_of_the_text(cli: Callable[..., Result]) -> None:
    found = document(cli("segment", "-", "--json", stdin="\ufeffHei\r\n".encode()))

    assert (found["encoding"], found["units"], found["segments"][0]["text"]) == ("GSM-7", 3, "Hei")
