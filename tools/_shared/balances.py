"""The running balance: whether the amounts lead from each stated balance to the next, and in which direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import add, eq
from typing import Literal, cast

Kind = Literal["after", "before"]


@dataclass(frozen=True, slots=True)
class Chain:
    """How well balances follow from amounts.

    ``newest_first`` says that the rows stand in reverse order; the kind ``before`` that a row states the
    balance before its movement.
    """

    compared: int
    matched: int
    newest_first: bool
    kind: Kind

    @property
    def works(self) -> bool:
        """Whether every balance follows from the one before."""
        return self.compared > 0 and self.matched == self.compared

    @property
    def share(self) -> float:
        """The share of balances that follow, for ranking only."""
        return self.matched / self.compared if self.compared else 0.0


def _follow(
    amounts: Sequence[Decimal | None], balances: Sequence[Decimal | None], kind: Kind
) -> tuple[int, int]:
    if {*map(type, balances), *map(type, amounts)} == {
        Decimal
    }:  # looking for None would compare it with each amount
        moves = amounts[1:] if kind == "after" else amounts
        follows = map(add, cast("Sequence[Decimal]", balances), cast("Sequence[Decimal]", moves))
        return max(len(balances) - 1, 0), sum(map(eq, follows, balances[1:]))
    compared = matched = 0
    expected: Decimal | None = None
    for amount, balance in zip(amounts, balances, strict=True):
        if kind == "after" and expected is not None and amount is not None:
            expected += amount
        if balance is not None:
            if expected is not None:
                compared += 1
                matched += expected == balance
            expected = balance
        if kind == "before" and expected is not None and amount is not None:
            expected += amount
    return compared, matched


def follow(
    amounts: Sequence[Decimal | None], balances: Sequence[Decimal | None], newest_first: bool | None = None
) -> Chain:
    """Return the first direction and kind in which all balances follow from the amounts, else the one in which most do.

    ``newest_first`` is the direction that the dates show. It must be kept: read backwards, a balance that is owed looks
    like a balance before the movement.
    """
    chains: list[Chain] = []
    kinds: tuple[Kind, ...] = ("after", "before")
    for kind in kinds:
        for backwards in (False, True) if newest_first is None else (newest_first,):
            step = -1 if backwards else 1
            chain = Chain(*_follow(amounts[::step], balances[::step], kind), backwards, kind)
            if chain.works:
                return chain
            chains.append(chain)
    return max(chains, key=lambda chain: (chain.share, chain.kind == "after", not chain.newest_first))


def open_rows(
    amounts: Sequence[Decimal | None],
    balances: Sequence[Decimal | None],
    opening: Decimal | None,
    closing: Decimal | None,
) -> list[int]:
    """Return the rows, oldest first, whose amounts do not lead from a balance before them to one at or after them.

    ``opening`` and ``closing`` are balances stated before and after all rows.
    """
    found: list[int] = []
    since: list[int] = []
    before, moved = opening, Decimal(0)
    for at, (amount, balance) in enumerate(zip(amounts, balances, strict=True)):
        since.append(at)
        moved += amount or 0
        if balance is not None:
            found += since if before is None or before + moved != balance else []
            since, before, moved = [], balance, Decimal(0)
    return found + (since if before is None or closing is None or before + moved != closing else [])


def ends(
    amounts: Sequence[Decimal | None], balances: Sequence[Decimal | None], chain: Chain
) -> tuple[Decimal | None, Decimal | None]:
    """Return the balances before the first and after the last movement, as the rows of a working chain state them.

    A row without a balance at either end leaves that end unstated.
    """
    step = -1 if chain.newest_first else 1
    first_amount, first, last_amount, last = (
        amounts[::step][0],
        balances[::step][0],
        amounts[::step][-1],
        balances[::step][-1],
    )
    if chain.kind == "before":
        return first, None if last is None or last_amount is None else last + last_amount
    return None if first is None or first_amount is None else first - first_amount, last
