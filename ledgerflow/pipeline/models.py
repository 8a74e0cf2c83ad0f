"""The way of one file through the stages, as rows that every page and every person sees alike."""

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document
from ledgerflow.statements.models import BankAccount

#: How the names of receipts end.
_RECEIPTS = (".pdf", ".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".txt")


class ImportRun(models.Model):
    """One file's way: waiting, running, ready, in need of a person, or failed with a sentence.

    ``is_table`` where the file is one whose columns a person can choose; ``layouts`` are those that were chosen for it,
    and ``read_by`` those by which what is imported was read, chosen or remembered; unknown where it was imported before
    this was kept.

    ``bank_account`` is the one that was given with the file beforehand; once it is imported, that of its first
    statement. A file that asks does so about one statement: the one at ``asked_position``, from 0, which names
    ``asked_number`` in ``asked_currency`` and is of ``asked_kind``, each empty where it does not say; ``asked_alike``
    more of the file's statements name no account in that currency. One that asks for the order of its dates instead has
    that in ``asked_order`` (see :class:`~ledgerflow.toolbox.values.OpenOrder`). ``answers`` are what a person said,
    each of a statement by its position, number and currency.

    ``look`` says whether somebody is shown the file before it is imported: ``first`` it has to be read, then it waits,
    until ``looked_by`` said at ``looked_at`` that it may be imported. ``shown_sha256`` stands for the reading that they
    are shown, then for the one that they saw, which alone is imported.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        NEEDS_YOU = "needs_you", "needs you"
        FAILED = "failed"
        UNDONE = "undone"

    class Stage(models.TextChoices):
        RECEIVED = "received"
        READING = "reading"
        RECOGNIZING = "recognizing", "recognizing and classifying its lines"
        DONE = "done"

    class Look(models.TextChoices):
        NONE = "", "imported at once"
        FIRST = "first", "shown before it is imported"
        WAITS = "waits", "waits for somebody to look at it"
        DONE = "done", "looked at"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="import_runs")
    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="import_runs", db_constraint=False
    )
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.RECEIVED)
    attempts = models.SmallIntegerField(default=0)
    asked_number = models.CharField(max_length=80, blank=True, default="")
    asked_currency = models.CharField(max_length=3, blank=True, default="")
    asked_position = models.SmallIntegerField(default=0)
    asked_kind = models.CharField(max_length=10, blank=True, default="")
    asked_alike = models.SmallIntegerField(default=0)
    asked_order = models.JSONField(null=True)
    answers = models.JSONField(default=list, blank=True)
    look = models.CharField(max_length=5, choices=Look.choices, default=Look.NONE, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    looked_at = models.DateTimeField(null=True)
    shown_sha256 = models.CharField(max_length=64, blank=True, default="")
    message = models.TextField(blank=True, default="")
    is_table = models.BooleanField(default=False)
    layouts = models.JSONField(default=list, blank=True)
    read_by = models.JSONField(null=True)
    lines_new = models.IntegerField(default=0)
    lines_known = models.IntegerField(default=0)
    lines_held = models.IntegerField(default=0)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "document"],
                name="pipeline_one_live_run_per_document",
                condition=~models.Q(state="undone"),
            ),
            models.CheckConstraint(
                condition=models.Q(asked_order__isnull=True) | models.Q(state="needs_you"),
                name="pipeline_only_who_asks_has_a_question",
            ),
            models.CheckConstraint(
                condition=~models.Q(look="waits") | models.Q(state="needs_you", asked_order__isnull=True),
                name="pipeline_who_waits_for_a_look_asks_for_nothing_else",
            ),
            models.CheckConstraint(
                condition=models.Q(look="done", looked_by__isnull=False, looked_at__isnull=False)
                | ~models.Q(look="done") & models.Q(looked_by__isnull=True, looked_at__isnull=True),
                name="pipeline_looked_at_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(shown_sha256="") | models.Q(look__in=("waits", "done")),
                name="pipeline_a_reading_is_shown_by_a_look",
            ),
        ]
        indexes = [models.Index(fields=["book", "-created_at"], name="pipeline_inbox")]

    def __str__(self) -> str:
        return self.state

    @property
    def asked(self) -> str:
        """Which statement, dates or reading of the file it asks about, to tell whether an answer is still for those."""
        if self.asks_look:
            return self.shown_sha256
        if self.asked_order is not None:
            return f"{self.asked_order['layout']['fingerprint']}:{self.asked_order['printed']}"
        return f"{self.asked_position}:{self.asked_number}"

    @property
    def asks_account(self) -> bool:
        """Whether it asks which account a statement of it is."""
        return self.state == self.State.NEEDS_YOU and self.asked_order is None and not self.asks_look

    @property
    def asks_order(self) -> bool:
        """Whether it asks in which order its dates are written."""
        return self.state == self.State.NEEDS_YOU and self.asked_order is not None

    @property
    def asks_look(self) -> bool:
        """Whether it waits for somebody to look at it and let it be imported."""
        return self.look == self.Look.WAITS

    @property
    def has_order_said(self) -> bool:
        """Whether it was read by nothing but an order of dates that somebody said: it has no columns to choose."""
        said = [each for each in self.read_by or [] if not each["roles"]]
        return self.state == self.State.READY and not self.is_table and bool(said)

    @property
    def may_be_receipt(self) -> bool:
        """Whether it failed and its name is that of a receipt; its bytes are looked at when somebody says so."""
        named = self.document.name.lower().endswith(_RECEIPTS)
        return self.state == self.State.FAILED and named and not self.asks_password

    @property
    def asks_password(self) -> bool:
        """Whether the file could not be read for want of its password."""
        return self.state == self.State.FAILED and "password" in self.message
