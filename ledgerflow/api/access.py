"""Who asks through REST or MCP, and the door to a book for them: scope first, then the role of the token's user."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from ledgerflow.api.models import ApiToken, Scope
from ledgerflow.api.services import token_of
from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, require
from ledgerflow.books.scope import book_scope
from ledgerflow.books.selectors import books_for
from ledgerflow.core.doing import note
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.users.models import User


class UnknownError(LedgerFlowError):
    """There is no such thing for the one who asks."""


class ScopeError(LedgerFlowError):
    """The token is not for this."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that acts for a user, within scopes and perhaps one book; ``label`` names it to people."""

    user: User
    scopes: frozenset[Scope]
    label: str
    book: Book | None = None
    token: ApiToken | None = None

    def needs(self, scope: Scope) -> None:
        """Do nothing where the caller has the scope.

        Raises:
            ScopeError: it has not.
        """
        if scope not in self.scopes:
            raise ScopeError(f"This token is not for this; it needs the scope “{scope}”.")

    def books(self) -> QuerySet[Book]:
        """Return the books it may know of."""
        books = books_for(user=self.user)
        return books if self.book is None else books.filter(pk=self.book.pk)

    @contextmanager
    def opened(self, slug: str, *, action: Action = Action.VIEW, is_snapshot: bool = False) -> Iterator[Book]:
        """Open the book and its transaction, where the user's role allows the action.

        Raises:
            UnknownError: there is no such book, or it is not the caller's to know.
            NotAllowedError: the role does not allow it.
        """
        book = self.books().filter(slug=slug).first() if "\0" not in slug else None
        if book is None:
            raise UnknownError(f"There is no book “{slug[:60]}”.")
        with book_scope(book, self.user, is_snapshot=is_snapshot):
            require(user=self.user, book=book, action=action)
            yield book


def caller_of(*, secret: str, now: datetime) -> Caller | None:
    """Return whom the secret stands for, or ``None``: unknown, expired, revoked, or of a user who may not sign in."""
    token = token_of(secret=secret, now=now)
    if token is None:
        return None
    note(user_id=token.user_id)
    return Caller(user=token.user, scopes=token.scopes, label=f"token {token}", book=token.book, token=token)


def bearer(header: str) -> str:
    """Return the secret of an ``Authorization`` header, empty where it is of another kind."""
    kind, _, secret = header.partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""
