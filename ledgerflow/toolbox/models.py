"""Registered tools, what they were allowed and told, every run of them, and everything that left the machine."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.toolbox.consent import Offer, State, beyond, digest_of, offer_of

#: What a run may cost in its currency, and to how many decimal places it is kept: a token costs a fraction of a cent.
MOST_COST, COST_PLACES = 1_000_000, 8
MODULE_PATH = r"^tools\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"


class Tool(models.Model):
    """A function of a tool package under its exact module path.

    ``manifest`` is what the package says of itself now; ``consented`` is the part of it that somebody agreed to
    (permissions, needs, schemas, version) when the tool was enabled, or ``None``. A tool runs only while it is enabled
    and what it says now asks for nothing beyond ``consented``. ``missing_since`` is set while the path is no longer
    found; ``former_paths`` are the paths it had before it was remapped.
    """

    module_path = models.CharField(
        max_length=200,
        unique=True,
        validators=[
            RegexValidator(MODULE_PATH, "A tool's path reads tools.package.function, in lower case.")
        ],
    )
    former_paths = models.JSONField(default=list, editable=False)
    kind = models.CharField(max_length=30)
    version = models.CharField(max_length=30)
    summary = models.CharField(max_length=300)
    manifest = models.JSONField()
    argument_schema = models.JSONField(default=dict)
    result_schema = models.JSONField(default=dict)
    enabled = models.BooleanField(default=False)
    enabled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    enabled_at = models.DateTimeField(null=True, blank=True)
    consented = models.JSONField(null=True, blank=True)
    problem = models.TextField(blank=True)
    found_at = models.DateTimeField(default=timezone.now)
    missing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(module_path__regex=MODULE_PATH), name="toolbox_path_is_a_tool_path"
            ),
            models.CheckConstraint(
                condition=models.Q(enabled=False)
                | models.Q(enabled_at__isnull=False, consented__isnull=False),
                name="toolbox_enabled_with_consent",
            ),
        ]

    def __str__(self) -> str:
        return self.module_path

    @property
    def package(self) -> str:
        """The name of its package, which is its folder below ``tools``."""
        return self.module_path.split(".")[1]

    @property
    def offer(self) -> Offer:
        """What it says of itself now, as far as somebody agrees to it."""
        return offer_of(
            manifest=self.manifest, argument_schema=self.argument_schema, result_schema=self.result_schema
        )

    @property
    def offer_digest(self) -> str:
        """A name for the offer: a form hands it back to say what somebody saw."""
        return digest_of(self.offer)

    @property
    def beyond_consent(self) -> tuple[str, ...]:
        """What it asks for beyond what was agreed to, in words; empty: nothing, or nobody agreed yet."""
        return () if self.consented is None else beyond(self.offer, self.consented)

    @property
    def state(self) -> State:
        """How it stands. It may run in the state ``ON`` alone."""
        if self.missing_since is not None:
            return State.MISSING
        if self.problem:
            return State.BROKEN
        if not self.enabled:
            return State.OFF
        return State.WAITING if self.consented is None or self.beyond_consent else State.ON


class ToolConfiguration(models.Model):
    """A tool's settings for the installation (without a book) or for one book, valid by the tool's own schema.

    Secrets stand here as references only: ``{"env": "LEDGERFLOW_TOOL_NAME"}`` or ``{"file": "NAME"}``. The limits are
    of each book, or of this one; the lowest of manifest, installation and book holds, and ``None`` sets none.
    """

    tool = models.ForeignKey(Tool, on_delete=models.CASCADE, related_name="configurations")
    book = models.ForeignKey(Book, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    values = models.JSONField(default=dict)
    calls_a_minute = models.PositiveIntegerField(null=True, blank=True)
    calls_a_day = models.PositiveIntegerField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tool", "book"], name="toolbox_one_configuration", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(calls_a_minute__gte=1) | models.Q(calls_a_minute=None),
                name="toolbox_limit_of_the_minute",
            ),
            models.CheckConstraint(
                condition=models.Q(calls_a_day__gte=1) | models.Q(calls_a_day=None),
                name="toolbox_limit_of_the_day",
            ),
        ]

    def __str__(self) -> str:
        return f"configuration {self.pk}"


class RemoteConsent(models.Model):
    """That somebody agreed to a tool of an MCP server: as it was then, at the address it was then.

    Of the servers of the installation, or of a book that names its own. ``fingerprint`` is the SHA-256 of the tool's
    name, description and schemas, of which ``description`` and ``arguments`` are kept as they were shown; ``version``
    is what the server called its own. One is ended once, by who withdrew it, forgot the server, or agreed to what the
    tool has become. Those of before this record have no ``agreed_by``: nobody wrote down who it was.
    """

    book = models.ForeignKey(Book, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    server = models.CharField(max_length=40)
    url = models.TextField()
    name = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    version = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)
    arguments = models.JSONField(default=dict)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "server", "url", "name"],
                condition=models.Q(withdrawn_at=None),
                name="toolbox_one_remote_consent",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(fingerprint__regex="^[0-9a-f]{64}$"), name="toolbox_remote_fingerprint"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None)
                | models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="toolbox_remote_withdrawn_by",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | models.Q(withdrawn_at__gte=models.F("agreed_at")),
                name="toolbox_remote_ends_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.server} {self.name}"


class Asker(models.TextChoices):
    """Through which door a call came."""

    PERSON = "person", "a person, in the application"
    JOB = "job", "a job"
    AGENT = "agent", "the agent"
    COMMAND = "command", "the command line"
    API = "api", "the REST API"
    MCP = "mcp", "an MCP client"
    TOOL = "tool", "another tool"


class Outcome(models.TextChoices):
    """How a call ended."""

    RUNNING = "running", "running"
    DONE = "done", "done"
    CACHED = "cached", "answered from the cache"
    ERROR = "error", "the tool failed"
    BROKEN = "broken", "the tool broke its contract"
    REFUSED = "refused", "not allowed"
    TIME = "time", "took too long"
    MEMORY = "memory", "needed too much memory"
    OUTPUT = "output", "answered too much"
    DIED = "died", "ended without an answer"
    CANCELED = "canceled", "canceled"


class ToolRun(models.Model):
    """One call of a tool. ``module_path`` and ``version`` are what they were at the time.

    Arguments and results that are long, or files, are kept as SHA-256 and counts. ``parent`` is the run of the tool
    that asked for this one. ``subject`` says in words what it was about (``line 12``); rows of higher apps link to it,
    and go with it or let go of it when the owner of the database prunes. ``answer_key`` names the question of a run
    whose answer may stand for the next ones, where it is kept whole. ``cost`` is what the tool says that others charge
    for it, in ``cost_currency`` and without the runs below; ``None`` where it did not say. ``again_of`` is the run
    that a person had made again, the first where that was not the first time; retention may have taken it.
    """

    # Of tool and book the indexes below are enough, and each one is written twice for every run.
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="runs", db_index=False)
    module_path = models.CharField(max_length=200)
    version = models.CharField(max_length=30)
    book = models.ForeignKey(
        Book, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    again_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.DO_NOTHING, related_name="made_again",
        db_constraint=False, db_index=False,
    )  # fmt: skip
    asked_through = models.CharField(max_length=10, choices=Asker.choices)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job_id = models.BigIntegerField(null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    arguments = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    arguments_sha256 = models.CharField(max_length=64, blank=True)
    result = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    result_sha256 = models.CharField(max_length=64, blank=True)
    result_bytes = models.BigIntegerField(null=True, blank=True)
    answer_key = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField()
    duration_ms = models.FloatField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    error_class = models.CharField(max_length=200, blank=True)
    error_message = models.TextField(blank=True)
    traceback = models.TextField(blank=True)
    bytes_sent = models.BigIntegerField(default=0)
    bytes_received = models.BigIntegerField(default=0)
    cost = models.DecimalField(max_digits=20, decimal_places=COST_PLACES, null=True, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True, db_default="")
    cached_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="toolbox_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(asked_through__in=Asker.values), name="toolbox_asker_is_known"
            ),
            models.UniqueConstraint(fields=["book", "id"], name="toolbox_run_in_book"),
            models.CheckConstraint(
                condition=models.Q(cost=None, cost_currency="")
                | models.Q(
                    cost__isnull=False, cost__range=(0, MOST_COST), cost_currency__regex=r"^[A-Z]{3}$"
                ),
                name="toolbox_cost_has_a_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["tool", "-id"], name="toolbox_runs_of_a_tool"),
            models.Index(
                fields=["again_of"],
                name="toolbox_runs_made_again",
                condition=models.Q(again_of__isnull=False),
            ),
            models.Index(fields=["tool", "book", "started_at"], name="toolbox_runs_by_time"),
            models.Index(
                fields=["answer_key", "-id"],
                name="toolbox_kept_answers",
                condition=~models.Q(answer_key=""),
            ),
            models.Index(
                fields=["-id"],
                name="toolbox_runs_that_failed",
                condition=~models.Q(outcome__in=["done", "cached", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module_path} {self.outcome}"


class EgressRequest(models.Model):
    """One HTTP request that left the machine, or was kept from leaving: the egress ledger.

    Written before the request leaves; how it ended is added once, and a row without ``duration_ms`` tells of a process
    that ended before the request did. Nothing else ever changes.

    ``run`` is the tool's run; a request of the agent to its model has none and names its ``purpose``. ``url`` and
    ``sent`` are what was really sent, after redaction by the profile ``redaction``; no secret is in them.
    ``address`` is the network address that was connected to. ``refusal`` says why the request did not leave.
    """

    at = models.DateTimeField()
    run = models.ForeignKey(ToolRun, null=True, blank=True, on_delete=models.PROTECT, related_name="requests")
    book = models.ForeignKey(Book, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    purpose = models.CharField(max_length=200)
    method = models.CharField(max_length=8)
    host = models.CharField(max_length=255)
    url = models.TextField()
    sent = models.TextField(blank=True)
    redaction = models.CharField(max_length=20)
    address = models.CharField(max_length=45, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    refusal = models.TextField(blank=True)
    bytes_sent = models.BigIntegerField(default=0)
    bytes_received = models.BigIntegerField(default=0)
    duration_ms = models.FloatField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="toolbox_egress_by_time"),
            models.Index(fields=["book", "-at"], name="toolbox_egress_of_a_book"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.host}"
