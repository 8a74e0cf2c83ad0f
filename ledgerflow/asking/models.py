"""Questions about bank lines: to a member of the book, or by a link to its client."""

from datetime import datetime

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Receipt
from ledgerflow.statements.models import StatementLine

LONGEST_TEXT = 1_000
_DIGEST = "^[0-9a-f]{64}$"


class LineQuestion(models.Model):
    """What somebody asked about a bank line, and what came back. An answer is told, never acted upon.

    ``asked_of`` is a member of the book; without one the client was asked, by a link of which only the SHA-256 of its
    token is kept, and that only while it may be used. A question is open until it is answered or withdrawn, also when
    its link has expired; one is open a line, and nothing about it changes afterwards. A line that goes with its import
    leaves its questions, withdrawn, ``line`` empty.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(
        StatementLine,
        on_delete=models.DO_NOTHING,
        related_name="line_questions",
        null=True,
        db_index=False,
        db_constraint=False,
    )
    text = models.CharField(max_length=LONGEST_TEXT)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    token_sha256 = models.CharField(max_length=64, unique=True, null=True)
    expires_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=LONGEST_TEXT, blank=True, default="")
    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, related_name="+", null=True, db_index=False, db_constraint=False
    )
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    answered_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["book", "line"], name="asking_questions_of_line"),
            models.Index(
                fields=["book", "receipt"],
                name="asking_question_by_receipt",
                condition=models.Q(receipt__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "line"],
                condition=models.Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="asking_one_open_question_a_line",
            ),
            models.CheckConstraint(
                condition=models.Q(text__regex=r"[^[:space:]]"), name="asking_question_says_something"
            ),
            models.CheckConstraint(
                condition=models.Q(asked_of__isnull=False, expires_at__isnull=True, token_sha256__isnull=True)
                | models.Q(asked_of__isnull=True, expires_at__isnull=False),
                name="asking_of_a_member_or_by_link",
            ),
            models.CheckConstraint(
                condition=models.Q(token_sha256__isnull=True)
                | models.Q(token_sha256__regex=_DIGEST, answered_at__isnull=True, withdrawn_at__isnull=True),
                name="asking_link_only_while_open",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    answered_at__isnull=True, answer="", receipt__isnull=True, answered_by__isnull=True
                )
                | models.Q(answered_at__isnull=False, withdrawn_at__isnull=True)
                & (models.Q(answer__regex=r"[^[:space:]]") | models.Q(receipt__isnull=False, answer="")),
                name="asking_answered_with_an_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True)
                | models.Q(answered_by__isnull=False, receipt__isnull=True)
                | models.Q(answered_by__isnull=True, asked_of__isnull=True),
                name="asking_only_clients_have_no_name",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | models.Q(withdrawn_at__isnull=False, line__isnull=True),
                name="asking_withdrawn_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(line__isnull=False)
                | models.Q(answered_at__isnull=False)
                | models.Q(withdrawn_at__isnull=False),
                name="asking_open_question_has_its_line",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        """Whether it was neither answered nor withdrawn."""
        return self.answered_at is None and self.withdrawn_at is None

    def is_link_usable(self, *, now: datetime) -> bool:
        """Whether the client can still answer by the link."""
        return self.token_sha256 is not None and self.expires_at is not None and now < self.expires_at


class LinkUse(models.Model):
    """How often an address or a link was used within an hour. The key is a digest, so that it names nobody."""

    key = models.CharField(max_length=64, primary_key=True)
    began_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.count} since {self.began_at:%Y-%m-%d %H:%M}"
