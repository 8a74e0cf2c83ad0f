"""People: how they come to be, sign in by link, and change."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.users.models import SignInLink, User

#: How long a sign-in link works unless said otherwise.
LINK_VALID_FOR = timedelta(minutes=15)


class UserError(LedgerFlowError):
    """A user cannot be made or changed so."""


class AddressTakenError(UserError):
    """Someone signs in with this e-mail address already."""


class LinkError(UserError):
    """The sign-in link was used, has expired or never was."""

    def __init__(self) -> None:
        super().__init__(
            "This link was used or has expired. Ask for a new one, or sign in with your password."
        )


class LastAdministratorError(UserError):
    """The installation needs a firm administrator."""


@transaction.atomic
def create_user(*, email: str, name: str, password: str, now: datetime) -> User:
    """Create a user who signs in with a password.

    Raises:
        AddressTakenError: the address is in use, whatever its case.
        ValidationError: the password is too weak.
    """
    _refuse_taken(email)
    validate_password(password, User(email=email, name=name))
    return User.objects.create_user(email, password, name=name, joined_at=now)


@transaction.atomic
def invite_user(
    *, email: str, name: str, is_firm_admin: bool, now: datetime, valid_for: timedelta
) -> tuple[User, str]:
    """Create a user without a password and return them with the token of the link by which they choose one.

    Raises:
        AddressTakenError: the address is in use, whatever its case.
    """
    _refuse_taken(email)
    user = User.objects.create_user(email, None, name=name, is_firm_admin=is_firm_admin, joined_at=now)
    return user, make_sign_in_link(user=user, now=now, valid_for=valid_for)


@transaction.atomic
def keep_person(*, email: str, name: str, now: datetime) -> User:
    """Return the person of the address; one who was never here is kept by name, without the right to sign in.

    Raises:
        ValidationError: the address is none.
    """
    known = User.objects.filter(email__iexact=email).first()
    if known is not None:
        return known
    person = User(email=User.objects.normalize_email(email), name=name, is_active=False, joined_at=now)
    person.set_unusable_password()
    person.full_clean()
    person.save()
    return person


@transaction.atomic
def make_sign_in_link(*, user: User, now: datetime, valid_for: timedelta = LINK_VALID_FOR) -> str:
    """Make a link that signs the user in once and return its token; only the token's SHA-256 is kept."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_sha256=_digest(token), made_at=now, expires_at=now + valid_for)
    return token


@transaction.atomic
def use_sign_in_link(*, token: str, now: datetime) -> User:
    """Use the link up and return whom it signs in.

    Raises:
        LinkError: it was used, has expired, never was, or its user was deactivated.
    """
    link = (
        SignInLink.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(token_sha256=_digest(token))
        .first()
    )
    if link is None or not link.is_usable(now=now) or not link.user.is_active:
        raise LinkError
    link.used_at = now
    link.save(update_fields=["used_at"])
    return link.user


@transaction.atomic
def introduce(*, user: User, name: str, email: str, password: str) -> User:
    """Let a user who came by link say who they are and choose a password.

    Raises:
        UserError: the user has a password already.
        AddressTakenError: someone else has the address.
        ValidationError: the password is too weak.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    if locked.has_usable_password():
        raise UserError("You have a password already; change it on the page for that.")
    _refuse_taken(email, but=locked)
    locked.name, locked.email = name, User.objects.normalize_email(email)
    validate_password(password, locked)
    locked.set_password(password)
    locked.save(update_fields=["name", "email", "password"])
    return locked


@transaction.atomic
def rename(*, user: User, name: str) -> User:
    """Change the name that others see."""
    user.name = name
    user.save(update_fields=["name"])
    return user


@transaction.atomic
def set_density(*, user: User, is_compact: bool) -> User:
    """Let the user's lists have less room between their rows, or as much as usual."""
    user.is_compact = is_compact
    user.save(update_fields=["is_compact"])
    return user


@transaction.atomic
def choose_columns(*, user: User, list_key: str, columns: Sequence[str] | None) -> User:
    """Keep which columns of a list the user sees; ``None`` lets the list show its own again."""
    locked = User.objects.select_for_update().get(pk=user.pk)
    chosen = {key: kept for key, kept in locked.list_columns.items() if key != list_key}
    locked.list_columns = chosen if columns is None else {**chosen, list_key: list(columns)}
    locked.save(update_fields=["list_columns"])
    return locked


@transaction.atomic
def set_active(*, user: User, is_active: bool) -> User:
    """Let a user in or keep them out; deactivating ends what they have open, because each request asks.

    Raises:
        LastAdministratorError: no firm administrator would be left.
    """
    others = list(User.objects.select_for_update().filter(is_firm_admin=True, is_active=True).order_by("pk"))
    if not is_active and user in others and len(others) == 1:
        raise LastAdministratorError("An installation needs a firm administrator; make another one first.")
    user.is_active = is_active
    user.save(update_fields=["is_active"])
    return user


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _refuse_taken(email: str, *, but: User | None = None) -> None:
    others = User.objects.filter(email__iexact=email)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise AddressTakenError(f"{email} is in use already.")
