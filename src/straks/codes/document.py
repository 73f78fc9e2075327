"""
What rests in a store: accounts and tallies as JSON, with the number of the form they are written in.

While keys are rotated a thing may rest under several names, the newest key's first. It is read from all
of them, as one, and written under the first; the others go. A form that is not known is an error, for a
count that is read as nothing is a limit that does not hold.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring_ascii as _quoted
from typing import TYPE_CHECKING, Any, Final

from straks.codes.rules import TOMBSTONE_S, Account, Challenge, Tally
from straks.codes.stores import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from straks.codes.rules import Window

_FORM: Final = 1
_DECODE: Final = json.JSONDecoder().decode


def read_account(names: Sequence[str], documents: Mapping[str, bytes]) -> Account:
    """
    Return the account that rests under *names*.

    Raises:
        ValueError: What rests there is none.
    """
    challenges: list[Challenge] = []
    failures: dict[str, int] = {}
    for facts in _read(names, documents):
        if facts["challenge"] is not None:
            challenges.append(_challenge(facts["challenge"]))
        for channel, count in facts["failures"].items():
            failures[channel] = failures.get(channel, 0) + int(count)
    return Account(max(challenges, key=lambda each: each.issued_s, default=None), failures)


def account_entry(account: Account) -> Entry | None:
    """Return what rests of *account*: nothing of one that nothing is to be remembered of."""
    challenge = account.challenge
    if challenge is None and not account.failures:
        return None
    failures = ",".join([f"{_quoted(name)}:{count}" for name, count in account.failures.items()])
    facts = f'"failures":{{{failures}}},"challenge":{"null" if challenge is None else _written(challenge)}'
    # Wrong codes are counted until a right one comes, however long that takes.
    forget_s = None if challenge is None or account.failures else challenge.expires_s + TOMBSTONE_S
    return Entry(_encode(facts), forget_s)


def read_tally(names: Sequence[str], documents: Mapping[str, bytes]) -> Tally:
    """
    Return the tally that rests under *names*.

    Raises:
        ValueError: What rests there is none.
    """
    marks = [(float(at_s), int(count)) for facts in _read(names, documents) for at_s, count in facts["marks"]]
    return Tally(tuple(sorted(marks)))


def tally_entry(tally: Tally, windows: Sequence[Window]) -> Entry | None:
    """Return what rests of *tally*, as long as any of *windows* reaches back."""
    if not tally.marks:
        return None
    marks = ",".join([f"[{at_s!r},{count}]" for at_s, count in tally.marks])
    return Entry(
        _encode(f'"marks":[{marks}]'), tally.marks[-1][0] + max([window.period_s for window in windows])
    )


def changes(
    names: Sequence[str], documents: Mapping[str, bytes], entry: Entry | None
) -> Iterator[tuple[str, Entry | None]]:
    """Yield what is to be written so that *entry* alone rests under *names*; nothing where it does."""
    if documents.get(names[0]) != (None if entry is None else entry.data):
        yield names[0], entry
    for name in names[1:]:
        if name in documents:
            yield name, None


def _read(names: Sequence[str], documents: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    for name in names:
        if name in documents:
            facts = _DECODE(documents[name].decode())
            if facts["form"] != _FORM:
                raise ValueError(f"a document of one-time codes is in form {facts['form']!r}, not {_FORM}")
            yield facts


def _encode(facts: str) -> bytes:
    return f'{{"form":{_FORM},{facts}}}'.encode("ascii")


def _written(challenge: Challenge) -> str:
    return (
        f'{{"id":{_quoted(challenge.challenge_id)},"key":{_quoted(challenge.key_id)},'
        f'"digest":{"null" if challenge.digest is None else _quoted(challenge.digest.hex())},'
        f'"channel":{_quoted(challenge.channel)},'
        f'"issued":{challenge.issued_s!r},"expires":{challenge.expires_s!r},"seen":{challenge.seen_s!r},'
        f'"spent":{challenge.spent},'
        f'"region":{"null" if challenge.region is None else _quoted(challenge.region)},'
        f'"block":{"null" if challenge.block is None else _quoted(challenge.block)}}}'
    )


def _challenge(facts: Mapping[str, Any]) -> Challenge:
    return Challenge(
        challenge_id=facts["id"],
        key_id=facts["key"],
        digest=None if facts["digest"] is None else bytes.fromhex(facts["digest"]),
        channel=facts["channel"],
        issued_s=facts["issued"],
        expires_s=facts["expires"],
        seen_s=facts["seen"],
        spent=facts["spent"],
        region=facts["region"],
        block=facts["block"],
    )
