"""Where the lines of a report come from: bank line, statement, file and place, and the other side of their entry."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import Place, RegisterLine, SelectedLine, two_sides
from ledgerflow.posting.selectors import SourceLine, lines_for_entries
from ledgerflow.statements.models import Sighting


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line of a report with where it comes from; debit positive, amounts in the base currency.

    ``balance`` is what stands on the account after it, None where only some lines are shown. ``own_amount`` and
    ``own_balance`` are in ``currency``. ``other_side`` is the account of the entry's other lines, if they share one.
    """

    place: Place
    account: Account
    currency: str
    own_amount: Decimal
    own_balance: Decimal | None
    amount: Decimal
    balance: Decimal | None
    text: str
    other_side: Account | None
    reverses_number: int | None
    source: SourceLine | None
    sighting: Sighting | None

    @property
    def debit(self) -> Decimal | None:
        """The amount when it is a debit."""
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        """The amount, positive, when it is a credit."""
        return -self.amount if self.amount < 0 else None


def with_provenance(
    *,
    book: Book,
    lines: Sequence[RegisterLine] | Sequence[SelectedLine],
    account: Account | None = None,
    accounts: Mapping[int, Account] | None = None,
    has_balances: bool = True,
) -> list[ReportLine]:
    """Return the lines with everything that is known about where they come from; seven queries at most.

    ``account`` is theirs where all share one, as in a register; only its lines have balances. ``accounts`` are the
    book's, for one query less.
    """
    numbers = {line.entry_number for line in lines}
    sources = lines_for_entries(book=book, numbers=numbers)
    sightings = _sightings(book, [source.line_id for source in sources.values()])
    accounts = accounts_by_id(book=book) if accounts is None else accounts
    sides = other_sides(book=book, numbers=numbers)
    found = []
    for line in lines:
        own = account or accounts[line.account_id]  # type: ignore[union-attr]  # a register's lines share theirs
        source = sources.get(line.entry_number)
        is_register = has_balances and isinstance(line, RegisterLine)
        found.append(
            ReportLine(
                place=line.place,
                account=own,
                currency=line.currency,
                own_amount=line.amount,
                own_balance=line.balance if is_register else None,  # type: ignore[union-attr]  # asked above
                amount=line.base_amount,
                balance=line.base_balance if is_register else None,  # type: ignore[union-attr]  # asked above
                text=line.text or (source.text if source else ""),
                other_side=sides.account(line.entry_number, own.pk, accounts),
                reverses_number=line.reverses_number,
                source=source,
                sighting=sightings.get(source.line_id) if source else None,
            )
        )
    return found


def _sightings(book: Book, line_ids: Sequence[int]) -> dict[int, Sighting]:
    """Return where each line was seen first."""
    return {
        sighting.line_id: sighting
        for sighting in Sighting.objects.filter(book=book, line__in=line_ids)
        .select_related("statement")
        .order_by("-statement_id", "-no")
    }


@dataclass(frozen=True, slots=True)
class OtherSides:
    """The two accounts of each entry that has no more, one twice where it has one."""

    ends: Mapping[int, tuple[int, int]]

    def account(self, number: int, own: int, accounts: Mapping[int, Account]) -> Account | None:
        """Return the one other account of the entry of a line on the account ``own``, if there is only one."""
        if number not in self.ends:
            return None
        others = set(self.ends[number]) - {own}
        return accounts[others.pop()] if len(others) == 1 else None


def other_sides(*, book: Book, numbers: Collection[int]) -> OtherSides:
    """Return which accounts stand against each other in the entries; one query."""
    return OtherSides(two_sides(book=book, numbers=numbers))


def accounts_by_id(*, book: Book) -> dict[int, Account]:
    """Return every account of the book; one query."""
    return {account.pk: account for account in Account.objects.filter(book=book)}
