"""What the journal still points at: lines behind reversed entries, and the rates that entries were made at."""

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document
from ledgerflow.ledger.models import Account, ExchangeRate
from ledgerflow.statements.models import BankAccount, StatementLine


class ReversedPosting(models.Model):
    """An entry that stood for a bank line until another entry reversed it; PostgreSQL writes it then, and it stays.

    The entry that stands for a line now is named by the line's classification.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reversed_by_number = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["line"], name="posting_reversed_of_line")]

    def __str__(self) -> str:
        return f"entry {self.entry_number}, reversed by entry {self.reversed_by_number}"


class WithdrawnLine(models.Model):
    """What a bank line said that was posted, reversed, and then taken back with its import.

    The journal keeps pointing at it: ``id`` is the line's, ``place`` where the document shows it. Money out is
    negative.
    """

    id = models.BigIntegerField(primary_key=True)
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    place = models.JSONField()
    date = models.DateField()
    amount = models.DecimalField(max_digits=24, decimal_places=8)
    currency = models.CharField(max_length=3)
    description = models.TextField()
    counterparty = models.TextField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.date} {self.amount} {self.currency}"


class StatedAmount(models.Model):
    """What the bank itself took or gave in the book's base currency for a line in another one.

    A person says so, from the bank's own words; it goes before any rate. The sign is the line's: money out is negative.
    PostgreSQL takes it away with the line.
    """

    line = models.OneToOneField(
        StatementLine, primary_key=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    base_amount = models.DecimalField(max_digits=20, decimal_places=4)
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    stated_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.base_amount}"


class Exchange(models.Model):
    """At what rate, of which day and whose, the entry of a bank line in another currency was made; it stays.

    Either a rate of the book (``exchange_rate``) or what the bank stated (``stated_amount``, in the base currency);
    then ``rate`` is what follows from it and ``rate_date`` the line's day.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    exchange_rate = models.ForeignKey(
        ExchangeRate,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    rate_date = models.DateField()
    stated_amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(exchange_rate__isnull=True, stated_amount__isnull=False)
                | models.Q(exchange_rate__isnull=False, stated_amount__isnull=True),
                name="posting_exchange_by_rate_or_statement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rate.normalize():f} on {self.rate_date}"


class RevaluedBalance(models.Model):
    """What an entry brought an account in another currency to: ``amount`` in it, at the rate, is ``value``.

    ``base_amount`` is what stood for it in the books before; both are in the base currency, debit positive. Nothing is
    worth nothing without a rate.
    """

    pk = models.CompositePrimaryKey("book_id", "entry_number", "account_id")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    exchange_rate = models.ForeignKey(
        ExchangeRate,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    base_amount = models.DecimalField(max_digits=20, decimal_places=4)
    value = models.DecimalField(max_digits=20, decimal_places=4)

    def __str__(self) -> str:
        return f"{self.amount} is {self.value}"
