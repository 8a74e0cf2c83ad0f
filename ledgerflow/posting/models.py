"""What the journal still points at when an entry is reversed: the line behind it, and what that line said."""

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document
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
