"""What a book allows the agent, and everything that was said. PostgreSQL guards it: see ``migrations/*.sql``.

Nothing here decides about a line: an answer becomes a suggestion in ``classification``, and a proposal here says where
it came from. What was sent and what came back is kept as it was, and never changed.
"""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from ledgerflow.agent.values import Outcome
from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee
from ledgerflow.statements.models import StatementLine
from ledgerflow.toolbox.models import ToolRun


class Privacy(models.TextChoices):
    """How much leaves the machine; :mod:`ledgerflow.agent.privacy` says it in plain words."""

    STRICT = "strict", "Strict: people's names are replaced"
    NAMES = "names", "Names: people's names are sent as the bank writes them"


class AgentSettings(models.Model):
    """What a book allows the agent. Without a row, or with ``is_enabled`` off, nothing is sent.

    The budget is for a day in the installation's time zone: ``calls_a_day`` requests, ``tokens_a_day`` in and out, and
    ``money_a_day`` in ``money_currency`` (no limit of money where it is empty). ``tools`` are module paths.
    ``stopped`` says why the last run ended early, empty where it did not.
    """

    book = models.OneToOneField(
        Book, primary_key=True, on_delete=models.PROTECT, related_name="agent_settings"
    )
    is_enabled = models.BooleanField(default=False)
    enabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    enabled_at = models.DateTimeField(null=True)
    asks_after_imports = models.BooleanField(default=False)
    privacy = models.CharField(max_length=8, choices=Privacy.choices, default=Privacy.STRICT)
    calls_a_day = models.PositiveIntegerField(default=50)
    tokens_a_day = models.PositiveIntegerField(default=200_000)
    money_a_day = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    money_currency = models.CharField(max_length=3, blank=True, default="")
    tools = models.JSONField(default=list)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(null=True)
    stopped = models.CharField(max_length=500, blank=True, default="")
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_enabled=False)
                | models.Q(enabled_by__isnull=False, enabled_at__isnull=False),
                name="agent_enabled_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(privacy__in=Privacy.values), name="agent_privacy_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(money_a_day__isnull=True)
                # A range and not only "at least zero": PostgreSQL's NaN is greater than every number.
                | models.Q(money_a_day__range=(0, 1_000_000), money_currency__regex=r"^[A-Z]{3}$"),
                name="agent_money_has_a_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(stopped="", stopped_at__isnull=True)
                | ~models.Q(stopped="") & models.Q(stopped_at__isnull=False),
                name="agent_stopped_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return "on" if self.is_enabled else "off"


class OutcomeWords(models.TextChoices):
    """How a conversation ended, in words for people."""

    RUNNING = Outcome.RUNNING.value, "running"
    PROPOSED = Outcome.PROPOSED.value, "proposed an account"
    UNSURE = Outcome.UNSURE.value, "was not sure"
    WRONG = Outcome.WRONG.value, "answered outside the schema"
    ENDLESS = Outcome.ENDLESS.value, "came to no answer"
    TRUNCATED = Outcome.TRUNCATED.value, "was cut off"
    MALFORMED = Outcome.MALFORMED.value, "the reply could not be read"
    EMPTY = Outcome.EMPTY.value, "the reply was empty"
    TIME = Outcome.TIME.value, "took too long"
    LIMITED = Outcome.LIMITED.value, "the endpoint was busy"
    UNAVAILABLE = Outcome.UNAVAILABLE.value, "the endpoint failed"
    REFUSED = Outcome.REFUSED.value, "the endpoint refused"
    BUDGET = Outcome.BUDGET.value, "the budget was used up"
    BROKEN = Outcome.BROKEN.value, "broke off"


class AgentConversation(models.Model):
    """One question about one payee's open lines in one direction, with what came of it.

    It answers again without a request while payee, direction, chart, model, prompt and privacy are the same.
    ``question`` is what was asked as values, and ``boundary`` what foreign text was fenced with, so that the
    conversation can be replayed. ``asked_by`` is empty where an import asked.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    payee_key = models.CharField(max_length=200)
    direction = models.CharField(max_length=3)
    chart_sha256 = models.CharField(max_length=64)
    model = models.CharField(max_length=200)
    host = models.CharField(max_length=255)
    prompt_version = models.CharField(max_length=20)
    privacy = models.CharField(max_length=8, choices=Privacy.choices)
    boundary = models.CharField(max_length=32)
    question = models.JSONField()
    tools = models.JSONField(default=list)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=OutcomeWords.choices, default=OutcomeWords.RUNNING)
    sentence = models.CharField(max_length=500, blank=True, default="")
    answer = models.JSONField(null=True)
    account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "id"], name="agent_conversation_in_book"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=OutcomeWords.values), name="agent_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="proposed", account__isnull=False, answer__isnull=False)
                | ~models.Q(outcome="proposed") & models.Q(account__isnull=True, answer__isnull=True),
                name="agent_only_a_proposal_has_an_account",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="running", finished_at__isnull=True)
                | ~models.Q(outcome="running") & models.Q(finished_at__isnull=False),
                name="agent_finished_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(direction__in=["in", "out"]), name="agent_direction_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["book", "-id"], name="agent_conversations_of_a_book"),
            models.Index(
                fields=["book", "payee_key", "direction", "-id"],
                name="agent_answers_by_payee",
                condition=models.Q(outcome__in=["proposed", "unsure"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payee_key} {self.outcome}"


class AgentTurn(models.Model):
    """A request to the endpoint, or a call of a tool, within a conversation; its number counts from 1.

    A request is written, with the most that it can cost, before it is sent, and counts with that until it is answered;
    a call of a tool is written before it is made, and ``tool_run`` is its run, of the same book.
    ``sent`` holds the messages that came new with it; what was sent in all is what came new in each up to here.
    ``day`` is the day that it counts for. A cost is in ``currency``.
    """

    class Kind(models.TextChoices):
        REQUEST = "request", "request"
        TOOL = "tool", "tool"

    class State(models.TextChoices):
        SENT = "sent", "sent, not answered yet"
        ANSWERED = "answered", "answered"
        FAILED = "failed", "failed"
        REFUSED = "refused", "not allowed"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    conversation = models.ForeignKey(
        AgentConversation, on_delete=models.PROTECT, related_name="turns", db_constraint=False, db_index=False
    )
    no = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    sent = models.JSONField(encoder=DjangoJSONEncoder)
    received = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    sentence = models.CharField(max_length=500, blank=True, default="")
    status = models.PositiveSmallIntegerField(null=True)
    tool = models.CharField(max_length=200, blank=True, default="")
    tool_run = models.ForeignKey(ToolRun, null=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(null=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=20, decimal_places=8, null=True)
    currency = models.CharField(max_length=3, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "no"], name="agent_turn_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["request", "tool"]), name="agent_turn_kind_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["sent", "answered", "failed", "refused"]),
                name="agent_turn_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(cost__isnull=True)
                | models.Q(cost__range=(0, 1_000_000), currency__regex=r"^[A-Z]{3}$"),
                name="agent_cost_has_a_currency",
            ),
        ]
        indexes = [
            models.Index(
                fields=["book", "day"], name="agent_requests_of_a_day", condition=models.Q(kind="request")
            )
        ]
        ordering = ["conversation", "no"]

    def __str__(self) -> str:
        return f"{self.kind} {self.no} {self.state}"


class AgentProposal(models.Model):
    """That a conversation's account was suggested for a line; PostgreSQL takes it away with the line."""

    pk = models.CompositePrimaryKey("line_id", "conversation_id")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.ForeignKey(
        StatementLine, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    conversation = models.ForeignKey(
        AgentConversation, on_delete=models.PROTECT, related_name="proposals", db_constraint=False
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    proposed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["book", "-proposed_at"], name="agent_proposals_of_a_book")]

    def __str__(self) -> str:
        return f"line {self.line_id}"
