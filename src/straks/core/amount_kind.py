"""
An amount of money.

Its value is a `Decimal`, or an int, and never a float: money that was a float once is wrong in the last øre.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import ClassVar

from straks.core import locale as words
from straks.core.number_kinds import spread
from straks.core.parameter import Parameter, Shown, Unfit

# Amounts are exact whatever the caller's decimal context says.
_EXACT = Context(prec=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Parameter):
    """An amount of money, with as many decimals as its currency has, at most two."""

    kind: ClassVar[str] = "amount"

    min: Decimal
    max: Decimal
    currency: str = "NOK"

    @property
    def limits(self) -> str:
        """What the parameter admits."""
        places = words.currency_decimals(self.currency)
        decimals = f"with at most {places} decimals" if places else "without decimals"
        return f"an amount, {spread(self.min, self.max)} {self.currency}, {decimals}"

    def check(self, value: object) -> Decimal:
        """Return the amount, its decimals filled up; a float, or one out of bounds, is `Unfit`."""
        if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
            raise Unfit(f"takes {self.limits}, as Decimal or int, not {type(value).__name__}")
        amount = Decimal(value)
        if not amount.is_finite() or not self.min <= amount <= self.max:
            raise Unfit(f"takes {self.limits}")
        unit = Decimal(1).scaleb(-words.currency_decimals(self.currency))
        exact = amount.quantize(unit, context=_EXACT)
        if exact != amount:
            raise Unfit(f"takes {self.limits}; round it first")
        return _EXACT.add(exact, Decimal(0))  # a zero below zero becomes a plain one

    def show(self, value: Decimal, locale: str) -> Shown:
        """Return what prints with its currency and compares as a number."""
        return Shown(value, lambda amount: words.format_amount(amount, self.currency, locale))

    def canonical(self, value: Decimal) -> str:
        """Return the amount in plain digits, always two decimals."""
        return f"{value:.2f}"

    def read(self, text: str) -> object:
        """Return the amount that *text* is; a comma may stand for the point."""
        with suppress(InvalidOperation):
            return Decimal(text.strip().replace(",", "."))
        raise Unfit(f"takes {self.limits}, in digits")
