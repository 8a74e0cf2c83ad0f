"""People who sign in."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new user; without a password only a link signs them in."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new firm administrator who may use the Django admin."""
        return self.create_user(
            email, password, is_staff=True, is_superuser=True, is_firm_admin=True, **fields
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by e-mail address, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address. Users are deactivated, never deleted: their decisions stay theirs."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may use the Django admin", default=False)
    is_firm_admin = models.BooleanField("firm administrator: every book, and invitations", default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    is_compact = models.BooleanField("lists with less room between the rows", default=False)
    #: By the key of a list the keys of the columns that the person chose; a list that is not named shows its own.
    list_columns = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="users_email_once_in_any_case"),
            models.CheckConstraint(
                condition=Exact(
                    models.Func("list_columns", function="jsonb_typeof", output_field=models.TextField()),
                    "object",
                ),
                name="users_columns_are_by_list",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class SignInLink(models.Model):
    """A link that signs one user in once. Only the SHA-256 of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link made {self.made_at:%Y-%m-%d %H:%M}"

    def is_usable(self, *, now: datetime) -> bool:
        """Whether the link was never used and has not expired."""
        return self.used_at is None and now < self.expires_at
