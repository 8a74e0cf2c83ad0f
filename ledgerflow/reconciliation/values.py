"""What reasoning about open lines works on, and what it comes to; in the bank account's currency, out negative."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a suggestion is about."""

    EXACT = "exact"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_ONE = "many-to-one"
    SIGN = "sign"
    DIGITS = "digits"
    FEE = "fee"
    TWICE = "twice"
    SHIFTED = "shifted"
    OPENING = "opening"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class BankLine:
    """An open line of the bank."""

    line_id: int
    date: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BookLine:
    """An open line of the books.

    ``is_manual`` where a person made the entry, so that it can be reversed; ``is_simple`` where the entry has one other
    line, so that it can be posted anew with another amount.
    """

    entry_number: int
    no: int
    date: date
    amount: Decimal
    is_manual: bool = True
    is_simple: bool = True


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do about some lines: ``reason`` says why, ``effect`` what accepting does.

    ``amount`` is the fee to be split off, the amount to be posted instead, or the opening balance.
    """

    kind: Kind
    line_ids: tuple[int, ...]
    entry_lines: tuple[tuple[int, int], ...]
    reason: str
    effect: str
    amount: Decimal | None = None
    day: date | None = None

    @property
    def key(self) -> str:
        """A name by which the suggestion is found again while it holds."""
        lines = ".".join(map(str, self.line_ids))
        entry_lines = ".".join(f"{number}-{no}" for number, no in self.entry_lines)
        return f"{self.kind}:{lines}:{entry_lines}"
