"""Business use: which part of a cost is the business's."""

from decimal import Decimal

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee


class BusinessUse(models.Model):
    """Which part of the costs on an account, or of a payee, is the business's, in percent, from a day on.

    It holds until the next one of the same account or payee; 100 ends it. What is posted stays as it is.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    payee = models.ForeignKey(
        Payee, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    share = models.DecimalField(max_digits=5, decimal_places=2)
    since = models.DateField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "account", "since"],
                name="classification_use_of_account_once",
                condition=models.Q(account__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["book", "payee", "since"],
                name="classification_use_of_payee_once",
                condition=models.Q(payee__isnull=False),
            ),
            # A range and not only "at least zero": PostgreSQL's NaN is greater than every number.
            models.CheckConstraint(
                condition=models.Q(share__range=(Decimal(0), Decimal(100))),
                name="classification_use_is_0_to_100_percent",
            ),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False, payee__isnull=True)
                | models.Q(account__isnull=True, payee__isnull=False),
                name="classification_use_of_account_or_payee",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.share.normalize():f} % since {self.since}"
