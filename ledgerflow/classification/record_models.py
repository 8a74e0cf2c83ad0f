"""How sure the machine may be: its predictions with their outcomes, its weights, and the promise of a person."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.statements.models import StatementLine


class Promise(models.Model):
    """A person's consent that lines are accepted without one, while so large a share of such lines is right.

    A book has at most one that is switched on. It is never changed but once, to switch it off.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    share = models.DecimalField(max_digits=4, decimal_places=3)
    switched_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    switched_on_at = models.DateTimeField()
    switched_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    switched_off_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="classification_promise_in_book"),
            models.UniqueConstraint(
                fields=["book"],
                name="classification_one_promise_on",
                condition=models.Q(switched_off_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(share__gte=Decimal("0.8"), share__lte=Decimal("0.999")),
                name="classification_promise_is_share",
            ),
            models.CheckConstraint(
                condition=models.Q(switched_off_at__isnull=True, switched_off_by__isnull=True)
                | models.Q(switched_off_at__isnull=False, switched_off_by__isnull=False),
                name="classification_promise_off_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{(self.share * 100).normalize():f} %"


class Prediction(models.Model):
    """What the engine said of a line, and what a person made of it: the record that confidences answer to.

    A line has at most one that stands (``replaced_at`` is empty); its ``promise`` is the one under which it was
    accepted, or, where it ``is_sampled``, shown to a person instead. ``plain`` is the confidence before the record
    bent it, ``version`` the first digits of the hash of the weights (empty for memory alone), ``features`` the hash of
    everything of the line that the answer hangs on.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(
        StatementLine, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    alternatives = ArrayField(models.BigIntegerField(), size=3, default=list)
    confidence = models.DecimalField(max_digits=5, decimal_places=4)
    plain = models.DecimalField(max_digits=7, decimal_places=6)
    source = models.CharField(max_length=8)
    version = models.CharField(max_length=16, blank=True)
    features = models.CharField(max_length=16)
    promise = models.ForeignKey(
        Promise,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    is_sampled = models.BooleanField(default=False)
    predicted_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    is_right = models.BooleanField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["book", "-decided_at", "-id"],
                name="classification_record",
                condition=models.Q(decided_at__isnull=False),
            ),
            models.Index(fields=["book", "predicted_at"], name="classification_predicted"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                name="classification_one_prediction_stands",
                condition=models.Q(replaced_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1, plain__gte=0, plain__lte=1),
                name="classification_prediction_is_share",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True, is_right__isnull=True)
                | models.Q(decided_at__isnull=False, is_right__isnull=False, replaced_at__isnull=True),
                name="classification_outcome_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.confidence} for line {self.line_id}"


class BookWeights(models.Model):
    """The weights of a book's model: arrays of numbers and names, no code; accounts in the order of their labels."""

    book = models.OneToOneField(Book, primary_key=True, on_delete=models.PROTECT, related_name="+")
    archive = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    accounts = ArrayField(models.BigIntegerField())
    decisions = models.IntegerField()
    through = models.DateTimeField()
    fitted_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256[:16]
