"""Which stages of suggesting are switched off in a book, and who did that when."""

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book


class Stage(models.TextChoices):
    """What suggests, in the order in which it is asked; :mod:`ledgerflow.classification.stages` explains each."""

    TRANSFERS = "transfers", "transfers between own bank accounts"
    RECEIPTS = "receipts", "receipts that fit a line"
    RULES = "rules", "rules"
    MEMORY = "memory", "memory of decisions"
    MODEL = "model", "model of this book"
    SHARED = "shared", "other books of this installation"
    AGENT = "agent", "the agent"


class StageOff(models.Model):
    """A stage suggests nothing in the book from ``switched_off_at`` on, until somebody switches it on again.

    The row stays on record; it changes once, when the stage is switched on.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    stage = models.CharField(max_length=12, choices=Stage.choices)
    switched_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    switched_off_at = models.DateTimeField()
    switched_on_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    switched_on_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["book", "-id"], name="classification_stages_of_book")]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "stage"],
                name="classification_stage_off_once",
                condition=models.Q(switched_on_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(stage__in=Stage.values), name="classification_stage_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(switched_on_at__isnull=True, switched_on_by__isnull=True)
                | models.Q(switched_on_at__isnull=False, switched_on_by__isnull=False),
                name="classification_stage_on_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return self.get_stage_display()
