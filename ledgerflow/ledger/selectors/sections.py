"""What an income statement and a balance sheet are made of: accounts of one type, with a figure in each column."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.ledger.selectors.moved import Amounts

#: Types whose balance is a debit by nature; the others are shown with the sign turned.
DEBIT_BY_NATURE = frozenset({AccountType.ASSET, AccountType.EXPENSE})


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """An account with one figure for each column, positive on the natural side of its type."""

    account_id: int
    code: str
    name: str
    type: AccountType
    amounts: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The accounts of one type, by code, and their totals, one for each column."""

    type: AccountType
    rows: tuple[AccountFigures, ...]
    totals: tuple[Decimal, ...]

    def columns(self, wanted: slice) -> "Section":
        """Return the section with these columns alone, without accounts that have no figure in them."""
        rows = [
            AccountFigures(row.account_id, row.code, row.name, row.type, amounts)
            for row in self.rows
            if any(amounts := row.amounts[wanted])
        ]
        return Section(self.type, tuple(rows), self.totals[wanted])


def add_columns(rows: Iterable[tuple[Decimal, ...]], count: int) -> tuple[Decimal, ...]:
    """Return the sum of each of ``count`` columns."""
    columns = list(zip(*rows, strict=True))
    return tuple(sum(column, ZERO) for column in columns) if columns else (ZERO,) * count


#: An account as a section names it: its id, code, name and type.
Head = tuple[int, str, str, str]


def heads_of(*, book: Book, types: Collection[AccountType]) -> list[Head]:
    """Return the accounts of the types by code; one query."""
    accounts = Account.objects.filter(book=book, type__in=types).order_by("code")
    return list(accounts.values_list("pk", "code", "name", "type"))


def sections_of(
    *, heads: Iterable[Head], amounts: Amounts, types: Collection[AccountType], count: int
) -> dict[AccountType, Section]:
    """Return a section for each type: those of the accounts with a figure in any column."""
    rows: dict[AccountType, list[AccountFigures]] = {kind: [] for kind in types}
    for account_id, code, name, kind in heads:
        moved, own = amounts.get(account_id, ()), AccountType(kind)
        if own in rows and any(moved):
            shown = moved if own in DEBIT_BY_NATURE else tuple(-amount for amount in moved)
            rows[own].append(AccountFigures(account_id, code, name, own, shown))
    return {
        kind: Section(kind, tuple(found), add_columns((row.amounts for row in found), count))
        for kind, found in rows.items()
    }
