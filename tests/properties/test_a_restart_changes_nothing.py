"""
Law: a desk over a file that is stopped and made anew, at any time and any number of times, says the same
as one in memory that was never stopped; and what is seen in its inbox is the same.
"""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from hypothesis import example, given
from hypothesis import strategies as st

from straks.simulator.desk import BASE, START_S, Desk
from straks.simulator.fate import Stage
from straks.simulator.fates import FATES
from straks.simulator.sqlite_store import SqliteStore
from straks.wire.exchange import Request, Response

API = f"{BASE}/notifications/api/v1/future"
Step: TypeAlias = tuple[str, str, str]

# Text of every sort that a body can bring here: NUL, surrogate pairs, quotes, what SQL would choke on.
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda text: text.strip() != "")
ids = st.sampled_from(["login/1", "login/2", "Login/1", "login/\x00", "ø" * 1351])
orders = st.tuples(
    st.sampled_from(["sms", "email"]),
    ids,
    texts | st.sampled_from(["'; DROP TABLE orders; --", "a\x00b", "😀"]),
)
faults = st.sampled_from([fate.name for fate in FATES if fate.stage in (Stage.SENT, Stage.COURSE)])
others = st.one_of(
    st.tuples(st.just("advance"), st.sampled_from(["0.5", "2", "400", "8000000"]), st.just("")),
    st.tuples(st.just("fault"), faults, st.just("")),
    st.sampled_from([("clear", "", ""), ("restart", "", "")]),
)
steps = st.lists(orders | others, max_size=20)


class Seen:
    """A desk, and what it was seen to say."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._numbers = count(1)
        self._store = None if path is None else SqliteStore(path)
        self.desk = self._made()

    def _made(self) -> Desk:
        return Desk(
            ids=lambda: f"00000000-0000-4000-8000-{next(self._numbers):012x}",
            now=lambda: START_S,
            store=self._store,
        )

    def restart(self) -> None:
        if self._store is None or self._path is None:
            self.desk.faults.clear()
            return
        self.close()
        self._store = SqliteStore(self._path)
        self.desk = self._made()

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def take(self, step: Step) -> object:
        match step:
            case "advance", seconds, _:
                self.desk.advance(float(seconds))
            case "fault", name, _:
                self.desk.faults.arm(name)
            case "clear", _, _:
                self.desk.inbox.clear()
            case "restart", _, _:
                self.restart()
            case channel, name, text:
                try:
                    return self._post(channel, name, text)
                except ConnectionError:
                    return "silence"
        return None

    def look(self) -> object:
        headers = {"authorization": f"Bearer {self.desk.token()}"}
        feed = self.desk.handle(Request("GET", f"{API}/shipment/feed", headers))
        return self.desk.messages(), feed.json(), self.desk.now_s()

    def _post(self, channel: str, name: str, text: str) -> Response:
        sms = {"phoneNumber": "+46701740605", "timeToLiveInSeconds": 300, "smsSettings": {"body": text}}
        email = {"emailAddress": "kari@example.org", "emailSettings": {"subject": text, "body": "x"}}
        recipient = {"recipientSms": sms} if channel == "sms" else {"recipientEmail": email}
        headers = {"authorization": f"Bearer {self.desk.token()}", "content-type": "application/json"}
        order = {"idempotencyId": name, "sendersReference": text[:3], **recipient}
        body = json.dumps(order).encode()
        return self.desk.handle(Request("POST", f"{API}/orders/instant/{channel}", headers, body))


@given(steps)
@example([("sms", "login/1", "a"), ("restart", "", ""), ("sms", "login/1", "b"), ("advance", "2", "")])
@example([("fault", "hang-after-sending", ""), ("sms", "login/1", "a"), ("restart", "", "")])
@example([("sms", "login/1", "a"), ("clear", "", ""), ("restart", "", ""), ("sms", "login/1", "a")])
def test_a_restart_changes_nothing(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        in_memory, in_a_file = Seen(None), Seen(Path(folder) / "state.db")
        said = [(in_memory.take(step), in_a_file.take(step)) for step in [*steps, ("restart", "", "")]]
        seen = in_memory.look(), in_a_file.look()
        in_a_file.close()

    assert [one for one, _ in said] == [other for _, other in said]
    assert seen[0] == seen[1]
