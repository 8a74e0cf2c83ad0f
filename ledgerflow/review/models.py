"""What programs would change in a book: staged here until a person accepts or declines it."""

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book
from ledgerflow.toolbox.models import ToolRun


class Proposal(models.Model):
    """What a client of API or MCP would do; nothing happens until a person accepts it.

    Most change the book; ``RUN_TOOL`` is a call of a tool that changes something elsewhere. ``payload`` is what the
    ordinary service is called with, ``basis`` the facts it was proposed upon: where they are others by the time
    somebody accepts, the proposal is stale. ``diff`` says old and new in words, as the person reads it. ``proposed_by``
    is on whose behalf the program asked, ``proposed_with`` names the token or command. All of this stays as it was
    written, and a proposal is decided once.
    """

    class Kind(models.TextChoices):
        CLASSIFY = "classify", "book lines to an account"
        NAME_PAYEE = "name_payee", "name the payee of lines"
        MAKE_RULE = "make_rule", "make a rule"
        EXCLUDE = "exclude", "keep lines out of the books"
        RUN_TOOL = "run_tool", "run a tool that changes something elsewhere"

    class Through(models.TextChoices):
        API = "api", "the REST API"
        MCP = "mcp", "an MCP client"

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        STALE = "stale"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    payload = models.JSONField()
    payload_sha256 = models.CharField(max_length=64)
    basis = models.JSONField()
    diff = models.JSONField()
    reason = models.CharField(max_length=500, blank=True, default="")
    proposed_through = models.CharField(max_length=8, choices=Through.choices)
    proposed_with = models.CharField(max_length=120, blank=True, default="")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["book", "-id"], name="review_proposals_of_book"),
            models.Index(
                fields=["book", "id"], name="review_open_proposals", condition=models.Q(state="open")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "kind", "payload_sha256"],
                name="review_proposed_once",
                condition=models.Q(state="open"),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["classify", "name_payee", "make_rule", "exclude", "run_tool"]),
                name="review_proposal_kind_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="run_tool") | models.Q(payload__has_keys=["tool", "arguments"]),
                name="review_proposed_run_is_whole",
            ),
            models.UniqueConstraint(fields=["book", "id"], name="review_proposal_in_book"),
            models.CheckConstraint(
                condition=models.Q(proposed_through__in=["api", "mcp"]),
                name="review_proposal_door_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(
                    state__in=["accepted", "declined", "stale"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="review_proposal_decided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class ProposedRun(models.Model):
    """The one run of a tool that a person had made by accepting its proposal. It goes with the run."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposal = models.OneToOneField(
        Proposal, on_delete=models.PROTECT, related_name="made_run", db_constraint=False
    )
    run = models.OneToOneField(ToolRun, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        indexes = [models.Index(fields=["book", "proposal"], name="review_runs_of_book")]

    def __str__(self) -> str:
        return f"run {self.run_id} for proposal {self.proposal_id}"
