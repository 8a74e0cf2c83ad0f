"""Opening a set of books."""

from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.books.services import create_book
from ledgerflow.ledger.charts import chart_named
from ledgerflow.ledger.models import Account, LedgerState
from ledgerflow.users.models import User


@transaction.atomic
def open_book(
    *,
    name: str,
    base_currency: str,
    chart: str,
    owner: User,
    now: datetime,
    fiscal_year_start_month: int = 1,
    slug: str | None = None,
    is_demo: bool = False,
) -> Book:
    """Open a book: the book with its owner, an empty ledger and the accounts of the chart template.

    ``base_currency`` is an ISO 4217 code; ``chart`` is a name of :data:`ledgerflow.ledger.charts.CHARTS`.

    Raises:
        UnknownChartError: no chart template has that name.
    """
    template = chart_named(chart)
    book = create_book(
        name=name,
        base_currency=base_currency,
        chart=chart,
        owner=owner,
        now=now,
        fiscal_year_start_month=fiscal_year_start_month,
        slug=slug,
        is_demo=is_demo,
    )
    LedgerState.objects.create(book=book)
    Account.objects.bulk_create(
        Account(
            book=book,
            code=line.code,
            name=line.name,
            type=line.type,
            role=line.role,
            tax_line=line.tax_line,
        )
        for line in template.accounts
    )
    return book
