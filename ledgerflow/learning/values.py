"""What the engine reads and answers: values, without a database and without Django."""

from collections.abc import Hashable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A bank line as the engine sees it; ``text`` names the payee, money out is negative."""

    text: str
    amount: Decimal
    account: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a line is probably for: the category (none when there is nothing to go by) and how sure that is.

    ``alternatives`` holds up to three categories, the best first. ``accept`` says whether the line may be taken
    without a person: its confidence reaches the bar that the engine's own record sets.
    """

    category: str | None
    payee: str | None
    confidence: float
    accept: bool
    source: str
    why: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """So many lines of a payee, by its key, were of a category in a book."""

    book: Hashable
    key: str
    category: str
    count: int = 1
