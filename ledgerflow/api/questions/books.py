"""Which books there are, their accounts, and what stands on them."""

from datetime import date

from django.utils import timezone

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.api.questions.asked import sound_day
from ledgerflow.books.models import Book, Role
from ledgerflow.books.permissions import role_of, roles_of
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.ledger.selectors.balances import Balance, balances


def list_books(caller: Caller) -> list[shapes.BookShape]:
    """Return the books the caller may open, by name."""
    caller.needs(Scope.READ)
    books = list(caller.books())
    roles = roles_of(user=caller.user, books=books)
    return [_book(book, roles.get(book.pk)) for book in books]


def one_book(caller: Caller, slug: str) -> shapes.BookShape:
    """Return one of them."""
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        return _book(book, role_of(user=caller.user, book=book))


def list_accounts(caller: Caller, slug: str, *, is_archived: bool | None = None) -> list[shapes.AccountShape]:
    """Return the chart of accounts, by code."""
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        accounts = Account.objects.filter(book=book).order_by("code")
        if is_archived is not None:
            accounts = accounts.filter(is_archived=is_archived)
        return [
            shapes.AccountShape(
                code=each.code,
                name=each.name,
                type=each.type,
                currency=each.currency,
                tax_line=each.tax_line,
                is_archived=each.is_archived,
            )
            for each in accounts
        ]


def account_balances(
    caller: Caller, slug: str, *, as_of: date | None = None, account: str = ""
) -> shapes.BalancesShape:
    """Return the trial balance at the end of the day (today), or the balance of one account by its code.

    Raises:
        UnknownError: the book has no such account.
    """
    caller.needs(Scope.READ)
    day = sound_day(as_of) or timezone.localdate()
    with caller.opened(slug, is_snapshot=True) as book:
        whole = trial_balance(book=book, as_of=day)
        rows = list(whole.rows)
        if account:
            rows = [row for row in balances(book=book, as_of=day) if row.code == account]
            if not rows:
                raise UnknownError(f"The book {book.slug} has no account {account[:40]}.")
        return shapes.BalancesShape(
            book=book.slug,
            as_of=day,
            currency=book.base_currency,
            balances=[_balance(book, row) for row in rows],
            total_debit=shapes.exact(whole.total_debit, book.base_currency),
            total_credit=shapes.exact(whole.total_credit, book.base_currency),
        )


def _book(book: Book, role: Role | None) -> shapes.BookShape:
    return shapes.BookShape(
        slug=book.slug,
        name=book.name,
        base_currency=book.base_currency,
        fiscal_year_start_month=book.fiscal_year_start_month,
        role=str(role or ""),
    )


def _balance(book: Book, row: Balance) -> shapes.BalanceShape:
    base = book.base_currency
    return shapes.BalanceShape(
        code=row.code,
        name=row.name,
        type=row.type,
        currency=row.currency,
        amount=shapes.exact(row.amount, row.currency),
        base_amount=shapes.exact(row.base_amount, base),
        debit=shapes.exact(row.debit, base),
        credit=shapes.exact(row.credit, base),
    )
