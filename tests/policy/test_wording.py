"""The rules about wording, beyond their examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from straks.policy.engine import inspect
from straks.policy.rules.wording import RULES
from straks.policy.trial import Trial

if TYPE_CHECKING:
    from straks.policy.rule import Finding


def only(code: str, trial: Trial) -> list[Finding]:
    findings = inspect(trial.catalog()["trial"], trial.policy, RULES)
    return [finding for finding in findings if finding.code == code]


def test_a_long_sentence_is_found_where_it_begins() -> None:
    [finding] = only("LNG808", Trial(sms="Hei. " + "ord " * 40 + "slutt. Takk."))

    assert (finding.line, finding.column) == (1, 6)
    assert "41 words" in finding.message


def test_paragraphs_and_addresses_do_not_add_up_to_a_sentence() -> None:
    html = "".join(f"<p>{'ord ' * 20}</p>" for _ in range(3))

    assert only("LNG808", Trial(html=html)) == []
    assert only("LNG808", Trial(sms="Kl. 12.30 og " + "ord " * 30)) == []


def test_names_of_bodies_are_left_alone_in_english() -> None:
    assert only("LNG809", Trial(files={"en/sms.txt": "Lånekassen or Lånekassa"})) == []
