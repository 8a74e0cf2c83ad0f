"""Who was paid, or who paid."""

from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.statements.models import StatementLine
from ledgerflow.toolbox.models import ToolRun


class Payee(models.Model):
    """A person or firm on the other side of bank lines."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="payees")
    name = models.CharField(max_length=160)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "name"], name="payees_name_once"),
            models.UniqueConstraint(fields=["book", "id"], name="payees_payee_in_book"),
        ]

    def __str__(self) -> str:
        return self.name


class PayeeAlias(models.Model):
    """A cleaned bank text that names the payee; ``key`` is made by ``cleaning.payee_key``."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="aliases", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "key"], name="payees_alias_once")]

    def __str__(self) -> str:
        return self.key


class LineToolRun(models.Model):
    """A run of a tool that looked up the payee of a bank line; both are of the book. It goes with line or run."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(
        StatementLine, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    run = models.OneToOneField(ToolRun, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    def __str__(self) -> str:
        return f"run {self.run_id} for line {self.line_id}"
