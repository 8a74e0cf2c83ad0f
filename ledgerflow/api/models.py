"""Personal access tokens, and the answers that a repeated request gets again."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book

#: No token lasts longer.
LONGEST_LIFE = timedelta(days=365)
_SHA256 = "^[0-9a-f]{64}$"


class Scope(StrEnum):
    """What a token may be used for, within what its user may do."""

    READ = "read"
    TOOLS = "tools"
    #: Beside ``TOOLS``: also those by which what the program writes leaves the machine.
    NETWORK = "network"
    PROPOSE = "propose"


class ApiToken(models.Model):
    """A secret by which a program acts for its user, within its scopes, until it expires or is revoked.

    Only the SHA-256 of the secret is kept; ``start`` are its first letters, by which a person knows it again. With a
    ``book`` it opens that book alone. ``last_used_at`` is written at most once a minute.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("what it is for", max_length=80)
    token_sha256 = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=12)
    may_read = models.BooleanField("read the books", default=True)
    may_run_tools = models.BooleanField("run enabled tools", default=False)
    may_use_network = models.BooleanField("run tools that use the network", default=False)
    may_propose = models.BooleanField("propose changes", default=False)
    book = models.ForeignKey(Book, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "access token"
        indexes = [models.Index(fields=["user", "-id"], name="api_tokens_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at"))
                & models.Q(expires_at__lte=models.F("made_at") + LONGEST_LIFE),
                name="api_token_expires_within_a_year",
            ),
            models.CheckConstraint(
                condition=models.Q(may_read=True) | models.Q(may_run_tools=True) | models.Q(may_propose=True),
                name="api_token_is_for_something",
            ),
            models.CheckConstraint(
                condition=models.Q(may_use_network=False) | models.Q(may_run_tools=True),
                name="api_token_uses_network_by_tools",
            ),
            models.CheckConstraint(
                condition=models.Q(token_sha256__regex=_SHA256), name="api_token_is_kept_as_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"

    @property
    def scopes(self) -> frozenset[Scope]:
        """What it may be used for."""
        held = {
            Scope.READ: self.may_read,
            Scope.TOOLS: self.may_run_tools,
            Scope.NETWORK: self.may_use_network,
            Scope.PROPOSE: self.may_propose,
        }
        return frozenset(scope for scope, is_held in held.items() if is_held)

    def is_usable(self, *, now: datetime) -> bool:
        """Whether it was not revoked and has not expired."""
        return self.revoked_at is None and now < self.expires_at


class KeptAnswer(models.Model):
    """The answer to a POST with an Idempotency-Key: the same request gets it again for a day.

    ``status`` is empty while the request is being answered. ``book`` is that of the request, or of its token.
    """

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+", db_index=False)
    book = models.ForeignKey(Book, null=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["made_at"], name="api_answers_by_age")]
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_answer_once")]

    def __str__(self) -> str:
        return self.key
