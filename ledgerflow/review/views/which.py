"""Which lines the address of the queue asks for; what makes no sense in it asks for nothing."""

from dataclasses import replace

from django.http import HttpRequest
from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.classification.finding import LONGEST_SEARCH, search_for
from ledgerflow.core.periods import EARLIEST, LATEST, Period
from ledgerflow.posting.receipt_forms import DaysForm
from ledgerflow.review.group_selectors import Place
from ledgerflow.review.which import By, Tab, Which

_LONGEST_NUMBER = 19


def asked_days(request: HttpRequest) -> Period | None:
    """Return the days that the address asks for (``from``, ``to``), ``None`` for all and for what are no days."""
    form = DaysForm(request.GET)
    return period_of(form) if form.is_valid() else None


def period_of(form: DaysForm) -> Period | None:
    """Return the days of a form that is valid; either end may be open."""
    first, last = form.cleaned_data["from"], form.cleaned_data["to"]
    if (first is None and last is None) or (first or EARLIEST) > (last or LATEST):
        return None
    return Period(first or EARLIEST, last or LATEST)


def asked_which(request: HttpRequest, *, book: Book) -> Which:
    """Return which lines of the book the address asks for.

    Raises:
        SearchError: what it searches for is no search.
    """
    return replace(
        asked_tab(request),
        search=search_for(
            book=book, text=request.GET.get("q", "")[:LONGEST_SEARCH], today=timezone.localdate()
        ),
    )


def asked_tab(request: HttpRequest) -> Which:
    """Return which lines the address asks for, whatever it searches for."""
    tab = request.GET.get("tab", "")
    return Which(
        tab=Tab(tab) if tab in set(Tab) else Tab.TO_REVIEW,
        days=asked_days(request),
        payee_id=asked_number(request, "payee"),
        account_id=asked_number(request, "account"),
    )


def asked_group(request: HttpRequest) -> By | None:
    """Return what the address groups by."""
    group = request.GET.get("group", "")
    return By(group) if group in set(By) else None


def asked_place(request: HttpRequest) -> Place | None:
    """Return behind which group the page begins."""
    count, _, key = request.GET.get("after", "").partition("-")
    return Place(int(count), int(key)) if _is_number(count) and _is_number(key) else None


def asked_number(request: HttpRequest, name: str) -> int | None:
    """Return a number of the address."""
    asked = request.GET.get(name, "")
    return int(asked) if _is_number(asked) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < _LONGEST_NUMBER
