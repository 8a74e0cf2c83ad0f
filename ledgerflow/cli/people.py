"""On whose behalf a command acts."""

import argparse

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, require
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.users.models import User

#: The firm administrator made on a new installation, until a person gives their own address on the welcome page.
FIRST_ADMINISTRATOR = "owner@localhost"


def add_book_arguments(parser: argparse.ArgumentParser) -> None:
    """Let the command name its book and its user."""
    parser.add_argument("--book", required=True, metavar="SLUG", help="the book, as in its address")
    add_user_argument(parser)


def add_user_argument(parser: argparse.ArgumentParser) -> None:
    """Let the command name its user."""
    parser.add_argument(
        "--user", metavar="EMAIL", help="on whose behalf; the first firm administrator if not given"
    )


def acting_user(email: str | None) -> User:
    """Return the user a command acts for; the first firm administrator, made on a new installation, when none is named.

    Raises:
        LedgerFlowError: nobody has this address.
    """
    if email:
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise LedgerFlowError(f"Nobody signs in as {email}; see `ledgerflow link` for the first user.")
        return user
    first = User.objects.filter(is_firm_admin=True, is_active=True).order_by("pk").first()
    return first or User.objects.create_superuser(FIRST_ADMINISTRATOR)


def open_book(slug: str, *, user: User, action: Action) -> Book:
    """Return the book, if the user may do this in it.

    Raises:
        LedgerFlowError: there is no such book, or the role does not allow it.
    """
    book = Book.objects.filter(slug=slug).first()
    if book is None:
        known = ", ".join(Book.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none yet"
        raise LedgerFlowError(f"There is no book {slug!r}; books are: {known}.")
    require(user=user, book=book, action=action)
    return book
