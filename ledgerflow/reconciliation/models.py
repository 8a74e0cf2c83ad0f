"""Statement against books. PostgreSQL guards the rows: see ``0002_guard_reconciliations.sql``."""

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.statements.models import BankAccount, Statement, StatementLine


class Reconciliation(models.Model):
    """A bank account at the end of a day: what the bank says against what the books say.

    ``bank_balance`` is the closing balance of ``statement``, or what a person typed; in the bank account's currency,
    money owed negative. ``state`` is kept by the database: writing a :class:`ReconciliationAction` is what finishes
    and reopens.
    """

    class State(models.TextChoices):
        OPEN = "open"
        FINISHED = "finished"
        REOPENED = "reopened"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="reconciliations")
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="reconciliations", db_constraint=False
    )
    as_of = models.DateField()
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="reconciliations", null=True, db_constraint=False
    )
    bank_balance = models.DecimalField(max_digits=24, decimal_places=8)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN, editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="reconciliation_in_book"),
            models.UniqueConstraint(
                fields=["book", "bank_account", "as_of"], name="reconciliation_once_a_day"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("open", "finished", "reopened")),
                name="reconciliation_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"

    @property
    def is_finished(self) -> bool:
        """Whether it is finished and locks its days."""
        return self.state == self.State.FINISHED


class ReconciliationAction(models.Model):
    """Who finished or reopened a reconciliation, when, why, and with which proof. Writing the row is what does it.

    The balances are filled by the database from its own rows. ``proof`` says what agreed when it was finished. One that
    ``is_past`` was done in another installation, came with an archive, and says what was so then: nothing follows from
    it but that the reconciliation was reopened.
    """

    class Act(models.TextChoices):
        FINISH = "finish", "finished"
        REOPEN = "reopen", "reopened"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    reconciliation = models.ForeignKey(
        Reconciliation, on_delete=models.PROTECT, related_name="actions", db_constraint=False
    )
    act = models.CharField(max_length=6, choices=Act.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    bank_balance = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    book_balance = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    proof = models.JSONField(null=True)
    acted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    acted_at = models.DateTimeField()
    is_past = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(act="finish", proof__isnull=False)
                | (models.Q(act="reopen", proof__isnull=True) & ~models.Q(reason="")),
                name="reconciliation_action_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.acted_at:%Y-%m-%d}"


class Match(models.Model):
    """Bank lines and journal lines that are the same movement: an entry that came another way stands for the bank's.

    Such an entry was made by hand, or posted from the line of another bank account that the money came from.

    ``kind`` says which suggestion was accepted, or that a person matched by hand. The bank lines are not posted again.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    bank_account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=12)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book", "id"], name="reconciliation_match_in_book")]

    def __str__(self) -> str:
        return self.kind


class MatchedLine(models.Model):
    """A bank line of a match; a bank line is matched once."""

    line = models.OneToOneField(
        StatementLine, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    match = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="lines", db_constraint=False)

    def __str__(self) -> str:
        return f"line {self.line_id}"


class MatchedEntryLine(models.Model):
    """A journal line of a match; a journal line is matched once."""

    pk = models.CompositePrimaryKey("book_id", "entry_number", "no")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    no = models.SmallIntegerField()
    match = models.ForeignKey(
        Match, on_delete=models.PROTECT, related_name="entry_lines", db_constraint=False
    )

    def __str__(self) -> str:
        return f"line {self.entry_number}.{self.no}"
