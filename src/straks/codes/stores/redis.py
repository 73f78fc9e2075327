"""
A store in Redis, for as many machines as there are.

A step is read, decide, compare and set: a script returns the documents with the server's time, the
decision is made here, and the same script puts its result in their place if each of them is still what
was decided upon. If not, it returns them as they are now, and it is decided anew. So a step takes two
trips to the server, one where nothing is to be written, and one more each time that another came first.

Whatever happens on the way, nothing is granted twice: a script runs whole or not at all, and one that is
sent again because its answer was lost finds that its own work is there already, which is not what was
decided upon. The guess is then charged once more, or the code spent and reported as not found.

The script is sent whole each time. It is shorter than many a document, and there is no second way to go,
seldom trodden, for when a server has forgotten it.

All keys begin with ``{prefix}:``. In a cluster what stands in braces decides where a key is, and a script
sees the keys of one place alone; a step is about a person, a recipient, a caller and a country at once.

Three things are the server's, and cannot be seen to from here:

* *Eviction.* A Redis that throws away what it has no room for throws away counts. Set ``maxmemory-policy``
  to ``noeviction``: it then refuses to write, and codes fail closed.
* *Durability.* By default a second's worth of writes is lost with the machine, and with them the guesses
  that were counted in it; ``appendfsync always`` loses none. After a failover the replica may be behind.
* *Patience.* Give the client a ``socket_timeout``, or a server that hangs hangs whoever asks it.

It takes Redis 5 or later, whose scripts may write after they have asked for the time.

Source: Redis' documentation: «Scripting with Lua», «Key eviction», «Redis persistence», «Redis cluster
specification», under hash tags.
"""

from __future__ import annotations

import asyncio
import inspect
import math
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from straks.codes.stores import Clock, Decide, Entry

T = TypeVar("T")

PREFIX: Final = "straks"
"""What keys begin with, in braces."""

_TRIES: Final = 1000
"""After how often another came first a step gives up. Each time another step was done, so this is a crowd."""
_NONE, _SOME = b"-", b"+"
_RAW: Final = {"NEVER_DECODE": True}  # documents are bytes, whatever the client makes of other answers

# Arguments: none, to look; or for each key what is thought to be there, a mark before it to tell nothing
# from an empty document, and then threes: which key, for how many milliseconds, what. A life of 0 has no
# end, and one of -1 is over.
#
# A server without room refuses to set, and does not refuse to delete. A wrong code, which sets, would then
# fail without a charge, and a right one, which deletes, be accepted: guesses without end. So what deletes
# sets first.
_SCRIPT: Final = """
local held = {}
if #KEYS > 0 then held = redis.call('MGET', unpack(KEYS)) end
local same = #ARGV > 0
for i = 1, #KEYS do
  same = same and ARGV[i] == (held[i] and '+' .. held[i] or '-')
end
if not same then return {redis.call('TIME'), held} end
for i = #KEYS + 1, #ARGV, 3 do
  local key, life, data = KEYS[tonumber(ARGV[i])], tonumber(ARGV[i + 1]), ARGV[i + 2]
  if life < 0 then redis.call('SET', key, '', 'PX', 1); redis.call('DEL', key)
  elseif life == 0 then redis.call('SET', key, data)
  else redis.call('SET', key, data, 'PX', life) end
end
return 1
"""
_DONE: Final = 1

_Talk: TypeAlias = "Generator[list[bytes | int], Any, T]"


class Client(Protocol):
    """A client of redis-py: ``redis.Redis``, ``redis.RedisCluster``, or their twins in ``redis.asyncio``."""

    def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - as redis-py has it
        """Send a command, and return the answer to it; in ``redis.asyncio`` something to await."""
        ...


class RedisStore:
    """
    Keeps documents in Redis.

    Args:
        client: A client of redis-py, for threads or for an event loop. It stays yours to close.
        prefix: What keys begin with, in braces; other services on the same server have another.

    Raises:
        InvalidSetting: *client* is none, or *prefix* is empty or has braces in it.

    With a client for threads it may also be used from event loops, where each step runs in a thread. One
    for an event loop is for `straks.AsyncOneTimeCodes` alone.
    """

    def __init__(self, client: Client, *, prefix: str = PREFIX) -> None:
        if not prefix or "{" in prefix or "}" in prefix:
            raise InvalidSetting("prefix is a text without braces, which are put around it")
        if not callable(getattr(client, "execute_command", None)):
            raise InvalidSetting(
                f"client is one of redis-py, such as redis.Redis.from_url(…), not {type(client).__name__}"
            )
        self._client = client
        self._prefix = prefix
        self._awaits = inspect.iscoroutinefunction(client.execute_command)

    def step(self, names: Sequence[str], decide: Decide[T], clock: Clock | None = None) -> T:
        """Run *decide* over the documents *names*, again if another step came in between."""
        if self._awaits:
            raise InvalidSetting(
                "this RedisStore has a client for an event loop; use AsyncOneTimeCodes, or give it a "
                "redis.Redis"
            )
        talk = _talk(names, decide, clock)
        try:
            said = next(talk)
            while True:
                said = talk.send(self._client.execute_command(*self._command(names, said), **_RAW))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def astep(self, names: Sequence[str], decide: Decide[T], clock: Clock | None = None) -> T:
        """Do as `step` does, without blocking."""
        if not self._awaits:
            return await asyncio.to_thread(self.step, names, decide, clock)
        talk = _talk(names, decide, clock)
        try:
            said = next(talk)
            while True:
                said = talk.send(await self._client.execute_command(*self._command(names, said), **_RAW))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def _command(self, names: Sequence[str], arguments: list[bytes | int]) -> tuple[bytes | str | int, ...]:
        keys = (f"{{{self._prefix}}}:{name}" for name in names)
        return ("EVAL", _SCRIPT, len(names), *keys, *arguments)

    def __repr__(self) -> str:
        return f"<RedisStore under {{{self._prefix}}}>"


def _talk(names: Sequence[str], decide: Decide[T], clock: Clock | None) -> _Talk[T]:
    """Yield the script's arguments, be sent what it returns, and return the decision's answer."""
    reply = yield []
    for _ in range(_TRIES):
        (seconds, microseconds), held = reply
        # A clock is read after what it is compared with, lest that seem to come from the future.
        now_s = int(seconds) + int(microseconds) / 1e6 if clock is None else clock()
        documents = {name: data for name, data in zip(names, held, strict=True) if data is not None}
        decision = decide(documents, now_s)
        if not decision.writes:
            return decision.answer
        seen = [_SOME + documents[name] if name in documents else _NONE for name in names]
        reply = yield [*seen, *_changes(names, decision.writes, now_s)]
        if reply == _DONE:
            return decision.answer
    raise TimeoutError(f"{_TRIES} times another step came first")


def _changes(names: Sequence[str], writes: Mapping[str, Entry | None], now_s: float) -> Iterator[bytes | int]:
    for name, entry in writes.items():
        yield names.index(name) + 1
        if entry is None:
            yield from (-1, b"")
        else:
            # As a span, since the clock that was read need not be the server's.
            left_s = None if entry.forget_s is None else entry.forget_s - now_s
            yield from (0 if left_s is None else max(1, math.ceil(left_s * 1000) + 1), entry.data)
