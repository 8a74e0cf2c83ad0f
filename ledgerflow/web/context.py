"""What the frame around every page needs: navigation, books to switch to, keys."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from ledgerflow.books.models import Book
from ledgerflow.books.selectors import books_for
from ledgerflow.books.views import may_by_name
from ledgerflow.users.models import User
from ledgerflow.web.selectors import lines_to_review

#: How many books the switcher lists; "All books" shows the rest.
_SWITCHER_BOOKS = 12


@dataclass(frozen=True, slots=True)
class _Place:
    """An entry of the navigation: where it leads, and the key that goes there after ``g``."""

    label: str
    url_name: str
    icon: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A place of the navigation for one book."""

    label: str
    url: str
    icon: str
    key: str
    is_current: bool


_PLACES = (
    _Place("Home", "web:book-home", "home", "h"),
    _Place("Inbox", "pipeline:inbox", "inbox", "i"),
    _Place("Review", "review:queue", "list-check", "r"),
    _Place("Journal", "posting:journal", "book-2", "l"),
    _Place("Receipts", "posting:receipts", "paperclip"),
    _Place("Statements", "statements:list", "files", "d"),
    _Place("Reconcile", "reconciliation:list", "switch-horizontal", "c"),
    _Place("Rules", "classification:rules", "adjustments-horizontal", "u"),
    _Place("Payees", "classification:payees", "users"),
    _Place("Reports", "reports:home", "chart-bar"),
    _Place("Trial balance", "reports:trial-balance", "report-money", "t"),
    _Place("Accounts", "ledger:accounts", "wallet", "a"),
    _Place("Close", "review:close", "lock"),
    _Place("Export", "exchange:home", "download"),
    _Place("Tools", "book-tools:tools", "tool"),
    _Place("Settings", "books:settings", "settings", "s"),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what `web/base.html` shows around a page; nothing for someone who is not signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    book: Book | None = getattr(request, "book", None)
    return {
        "frame_book": book,
        "frame_books": list(books_for(user=user)[:_SWITCHER_BOOKS]),
        "frame_may": may_by_name(getattr(request, "role", None)),
        "frame_to_review": lines_to_review(book=book) if book else 0,
        "navigation": navigation(request.path, book) if book else [],
    }


def navigation(path: str, book: Book) -> list[NavigationLink]:
    """Return the places of the book; the one that the path lies in is current."""
    links = [(place, reverse(place.url_name, kwargs={"book": book.slug})) for place in _PLACES]
    # The longest address that the page's own begins with: "Home" would otherwise be current everywhere.
    current = max((url for _, url in links if path.startswith(url)), key=len, default="")
    return [NavigationLink(place.label, url, place.icon, place.key, url == current) for place, url in links]
