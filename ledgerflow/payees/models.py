"""Who was paid, or who paid."""

from django.db import models

from ledgerflow.books.models import Book


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
