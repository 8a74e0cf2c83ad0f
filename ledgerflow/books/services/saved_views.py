"""Saved views of lists: how they come to be, are called otherwise, and go."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import NoReverseMatch

from ledgerflow.books.lists import BookList
from ledgerflow.books.models import Book, SavedView
from ledgerflow.books.permissions import Action, require
from ledgerflow.books.services import BookError
from ledgerflow.users.models import User

#: So many views of one list somebody may have, and so many a book may share; nobody finds one among more.
MOST_VIEWS = 100


class SavedViewError(BookError):
    """There is nothing to save as a view, there are too many, or the view is gone or somebody else's."""


@transaction.atomic
def save_view(
    *,
    book: Book,
    of: BookList,
    name: str,
    said: Mapping[str, object],
    is_shared: bool,
    user: User,
    now: datetime,
) -> SavedView:
    """Keep by a name what the address of the list says, for the user alone or for every member.

    Raises:
        SavedViewError: the address asks for nothing, or for what is no address of the list; or there are too many.
        ValidationError: the name is taken, empty or too long.
        NotAllowedError: the user's role does not allow it.
    """
    require(user=user, book=book, action=Action.KEEP_VIEWS)
    asked = of.asked(said)
    if not asked:
        raise SavedViewError("The list is as it always is: search or narrow it first, then save that.")
    try:
        of.address(book=book, asked=asked)
    except NoReverseMatch as error:
        raise SavedViewError("That is no address of the list.") from error
    like_it = SavedView.objects.filter(book=book, list=of.key, is_shared=is_shared)
    if (like_it if is_shared else like_it.filter(made_by=user)).count() >= MOST_VIEWS:
        raise SavedViewError(
            f"{'The book shares' if is_shared else 'You have'} {MOST_VIEWS} views of this list, and more there "
            "cannot be: delete one first."
        )
    view = SavedView(
        book=book,
        list=of.key,
        name=name.strip(),
        asked=asked,
        is_shared=is_shared,
        made_by=user,
        made_at=now,
    )
    _keep(view)
    return view


@transaction.atomic
def rename_view(*, view: SavedView, name: str, user: User) -> SavedView:
    """Call the view otherwise.

    Raises:
        SavedViewError: it is gone, or somebody else's own.
        ValidationError: the name is taken, empty or too long.
        NotAllowedError: the user's role does not allow it.
    """
    locked = _locked(view, user)
    locked.name = name.strip()
    _keep(locked)
    return locked


@transaction.atomic
def delete_view(*, view: SavedView, user: User) -> None:
    """Let the view go; what it showed stays.

    Raises:
        SavedViewError: it is gone, or somebody else's own.
        NotAllowedError: the user's role does not allow it.
    """
    _locked(view, user).delete()


def _keep(view: SavedView) -> None:
    view.full_clean()
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        view.full_clean()  # refuses the name that somebody else has taken at this very moment
        raise


def _locked(view: SavedView, user: User) -> SavedView:
    locked = (
        SavedView.objects.select_for_update(of=("self",)).select_related("book").filter(pk=view.pk).first()
    )
    if locked is None:
        raise SavedViewError("This view is deleted already.")
    require(user=user, book=locked.book, action=Action.KEEP_VIEWS)
    if not locked.is_shared and locked.made_by_id != user.pk:
        raise SavedViewError("This view is somebody else's own.")
    return locked
