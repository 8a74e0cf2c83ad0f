"""Saved views of lists: how they come to be, are called otherwise, and go."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import NoReverseMatch

from ledgerflow.books.lists import BookList
from ledgerflow.books.models import Book, SavedView
from ledgerflow.books.permissions import Action, require
from ledgerflow.books.services import BookError
from ledgerflow.users.models import User


class SavedViewError(BookError):
    """There is nothing to save as a view, or the view is somebody else's."""


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
        SavedViewError: the address asks for nothing, or for what is no address of the list.
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
    view = SavedView(
        book=book,
        list=of.key,
        name=name.strip(),
        asked=asked,
        is_shared=is_shared,
        made_by=user,
        made_at=now,
    )
    view.full_clean()
    view.save()
    return view


@transaction.atomic
def rename_view(*, view: SavedView, name: str, user: User) -> SavedView:
    """Call the view otherwise.

    Raises:
        SavedViewError: it is somebody else's own.
        ValidationError: the name is taken, empty or too long.
        NotAllowedError: the user's role does not allow it.
    """
    locked = _locked(view, user)
    locked.name = name.strip()
    locked.full_clean()
    locked.save(update_fields=["name"])
    return locked


@transaction.atomic
def delete_view(*, view: SavedView, user: User) -> None:
    """Let the view go; what it showed stays.

    Raises:
        SavedViewError: it is somebody else's own.
        NotAllowedError: the user's role does not allow it.
    """
    _locked(view, user).delete()


def _locked(view: SavedView, user: User) -> SavedView:
    locked = SavedView.objects.select_for_update(of=("self",)).select_related("book").get(pk=view.pk)
    require(user=user, book=locked.book, action=Action.KEEP_VIEWS)
    if not locked.is_shared and locked.made_by_id != user.pk:
        raise SavedViewError("This view is somebody else's own.")
    return locked
