"""A set of books, and who may do what in it."""

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone


class Role(models.TextChoices):
    """What a member is in a book; :mod:`ledgerflow.books.permissions` says what each may do."""

    OWNER = "owner"
    REVIEWER = "reviewer"
    BOOKKEEPER = "bookkeeper"
    VIEWER = "viewer"


class Book(models.Model):
    """One set of books: a person's, a firm's or a client's.

    Where it ``looks_first``, each statement file is shown to somebody before it is imported.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    base_currency = models.CharField(
        max_length=3,
        validators=[RegexValidator(r"^[A-Z]{3}$", "Use a three-letter ISO 4217 code such as USD.")],
    )
    fiscal_year_start_month = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    chart = models.CharField("chart of accounts template", max_length=40)
    is_demo = models.BooleanField(default=False)
    looks_first = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(base_currency__regex=r"^[A-Z]{3}$"), name="books_currency_is_iso"
            ),
            models.CheckConstraint(
                condition=models.Q(fiscal_year_start_month__range=(1, 12)), name="books_month_is_1_to_12"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user's role in a book."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    since = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "user"], name="books_one_membership_per_user"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="books_membership_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}"


class Invitation(models.Model):
    """A link by which a person joins a book in a role. Only the SHA-256 of its token is kept."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=12, choices=Role.choices)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="books_invitation_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"

    def is_open(self, *, now: datetime) -> bool:
        """Whether it was not accepted yet and has not expired."""
        return self.accepted_at is None and now < self.expires_at


class FourEyes(models.Model):
    """When who asked for four eyes: from then on a bank line is posted by somebody else than who prepared it.

    The row stays on record; it changes once, when somebody switches it off.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    switched_on_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    switched_on_at = models.DateTimeField()
    switched_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    switched_off_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["book", "-id"], name="books_four_eyes_of_book")]
        constraints = [
            models.UniqueConstraint(
                fields=["book"],
                condition=models.Q(switched_off_at__isnull=True),
                name="books_four_eyes_once_a_book",
            ),
            models.CheckConstraint(
                condition=models.Q(switched_off_at__isnull=True, switched_off_by__isnull=True)
                | models.Q(switched_off_at__isnull=False, switched_off_by__isnull=False),
                name="books_four_eyes_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return "four eyes"


class SavedView(models.Model):
    """What somebody asks of a list, by a name: its search, order and grouping, not the page.

    Only who made it sees it, and where it ``is_shared`` every member of the book. ``asked`` has what the address says
    by name, and what stands in it is looked up in this book alone, whenever the view is opened.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    list = models.SlugField("key of the list", max_length=40, db_index=False)
    name = models.CharField(max_length=80)
    asked = models.JSONField()
    is_shared = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "book",
                "list",
                "made_by",
                Lower("name"),
                condition=models.Q(is_shared=False),
                name="books_own_view_once_by_name",
                violation_error_message="You have a view of this list by that name already.",
            ),
            models.UniqueConstraint(
                "book",
                "list",
                Lower("name"),
                condition=models.Q(is_shared=True),
                name="books_shared_view_once_by_name",
                violation_error_message="The book has a shared view of this list by that name already.",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="books_view_has_a_name"),
            models.CheckConstraint(
                condition=Exact(
                    models.Func("asked", function="jsonb_typeof", output_field=models.TextField()), "object"
                ),
                name="books_view_asks_by_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name
