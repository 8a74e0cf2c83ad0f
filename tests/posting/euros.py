"""A shop that keeps its books in dollars and has a bank account in euros."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from ledgerflow.classification.services import SplitPart, classify_lines, decide
from ledgerflow.ledger.models import JournalLine
from ledgerflow.ledger.services.rates import record_rate
from ledgerflow.posting.services import PostOutcome, post_lines
from ledgerflow.statements.models import StatementLine
from tests.classification.rows import NOW, Shop
from tests.factories import AccountFactory, BankAccountFactory

DAY = date(2026, 3, 2)


class EuroShop(Shop):
    """A shop with the accounts that other currencies need."""

    def __init__(self) -> None:
        super().__init__()
        given = {"book": self.book}
        self.conversion = AccountFactory(
            code="CONVERSION", name="Conversion", type="asset", role="conversion", **given
        )
        self.exchange = AccountFactory(
            code="EXCHANGE", name="Exchange", type="income", role="exchange", **given
        )
        self.euros = AccountFactory(code="EUROS", name="Euros", type="asset", currency="EUR", **given)
        self.receivable = AccountFactory(
            code="RECEIVABLE", name="Receivable EUR", type="asset", currency="EUR", **given
        )
        self.dollars = AccountFactory(code="DOLLARS", name="In dollars", currency="USD", **given)
        self.euro_bank = BankAccountFactory(currency="EUR", ledger_account=self.euros, **given)

    def rate(self, rate: str, day: date = DAY, currency: str = "EUR") -> None:
        """Enter a rate as a person does."""
        record_rate(
            book=self.book,
            currency=currency,
            date=day,
            rate=Decimal(rate),
            origin="the bank's advice",
            user=self.user,
            now=NOW,
        )

    def accepted(self, amount: str, account: object = None, **fields: object) -> StatementLine:
        """Store a line in euros and accept it to the account."""
        line = self.line(amount=amount, **{"bank_account": self.euro_bank, "currency": "EUR", **fields})
        classify_lines(book=self.book, line_ids=[line.pk])
        decide(book=self.book, line_id=line.pk, account=account or self.sales, user=self.user, now=NOW)
        return line

    def split(self, amount: str, parts: Sequence[tuple[object, str]], **fields: object) -> StatementLine:
        """Store a line in euros and accept it in parts."""
        line = self.line(amount=amount, **{"bank_account": self.euro_bank, "currency": "EUR", **fields})
        classify_lines(book=self.book, line_ids=[line.pk])
        splits = [SplitPart(account, Decimal(part)) for account, part in parts]
        decide(book=self.book, line_id=line.pk, splits=splits, user=self.user, now=NOW)
        return line

    def post(self) -> PostOutcome:
        """Post everything that is accepted."""
        return post_lines(book=self.book, line_ids=None, posted_by=self.user, posted_at=NOW)

    def booked(self, number: int = 1) -> list[tuple[object, str, Decimal, Decimal]]:
        """Return the lines of an entry: account, currency, amount, base amount."""
        rows = JournalLine.objects.filter(book=self.book, entry_number=number).order_by("no")
        return [
            (row.account_id, row.currency, row.amount.normalize(), row.base_amount.normalize())
            for row in rows
        ]

    def totals(self, number: int) -> dict[str, Decimal]:
        """Return what an entry adds up to in each currency."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for _, currency, amount, _ in self.booked(number):
            totals[currency] += amount
        return totals
