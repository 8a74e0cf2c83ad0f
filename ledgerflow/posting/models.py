"""Provenance: which bank line became which journal entry."""

from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.statements.models import StatementLine


class Posting(models.Model):
    """A bank line stands in the journal as an entry until that entry is reversed."""

    pk = models.CompositePrimaryKey("book_id", "entry_number")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    line = models.ForeignKey(
        StatementLine, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reversed_by_number = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                name="posting_line_posted_once",
                condition=models.Q(reversed_by_number__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                fields=["line"],
                name="posting_reversed_by_line",
                condition=models.Q(reversed_by_number__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"entry {self.entry_number}"
