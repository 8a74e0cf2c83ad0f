"""Which bank lines of two own accounts may be the two sides of one transfer: arithmetic and words, no database."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledgerflow.classification.engine import TRANSFER_DELAY

#: What banks call movements between own accounts, in the languages of the supported formats.
_WORDS = re.compile(
    r"\b(?:transfers?|xfer|zelle to self|payment[ -]*(?:received)?[ -]*thank you|card payment|autopay"
    r"|umbuchung|übertrag|ueberweisung|überweisung|kreditkartenabrechnung"
    r"|virement|trasferimento|giroconto|traspaso|transferencia|overboeking)\b",
    re.IGNORECASE,
)
_FEWEST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account as texts may mention it: its name, and its numbers in capital letters and digits."""

    id: int
    name: str
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Side:
    """A bank line; money out negative."""

    line_id: int
    account: Account
    date: date
    amount: Decimal
    currency: str
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two lines that may be one transfer; ``is_named`` where the text of one says so."""

    sent: Side
    received: Side
    is_named: bool

    @property
    def days(self) -> int:
        """How many days lie between the two."""
        return abs((self.received.date - self.sent.date).days)

    @property
    def is_exchange(self) -> bool:
        """Whether the two sides are in different currencies, so that no amount confirms the match."""
        return self.sent.currency != self.received.currency

    def other(self, line_id: int) -> Side:
        """Return the side that is not the line."""
        return self.received if line_id == self.sent.line_id else self.sent


def candidate(one: Side, other: Side) -> Candidate | None:
    """Return the two as a candidate, whichever comes first; ``None`` where they are no transfer.

    In one currency the amounts are opposite. Across currencies any amounts may be, so a text must say so.
    """
    sent, received = (one, other) if one.amount < 0 else (other, one)
    if one.account.id == other.account.id or not sent.amount < 0 < received.amount:
        return None
    if abs(received.date - sent.date) > TRANSFER_DELAY:
        return None
    is_named = _names(sent.text, received.account) or _names(received.text, sent.account)
    if sent.currency != received.currency:
        return Candidate(sent, received, is_named) if is_named else None
    return Candidate(sent, received, is_named) if sent.amount + received.amount == 0 else None


def best_first(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates, those in one currency and named first, then the nearest days."""
    return sorted(
        candidates,
        key=lambda one: (
            one.is_exchange, not one.is_named, one.days, one.sent.line_id, one.received.line_id
        ),
    )  # fmt: skip


def sure_pairs(candidates: Collection[Candidate]) -> list[Candidate]:
    """Return the pairs that need no choice: named, in one currency, and neither line has another candidate."""
    uses = Counter(side.line_id for one in candidates for side in (one.sent, one.received))
    return [
        one
        for one in best_first(candidates)
        if one.is_named and not one.is_exchange and uses[one.sent.line_id] == uses[one.received.line_id] == 1
    ]


def _names(text: str, account: Account) -> bool:
    """Whether the text mentions a transfer, or the account by its name or the end of a number."""
    if _WORDS.search(text) or (account.name and account.name.casefold() in text.casefold()):
        return True
    said = {word for word in re.findall(r"[A-Z0-9]+", text.upper()) if len(word) >= _FEWEST_DIGITS}
    return any(
        (word.isdigit() and number.endswith(word)) or word == number
        for number in account.numbers
        for word in said
    )
