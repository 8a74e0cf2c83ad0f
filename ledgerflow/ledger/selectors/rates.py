"""Exchange rates as they are used and shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, IntegerField, QuerySet, Value, When

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account, ExchangeRate, RateSource

#: A rate serves for its day and this many days after it: weekends and holidays have none of their own.
DAYS_GOOD = 7
#: Rates on one page.
PAGE = 100

_IN_ORDER = Case(When(source=RateSource.PERSON, then=Value(0)), default=Value(1), output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class RatesPage:
    """Rates, the latest day first; ``earlier`` is the day to ask for next, None where there are no more."""

    rows: Sequence[ExchangeRate]
    earlier: date | None


def rates_for(*, book: Book, day: date, currencies: Sequence[str]) -> dict[str, ExchangeRate]:
    """Return the rate of each currency for the day: the latest of it or of the days before; one query.

    A currency without a rate that is good for the day is left out.
    """
    found = (
        ExchangeRate.objects.filter(
            book=book,
            currency__in=currencies,
            date__gt=day - timedelta(days=DAYS_GOOD + 1),
            date__lte=day,
            replaced_at__isnull=True,
        )
        .order_by("currency", "-date", _IN_ORDER)
        .distinct("currency")
    )
    return {rate.currency: rate for rate in found}


def rates_page(*, book: Book, currency: str = "", through: date | None = None) -> RatesPage:
    """Return the rates on or before a day, replaced ones too, with who entered them; one query."""
    found: QuerySet[ExchangeRate] = ExchangeRate.objects.filter(book=book).select_related(
        "entered_by", "replaced_by"
    )
    if currency:
        found = found.filter(currency=currency)
    if through is not None:
        found = found.filter(date__lte=through)
    rows = list(found.order_by("-date", "currency", _IN_ORDER, "-id")[: PAGE + 1])
    if len(rows) <= PAGE:
        return RatesPage(rows, None)
    rows = rows[:PAGE]
    first, last = rows[0].date, rows[-1].date
    return RatesPage(rows, last if last < first else last - timedelta(days=1))


def every_rate(*, book: Book, currency: str = "", with_replaced: bool = False) -> Iterator[ExchangeRate]:
    """Yield the rates, the latest day first, with who entered them; one query."""
    found = ExchangeRate.objects.filter(book=book).select_related("entered_by")
    if currency:
        found = found.filter(currency=currency)
    if not with_replaced:
        found = found.filter(replaced_at__isnull=True)
    yield from found.order_by("-date", "currency", _IN_ORDER, "-id").iterator(chunk_size=2_000)


def currencies_of(*, book: Book) -> list[str]:
    """Return the currencies other than the book's own that accounts are kept in, in order."""
    kept = Account.objects.filter(book=book, currency__isnull=False).exclude(currency=book.base_currency)
    return sorted({currency for currency in kept.values_list("currency", flat=True) if currency})
