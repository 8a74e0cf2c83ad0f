"""What stays when a whole book goes."""

from django.conf import settings
from django.db import models


class BookPurge(models.Model):
    """A book that was removed with everything in it: which, by whom, when, after which archive, how many rows.

    Only the function that purges writes it, as the owner of the database; ``former_book`` is the id that the book had.
    """

    former_book = models.BigIntegerField(unique=True)
    slug = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    archive_name = models.CharField(max_length=255, blank=True, default="")
    archive_sha256 = models.CharField(max_length=64, blank=True, default="")
    rows = models.JSONField()
    purged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    purged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(archive_sha256="") | models.Q(archive_sha256__regex="^[0-9a-f]{64}$"),
                name="ops_purge_sha256_is_hex",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.slug})"
