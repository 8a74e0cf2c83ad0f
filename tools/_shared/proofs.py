"""Readings of the amounts that a running balance proves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools._shared.balances import Chain, follow
from tools._shared.columns import Columns
from tools._shared.movements import (
    Candidate,
    Numbers,
    Values,
    negated,
    reversed_sign,
    signed,
    unnamed_candidates,
)
from tools._shared.picking import picked
from tools._shared.vocabulary import Role
from tools.contract import StatementRefusedError

_TRIED_ROWS = 2000
_LEAST_UNNAMED = 3
_MOVING = (Role.AMOUNT, Role.OUT, Role.IN)


@dataclass(frozen=True, slots=True)
class Choice:
    """The amounts taken, the balance column beside them, and whether that balance proves them.

    ``is_card`` says that the rows were read as a card's.
    """

    candidate: Candidate
    balance: int | None
    proven: bool
    fees: Values | None = None
    warnings: tuple[str, ...] = ()
    is_card: bool = False

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
    """The dated rows of each account and currency, by position; only rows that move the balance.

    ``newest_first`` is the direction of their dates, ``None`` where the dates do not show one.
    """

    members: Sequence[Sequence[int]]
    newest_first: bool | None

    def chains(self, amounts: Values, balances: Values, limit: int | None = None) -> list[Chain]:
        """Follow the balances of each group."""
        return [
            follow(picked(amounts, rows[:limit]), picked(balances, rows[:limit]), self.newest_first)
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


def balance_columns(columns: Columns, numbers: Numbers) -> list[int]:
    if columns.has_header:
        return [column for column in columns.of(Role.BALANCE, Role.CLOSING) if column in numbers.values]
    return _money_columns(numbers)


def _money_columns(numbers: Numbers) -> list[int]:
    return [at for at in sorted(numbers.values) if numbers.looked[at].has_money_marks][:12]


def _bare(numbers: Numbers) -> list[int]:
    """The columns of whole numbers, which are money where a currency has no decimals."""
    return [at for at in sorted(numbers.values) if not numbers.looked[at].has_money_marks][:12]


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
            needed = least or (1 if candidate.certain else 2)
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


def prove(
    columns: Columns, groups: Groups, numbers: Numbers, candidates: list[Candidate], balances: list[int]
) -> Choice | None:
    """Return the reading in which every balance follows from the one before, ``None`` when there is none.

    A balance that the owner *owes* (a card's, a loan's) follows from amounts of the opposite sign: the file's own
    direction is kept and the balance is turned round.

    Raises:
        StatementRefusedError: Amounts without a sign follow in both directions.
    """
    proven = _proven(columns, groups, numbers, candidates, balances)
    return _surer_way(columns, groups, numbers, proven) if proven else None


def _proven(
    columns: Columns, groups: Groups, numbers: Numbers, candidates: list[Candidate], balances: list[int]
) -> Choice | None:
    proven = _prove(groups, numbers, candidates, balances)
    if proven:
        return proven
    for candidate in candidates:
        if candidate.certain and candidate.problem is None:
            turned = _prove(groups, numbers, [reversed_sign(candidate, None)], balances)
            if turned and turned.balance is not None:
                numbers.values[turned.balance] = negated(numbers.values[turned.balance])
                return replace(turned, candidate=candidate)
            fees = _with_fees(columns, groups, numbers, candidate, balances)
            if fees:
                return fees
    opposite = [
        _other_way(each)
        for each in candidates
        if each.problem is None and not each.certain and len(each.columns) == 1
    ]
    return _prove(groups, numbers, opposite, balances) or _prove_nameless(columns, groups, numbers, balances)


def _other_way(candidate: Candidate) -> Candidate:
    """Read the same columns in the opposite direction, which nothing in the file prints either."""
    return replace(reversed_sign(candidate, None), certain=False)


def _surer_way(columns: Columns, groups: Groups, numbers: Numbers, proven: Choice) -> Choice:
    """Return the direction in which the rows state the balance after their movement, as nearly all banks do.

    Rows of one day may stand in either order of time. Read the other way round, balances after a movement are balances
    before one of the opposite sign, so that both directions follow where no cell prints one.

    Raises:
        StatementRefusedError: The balance after the movement follows in both directions.
    """
    candidate, balance = proven.candidate, proven.balance
    printed = not {*candidate.columns}.isdisjoint(columns.of(Role.OUT, Role.IN)) or any(
        numbers.looked[at].is_signed for at in candidate.columns if at in numbers.looked
    )
    if candidate.certain or printed or balance is None:
        return proven
    stated, other = numbers.values[balance], _other_way(candidate)
    if not _works(groups, other.amounts, stated):
        return proven
    one_after, other_after = (
        all(chain.kind == "after" for chain in groups.chains(each.amounts, stated) if chain.compared)
        for each in (candidate, other)
    )
    if one_after and other_after:
        raise StatementRefusedError(
            f"No amount in {columns.title(candidate.columns[0])} has a sign, and {columns.title(balance)} follows from "
            "money in as well as from money out, since nothing says which row came first. Export signed amounts."
        )
    return replace(proven, candidate=other) if other_after else proven


def _prove_nameless(columns: Columns, groups: Groups, numbers: Numbers, balances: list[int]) -> Choice | None:
    """Return the reading that a balance proves of columns without a name, ``None`` when there is none.

    A name in a language that nobody here knows is as good as none. Where a name says which columns hold the amounts,
    only a named balance proves others.
    """
    may_hold = _may_hold_money(columns, numbers)
    among = balances
    if not among and not columns.of(*_MOVING):
        among = [at for at in _money_columns(numbers) if at in may_hold]
        among = among or [at for at in _bare(numbers) if at in may_hold]
    nameless = unnamed_candidates(columns, numbers) if columns.has_header else []
    nameless += [signed(numbers, at) for at in _bare(numbers) if numbers.looked[at].is_signed]
    weak = [
        replace(each, certain=False) for each in nameless if numbers.values.keys() & each.columns <= may_hold
    ]
    return _prove(groups, numbers, weak, among, least=_LEAST_UNNAMED)


def _may_hold_money(columns: Columns, numbers: Numbers) -> set[int]:
    """The columns of numbers of which no known name says that they are no money that moved: points, units or a fee."""
    if not columns.has_header:
        return set(numbers.values)
    if columns.of(*_MOVING):
        return set(numbers.values).difference(columns.of(Role.OTHER_NUMBER))
    return set(numbers.values).intersection(columns.of(Role.OTHER))
