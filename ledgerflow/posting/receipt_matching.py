"""How well a receipt and a bank line go together: by amount, days and name, each part shown. Pure arithmetic.

The best is 100: 50 for the amount, 30 for the days, 20 for the name. From :data:`LEAST` on a pair is proposed; a person
decides. An amount that only a tip explains is never enough without the name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from fractions import Fraction

from ledgerflow.payees.cleaning import payee_key

#: Below this many points nothing is proposed.
LEAST = 50
#: A bank books a card's payment days later, an invoice is paid weeks later; a line before the receipt is prepaid.
DAYS_AFTER, DAYS_BEFORE = 45, 5
#: So long a bank takes to book what a card paid; it costs no points.
BANKS_DELAY = 5
#: What a tip adds at most, as a part of the total.
MOST_TIP = Decimal("0.25")

_EXACT, _WITH_TAX, _WITH_TIP = 50, 40, 15
_DAYS, _NAME = 30, 20
_HAS_ANOTHER = -20
_ALIKE = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a receipt states. Its total is positive here, whichever way the money went."""

    total: Decimal
    tax: Decimal | None
    currency: str
    day: date | None
    seller: str

    @property
    def exact_amounts(self) -> tuple[Decimal, ...]:
        """The total, and the total with the tax put on or taken off: some print it beside and not within."""
        taxed = (self.total + self.tax, self.total - self.tax) if self.tax else ()
        return (self.total, *(amount for amount in taxed if amount > 0))

    @property
    def most(self) -> Decimal:
        """What it may have cost with a tip."""
        return self.total * (1 + MOST_TIP)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day on which a line may be it; nothing where the receipt states no day."""
        if self.day is None:
            return None
        return _moved(self.day, -DAYS_BEFORE), _moved(self.day, DAYS_AFTER)


@dataclass(frozen=True, slots=True)
class Movement:
    """A bank line as far as it is compared; its amount is positive and in the receipt's currency."""

    amount: Decimal
    day: date
    texts: tuple[str, ...]
    has_another: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a score: what was compared, what came of it in words, and the points."""

    about: str
    words: str
    points: int


def score(stated: Stated, movement: Movement) -> tuple[Part, ...]:
    """Return the parts of the score."""
    parts = [_amount(stated, movement.amount), _days(stated.day, movement.day), _name(stated, movement.texts)]
    if movement.has_another:
        parts.append(Part("Evidence", "it has a receipt already", _HAS_ANOTHER))
    return tuple(parts)


def total_of(parts: Sequence[Part]) -> int:
    """Return the points of all parts."""
    return sum(part.points for part in parts)


def _amount(stated: Stated, amount: Decimal) -> Part:
    if amount == stated.total:
        return Part("Amount", "the same", _EXACT)
    if amount in stated.exact_amounts:
        word = "with" if amount > stated.total else "without"
        return Part("Amount", f"the total {word} the tax", _WITH_TAX)
    if stated.total < amount <= stated.most:
        more = (amount / stated.total - 1) * 100
        return Part("Amount", f"{more:.0f} % more, as with a tip", _WITH_TIP)
    return Part("Amount", "another", 0)


def _days(stated: date | None, booked: date) -> Part:
    if stated is None:
        return Part("Days", "the receipt states none", 0)
    after = (booked - stated).days
    if not after:
        return Part("Days", "the same day", _DAYS)
    words = f"{abs(after)} day{'s' if abs(after) > 1 else ''} {'later' if after > 0 else 'earlier'}"
    if after < 0:
        return Part("Days", words, max(_DAYS * (DAYS_BEFORE + after) // (DAYS_BEFORE + 1), 0))
    late = max(after - BANKS_DELAY, 0)
    return Part("Days", words, max(_DAYS - _DAYS * late // (DAYS_AFTER - BANKS_DELAY), 0))


def _name(stated: Stated, texts: Sequence[str]) -> Part:
    if not stated.seller:
        return Part("Name", "the receipt states none", 0)
    alike = max((_alike(stated.seller, text) for text in texts if text), default=Fraction(0))
    if not alike:
        return Part("Name", "another", 0)
    return Part("Name", "the same" if alike == 1 else "alike", round(_NAME * alike))


def _alike(seller: str, text: str) -> Fraction:
    """Return 1 where all words of the shorter name are in the other, else the part of them, nothing below a half."""
    wanted, found = payee_key(seller).split(), payee_key(text).split()
    fewer, more = sorted((wanted, found), key=len)
    met = sum(any(_same(word, other) for other in more) for word in fewer)
    part = Fraction(met, len(fewer)) if fewer else Fraction(0)
    return part if part >= Fraction(1, 2) else Fraction(0)


def _same(word: str, other: str) -> bool:
    """Whether two words are one, or one that was recognized or cut a little differently."""
    if word == other:
        return True
    return min(len(word), len(other)) > 3 and SequenceMatcher(None, word, other).ratio() >= _ALIKE


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.min if days < 0 else date.max
