"""The rules about languages, beyond their examples, and the words they go by."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from straks.errors import BrokenTemplate, UnknownLocale
from straks.policy.engine import inspect
from straks.policy.rules.language import RULES, marker_words
from straks.policy.settings import Policy
from straks.policy.trial import HEAD, PARAMETERS, Trial

if TYPE_CHECKING:
    from straks.policy.rule import Finding

LISTS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "src/straks/policy/marker_words.toml").read_text("utf-8")
)
SHIPPED = Path(__file__).parents[2] / "templates"
CHOICE = """
[parameters.status]
kind = "choice"
example = "open"
[parameters.status.choices]
open = { nb = "ikkje ferdig", nn = "ikkje ferdig", en = "not done" }
"""


def found(trial: Trial) -> list[Finding]:
    return list(inspect(trial.catalog()["trial"], trial.policy, RULES))


def only(code: str, trial: Trial) -> list[Finding]:
    return [finding for finding in found(trial) if finding.code == code]


def refused_by(dictionary: str, words: frozenset[str]) -> frozenset[str]:
    """Return those *words* that Debian's dictionary does not know."""
    hunspell = shutil.which("hunspell")
    there = Path("/usr/share/hunspell", f"{dictionary}.dic").exists()
    if hunspell is None or not there:
        # CI installs them, and fails if this is skipped there.
        pytest.skip(
            "Debian's dictionaries judge the words: apt-get install hunspell hunspell-no hunspell-en-gb"
        )
    answer = subprocess.run(  # noqa: S603 - a fixed command with words of ours
        [hunspell, "-i", "utf-8", "-l", "-d", f"/usr/share/hunspell/{dictionary}"],
        input="\n".join(sorted(words)),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return frozenset(answer.stdout.split())


def disputed(form: str) -> frozenset[str]:
    return frozenset(word for each in LISTS["disputed"] if each["form"] == form for word in each["words"])


@pytest.mark.parametrize(("own", "other"), [("nb", "nn"), ("nn", "nb")])
def test_the_dictionaries_know_each_word_in_its_own_form_alone(own: str, other: str) -> None:
    words = frozenset(LISTS[own])

    assert refused_by(f"{own}_NO", words) == frozenset()
    assert words - refused_by(f"{other}_NO", words) == frozenset()


@pytest.mark.parametrize(("own", "other"), [("nb", "nn"), ("nn", "nb")])
def test_no_word_is_called_disputed_that_no_dictionary_disputes(own: str, other: str) -> None:
    words = disputed(own)
    let_through = refused_by(f"{other}_NO", words) - refused_by(f"{own}_NO", words)

    assert words
    assert let_through == frozenset()


def test_every_dispute_says_why() -> None:
    assert all(len(each["why"].split()) > 5 for each in LISTS["disputed"])


def test_the_dictionaries_know_every_norwegian_word_and_no_english_one() -> None:
    words = marker_words()
    norwegian = words["norwegian"] - disputed("nb")

    assert refused_by("nb_NO", norwegian) & refused_by("nn_NO", norwegian) == frozenset()
    for dictionary in ("nb_NO", "nn_NO"):
        assert words["english"] - refused_by(dictionary, words["english"]) == frozenset()


def test_the_english_dictionary_knows_the_english_words_and_no_norwegian_one() -> None:
    words = marker_words()

    assert refused_by("en_GB", words["english"]) == frozenset()
    assert words["norwegian"] - refused_by("en_GB", words["norwegian"]) == frozenset()


def test_the_words_are_a_few_hundred_in_small_letters_and_in_one_list_each() -> None:
    words = marker_words()

    assert all(250 < len(words[form]) < 400 for form in ("nb", "nn"))
    assert not words["nb"] & words["nn"]
    assert not words["english"] & (words["nb"] | words["nn"] | words["norwegian"])
    assert all(word.islower() and word.isalpha() for kind in words.values() for word in kind)
    assert all(len(kind) == len(set(kind)) for kind in (LISTS["nb"], LISTS["nn"]))


@pytest.mark.parametrize(
    ("of_nb", "of_nn"),
    [
        ("ikke", "ikkje"),
        ("hvordan", "korleis"),
        ("noen", "nokon"),
        ("noe", "noko"),
        ("hun", "ho"),
        ("dem", "dei"),
        ("jeg", "eg"),
        ("uke", "veke"),
        ("fra", "frå"),
        ("bare", "berre"),
        ("se", "sjå"),
        ("en", "ein"),
        ("mulig", "mogleg"),
        ("mer", "meir"),
        ("uten", "utan"),
    ],
)
def test_the_most_frequent_words_tell_the_forms_apart(of_nb: str, of_nn: str) -> None:
    nb = Trial(sms=f"Her er {of_nn} to.")
    nn = Trial(files={"nn/sms.txt": f"Her er {of_nb} to."})

    assert [finding.message for finding in only("LNG804", nb)] == [
        f"“{of_nn}” is nynorsk, in a text that is nb"
    ]
    assert [finding.message for finding in only("LNG804", nn)] == [
        f"“{of_nb}” is bokmål, in a text that is nn"
    ]


def test_a_text_in_the_wrong_folder_is_one_finding_and_not_one_for_each_word() -> None:
    english = Trial(sms="Your code is {{ code }}. Please do not share it with anyone. Valid until today.")
    wrongly_nn = Trial(files={"nn/sms.txt": "Hei.\nHvis du ikke vet hva det gjelder, se nettsiden."})
    wrongly_en = Trial(files={"en/sms.txt": "Viss du ikkje veit kva det gjeld, sjå nettsidene våre."})

    [finding] = only("LNG804", english)
    assert finding.message.startswith(
        "a text that is to be nb reads as English: “your”, “please”, “share” and "
    )
    [finding] = only("LNG804", wrongly_nn)
    assert (finding.line, finding.column) == (2, 1)
    assert "to be nn reads as bokmål" in finding.message
    [finding] = only("LNG804", wrongly_en)
    assert "to be en reads as Norwegian" in finding.message


def test_the_words_of_a_plural_are_read_though_a_number_chooses_them() -> None:
    text = 'Du har {{ count }} {{ count|plural("melding", "meldinger") }}.'
    [finding] = only("LNG804", Trial(files={"nn/sms.txt": text}))

    assert finding.column == text.index("meldinger") + 1
    branched = "{% if code %}Hei. {% endif %}" + text
    assert len(only("LNG804", Trial(files={"nn/sms.txt": branched}))) == 1


def test_alternative_texts_and_titles_are_read() -> None:
    html = '<p><img src="https://www.example.org/a.png" alt="Ein pil"> <a title="Les meir">Hei</a></p>'

    assert [(each.message[:8], each.column) for each in only("LNG804", Trial(html=html))] == [
        ("“Ein” is", html.index("Ein") + 1),
        ("“meir” i", html.index("meir") + 1),
    ]


def test_an_abbreviation_is_no_word_unless_all_is_in_capitals() -> None:
    assert only("LNG804", Trial(sms="Hos EG og DEI kan du logge inn.")) == []
    assert only("LNG804", Trial(sms="EG har svart deg. DEI òg.")) == []
    assert len(only("LNG804", Trial(sms="LOGG INN, OG DEL IKKJE KODEN"))) == 1


def test_a_strange_word_is_found_where_it_stands() -> None:
    trial = Trial(
        files={"nn/sms.txt": "Hei.\n{% if count > 1 %}Saka er\n  ikke klar.{% else %}Ja.{% endif %}"}
    )

    [finding] = only("LNG804", trial)

    assert (finding.path, finding.line, finding.column) == ("trial/nn/sms.txt", 3, 3)
    assert finding.message == "“ikke” is bokmål, in a text that is nn"


def test_a_strange_word_in_html_is_found_where_it_stands() -> None:
    [finding] = only("LNG804", Trial(html='<h1 title="x">Hei</h1>\n<p>Dette er <b>ikkje</b> klart.</p>'))

    assert (finding.path, finding.line, finding.column) == ("trial/nb/email.html", 2, 16)


def test_a_strange_word_among_the_choices_is_found_in_the_manifest() -> None:
    [finding] = only("LNG804", Trial(sms="Saken er {{ status }}.", parameters=PARAMETERS + CHOICE))

    lines = (HEAD + PARAMETERS + CHOICE).split("\n")
    assert finding.path == "trial/template.toml"
    assert finding.line is not None
    assert finding.column is not None
    assert lines[finding.line - 1][finding.column - 1 :].startswith("ikkje")


def test_a_choice_that_is_written_otherwise_is_found_at_its_parameter() -> None:
    written = CHOICE.replace('nb = "ikkje', 'nb = "\\u0069kkje').replace('nn = "ikkje ferdig"', 'nn = "x"')

    [finding] = only("LNG804", Trial(sms="{{ status }}", parameters=PARAMETERS + written))

    assert finding.line == (HEAD + PARAMETERS + written).split("\n").index("[parameters.status]") + 1


@pytest.mark.parametrize(
    "text",
    [
        "Hei {{ name }}",
        "Brev fra Ein Gard og Dei Nye.",
        "Se nokon.example.org og post@ikkje.example.org",
        "Programmet eg-meg",
        "{{ count }}meir",
    ],
)
def test_names_addresses_and_values_are_no_prose(text: str) -> None:
    trial = Trial(sms=text, values={"name": "Ikkje Eg"})

    assert only("LNG804", trial) == []


def test_the_first_word_of_a_sentence_is_read_for_all_its_capital() -> None:
    assert len(only("LNG804", Trial(sms="Hei. Ikkje svar. «Eg» er meg.\nKorleis?"))) == 3


def test_a_part_in_another_language_is_marked_to_its_end() -> None:
    marked = '<p>Hei <span lang="nn">ikkje</span> ikkje</p>'
    [finding] = only("LNG804", Trial(html=marked))
    assert finding.column == marked.rindex("ikkje") + 1

    assert only("LNG804", Trial(html='<p lang="nn">ikkje<br>')) == []
    assert len(only("LNG804", Trial(html='<p lang="nb">ikkje</p>'))) == 1


def test_a_language_may_be_left_out_where_the_policy_does_without() -> None:
    trial = Trial(sms="Hei", policy=Policy(languages=("nb",)))

    assert found(trial) == []


def test_what_is_missing_is_named_with_its_language() -> None:
    messages = [finding.message for finding in only("LNG801", Trial(sms="Hei"))]

    assert messages == ["trial has no sms in en", "trial has no sms in nn"]


def test_what_a_manifest_leaves_out_on_purpose_the_policy_asks_for_until_somebody_says_why() -> None:
    alone = HEAD + 'languages = ["nb"]\n'
    excused = "# straks: ignore[LNG801] sent to nobody outside of the house\n" + alone
    hints = {finding.hint for finding in only("LNG801", Trial(sms="Hei", head=alone))}

    assert hints == {
        f"write it, or take {locale} out of the policy's languages, or say why not above [template]: "
        "# straks: ignore[LNG801] why"
        for locale in ("nn", "en")
    }
    assert only("LNG801", Trial(sms="Hei", head=excused)) == []


def test_a_branch_or_a_value_that_one_language_lacks_is_named() -> None:
    trial = Trial(
        files={
            "nb/sms.txt": '{{ "flere" if count > 1 else "en" }} {{ service }}',
            "nn/sms.txt": "{% if count %}ja{% endif %}",
            "en/sms.txt": "{{ service }} {{ count }}",
        }
    )

    assert [(finding.path, finding.message) for finding in only("LNG802", trial)] == [
        ("trial/en/sms.txt", "en does not ask about 'count', as nb does"),
        ("trial/nb/sms.txt", "nb does not show 'count', as en does"),
        ("trial/nn/sms.txt", "nn asks otherwise about 'count' than nb does"),
        ("trial/nn/sms.txt", "nn does not show 'count', as en does"),
        ("trial/nn/sms.txt", "nn does not show 'service', as nb does"),
    ]


def test_short_texts_and_those_that_nothing_can_follow_have_no_length_to_compare() -> None:
    trial = Trial(html="<p>Hei</p>", files={"nn/subject.txt": "Ei mykje lengre linje", "nn/email.html": ""})

    assert only("LNG805", trial) == []


def test_another_language_is_served_only_where_the_manifest_says_so() -> None:
    values = Trial(sms="Hei").catalog()["trial"].examples
    silent = Trial(sms="Hei").catalog()
    declared = Trial(sms="Hei", head=HEAD + 'fallback = { se = "nb" }\n').catalog()

    with pytest.raises(UnknownLocale):
        silent.sms("trial", locale="se", to="+46701740605", values=values)
    assert declared.sms("trial", locale="se", to="+46701740605", values=values).locale == "nb"
    empty = Trial(sms="{% if count > 5 %}Hei{% endif %}").catalog()
    with pytest.raises(BrokenTemplate, match="empty"):
        empty.sms("trial", locale="nb", to="+46701740605", values=values)
    with pytest.raises(BrokenTemplate, match="does not declare"):
        Trial(sms="{{ title }}").catalog()


@pytest.mark.parametrize(
    ("sms", "column"), [("Hei {{ name }}}.", 15), ("Hei } {{ name }}.", None), ("Hei }{{ name }}.", 5)]
)
def test_a_brace_too_many_does_not_reach_a_person(sms: str, column: int | None) -> None:
    columns = [finding.column for finding in only("LNG803", Trial(sms=sms))]

    assert columns == [column] * (column is not None)
