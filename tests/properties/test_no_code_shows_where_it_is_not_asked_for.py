"""
Law: no code, recipient, subject or session shows where nobody asked for it.

Looked at is everything that a code leaves behind: what ``repr`` says of all that is handed out, the
sentence, fields and causes of every error, the local variables of every frame of ours that an error came
through (which error reporters print), records, logs, ids, and what rests in the store. Codes have ten
digits here, so that none is found in a hash by chance.
"""

from __future__ import annotations

import io
import logging
import pickle
import traceback
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

import straks
from straks.core.catalog import Catalog
from straks.policy.trial import HEAD, PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from straks.codes.stores import Clock, Decide

OURS = str(Path(straks.__file__).parent)
KEY = b"a key that only tests have"
SUBJECT, SESSION, CALLER = "subject-qxzj", "session-qxzj", "caller-qxzj"
CHALLENGE = int("abcd" * 8, 16)
RECIPIENTS = {"+46701740605": "701740605", "kari.qxzj@example.org": "kari.qxzj"}
MESSAGE = Catalog(
    {
        "own/template.toml": HEAD
        + PARAMETERS.replace("length = 6", "length = 10").replace("482913", "4829134829"),
        "own/nb/sms.txt": "Koden er {{ code }}",
        "own/nb/subject.txt": "Kode",
        "own/nb/email.txt": "Koden er {{ code }}",
    }
)
VALUES: dict[str, Any] = {
    name: parameter.example
    for name, parameter in MESSAGE["own"].parameters.items()
    if name not in ("code", "lifetime")
}


@contextmanager
def everything_logged() -> Generator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def shown_by(error: BaseException) -> Iterator[str]:
    """Yield what an error reporter prints of *error*: our frames with all that is in them."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    yield from (f"{error!r} {error} {vars(error)!r}", *whole.format_exception_only())
    if isinstance(error, straks.StraksError):
        yield repr(pickle.loads(pickle.dumps(error)))  # noqa: S301 - what this test pickled itself
    for frame in whole.stack:
        if frame.filename.startswith(OURS):
            yield repr(frame.locals)
    for other in (error.__cause__, error.__context__):
        if other is not None:
            yield from shown_by(other)


class Failing(straks.MemoryStore):
    """A store that fails once it has been told to."""

    broken = False

    def step(self, names: Sequence[str], decide: Decide[Any], clock: Clock | None = None) -> Any:  # noqa: ANN401 - any answer
        if self.broken:
            raise ConnectionError
        return super().step(names, decide, clock)


def tell_badly(_: object) -> NoReturn:
    raise OSError


@given(
    number=st.integers(0, 10**10 - 1),
    recipient=st.sampled_from(sorted(RECIPIENTS)),
    typed=st.sampled_from(["right", "spaced", "wrong"]),
)
def test_no_code_shows_where_it_is_not_asked_for(number: int, recipient: str, typed: str) -> None:
    code = f"{number:010d}"
    guess = {"right": code, "spaced": f"{code[:5]} {code[5:]}", "wrong": f"{(number + 1) % 10**10:010d}"}[
        typed
    ]
    hidden = [code, guess, SUBJECT, SESSION, CALLER, RECIPIENTS[recipient]]
    shown: list[str] = []
    records: list[straks.CodeRecord] = []
    store, transport = Failing(), straks.MemoryTransport()
    codes = straks.OneTimeCodes(
        store,
        key=KEY,
        digits=10,
        cooldown=timedelta(seconds=30),
        hooks=[records.append, tell_badly],
        randbelow=lambda below: number if below == 10**10 else CHALLENGE,
    )
    who: dict[str, Any] = {"subject": SUBJECT, "purpose": "login", "session": SESSION}
    to: dict[str, Any] = {"recipient": recipient, "caller": CALLER}
    with everything_logged() as log:
        sent = codes.send(MESSAGE, "own", transport, **who, **to, locale="nb", values=VALUES)
        with pytest.raises(straks.TooSoon) as soon:
            codes.issue(**who, **to)
        verdict = codes.verify(**who, code=guess)
        store.broken = True
        with pytest.raises(straks.StoreFailed) as failed:
            codes.verify(**who, code=guess)
        with pytest.raises(straks.StoreFailed) as failed_again:
            codes.issue(**{**who, "subject": f"{SUBJECT}-2"}, **to)
        with pytest.raises(straks.InvalidSetting) as refused:
            codes.issue(**{**who, "purpose": ""}, **to)
    for caught in (soon, failed, failed_again, refused):
        shown += shown_by(caught.value)
    shown += [repr(each) for each in (codes, store, transport, sent, sent.issued, transport.orders, verdict)]
    shown += [repr(records), log.getvalue(), *(order.idempotency_id for order in transport.orders)]
    shown += [repr(each) for entry in store._entries.items() for each in entry]
    shown += [entry.data.decode() for entry in store._entries.values()]

    assert code in transport.orders[0].message.body  # type: ignore[attr-defined]
    assert bool(verdict) == (typed != "wrong")
    assert [secret for secret in hidden for text in shown if secret in text] == []
