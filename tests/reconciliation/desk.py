"""A book with a bank account to reconcile: a statement taken in and posted, and entries made by hand."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from ledgerflow.classification.services import accept_all
from ledgerflow.ledger.models import Account
from ledgerflow.posting.services import EntryLine, post_lines, post_manual_entry
from ledgerflow.reconciliation.models import Reconciliation
from ledgerflow.reconciliation.selectors import figures, suggestions
from ledgerflow.reconciliation.services import accept_suggestion, start
from ledgerflow.reconciliation.sides import Sides, sides
from tests.booked import NOW, BookedFile

OPENING_DAY = date(2026, 1, 4)
LAST_DAY = date(2026, 1, 7)


class Desk(BookedFile):
    """Three lines of -1, -2 and -3 on 5, 6 and 7 January are posted; the statement goes from 1,000 to 994."""

    def by_hand(self, amount: str, *, day: int = 6, other: Account | None = None, text: str = "") -> int:
        """Post an entry on the bank account against the expense account; return its number."""
        size = Decimal(amount)
        return post_manual_entry(
            book=self.book,
            date=date(2026, 1, day),
            lines=[EntryLine(self.bank.ledger_account, size), EntryLine(other or self.expense, -size)],
            text=text,
            user=self.owner,
            now=NOW,
        )

    def arrive(self, amounts: Collection[str], *, day: int = 6, closing: str | None = None) -> list[int]:
        """Take in another file with lines from the day on; return their ids, to review."""
        _, self.other, line_ids = self.take_in(
            [Decimal(amount) for amount in amounts],
            name=f"{day}-{len(amounts)}.csv",
            first=date(2026, 1, day),
            closing=None if closing is None else Decimal(closing),
        )
        return line_ids

    def post_all(self) -> None:
        """Book every open line to the expense account."""
        accept_all(book=self.book, user=self.owner, now=NOW, account=self.expense)
        post_lines(book=self.book, line_ids=None, posted_by=self.owner, posted_at=NOW)

    def started(self, *, as_of: date = LAST_DAY, balance: str = "994") -> Reconciliation:
        """Begin to reconcile with a typed balance."""
        return start(bank_account=self.bank, as_of=as_of, balance=Decimal(balance), user=self.owner, now=NOW)

    def opened(self, **given: str) -> Reconciliation:
        """Begin to reconcile, with the opening balance in the books."""
        equity = Account.objects.get(book=self.book, role="opening")
        self.by_hand("1000", day=4, other=equity, text="Opening balance")
        return self.started(**given)

    def suggested(self, reconciliation: Reconciliation) -> list[str]:
        """Return the kinds of what is suggested."""
        found = sides(reconciliation=reconciliation)
        return [each.kind for each in suggestions(reconciliation=reconciliation, found=found)]

    def accept(self, reconciliation: Reconciliation, kind: str, account: Account | None = None) -> str:
        """Accept the first suggestion of the kind."""
        found = sides(reconciliation=reconciliation)
        key = next(
            each.key for each in suggestions(reconciliation=reconciliation, found=found) if each.kind == kind
        )
        return accept_suggestion(
            reconciliation=reconciliation, key=key, account=account, user=self.owner, now=NOW
        )

    def sides(self, reconciliation: Reconciliation) -> Sides:
        """Return both sides."""
        return sides(reconciliation=reconciliation)

    def difference(self, reconciliation: Reconciliation) -> Decimal:
        """Return what the bank says minus what the books say."""
        return figures(reconciliation=reconciliation).difference
