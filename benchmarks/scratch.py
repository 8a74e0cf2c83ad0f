"""A migrated database to measure in, dropped afterwards, on the server of DATABASE_URL or the embedded one.

Import this before anything of LedgerFlow: it sets Django up.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

import tests.server  # noqa: F401 - starts the embedded server where DATABASE_URL is unset

django.setup()

from django.db import connections
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.users.models import User
from tests import databases


@contextmanager
def database() -> Iterator[str]:
    """Point Django to a fresh database and give its name."""
    with databases.clone(f"lf_bench_{os.getpid()}") as name:
        databases.point_to(name)
        yield name


@contextmanager
def empty_database() -> Iterator[dict[str, str]]:
    """Give Django's settings for a fresh database without any table, on the same server, for a peer."""
    name = f"lf_peer_{os.getpid()}"
    with databases.owner() as admin:
        databases.create(admin, name)
    at = connections["owner"].settings_dict
    try:
        yield {"NAME": name} | {key: str(at[key] or "") for key in ("HOST", "PORT", "USER", "PASSWORD")}
    finally:
        with databases.owner() as admin:
            databases.drop(admin, name)


def open_books(count: int) -> list[Book]:
    """Open books with the generic chart, all owned by one user."""
    owner, _ = User.objects.get_or_create(email="bench@example.org")
    return [
        open_book(name=f"Book {n}", base_currency="USD", chart="generic", owner=owner, now=timezone.now())
        for n in range(count)
    ]


def account_ids(book: Book) -> list[int]:
    """Return the ids of the book's accounts, by code."""
    return list(Account.objects.filter(book=book).order_by("code").values_list("pk", flat=True))
