"""What stays when a whole book goes, and what went wrong."""

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


class ErrorEvent(models.Model):
    """Errors of one kind: the same exception from the same place, with the last time it happened in full.

    Written by ``ops.error_log`` through a connection of its own, so that a rolled back transaction does not take it
    along. Ids of book and job are plain numbers: an error outlives what it was about.
    """

    class State(models.TextChoices):
        OPEN = "open"
        IGNORED = "ignored"
        FIXED = "fixed"

    fingerprint = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=200)
    place = models.CharField(max_length=300)
    message = models.TextField()
    traceback = models.TextField(blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    count = models.BigIntegerField(default=0)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    logger = models.CharField(max_length=200)
    request = models.JSONField(null=True)
    request_id = models.CharField(max_length=64, blank=True, default="")
    path = models.CharField(max_length=500, blank=True, default="")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name="+",
        null=True,
        db_constraint=False,
        db_index=False,
    )
    book = models.BigIntegerField(null=True)
    book_slug = models.CharField(max_length=60, blank=True, default="")
    job = models.BigIntegerField(null=True)
    job_name = models.CharField(max_length=200, blank=True, default="")
    tool = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["-last_seen"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=("open", "ignored", "fixed")), name="ops_error_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(first_seen__lte=models.F("last_seen")), name="ops_error_is_seen_in_order"
            ),
        ]
        indexes = [models.Index(fields=["-last_seen"], name="ops_error_last_seen")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.place}"
