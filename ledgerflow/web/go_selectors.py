"""Where Ctrl-K leads: pages, books, accounts and payees by a part of their names."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from ledgerflow.books.models import Book
from ledgerflow.books.selectors import books_for, saved_views
from ledgerflow.ledger.models import Account
from ledgerflow.payees.folding import fold
from ledgerflow.payees.models import Payee
from ledgerflow.payees.saying import Says
from ledgerflow.users.models import User
from ledgerflow.web.context import navigation
from ledgerflow.web.lists import LISTS

#: Pages of a book that the navigation does not name.
_MORE = (
    ("Lines", "review:lines"),
    ("Record of suggestions", "review:record"),
    ("Questions", "review:questions"),
    ("Proposals", "review:proposals"),
    ("What suggests", "classification:stages"),
    ("Tags", "classification:tags"),
    ("Business use", "classification:business-uses"),
    ("Bank accounts", "statements:bank-accounts"),
    ("Exchange rates", "ledger:rates"),
    ("Periods", "ledger:periods"),
    ("Income statement", "reports:income-statement"),
    ("Balance sheet", "reports:balance-sheet"),
    ("Cash flow", "reports:cash-flow"),
    ("General ledger", "reports:general-ledger"),
    ("Schedule C", "reports:schedule-c"),
    ("Members", "books:members"),
    ("Saved views", "web:views"),
)
_OF_NO_BOOK = (
    ("All books", "web:home"),
    ("New book", "web:new-book"),
    ("Your profile", "web:profile"),
    ("Access tokens", "api:tokens"),
)
#: So many accounts, payees and books are listed.
MOST = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A place: what it is called, what kind it is, and its address; or a switch: the ``form`` that it submits."""

    name: str
    kind: str
    url: str
    form: str = ""


def places(*, user: User, book: Book | None, words: str) -> list[Place]:
    """Return the places whose names have the words, pages first; at most five queries.

    Without words the pages, the user's books and saved views. In a book the last ones search its queue and its lines.
    """
    asked = " ".join(fold(words).split())
    found = [place for place in (*_pages(book), _density(user)) if asked in fold(place.name)]
    if book is not None:
        found += _views(user, book, asked)
    if book is not None and asked:
        found += [*_accounts(book, asked), *_payees(book, asked)]
    found += _books(user, book, asked)
    if book is not None and asked:
        for name, to in (("the review queue", "review:queue"), ("all lines", "review:lines")):
            address = f"{reverse(to, kwargs={'book': book.slug})}?{urlencode({'q': words})}"
            found.append(Place(f"Search {name} for “{words}”", "", address))
    return found


def _pages(book: Book | None) -> Sequence[Place]:
    own = [] if book is None else [(link.label, link.url) for link in navigation("", book)]
    more = [] if book is None else [(name, reverse(to, kwargs={"book": book.slug})) for name, to in _MORE]
    return [
        Place(name, "Page", url) for name, url in (*own, *more, *((n, reverse(to)) for n, to in _OF_NO_BOOK))
    ]


def _density(user: User) -> Place:
    return Place("Comfortable rows" if user.is_compact else "Compact rows", "Look", "", form="density-switch")


def _views(user: User, book: Book, asked: str) -> list[Place]:
    views = saved_views(book=book, user=user).filter(Says("name", asked), list__in=LISTS)[:MOST]
    return [
        Place(view.name, of.name, address)
        for view in views
        if (address := (of := LISTS[view.list]).address_if_any(book=book, asked=view.asked))
    ]


def _accounts(book: Book, asked: str) -> list[Place]:
    named = Account.objects.filter(Q(code__startswith=asked) | Q(Says("name", asked)), book=book)
    return [
        Place(
            str(each), "Account", reverse("reports:register", kwargs={"book": book.slug, "account": each.pk})
        )
        for each in named.order_by("code")[:MOST]
    ]


def _payees(book: Book, asked: str) -> list[Place]:
    named = Payee.objects.filter(Says("name", asked), book=book)
    return [
        Place(
            each.name, "Payee", reverse("classification:payee", kwargs={"book": book.slug, "payee": each.pk})
        )
        for each in named.order_by("name")[:MOST]
    ]


def _books(user: User, book: Book | None, asked: str) -> list[Place]:
    others = books_for(user=user).filter(Says("name", asked))
    if book is not None:
        others = others.exclude(pk=book.pk)
    return [
        Place(each.name, "Book", reverse("web:book-home", kwargs={"book": each.slug}))
        for each in others.order_by("name")[:MOST]
    ]
