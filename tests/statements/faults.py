"""Proven statements by the seed, and the faults that files and readers put into them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from ledgerflow.toolbox.values import Statement, StatementLine

_WORDS = ("Corner Coffee", "Rent", "Salary", "Card payment", "Transfer", "Fuel", "Interest")
#: One row is wrong; where a balance stands after every row, the sentence must name it.
SINGLE = ("row dropped", "row twice", "sign flipped", "digits swapped")
OTHER = ("page missing", "opening changed", "closing changed")


@dataclass(frozen=True, slots=True)
class Fault:
    """A statement with one fault.

    ``rows`` are the places (numbers of the sound statement's rows) that a sentence may name, ``amount`` what it must
    state.
    """

    kind: str
    statement: Statement
    rows: frozenset[int] = frozenset()
    amount: Decimal | None = None


def proven(seed: int) -> Statement:
    """Return a statement that proves: of any length, with twins, several lines a day, either way round."""
    chance = random.Random(seed)
    opening = balance = Decimal(chance.randint(-500_000, 5_000_000)).scaleb(-2)
    day = date(2026, 1, 1)
    amounts = [_amount(chance) for _ in range(chance.randint(3, 80))]
    if len(amounts) > 6 and chance.random() < 0.5:
        at = chance.randrange(1, len(amounts))
        amounts[at] = amounts[at - 1]  # true twins side by side
    lines = []
    has_running = chance.random() < 0.7
    for number, amount in enumerate(amounts):
        balance += amount
        day += timedelta(days=chance.choice((0, 0, 0, 1, 1, 2, 5)))
        lines.append(
            StatementLine(
                date=day,
                amount=amount,
                currency="EUR",
                description=chance.choice(_WORDS),
                place={"line": number},
                balance=balance if has_running else None,
            )
        )
    order = chance.choice(("oldest first", "newest first", "days newest first"))
    if order == "newest first":
        lines.reverse()
    elif order == "days newest first":
        lines.sort(key=lambda line: line.date, reverse=True)
    return Statement("1", None, "EUR", tuple(lines), opening_balance=opening, closing_balance=balance)


def _amount(chance: random.Random) -> Decimal:
    cents = chance.choice((chance.randint(1, 9_999), chance.randint(1, 999_999), 100 * chance.randint(1, 99)))
    return Decimal(chance.choice((-1, -1, 1)) * cents).scaleb(-2)


def has_running(statement: Statement) -> bool:
    """Whether a balance stands after every line."""
    return all(line.balance is not None for line in statement.lines)


def faults(statement: Statement, seed: int) -> Iterator[Fault]:
    """Yield one fault of each kind that the statement allows; each changes a sum."""
    chance = random.Random(seed)
    lines = statement.lines
    at = chance.randrange(len(lines))
    line = lines[at]
    number = _number(line)
    without = (*lines[:at], *lines[at + 1 :])
    beside = frozenset(_number(each) for each in lines if abs(_number(each) - number) == 1)
    yield Fault("row dropped", replace(statement, lines=without), beside, line.amount)
    twice = (*lines[: at + 1], line, *lines[at + 1 :])
    yield Fault("row twice", replace(statement, lines=twice), frozenset({number}), line.amount)
    flipped = _with(statement, at, line._replace(amount=-line.amount))
    yield Fault("sign flipped", flipped, frozenset({number}), -line.amount)
    swapped = _swapped(line.amount, chance)
    if swapped is not None:
        changed = _with(statement, at, line._replace(amount=swapped))
        yield Fault("digits swapped", changed, frozenset({number}), line.amount)
    start = chance.randrange(len(lines) - 1)
    page = lines[start : start + chance.randint(2, 30)]
    if sum(each.amount for each in page):
        yield Fault("page missing", replace(statement, lines=(*lines[:start], *lines[start + len(page) :])))
    off = _amount(chance)
    yield Fault("opening changed", replace(statement, opening_balance=(statement.opening_balance or 0) + off))
    yield Fault("closing changed", replace(statement, closing_balance=(statement.closing_balance or 0) + off))


def _number(line: StatementLine) -> int:
    number = line.place["line"]
    assert isinstance(number, int)
    return number


def _with(statement: Statement, at: int, line: StatementLine) -> Statement:
    return replace(statement, lines=(*statement.lines[:at], line, *statement.lines[at + 1 :]))


def _swapped(amount: Decimal, chance: random.Random) -> Decimal | None:
    digits = f"{abs(amount):.2f}"
    places = [
        at for at in range(len(digits) - 1) if digits[at] != digits[at + 1] and "." not in digits[at : at + 2]
    ]
    if not places:
        return None
    at = chance.choice(places)
    other = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    return Decimal(other).copy_sign(amount)
