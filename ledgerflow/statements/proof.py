"""Does a statement agree with itself? Pure arithmetic over what the file states; nothing is repaired.

A statement is PROVEN when something that the file states about all of its booked lines holds: opening
balance, lines and closing balance; or the balance printed after every line. It is a DISCREPANCY when
anything stated does not hold, and UNPROVABLE when too little is stated. Where the file lacks a page, it is UNPROVABLE
when the balances of the others hold, because the bank may give each page as a file of its own, else a DISCREPANCY.
Pending lines are in no balance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ledgerflow.toolbox.values import BOOKED, Statement, StatementLine

_DIGIT_SWAP = 9


class Outcome(StrEnum):
    """What the arithmetic says about a statement."""

    PROVEN = "PROVEN"
    DISCREPANCY = "DISCREPANCY"
    UNPROVABLE = "UNPROVABLE"


@dataclass(frozen=True, slots=True)
class Proof:
    """An outcome with its reason.

    ``detail`` is a sentence: the likely cause of a discrepancy, or what is missing for a proof.
    ``difference`` is what the file states minus what its lines add up to, in the statement's currency, where
    that is the problem.
    """

    outcome: Outcome
    detail: str | None = None
    difference: Decimal | None = None


def prove(statement: Statement) -> Proof:
    """Compare everything that the statement states with its booked lines."""
    lines = [line for line in statement.lines if line.status == BOOKED]
    if statement.missing_pages:
        return _without_pages(statement, statement.missing_pages, lines)
    if any(line.currency != statement.currency for line in lines):
        return Proof(Outcome.UNPROVABLE, "Lines in several currencies do not add up to one balance.")
    checks = (
        _check_balances(statement, lines),
        _check_running(statement, lines),
        _check_stated(statement, lines),
    )
    for proof in checks:
        if proof is not None and proof.outcome is Outcome.DISCREPANCY:
            return proof
    for proof in checks:
        if proof is not None and proof.outcome is Outcome.PROVEN:
            return proof
    return Proof(Outcome.UNPROVABLE, _missing(statement))


def _without_pages(statement: Statement, missing: str, lines: Sequence[StatementLine]) -> Proof:
    """Name the pages that the file does not hold, and what is on them where the balances tell."""
    said = f"{missing[:1].upper()}{missing[1:]} in the file"
    difference = None
    if statement.opening_balance is not None and statement.closing_balance is not None:
        lines = [line for line in lines if line.currency == statement.currency]
        total = sum((line.amount for line in lines), Decimal(0))
        difference = statement.closing_balance - statement.opening_balance - total
        running = _check_running(statement, lines)
        if not difference and (running is None or running.outcome is not Outcome.DISCREPANCY):
            return Proof(
                Outcome.UNPROVABLE,
                f"{said}, and the balances of what it holds agree. Import the rest as well, or the whole statement.",
            )
    if difference:
        said += f": opening balance and lines miss the closing balance by {_money(difference)}"
    return Proof(Outcome.DISCREPANCY, f"{said}. Get the whole statement from the bank.", difference or None)


def _missing(statement: Statement) -> str:
    if statement.closing_balance is not None:
        return "The file states a closing balance but no opening balance, so the lines cannot be checked against it."
    if statement.opening_balance is not None:
        return "The file states an opening balance but no closing balance, so the lines cannot be checked against it."
    return "The file states no balances, so nothing shows that its lines are complete."


def _check_balances(statement: Statement, lines: Sequence[StatementLine]) -> Proof | None:
    """Opening balance plus lines is the closing balance."""
    if statement.opening_balance is None or statement.closing_balance is None:
        return None
    total = sum((line.amount for line in lines), Decimal(0))
    difference = statement.closing_balance - statement.opening_balance - total
    if not difference:
        return Proof(Outcome.PROVEN)
    running = _check_running(statement, lines)
    if running is not None and running.outcome is Outcome.DISCREPANCY:
        return running
    cause = _likely_cause(difference, lines)
    message = f"Opening balance and lines miss the closing balance by {_money(difference)}: {cause}."
    return Proof(Outcome.DISCREPANCY, message, difference)


def _check_running(statement: Statement, lines: Sequence[StatementLine]) -> Proof | None:
    """The balance printed after each line follows from the line before, in an order that the days allow.

    The printed balances prove the lines when every line has one and there are two of them or an opening
    balance: then each line but the earliest is proved, and the earliest is as printed.
    """
    if not any(line.balance is not None for line in lines):
        return None
    broken: list[_Broken] = []
    for ordered in _possible_orders(lines):
        found = _breaks(statement, ordered)
        if not found:
            return _check_ends(statement, ordered, lines)
        broken.append(_Broken(len(found), *found[0], ordered))
    # The order in which the fewest balances do not follow is the file's; where several are alike, the one that goes
    # furthest.
    best = min(broken, key=lambda each: (each.count, -each.number))
    number, difference = best.number, best.difference
    line = best.ordered[number]
    cause = _cause_at(difference, line, best.ordered[number - 1] if number else None)
    message = f"The balance after {_name(line, lines)} is off by {_money(difference)}: {cause}."
    return Proof(Outcome.DISCREPANCY, message, difference)


def _possible_orders(lines: Sequence[StatementLine]) -> list[list[StatementLine]]:
    """Oldest day first, each day as listed or backwards; where the days are mixed up, also as the file lists them.

    A file whose days run one way is never read the other way: two lines that cancel out would then fit by chance.
    """
    listed, backwards = list(lines), list(lines)[::-1]
    by_day, by_day_backwards = sorted(listed, key=_day), sorted(backwards, key=_day)
    orders = [by_day, by_day_backwards]
    if by_day != listed and by_day_backwards != backwards:
        orders += [listed, backwards]
    return orders


def _day(line: StatementLine) -> date:
    return line.date


@dataclass(frozen=True, slots=True)
class _Broken:
    """How many printed balances do not follow in an order, and the first of them."""

    count: int
    number: int
    difference: Decimal
    ordered: Sequence[StatementLine]


def _breaks(statement: Statement, ordered: Sequence[StatementLine]) -> list[tuple[int, Decimal]]:
    """Each line, in this order, whose printed balance does not follow from the one before, and by how much."""
    found = []
    balance = statement.opening_balance
    for number, line in enumerate(ordered):
        expected = None if balance is None else balance + line.amount
        if line.balance is not None and expected is not None and line.balance != expected:
            found.append((number, line.balance - expected))
        balance = line.balance if line.balance is not None else expected
    return found


def _check_ends(
    statement: Statement, ordered: Sequence[StatementLine], lines: Sequence[StatementLine]
) -> Proof | None:
    """The last printed balance is the closing balance; every line must have taken part for a proof."""
    if statement.closing_balance is not None:
        last = next(
            (number for number, line in reversed(list(enumerate(ordered))) if line.balance is not None), 0
        )
        after = sum((line.amount for line in ordered[last + 1 :]), ordered[last].balance or Decimal(0))
        difference = statement.closing_balance - after
        if difference:
            cause = (
                f"a line of {_money(difference)} is probably missing after {_name(ordered[last], lines)}"
                if last == len(ordered) - 1
                else _likely_cause(difference, lines)
            )
            message = f"The last printed balance misses the closing balance by {_money(difference)}: {cause}."
            return Proof(Outcome.DISCREPANCY, message, difference)
    tied = statement.opening_balance is not None or len(ordered) > 1
    return Proof(Outcome.PROVEN) if tied and all(line.balance is not None for line in ordered) else None


def _check_stated(statement: Statement, lines: Sequence[StatementLine]) -> Proof | None:
    """Printed count and total. A total of the amounts proves them; a count alone does not."""
    if statement.stated_count is not None and statement.stated_count != len(lines):
        message = f"The file states {statement.stated_count} lines but {len(lines)} were read."
        return Proof(Outcome.DISCREPANCY, message)
    if statement.stated_total is None:
        return None
    difference = statement.stated_total - sum((line.amount for line in lines), Decimal(0))
    if not difference:
        return Proof(Outcome.PROVEN)
    message = f"The lines miss the stated total by {_money(difference)}: {_likely_cause(difference, lines)}."
    return Proof(Outcome.DISCREPANCY, message, difference)


def _likely_cause(difference: Decimal, lines: Sequence[StatementLine]) -> str:
    """Name the likely cause when stated minus computed is ``difference`` and no line is known to be at fault."""
    repeated = _repeated(difference, lines)
    if repeated is not None:
        return f"{_name(repeated, lines)} is probably there twice"
    flipped = next((line for line in lines if line.amount and -2 * line.amount == difference), None)
    if flipped is not None:
        return f"the sign of {_name(flipped, lines)} is probably wrong"
    swapped = " or two digits of an amount are swapped" if _divisible_by_nine(difference) else ""
    return f"a line of {_money(difference)} is probably missing{swapped}"


def _repeated(difference: Decimal, lines: Sequence[StatementLine]) -> StatementLine | None:
    """A line of the excess amount that stands right beside an equal one."""
    seen: set[tuple[object, ...]] = set()
    for line in lines:
        key = (line.date, line.amount, line.description, line.bank_id)
        if line.amount == -difference and key in seen:
            return line
        seen.add(key)
    return None


def _cause_at(difference: Decimal, line: StatementLine, before: StatementLine | None) -> str:
    """Name what most likely went wrong at a line whose balance does not follow from the one before."""
    if line.amount and difference == -2 * line.amount:
        return "its sign is probably wrong"
    if (
        before is not None
        and difference == -line.amount
        and before.amount == line.amount
        and before.balance == line.balance
    ):
        return "it is probably there twice"
    if _is_swap(line.amount, line.amount + difference):
        return f"two digits are probably swapped; {_money(line.amount + difference)} would fit"
    return f"a line of {_money(difference)} is probably missing before it, or its amount is wrong"


def _is_swap(one: Decimal, other: Decimal) -> bool:
    """Whether the amounts differ by two neighboring digits that changed places; a zero may have come to the front."""
    places = max(-int(one.as_tuple().exponent), -int(other.as_tuple().exponent), 0)
    digits = [f"{abs(amount):.{places}f}".replace(".", "") for amount in (one, other)]
    longest = max(map(len, digits))
    first, second = (text.zfill(longest) for text in digits)
    differing = [at for at in range(longest) if first[at] != second[at]]
    return (
        (one < 0) == (other < 0)
        and len(differing) == 2
        and differing[1] - differing[0] == 1
        and first[differing[0]] == second[differing[1]]
        and first[differing[1]] == second[differing[0]]
    )


def _divisible_by_nine(difference: Decimal) -> bool:
    """Two neighboring digits swapped change a number by a multiple of nine units of its last place."""
    return int("".join(map(str, difference.as_tuple().digits))) % _DIGIT_SWAP == 0


def _name(line: StatementLine, lines: Sequence[StatementLine]) -> str:
    number = next(number for number, other in enumerate(lines, start=1) if other is line)
    return f"line {number} ({line.date.isoformat()}, {_money(line.amount)})"


def _money(amount: Decimal) -> str:
    return f"{amount:f}"
