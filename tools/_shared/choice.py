"""Which reading of the amounts is taken: the one in which the running balance works out, else the one the file prints."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tools._shared.balances import Chain, follow
from tools._shared.columns import Columns
from tools._shared.movements import (
    Candidate,
    Numbers,
    Values,
    named_candidates,
    reversed_sign,
    unnamed_candidates,
)
from tools._shared.vocabulary import Role, is_repayment
from tools.contract import StatementRefusedError

_TRIED_ROWS = 2000
_FEW_ROWS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """The amounts taken, the balance column beside them, and whether that balance proves them."""

    candidate: Candidate
    balance: int | None
    proven: bool
    fees: Values | None = None
    warnings: tuple[str, ...] = ()

    @property
    def moved(self) -> Values:
        """What each row moves the balance by: its amount with the fee that is a movement of its own."""
        if self.fees is None:
            return self.candidate.amounts
        return [
            None if a is None else a + (fee or 0)
            for a, fee in zip(self.candidate.amounts, self.fees, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Groups:
    """The dated rows of each account and currency, by position; only rows that move the balance."""

    members: Sequence[Sequence[int]]

    def chains(self, amounts: Values, balances: Values, limit: int | None = None) -> list[Chain]:
        """Follow the balances of each group."""
        return [
            follow([amounts[at] for at in rows[:limit]], [balances[at] for at in rows[:limit]])
            for rows in self.members
            if rows
        ]


def _works(groups: Groups, amounts: Values, balances: Values, limit: int | None = None) -> int:
    """Return how many balances follow when all do, else 0."""
    chains = groups.chains(amounts, balances, limit)
    compared = [chain for chain in chains if chain.compared]
    return (
        sum(chain.compared for chain in compared)
        if compared and all(chain.works for chain in compared)
        else 0
    )


def _balance_columns(columns: Columns, numbers: Numbers) -> list[int]:
    if columns.has_header:
        return [column for column in columns.of(Role.BALANCE, Role.CLOSING) if column in numbers.values]
    return [at for at in sorted(numbers.values) if numbers.looked[at].has_money_marks][:12]


def _prove(
    groups: Groups,
    numbers: Numbers,
    candidates: list[Candidate],
    balances: list[int],
    least: int | None = None,
) -> Choice | None:
    """Return the first candidate in whose reading every balance follows."""
    tried = [each for each in candidates if each.problem is None]
    for candidate in tried:
        for column in balances:
            if column in candidate.columns:
                continue
            compared = _works(groups, candidate.amounts, numbers.values[column], _TRIED_ROWS)
            needed = least or (1 if candidate is tried[0] or candidate.certain else 2)
            if compared < needed or not any(candidate.amounts):
                continue
            if _works(groups, candidate.amounts, numbers.values[column]):
                return Choice(candidate, column, proven=True)
    return None


def _with_fees(
    columns: Columns, groups: Groups, numbers: Numbers, candidate: Candidate, balances: list[int]
) -> Choice | None:
    """Return the reading in which a fee column is a movement of its own, when the balances say so."""
    for column in columns.of(Role.FEE):
        fees = [-abs(fee) if fee else None for fee in numbers.values.get(column, [])]
        if not any(fees):
            continue
        for balance in balances:
            choice = Choice(candidate, balance, proven=True, fees=fees)
            if _works(groups, choice.moved, numbers.values[balance]) >= 2:
                return choice
    return None


def choose(
    columns: Columns, numbers: Numbers, groups: Groups, *, is_card: bool, line_of: Sequence[int], unit: str
) -> Choice:
    """Return the amounts to take.

    Raises:
        StatementRefusedError: No column holds the amounts, or nothing says which rows are money out.
    """
    candidates = (named_candidates if columns.has_header else unnamed_candidates)(columns, numbers)
    balances = _balance_columns(columns, numbers)
    if not candidates:
        raise StatementRefusedError(_no_amounts(columns, balances))
    proven = _prove(groups, numbers, candidates, balances)
    if proven is None:
        opposite = [
            reversed_sign(each, None) for each in candidates if each.problem is None and not each.certain
        ]
        proven = _prove(groups, numbers, [each for each in opposite if len(each.columns) == 1], balances)
    if proven is None and columns.has_header:
        unnamed = [replace(each, certain=False) for each in unnamed_candidates(columns, numbers)]
        proven = _prove(groups, numbers, unnamed, balances, least=_FEW_ROWS)
    if proven:
        return proven
    for candidate in candidates:
        with_fees = _with_fees(columns, groups, numbers, candidate, balances) if candidate.certain else None
        if with_fees:
            return with_fees
    candidate = _unproven(columns, numbers, candidates, is_card=is_card, line_of=line_of, unit=unit)
    balance = _stated_balance(columns, candidate, balances)
    warnings = _warn(columns, numbers, candidate)
    if balance is not None:
        chains = groups.chains(candidate.amounts, numbers.values[balance])
        compared, matched = sum(chain.compared for chain in chains), sum(chain.matched for chain in chains)
        if matched < compared:
            warnings += (
                f"{compared - matched} of {compared} balances in {columns.title(balance)} do not follow from the amounts.",
            )
    return Choice(candidate, balance, proven=False, warnings=warnings)


def _stated_balance(columns: Columns, candidate: Candidate, balances: list[int]) -> int | None:
    if not columns.has_header:
        return None
    return next(
        (at for at in balances if at not in candidate.columns and columns.roles[at] is Role.BALANCE), None
    )


def _warn(columns: Columns, numbers: Numbers, candidate: Candidate) -> tuple[str, ...]:
    fees = [at for at in columns.of(Role.FEE) if any(numbers.values.get(at, ()))]
    notes = [f"{columns.title(at)} is taken to be part of the amounts." for at in fees]
    return (*([candidate.warning] if candidate.warning else []), *notes)


def _unproven(
    columns: Columns,
    numbers: Numbers,
    candidates: list[Candidate],
    *,
    is_card: bool,
    line_of: Sequence[int],
    unit: str,
) -> Candidate:
    certain = [each for each in candidates if each.certain and each.problem is None]
    if not columns.has_header and len({each.columns[0] for each in certain}) > 1:
        full = [each for each in certain if None not in each.amounts]
        if len({each.columns for each in full}) != 1:
            names = ", ".join(columns.title(each.columns[0]) for each in certain)
            raise StatementRefusedError(
                f"The table has no header, and more than one column may hold the amounts: {names}. "
                "Export the file with its header row."
            )
        certain = full
    if not columns.has_header and certain and len(certain[0].columns) == 1:
        _refuse_second_amount(columns, numbers, certain[0].columns[0])
    lone = certain[0] if certain and len(certain[0].columns) == 1 else None
    if is_card and (not certain or lone) and not columns.of(Role.OUT, Role.IN):
        return _card(columns, certain[0] if certain else candidates[-1])
    if certain:
        return certain[0]
    refused = next((each for each in candidates if each.problem), None)
    if refused and refused.problem:
        raise StatementRefusedError(_where(columns, refused, line_of, unit))
    return _unsigned(columns, candidates)


def _refuse_second_amount(columns: Columns, numbers: Numbers, taken: int) -> None:
    """Refuse a nameless signed column with a full column of money before it: a balance would stand after."""
    before = [
        at
        for at, looked in numbers.looked.items()
        if at < taken and looked.has_money_marks and looked.filled == len(columns.dated)
    ]
    if before:
        raise StatementRefusedError(
            f"The table has no header, and {columns.title(before[0])} as well as {columns.title(taken)} may hold the amounts. "
            "Export the file with its header row."
        )


def _where(columns: Columns, refused: Candidate, line_of: Sequence[int], unit: str) -> str:
    at = next((at for at, amount in enumerate(refused.amounts) if amount is None), None)
    place = (
        f" (first in {unit} {line_of[columns.dated[at]]})"
        if at is not None and len(refused.columns) == 2
        else ""
    )
    return f"The direction of some amounts is not clear: {refused.problem}{place}. Export the file with signed amounts."


def _unsigned(columns: Columns, candidates: list[Candidate]) -> Candidate:
    amounts = [candidate for candidate in candidates if len(candidate.columns) == 1]
    if not columns.has_header or len(amounts) != 1:
        raise StatementRefusedError(
            "Nothing in the file says which column holds the amounts or which rows are money out. "
            "Export the file with its header row and with signed amounts."
        )
    if sum(1 for amount in amounts[0].amounts if amount) > _FEW_ROWS:
        raise StatementRefusedError(
            f"No amount in {columns.title(amounts[0].columns[0])} has a sign and no column says money in or out. "
            "Export the file with signed amounts, or with a running balance."
        )
    return Candidate(
        amounts[0].amounts,
        amounts[0].columns,
        certain=False,
        warning=f"No amount in {columns.title(amounts[0].columns[0])} has a sign; all were read as money in.",
    )


def _card(columns: Columns, candidate: Candidate) -> Candidate:
    """Read a card's single column: repayments run against purchases, and purchases are the many."""
    texts = [
        " ".join(columns.cells[at][row] for at in columns.of(Role.DESCRIPTION, Role.OTHER))
        for row in columns.dated
    ]
    stated: list[tuple[Decimal, bool]] = [
        (amount, is_repayment(text)) for amount, text in zip(candidate.amounts, texts, strict=True) if amount
    ]
    back = [amount < 0 for amount, repaid in stated if repaid]
    bought = [amount < 0 for amount, repaid in stated if not repaid]
    negative = sum(bought) * 2 > len(bought)
    if (
        bought
        and len(set(bought)) == 1
        and (not back or set(back) == {not bought[0]})
        and (len(bought) > 2 or back)
    ):
        warning = f"Purchases stand in {columns.title(candidate.columns[0])} without a minus; they were read as money out."
        return candidate if negative else reversed_sign(candidate, warning)
    raise StatementRefusedError(
        f"This looks like a card's statement, and nothing says whether a purchase in {columns.title(candidate.columns[0])} "
        "is positive or negative. Export the file with separate columns for money in and out."
    )


def _no_amounts(columns: Columns, balances: list[int]) -> str:
    if balances:
        return "The table states balances, not movements. Export the list of transactions instead."
    return "No column of the table holds amounts. Export the list of transactions instead."
