"""Who is there."""

from django.db.models import QuerySet

from ledgerflow.users.models import User


def everyone() -> QuerySet[User]:
    """Return all users, those who may sign in first, by name."""
    return User.objects.order_by("-is_active", "name", "email")


def is_new_installation() -> bool:
    """Whether nobody has ever come in."""
    return not User.objects.exists()


def find_by_email(email: str) -> User | None:
    """Return who signs in with the address, whatever its case."""
    return User.objects.filter(email__iexact=email).first()
