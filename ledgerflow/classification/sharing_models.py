"""What books of one installation learn from each other, and who allowed it."""

from django.conf import settings
from django.db import models


class Sharing(models.Model):
    """A firm administrator's leave that books of the installation learn from each other; at most one is on.

    The row stays on record; it changes once, when somebody ends it.
    """

    allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    allowed_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                name="classification_one_sharing_on",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="classification_sharing_ended_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.allowed_at:%Y-%m-%d}"


class SharedWeights(models.Model):
    """What the books of one chart learned together: weights and names of accounts, neither texts nor amounts."""

    chart = models.CharField(max_length=40, primary_key=True)
    archive = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    books = models.IntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.chart
