"""Which books a user may know of, and who belongs to one."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q, QuerySet

from ledgerflow.books.lists import BookList, ListedView, ShownList
from ledgerflow.books.models import Book, FourEyes, Invitation, Membership, SavedView
from ledgerflow.users.models import User


def books_for(*, user: User) -> QuerySet[Book]:
    """Return the books the user may open, by name: their own, or every book for a firm administrator."""
    if not user.is_active:
        return Book.objects.none()
    books = Book.objects.all() if user.is_firm_admin else Book.objects.filter(memberships__user=user)
    return books.order_by("name", "pk")


def members_of(*, book: Book) -> QuerySet[Membership]:
    """Return the members of a book with their users, by name."""
    return book.memberships.select_related("user").order_by("user__name", "user__email")


def open_invitations(*, book: Book, now: datetime) -> QuerySet[Invitation]:
    """Return the invitations to a book that may still be accepted, newest first."""
    return book.invitations.filter(accepted_at=None, expires_at__gt=now).order_by("-invited_at")


def find_invitation(*, token: str, now: datetime) -> Invitation | None:
    """Return the invitation a token stands for while it may be accepted."""
    found = (
        Invitation.objects.filter(token_sha256=hashlib.sha256(token.encode()).hexdigest())
        .select_related("book")
        .first()
    )
    return found if found is not None and found.is_open(now=now) else None


def has_four_eyes(*, book: Book) -> bool:
    """Whether somebody else than who prepared a bank line has to post it; one query."""
    return FourEyes.objects.filter(book=book, switched_off_at__isnull=True).exists()


def four_eyes_of(*, book: Book) -> list[FourEyes]:
    """Return when four eyes were asked for and by whom, the latest first; one query."""
    found = FourEyes.objects.filter(book=book).select_related("switched_on_by", "switched_off_by")
    return list(found.order_by("-pk"))


def saved_views(*, book: Book, user: User) -> QuerySet[SavedView]:
    """Return the views of the book's lists that the user saved or that are shared, by name."""
    return SavedView.objects.filter(Q(is_shared=True) | Q(made_by=user), book=book).order_by("name", "pk")


def shown_list(*, of: BookList, book: Book, user: User, said: Mapping[str, object]) -> ShownList:
    """Return what the head of the list offers the user, whose address says so much; one query at most."""
    asked, written = of.asked(said), of.written(said)
    views: Iterable[SavedView] = saved_views(book=book, user=user).filter(list=of.key) if of.asks else ()
    return ShownList(
        of=of,
        shown=of.shown(user),
        views=tuple(
            ListedView(view, address, is_current=bool(view.asked) and view.asked in (asked, written))
            for view in views
            if (address := of.address_if_any(book=book, asked=view.asked))
        ),
        asked=asked,
        is_sound=asked == written,
    )
