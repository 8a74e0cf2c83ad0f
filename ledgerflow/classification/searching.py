"""What rules and people look for in bank lines, as a tree of conditions. Pure.

One evaluator serves all of them: ``holds`` answers nothing while the amount is not known and would decide, so that one
line stands for all that differ in it.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

IN, OUT = "in", "out"
_PLAIN = re.compile(r"[^\s,()\":#=<>-][^\s,()\":]*")
_WORDS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "exactly"}


@dataclass(frozen=True, slots=True)
class Look:
    """What a condition is held against; ``text`` is what :func:`ledgerflow.classification.engine.searched` returns.

    The ``amount`` is money in the bank account's currency, out negative; nothing while it is not known.
    """

    text: str
    bank_account_id: int
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """How specific a condition is: what it asks for, and how many letters of a text."""

    asks: int
    letters: int


class Condition(Protocol):
    """What all conditions answer."""

    def holds(self, look: Look) -> bool | None:
        """Whether the line meets it; nothing where its amount decides and is not known."""

    def sentence(self) -> str:
        """Say it in words."""

    def written(self) -> str:
        """Say it in the syntax, of which :func:`ledgerflow.classification.search_text.parsed` makes the same."""

    @property
    def weight(self) -> Weight:
        """How specific it is."""


@dataclass(frozen=True, slots=True)
class Text:
    """The folded words stand in the bank's text or in the payee's name."""

    words: str

    def holds(self, look: Look) -> bool:
        """Whether they do."""
        return self.words in look.text

    def sentence(self) -> str:
        """Say it in words."""
        return f'text contains "{self.words}"'

    def written(self) -> str:
        """Say it in the syntax."""
        return _quoted(self.words)

    @property
    def weight(self) -> Weight:
        """One condition."""
        return Weight(1, len(self.words))


@dataclass(frozen=True, slots=True)
class Payee:
    """The folded words stand in the payee's name, as it is read out of the bank's text."""

    words: str

    def holds(self, look: Look) -> bool:
        """Whether they do."""
        return self.words in look.text.partition("\n")[2]

    def sentence(self) -> str:
        """Say it in words."""
        return f'payee contains "{self.words}"'

    def written(self) -> str:
        """Say it in the syntax."""
        return f"payee:{_quoted(self.words)}"

    @property
    def weight(self) -> Weight:
        """One condition."""
        return Weight(1, len(self.words))


@dataclass(frozen=True, slots=True)
class Bank:
    """The line is of a bank account."""

    id: int
    name: str

    def holds(self, look: Look) -> bool:
        """Whether it is."""
        return look.bank_account_id == self.id

    def sentence(self) -> str:
        """Say it in words."""
        return f"on {self.name}"

    def written(self) -> str:
        """Say it in the syntax."""
        return f"bank:{_quoted(self.name)}"

    @property
    def weight(self) -> Weight:
        """One condition."""
        return Weight(1, 0)


@dataclass(frozen=True, slots=True)
class Money:
    """Money comes in, or goes out."""

    direction: str

    def holds(self, look: Look) -> bool | None:
        """Whether it does; zero does neither."""
        if look.amount is None:
            return None
        return look.amount > 0 if self.direction == IN else look.amount < 0

    def sentence(self) -> str:
        """Say it in words."""
        return f"money {self.direction}"

    def written(self) -> str:
        """Say it in the syntax."""
        return f"money:{self.direction}"

    @property
    def weight(self) -> Weight:
        """One condition."""
        return Weight(1, 0)


@dataclass(frozen=True, slots=True)
class Amount:
    """The size of the amount, without its sign, compares so with ``size``."""

    sign: str
    size: Decimal

    def holds(self, look: Look) -> bool | None:
        """Whether it does."""
        if look.amount is None:
            return None
        size = abs(look.amount)
        if size == self.size:
            return "=" in self.sign
        return self.sign.startswith(">" if size > self.size else "<")

    def sentence(self) -> str:
        """Say it in words."""
        return f"{_WORDS[self.sign]} {plain(self.size)}"

    def written(self) -> str:
        """Say it in the syntax."""
        return f"amount:{self.sign}{plain(self.size)}"

    @property
    def weight(self) -> Weight:
        """One condition; an exact amount counts as both ends of a range."""
        return Weight(2 if self.sign == "=" else 1, 0)


@dataclass(frozen=True, slots=True)
class Not:
    """The line does not meet the condition."""

    condition: Condition

    def holds(self, look: Look) -> bool | None:
        """Whether it does not."""
        found = self.condition.holds(look)
        return None if found is None else not found

    def sentence(self) -> str:
        """Say it in words."""
        inner = self.condition.sentence()
        return f"not ({inner})" if isinstance(self.condition, (And, Or)) else f"not {inner}"

    def written(self) -> str:
        """Say it in the syntax."""
        inner = self.condition.written()
        return f"-({inner})" if isinstance(self.condition, (And, Or)) else f"-{inner}"

    @property
    def weight(self) -> Weight:
        """One condition, whatever is not to be: the letters of a text that is missing make nothing specific."""
        return Weight(1, 0)


@dataclass(frozen=True, slots=True)
class And:
    """The line meets all of the conditions; of none, always."""

    conditions: tuple[Condition, ...]

    def holds(self, look: Look) -> bool | None:
        """Whether it does."""
        found: bool | None = True
        for each in self.conditions:
            answer = each.holds(look)
            if answer is False:
                return False
            if answer is None:
                found = None
        return found

    def sentence(self) -> str:
        """Say it in words."""
        return ", ".join(
            f"({each.sentence()})" if isinstance(each, Or) else each.sentence() for each in self.conditions
        )

    def written(self) -> str:
        """Say it in the syntax."""
        return " ".join(each.written() for each in self.conditions)

    @property
    def weight(self) -> Weight:
        """The sum."""
        weights = [each.weight for each in self.conditions]
        return Weight(sum(each.asks for each in weights), sum(each.letters for each in weights))


@dataclass(frozen=True, slots=True)
class Or:
    """The line meets one of the conditions."""

    conditions: tuple[Condition, ...]

    def holds(self, look: Look) -> bool | None:
        """Whether it does."""
        found: bool | None = False
        for each in self.conditions:
            answer = each.holds(look)
            if answer is True:
                return True
            if answer is None:
                found = None
        return found

    def sentence(self) -> str:
        """Say it in words."""
        return " or ".join(
            f"({each.sentence()})" if isinstance(each, And) else each.sentence() for each in self.conditions
        )

    def written(self) -> str:
        """Say it in the syntax."""
        # A word behind a key and a comma would have that key, too.
        is_keyed = not isinstance(self.conditions[0], (Text, Not, And, Or))
        apart = (Text, Not, And, Or) if is_keyed else (And, Or)
        return ",".join(
            f"({each.written()})" if isinstance(each, apart) else each.written() for each in self.conditions
        )

    @property
    def weight(self) -> Weight:
        """That of the least specific one, which lets the most lines in."""
        return min(
            (each.weight for each in self.conditions), key=lambda weight: (weight.asks, weight.letters)
        )


ALWAYS = And(())


def plain(amount: Decimal) -> str:
    """Return the amount without zeros behind it and without an exponent."""
    return f"{amount.normalize():f}"


def both(*conditions: Condition) -> Condition:
    """Return one condition that asks for all of them, without needless nesting."""
    flat: list[Condition] = []
    for each in conditions:
        flat += each.conditions if isinstance(each, And) else [each]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def parts(condition: Condition) -> tuple[Condition, ...]:
    """Return what a line has to meet at once."""
    return condition.conditions if isinstance(condition, And) else (condition,)


def needle(condition: Condition) -> str:
    """Return the longest words without which no line meets the condition; empty where there are none.

    Looking for them first spares most lines the rest.
    """
    found = (each.words for each in parts(condition) if isinstance(each, (Text, Payee)))
    return max(found, key=len, default="")


def has_digits(condition: Condition) -> bool:
    """Whether a digit in a text could decide."""
    if isinstance(condition, (Text, Payee)):
        return any(char.isdigit() for char in condition.words)
    if isinstance(condition, Not):
        return has_digits(condition.condition)
    return isinstance(condition, (And, Or)) and any(map(has_digits, condition.conditions))


def _quoted(words: str) -> str:
    return words if _PLAIN.fullmatch(words) else '"{}"'.format(words.replace('"', '""'))
