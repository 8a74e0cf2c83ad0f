"""A book with two bank accounts and money that moves between them, for tests of transfers."""

from decimal import Decimal

from ledgerflow.classification.models import Classification
from ledgerflow.ledger.models import AccountRole, JournalLine
from ledgerflow.posting.models import Transfer
from ledgerflow.posting.services import confirm_transfer, reject_transfer
from ledgerflow.statements.models import StatementLine
from tests.posting.openings import Opened
from tests.statements.shapes import NOW, line


class Two(Opened):
    """A book with the bank accounts Checking and Savings."""

    def __init__(self) -> None:
        super().__init__()
        self.savings = self.account("Savings")

    def move(self, day: int, amount: str, *, bank=None, text: str = "Moved", **more) -> StatementLine:
        """Import one line, money out negative, and return it."""
        statement = self.take_in(line(day, amount, text, **more), bank=bank or self.bank, **more)
        return StatementLine.objects.get(sightings__statement=statement)

    def pair(self, *, days: int = 0, amount: str = "100.00", texts=("Moved", "Moved"), day: int = 5):
        """Return money that leaves Checking and arrives on Savings so many days later."""
        sent = self.move(day, f"-{amount}", text=texts[0])
        return sent, self.move(day + days, amount, bank=self.savings, text=texts[1])

    def confirm_pair(self, *lines: StatementLine) -> Transfer:
        ids = [one.pk for one in lines]
        return confirm_transfer(book=self.book, line_ids=ids, user=self.user, now=NOW)

    def reject_pair(self, *lines: StatementLine) -> Transfer:
        ids = [one.pk for one in lines]
        return reject_transfer(book=self.book, line_ids=ids, user=self.user, now=NOW)

    def state(self, one: StatementLine) -> str:
        return Classification.objects.get(line=one).state

    def in_transit(self) -> Decimal:
        """Return what stands on the account for transfers."""
        moved = JournalLine.objects.filter(book=self.book, account__role=AccountRole.TRANSFER)
        return sum(moved.values_list("amount", flat=True), Decimal(0))
