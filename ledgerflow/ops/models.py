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


class BackupKind(models.TextChoices):
    """What was made."""

    DUMP = "dump"
    BASE = "base", "copy for point-in-time recovery"


class BackupReason(models.TextChoices):
    """Why it was made."""

    DAILY = "daily"
    MIGRATION = "migration", "before a migration"
    ASKED = "asked", "asked for"
    RESTORE = "restore", "after a restore"


class BackupRun(models.Model):
    """One attempt at a backup, so that a failed one is seen: ``error`` is the sentence, empty where it succeeded."""

    kind = models.CharField(max_length=10, choices=BackupKind.choices)
    reason = models.CharField(max_length=10, choices=BackupReason.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=255, blank=True, default="")
    size = models.BigIntegerField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["kind", "-started_at"], name="ops_backup_latest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=BackupKind.values), name="ops_backup_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=BackupReason.values), name="ops_backup_reason_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | ~models.Q(error="") | ~models.Q(file_name=""),
                name="ops_backup_ends_with_a_file_or_an_error",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or f"{self.kind} begun {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def state(self) -> str:
        """Running, failed or done."""
        if self.error:
            return "failed"
        return "done" if self.ended_at else "running"


class RestoreDrill(models.Model):
    """One drill: what was restored into a scratch server, how long it took, and what did not hold."""

    started_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    dump_name = models.CharField(max_length=255, blank=True, default="")
    #: Seconds until the newest dump was restored, verified and compared; empty where it was not tried.
    dump_seconds = models.FloatField(null=True)
    #: The second of the last day that was restored from base backups and WAL.
    moment = models.DateTimeField(null=True)
    moment_seconds = models.FloatField(null=True)
    #: Seconds of work that would be lost if the database vanished now.
    loss_seconds = models.FloatField(null=True)
    error = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"drill of {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_proof(self) -> bool:
        """Whether everything that was tried held."""
        return self.ended_at is not None and not self.error

    @property
    def restore_seconds(self) -> float | None:
        """How long it takes to have the books back: from WAL where that is kept, else from the dump."""
        return self.moment_seconds if self.moment_seconds is not None else self.dump_seconds


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
