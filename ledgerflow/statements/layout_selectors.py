"""Which layouts are remembered."""

from collections.abc import Iterable

from django.db.models import QuerySet

from ledgerflow.books.models import Book
from ledgerflow.statements.models import BankAccount, TableLayout


def layouts(*, book: Book, bank_accounts: Iterable[BankAccount] | None = None) -> QuerySet[TableLayout]:
    """Return the layouts remembered in the book, or for some of its bank accounts, the latest saved first."""
    found = TableLayout.objects.filter(book=book).select_related("bank_account")
    if bank_accounts is not None:
        found = found.filter(bank_account__in=[account.pk for account in bank_accounts])
    return found.order_by("-saved_at", "-pk")
