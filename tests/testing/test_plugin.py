"""``pytest --straks``: what it collects, what it tells, and what it costs where nobody asks for it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from straks.cli import main
from straks.loading import shipped_folder
from straks.testing.collecting import BOUND_RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from straks.simulator import Simulator

    Run = Callable[..., pytest.RunResult]

POLICY = 'languages = ["nb", "nn"]\n'
MANIFEST = """\
[template]
purpose = "notice"
repeat = "harmful"
time-to-live = 86400

[parameters.name]
kind = "name"
max-length = 40
example = "Kari"
"""
DEAR = "Hei {{ name }}! Pakken din er klar til henting – ta med legitimasjon når du kommer.\n"
GOOD = MANIFEST.replace("max-length = 40", 'max-length = 20\nalphabet = "gsm-7"')
SAYS = {
    "nb": "Pakken til {{ name }} er klar til henting.\n",
    "nn": "Pakken til {{ name }} er klar til henting.\n",
}


def write(path: str, text: str | bytes) -> None:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def make(name: str, manifest: str = GOOD, texts: dict[str, str] = SAYS, folder: str = "templates") -> None:
    """Write a template with these SMS."""
    write(f"{folder}/{name}/template.toml", manifest)
    for locale, text in texts.items():
        write(f"{folder}/{name}/{locale}/sms.txt", text)


@pytest.fixture(autouse=True)
def _here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs these tests reaches the runs in them."""
    monkeypatch.setenv("COLUMNS", "120")
    for name in ("PYTEST_ADDOPTS", "PY_COLORS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    write("straks.toml", POLICY)


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Return `run(*arguments)`: pytest in this process, with few draws."""

    def inner(*arguments: str, examples: int = 5) -> pytest.RunResult:
        return pytester.runpytest_inprocess(
            "--straks-examples", str(examples), "-p", "no:xdist", "-p", "no:cacheprovider", *arguments
        )

    return inner


def ids(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if "::" in line and " " not in line]


def lines_of(result: pytest.RunResult, item: str) -> list[str]:
    """Return what was told of an item that failed, up to the next one."""
    start = next(
        number
        for number, line in enumerate(result.outlines)
        if re.fullmatch(f"_+ {re.escape(item)} _+", line)
    )
    told: list[str] = []
    for line in result.outlines[start + 1 :]:
        if re.match(r"_{3,} |={3,} ", line):
            break
        told.append(line)
    return told


def checked(capfd: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return what `straks check` says of the same, its last line aside."""
    with pytest.raises(SystemExit):
        main(["check", *arguments])
    return capfd.readouterr().out.splitlines()[:-1]


# --- what is collected --------------------------------------------------------------------------


def test_every_template_language_and_channel_is_collected(run: Run) -> None:
    make("parcel")
    make("notice", texts={"nb": SAYS["nb"]})
    for file, text in {"subject.txt": "Pakken\n", "email.html": "<p>Hei</p>\n"}.items():
        write(f"templates/parcel/nn/{file}", text)
    write("templates/notice/nb/subject.txt", "Pakken\n")
    write("templates/notice/nb/email.txt", "Hei\n")
    result = run("--straks", "templates/", "--collect-only", "-q")

    assert ids(result) == [
        "templates/notice/template.toml::policy",
        *(f"templates/notice/nb/sms.txt::{item}" for item in ("bound", "policy", "values")),
        *(f"templates/notice/nb/email.txt::{item}" for item in ("bound", "policy", "values")),
        "templates/parcel/template.toml::policy",
        *(f"templates/parcel/nb/sms.txt::{item}" for item in ("bound", "policy", "values")),
        *(f"templates/parcel/nn/sms.txt::{item}" for item in ("bound", "policy", "values")),
        *(f"templates/parcel/nn/email.html::{item}" for item in ("bound", "policy", "values")),
        "templates::policy",
    ]


def test_the_shipped_templates_pass(run: Run) -> None:
    write("straks.toml", "")
    result = run("--straks", str(shipped_folder()), "-k", "status-update or templates::policy")

    result.assert_outcomes(passed=1 + 6 * 3, deselected=96 - 1 - 6 * 3)


def test_tests_of_ones_own_run_beside_the_templates(run: Run, pytester: pytest.Pytester) -> None:
    make("parcel")
    pytester.makepyfile(test_own="def test_own(): pass")

    run("--straks", "templates").assert_outcomes(passed=1 + 2 + 6)
    run("--straks", "templates", "-m", "not straks").assert_outcomes(passed=1, deselected=8)
    run("--straks", "templates", "-k", "parcel and bound").assert_outcomes(passed=2, deselected=7)
    run("test_own.py", "--straks", "templates").assert_outcomes(passed=9)


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("--straks", "templates/parcel"), 7),
        (("--straks", "templates/parcel/nb/sms.txt"), 7),
        (("--straks", "templates/parcel", "--straks", "templates/letter"), 14),
        (("--straks", "templates/parcel", "--straks", "templates"), 15),
        (("--straks", "templates", "templates/parcel"), 7),
        (("--straks", "templates", "templates/parcel/nb"), 3),
        (("--straks", "templates", "templates/parcel/nb/sms.txt::bound"), 1),
        (("--straks", "templates", "--straks", "more"), 23),
        (("--straks", "../other"), 8),
    ],
)
def test_a_folder_a_template_or_a_file_may_be_asked_for(
    run: Run, arguments: tuple[str, ...], count: int
) -> None:
    make("parcel")
    make("letter")
    make("third", folder="more")
    make("fourth", folder="../other")
    write("../straks.toml", POLICY)

    run(*arguments).assert_outcomes(passed=count)


def test_paths_may_stand_in_the_configuration(run: Run, pytester: pytest.Pytester) -> None:
    make("parcel")
    make("letter")
    pytester.makepyfile(test_own="def test_own(): pass")
    pytester.makeini("[pytest]\nstraks_paths = templates\n")

    run().assert_outcomes(passed=1 + 15)
    run("test_own.py").assert_outcomes(passed=1)
    run("templates/parcel/nb/sms.txt").assert_outcomes(passed=3)
    run("--straks", "templates/letter", "test_own.py").assert_outcomes(passed=1 + 7)


def test_testpaths_and_configured_paths_go_together(run: Run, pytester: pytest.Pytester) -> None:
    make("parcel")
    pytester.makepyfile(**{"tests/test_own": "def test_own(): pass", "test_other": "def test_other(): pass"})
    pytester.makeini("[pytest]\nstraks_paths = templates\ntestpaths = tests\n")

    run().assert_outcomes(passed=1 + 8)


def test_an_item_that_failed_can_be_asked_for_by_its_id(run: Run) -> None:
    make("parcel", manifest=MANIFEST, texts={"nb": DEAR, "nn": DEAR})
    result = run("--straks", "templates", "-q")
    failed = [line.split()[1] for line in result.outlines if line.startswith("FAILED")]

    assert "templates/parcel/nb/sms.txt::bound" in failed
    for item in failed:
        run("--straks", "templates", item).assert_outcomes(failed=1)


# --- what is told -------------------------------------------------------------------------------


def test_a_text_over_its_limit_is_told_as_the_check_tells_it(run: Run) -> None:
    make("parcel", manifest=MANIFEST, texts={"nb": DEAR})
    write("straks.toml", 'languages = ["nb"]\n')
    result = run("--straks", "templates/")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert lines_of(result, "templates/parcel/nb/sms.txt::bound") == [
        "error[SMS101]: can reach 3 segments (limit 2): 153 units of UCS-2, and 134 fit",
        " --> templates/parcel/nb/sms.txt:1:1",
        "  |",
        "1 | Hei {{ name }}! Pakken din er klar til henting – ta med legitimasjon når du kommer.",
        "  | ^",
        (
            "  = help: keep to GSM-7, of which 306 units fit; or shorten the text by 19 units, "
            "or lower the bound of 'name'"
        ),
        "  = with: name=" + "😀" * 40,
        "",
    ]
    assert lines_of(result, "templates/parcel/nb/sms.txt::policy") == [
        "warning[SMS102]: U+2013 EN DASH moves the message to 70 characters a segment",
        " --> templates/parcel/nb/sms.txt:1:48",
        "  |",
        "1 | Hei {{ name }}! Pakken din er klar til henting – ta med legitimasjon når du kommer.",
        "  |                                                ^",
        "  = help: write '-'",
        "",
    ]
    result.stdout.fnmatch_lines(
        ["FAILED templates/parcel/nb/sms.txt::bound - SMS101: can reach 3 segments (limit 2): 153 units*"]
    )
    result.assert_outcomes(failed=3, passed=2)


def test_every_finding_of_the_check_is_told_by_one_item(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    make(
        "parcel",
        manifest=MANIFEST,
        texts={"nb": DEAR, "nn": "{# straks: ignore[SMS101] #}\nHei {{ name }}  \n"},
    )
    make("letter", texts={"nn": "Hei {{ name }}\n"})
    make("broken", texts={"nb": "{{ navn }}\n"})
    write("templates/parcel/nb/subject.txt", "VIKTIG\n")
    write("templates/parcel/nb/email.html", "<p onclick='x'>Hei</p><img src='https://a.example.org/x.png'>\n")
    write("straks.toml", POLICY + "attempts = 20\n")
    said = checked(capfd, "templates")
    result = run("--straks", "templates", "-k", "not values")
    failed = [line.split()[1] for line in result.outlines if line.startswith("FAILED")]
    told = [line for item in failed for line in lines_of(result, item)]
    heads = sorted(line for line in said if re.match(r"(error|warning|advice)\[", line))

    assert sorted(line for line in told if re.match(r"(error|warning|advice)\[", line)) == heads
    assert len(heads) > 8
    # Line by line, too: what the check prints is printed here, and nothing else.
    assert sorted(filter(None, told)) == sorted(filter(None, said))
    assert "templates::policy" in failed
    assert "templates/parcel/template.toml::policy" in failed
    assert "templates/parcel/nn/sms.txt::policy" in failed


def test_the_bound_has_an_item_of_its_own(run: Run) -> None:
    make("parcel", manifest=MANIFEST, texts={"nb": DEAR, "nn": "Hei {{ name|replace('a', name) }} –\n"})
    result = run("--straks", "templates")
    codes = {
        item: {found for line in lines_of(result, item) for found in re.findall(r"^\w+\[(\w+)\]", line)}
        for item in (line.split()[1] for line in result.outlines if line.startswith("FAILED"))
    }

    assert all(found <= BOUND_RULES for item, found in codes.items() if item.endswith("::bound"))
    assert not any(found & BOUND_RULES for item, found in codes.items() if item.endswith("::policy"))
    assert codes["templates/parcel/nn/sms.txt::bound"] == {"SMS101"}


def test_values_that_break_a_text_are_told_at_its_line(run: Run) -> None:
    optional = GOOD.replace("max-length", "optional = true\nmax-length")
    make("parcel", manifest=optional, texts={"nb": "{% if name %}Hei {{ name }}{% endif %}\n"})
    result = run("--straks", "templates", "-k", "values", examples=50)

    assert lines_of(result, "templates/parcel/nb/sms.txt::values") == [
        "error[values]: comes out empty with these values; a message needs a text",
        " --> templates/parcel/nb/sms.txt:1:1",
        "  |",
        "1 | {% if name %}Hei {{ name }}{% endif %}",
        "  | ^",
        "  = help: write it so that whatever the parameters admit can fill it, or narrow a parameter",
        "",
    ]


def test_a_template_that_cannot_be_read_fails_alone(run: Run) -> None:
    make("parcel")
    make("names", texts={"nb": "Hei\n{{ navn }}\n"})
    make("manifest", manifest="[template\n")
    make("latin")
    write("templates/latin/nn/sms.txt", b"Hei\n\xe6\n")
    write("templates/bare/nb/sms.txt", "Hei\n")
    result = run("--straks", "templates")

    result.assert_outcomes(failed=4, passed=8)
    assert lines_of(result, "templates/names/nb/sms.txt::readable")[:5] == [
        "error[TPL001]: uses 'navn', which names/template.toml does not declare",
        " --> templates/names/nb/sms.txt:2:4",
        "  |",
        "2 | {{ navn }}",
        "  |    ^",
    ]
    assert "is not UTF-8" in lines_of(result, "templates/latin/nn/sms.txt::readable")[0]
    assert "is not valid TOML" in lines_of(result, "templates/manifest/template.toml::readable")[0]
    assert "its folder has no template.toml" in lines_of(result, "templates/bare/nb/sms.txt::readable")[0]


def test_a_shared_part_that_is_broken_fails_by_itself_and_with_what_draws_on_it(run: Run) -> None:
    make("parcel")
    make("letter", texts={"nb": SAYS["nb"] + '{% include "_parts/a.txt" %}', "nn": SAYS["nn"]})
    write("templates/_parts/a.txt", "{% if %}\n")
    result = run("--straks", "templates")

    result.assert_outcomes(failed=2, passed=8)
    told = lines_of(result, "templates/_parts/a.txt::readable")
    assert told[1] == " --> templates/_parts/a.txt:1:1"
    assert lines_of(result, "templates/letter/template.toml::readable") == told


def test_the_policy_is_the_nearest_and_decides(run: Run) -> None:
    make("parcel", texts={"nb": SAYS["nb"]})
    missing = run("--straks", "templates")
    write("templates/straks.toml", 'languages = ["nb"]\n')
    nearer = run("--straks", "templates")

    assert missing.parseoutcomes()["failed"] == 1
    nearer.assert_outcomes(passed=5)


# --- what cannot be used ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--straks", "nowhere"), "there is no folder *nowhere; name one that holds templates"),
        (("--straks", "empty"), "*empty holds no template; a template is a folder with template.toml in it*"),
        (("--straks", "bad"), "*straks.toml: unknown key 'langs'; did you mean 'languages'?"),
        (("--straks-examples", "0"), "*--straks-examples: takes a whole number, 1 or more, not '0'"),
        (("--straks-examples", "many"), "*--straks-examples: takes a whole number, 1 or more, not 'many'"),
        (("--straks", "templates", "--ignore", "templates"), "pytest does not look into *templates, so*"),
        (("--straks", "build/mine"), "pytest does not look into *mine, so its templates are not tested*"),
    ],
)
def test_what_cannot_be_used_stops_the_run_with_a_sentence(
    pytester: pytest.Pytester, arguments: tuple[str, ...], said: str
) -> None:
    make("parcel")
    make("parcel", folder="bad")
    make("parcel", folder="build/mine")
    write("bad/straks.toml", 'langs = ["nb"]\n')
    Path("empty").mkdir()
    result = pytester.runpytest_inprocess("-p", "no:xdist", *arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{said}"])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()


def test_a_folder_that_is_passed_over_is_tested_when_it_is_named(run: Run) -> None:
    make("parcel", folder="build/mine")

    run("--straks", "build/mine", "build/mine").assert_outcomes(passed=8)


@pytest.mark.parametrize("what", ["hypothesis", "starlette"])
def test_a_missing_extra_is_an_error_that_names_it(pytester: pytest.Pytester, what: str) -> None:
    make("parcel")
    pytester.makepyfile(test_own="def test_own(altinn): pass")
    write("without.py", f"import sys\nsys.modules[{what!r}] = None\n")
    result = pytester.runpytest_subprocess(
        "-p",
        "without",
        "-p",
        "no:hypothesispytest",
        "-p",
        "no:xdist",
        "-p",
        "no:anyio",
        "--straks",
        "templates",
    )

    if what == "hypothesis":
        result.assert_outcomes(passed=1 + 6, failed=2)
        assert lines_of(result, "templates/parcel/nb/sms.txt::values") == [
            "drawing values for templates needs an optional part of straks; install straks[testing]"
        ]
    else:
        result.assert_outcomes(passed=8, errors=1)
        result.stdout.fnmatch_lines(
            ["*MissingExtra: Simulator needs an optional part of straks; install straks[[]*"]
        )


def test_an_error_of_straks_itself_is_shown_from_where_it_was_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from straks.testing.collecting import Shelf

    def breaks(*_: object) -> None:
        raise ZeroDivisionError("here")

    make("parcel", texts={"nb": "Hei\n"})
    monkeypatch.setattr(Shelf, "found", breaks)
    result = run("--straks", "templates", "-k", "bound")

    told = lines_of(result, "templates/parcel/nb/sms.txt::bound")
    assert "E       ZeroDivisionError: here" in told
    assert not any("pluggy" in line for line in told)


# --- along with others --------------------------------------------------------------------------


def test_several_processes_share_the_items(run: Run, pytester: pytest.Pytester) -> None:
    make("parcel", manifest=MANIFEST, texts={"nb": DEAR, "nn": SAYS["nn"]})
    pytester.makepyfile(test_own="def test_own(): pass")
    pytester.makeini("[pytest]\nstraks_paths = templates\n")
    alone = run()
    shared = pytester.runpytest_subprocess("--straks-examples", "5", "-n", "2")

    assert shared.parseoutcomes() == alone.parseoutcomes()
    assert alone.parseoutcomes()["failed"] == 4
    shared.stdout.fnmatch_lines(["error[[]SMS101[]]: can reach 3 segments (limit 2)*", "  | ^"])


def test_a_run_stops_at_the_first_failure_and_goes_on_with_the_last(pytester: pytest.Pytester) -> None:
    make("parcel", manifest=MANIFEST, texts={"nb": DEAR, "nn": DEAR})
    few = ("-p", "no:xdist", "--straks", "templates", "--straks-examples", "5")

    pytester.runpytest_inprocess(*few, "-x").assert_outcomes(failed=1)
    pytester.runpytest_inprocess(*few).assert_outcomes(failed=5, passed=3)
    pytester.runpytest_inprocess(*few, "--lf").assert_outcomes(failed=5)


def test_values_that_failed_are_tried_first_the_next_time(pytester: pytest.Pytester) -> None:
    make("parcel", texts={"nb": "{{ name|replace('€€€€€€', '')|replace('€', '') }}\n"})
    # On a build server Hypothesis keeps no database of what failed.
    kept = ("-p", "no:xdist", "--hypothesis-profile", "default")
    few = (*kept, "--straks", "templates", "-k", "values")
    found = pytester.runpytest_subprocess(*few, "--straks-examples", "200")
    again = pytester.runpytest_subprocess(*few, "--straks-examples", "1")

    found.assert_outcomes(failed=1, deselected=4)
    again.assert_outcomes(failed=1, deselected=4)


# --- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--version"], ["-q"]])
def test_a_run_without_templates_loads_a_few_small_modules(
    pytester: pytest.Pytester, arguments: list[str]
) -> None:
    pytester.makepyfile(test_own="def test_own(): pass")

    def loaded(*more: str) -> set[str]:
        probe = (
            f"import sys, pytest; pytest.main({[*arguments, *more]!r}); print(*sys.modules, file=sys.stderr)"
        )
        python = [sys.executable, "-c", probe]
        return set(subprocess.run(python, check=True, capture_output=True, text=True).stderr.split())  # noqa: S603 - this very interpreter

    ours = {"straks", "straks.core", "straks.core.display", "straks.testing", "straks.testing.plugin"}

    assert loaded() - loaded("-p", "no:straks") <= ours


def test_the_plugin_is_found_by_its_entry_point(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--trace-config", "--collect-only")

    result.stdout.fnmatch_lines(["*straks*: *plugin.py*"])


# --- the fixture --------------------------------------------------------------------------------


def test_altinn_is_there_on_a_port_of_its_own(altinn: Simulator) -> None:
    assert altinn.url.startswith("http://127.0.0.1:")
    assert altinn.messages == []


def test_altinn_is_fresh_in_every_test_and_over_after_it(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_own="""
        import socket
        import straks

        CATALOG = straks.Catalog.load()
        URLS = []

        def place(altinn):
            values = CATALOG["one-time-code"].examples
            sms = CATALOG.sms("one-time-code", locale="nb", to="+46701740605", values=values)
            order = sms.order(occasion="login/1", key=straks.SIMULATOR_KEY)
            with straks.AltinnTransport(altinn.url, altinn.token()) as transport:
                return transport.send(order).replayed

        def test_once(altinn):
            assert [place(altinn), place(altinn)] == [False, True]
            URLS.append(altinn.url)

        def test_again(altinn):
            assert [place(altinn), len(altinn.messages)] == [False, 1]

        def test_over():
            host, _, port = URLS[0].removeprefix("http://").partition(":")
            with socket.socket() as line:
                assert line.connect_ex((host, int(port)))
        """
    )

    run().assert_outcomes(passed=3)


def test_the_test_that_the_documentation_shows_passes(run: Run, pytester: pytest.Pytester) -> None:
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text("utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    pytester.makepyfile(**{f"test_shown_{number}": text for number, text in enumerate(examples)})

    run().assert_outcomes(passed=sum(text.count("def test_") for text in examples))
    assert examples
