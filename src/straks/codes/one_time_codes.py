"""
`OneTimeCodes` and `AsyncOneTimeCodes`: the plans, with a store, a clock and dice to carry them.

Nothing is decided here, and the two differ in ``await`` alone. What is given in the clear is hidden from
whoever prints local variables before anything is done with it.
"""

from __future__ import annotations

import logging
import math
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from straks.codes.conversation import Conversation
from straks.codes.plan import AsyncEnds, Ends, arun, run
from straks.codes.seal import Seal
from straks.codes.secret import Secret
from straks.codes.settings import Destinations, Limits
from straks.codes.stores import AsyncStore, Store
from straks.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from straks.codes.conversation import Address, Issued
    from straks.codes.plan import Note, Plan
    from straks.codes.record import Hook
    from straks.codes.rules import Verdict
    from straks.codes.seal import Key
    from straks.codes.sending import Sent
    from straks.codes.stores import Clock
    from straks.core.catalog import Catalog
    from straks.core.odds import Odds
    from straks.transports import AsyncTransport, Transport

S = TypeVar("S")
T = TypeVar("T")

_LOGGER: Final = logging.getLogger("straks.codes")
_LATEST_S: Final = 250_000_000_000.0  # the year 9892; later there are no dates
_DEFAULTS: Final = Limits()
_ANYWHERE: Final = Destinations()


class _Codes(Generic[S]):
    """What both have in common: what they are told, checked."""

    _asks: ClassVar[str] = "step"
    """The method that it has the store run."""

    def __init__(
        self,
        store: S,
        *,
        key: Key | None,
        digits: int = _DEFAULTS.digits,
        lifetime: timedelta = _DEFAULTS.lifetime,
        attempts: int = _DEFAULTS.attempts,
        cooldown: timedelta = _DEFAULTS.cooldown,
        sends_per_hour: int = _DEFAULTS.sends_per_hour,
        sends_per_day: int | None = _DEFAULTS.sends_per_day,
        failures_per_account: int = _DEFAULTS.failures_per_account,
        caller_cooldown: timedelta = _DEFAULTS.caller_cooldown,
        caller_sends_per_hour: int = _DEFAULTS.caller_sends_per_hour,
        destinations: Destinations = _ANYWHERE,
        hooks: Sequence[Hook] = (),
        clock: Callable[[], float | datetime] | None = None,
        randbelow: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        if not hasattr(store, self._asks):
            raise InvalidSetting(
                f"{type(self).__name__} takes a store of codes, such as straks.SqliteStore(path), "
                f"not {type(store).__name__}"
            )
        self._store = store
        self._hooks = tuple(hooks)
        self._clock = None if clock is None else _in_seconds(clock)
        limits = Limits(
            digits=digits,
            lifetime=lifetime,
            attempts=attempts,
            cooldown=cooldown,
            sends_per_hour=sends_per_hour,
            sends_per_day=sends_per_day,
            failures_per_account=failures_per_account,
            caller_cooldown=caller_cooldown,
            caller_sends_per_hour=caller_sends_per_hour,
        )
        self._talk = Conversation(Seal(key), limits, destinations, randbelow)

    def odds(self) -> Odds:
        """
        Return the arithmetic of guessing, the same that the policy checks; ``str`` prints it.

        >>> from straks.codes.stores.memory import MemoryStore
        >>> print(OneTimeCodes(MemoryStore(), key=bytes(32)).odds())
        3 attempts × 5 codes an hour out of 1 000 000: 0.0015 % an hour, 0.036 % a day
        """
        return self._talk.limits.odds

    def _tell(self, note: Note) -> None:
        if not self._hooks:
            return
        record = note.made()
        for hook in self._hooks:
            try:
                hook(record)
            except Exception:
                _LOGGER.exception("a hook for one-time codes failed; what it was told of stands")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} on {self._store!r}>"


class OneTimeCodes(_Codes[Store]):
    """
    One-time codes: issued, sent, verified once.

    Args:
        store: Where they rest: `straks.MemoryStore` for one process, `straks.SqliteStore` for one machine,
            `straks.RedisStore` and `straks.PostgresStore` for several.
        key: At least 16 random bytes, kept outside the store and the same in every process; or several,
            newest first, while one is replaced by another.
        digits, lifetime, attempts, cooldown, sends_per_hour, sends_per_day, failures_per_account,
            caller_cooldown, caller_sends_per_hour: See `straks.codes.settings.Limits`.
        destinations: Where SMS may go, and how many; see `straks.Destinations`.
        hooks: Are told what happens, each with a `straks.CodeRecord`.
        clock: Returns the time, as seconds since 1970 or as an aware datetime. Leave it out for the store's:
            what several machines share needs one clock.
        randbelow: Returns a random whole number below its argument; by default that of `secrets`.

    Raises:
        InvalidKey: The key is missing, short or not bytes.
        InvalidSetting: A limit is outside of what standards allow.

    Safe to use from several threads, if the store is.
    """

    def issue(
        self,
        *,
        subject: str,
        purpose: str,
        recipient: Address,
        session: str | None = None,
        caller: str | None = None,
    ) -> Issued:
        """
        Issue a code, in the place of the one before.

        Args:
            subject: Your own name for whoever is to prove themselves, such as an account's number.
            purpose: What the code is for. It is good for nothing else.
            recipient: Who the code will be sent to: a mobile number, or an e-mail address.
            session: Your name for the session that asks; the code is then good in it alone.
            caller: Your name for who asks, such as an IP address, if callers are to be limited.

        Raises:
            TooSoon: The code before is too fresh.
            TooMany: There were as many as there may be, or as many wrong ones as an account bears.
            InvalidPhoneNumber: No SMS may be sent there, or none from here.
            InvalidEmailAddress: No e-mail may be sent there.
            InvalidSetting: One of these is no text, empty, or longer than 1000 characters.
            StoreFailed: The store failed; nothing was issued.
        """
        subject, recipient, session, caller = hide(subject, recipient, session, caller)
        return self._run(self._talk.issue(subject, purpose, recipient, session, caller))

    def verify(self, *, subject: str, purpose: str, code: str, session: str | None = None) -> Verdict:
        """
        Say what *code* is worth, and spend it if it is right.

        White space and hyphens in *code* are passed over; anything else but ASCII digits is a wrong code.
        A wrong code costs an attempt, and never has another one sent.

        Args:
            subject: As when it was issued.
            purpose: As when it was issued.
            code: What the person typed.
            session: As when it was issued.

        Returns:
            A verdict; only ACCEPTED is true.

        Raises:
            InvalidSetting: One of these is no text; or all but *code*: empty, or longer than 1000 characters.
            StoreFailed: The store failed; nothing was accepted.
        """
        subject, code, session = hide(subject, code, session)
        return self._run(self._talk.verify(subject, purpose, code, session))

    def revoke(self, *, subject: str, purpose: str) -> None:
        """Kill the code that there is, as when the person gives up or has got another number."""
        (subject,) = hide(subject)
        self._run(self._talk.revoke(subject, purpose))

    def unlock(self, *, subject: str, purpose: str) -> None:
        """Forget how many codes were wrong, once you have made sure in another way who it is."""
        (subject,) = hide(subject)
        self._run(self._talk.unlock(subject, purpose))

    def send(
        self,
        catalog: Catalog,
        template: str,
        transport: Transport,
        *,
        subject: str,
        purpose: str,
        recipient: Address,
        locale: str,
        values: Mapping[str, object],
        session: str | None = None,
        caller: str | None = None,
        sender: str | None = None,
        reference: str | None = None,
    ) -> Sent:
        """
        Issue a code and send it, by SMS or e-mail as *recipient* is.

        A code that was not sent is revoked; one that may have been sent lives.

        Args:
            catalog: Where the template is.
            template: Its name. It has one parameter of kind code. That is filled with the code, and the
                parameter that is its time to live, or else its only duration, with what is left of it.
            transport: Who sends it.
            subject: As in `issue`.
            purpose: As in `issue`.
            recipient: As in `issue`.
            locale: The language.
            values: The values of all other parameters.
            session: As in `issue`.
            caller: As in `issue`.
            sender: As in `straks.Catalog.sms` and `straks.Catalog.email`.
            reference: Your own reference, for the service to keep.

        Returns:
            What was issued and what came of sending it: a receipt, or one of the errors `Refused`, `NotSent`
            and `InDoubt`, which are not raised.

        Raises:
            TemplateError: The message cannot be made; nothing was issued.
            PolicyError: The policy does not let it go; nothing was issued.
            InvalidPayload: The service would refuse it for its form; nothing was sent.
            StraksError: Whatever `issue` raises.
        """
        from straks.codes.sending import send  # which knows templates; who sends otherwise need not

        subject, recipient, session, caller = hide(subject, recipient, session, caller)
        plan = send(
            self._talk,
            catalog,
            template,
            subject=subject,
            purpose=purpose,
            recipient=recipient,
            locale=locale,
            values=values,
            session=session,
            caller=caller,
            sender=sender,
            reference=reference,
        )
        return run(plan, Ends(self._store, self._clock, self._tell, transport))

    def _run(self, plan: Plan[T]) -> T:
        return run(plan, Ends(self._store, self._clock, self._tell))


class AsyncOneTimeCodes(_Codes[AsyncStore]):
    """`OneTimeCodes` for an event loop: the same with ``await``."""

    _asks = "astep"

    async def issue(
        self,
        *,
        subject: str,
        purpose: str,
        recipient: Address,
        session: str | None = None,
        caller: str | None = None,
    ) -> Issued:
        """Issue a code, in the place of the one before; raises as `OneTimeCodes.issue`."""
        subject, recipient, session, caller = hide(subject, recipient, session, caller)
        return await self._run(self._talk.issue(subject, purpose, recipient, session, caller))

    async def verify(self, *, subject: str, purpose: str, code: str, session: str | None = None) -> Verdict:
        """Say what *code* is worth, and spend it if it is right; raises as `OneTimeCodes.verify`."""
        subject, code, session = hide(subject, code, session)
        return await self._run(self._talk.verify(subject, purpose, code, session))

    async def revoke(self, *, subject: str, purpose: str) -> None:
        """Kill the code that there is."""
        (subject,) = hide(subject)
        await self._run(self._talk.revoke(subject, purpose))

    async def unlock(self, *, subject: str, purpose: str) -> None:
        """Forget how many codes were wrong."""
        (subject,) = hide(subject)
        await self._run(self._talk.unlock(subject, purpose))

    async def send(
        self,
        catalog: Catalog,
        template: str,
        transport: AsyncTransport,
        *,
        subject: str,
        purpose: str,
        recipient: Address,
        locale: str,
        values: Mapping[str, object],
        session: str | None = None,
        caller: str | None = None,
        sender: str | None = None,
        reference: str | None = None,
    ) -> Sent:
        """Issue a code and send it; returns and raises as `OneTimeCodes.send`."""
        from straks.codes.sending import send  # which knows templates; who sends otherwise need not

        subject, recipient, session, caller = hide(subject, recipient, session, caller)
        plan = send(
            self._talk,
            catalog,
            template,
            subject=subject,
            purpose=purpose,
            recipient=recipient,
            locale=locale,
            values=values,
            session=session,
            caller=caller,
            sender=sender,
            reference=reference,
        )
        return await arun(plan, AsyncEnds(self._store, self._clock, self._tell, transport))

    async def _run(self, plan: Plan[T]) -> T:
        return await arun(plan, AsyncEnds(self._store, self._clock, self._tell))


def hide(*given: Any) -> tuple[Any, ...]:  # noqa: ANN401 - whatever it is, it is given back
    """Return what was given, texts as text that does not show."""
    return tuple(Secret(each) if isinstance(each, str) else each for each in given)


def _in_seconds(clock: Callable[[], float | datetime]) -> Clock:
    def read() -> float:
        now = clock()
        seconds = now.timestamp() if isinstance(now, datetime) else float(now)
        if not (math.isfinite(seconds) and 0 <= seconds < _LATEST_S):
            raise InvalidSetting(f"the clock says {seconds!r}; it tells the time in seconds since 1970")
        return seconds

    return read
