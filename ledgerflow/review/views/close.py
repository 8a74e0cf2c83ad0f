"""What remains to be done before a month or a year is closed, and closing it."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.periods import Period, months_from, pieces
from ledgerflow.ledger.fiscal import fiscal_year, fiscal_year_of
from ledgerflow.ledger.selectors.closings import live_closings
from ledgerflow.ledger.selectors.periods import Held, held
from ledgerflow.review import services
from ledgerflow.review.close_selectors import Point, checklist
from ledgerflow.review.forms import CloseForm
from ledgerflow.review.services import Closing

#: Years that the ledger knows, with one to spare on either side.
_FIRST_YEAR, _LAST_YEAR = 1902, 9997


class CloseView(BookMixin, generic.FormView[CloseForm]):
    """The checklist of a month or fiscal year; without one named, of the month that is to be closed next."""

    form_class = CloseForm
    template_name = "review/close.html"

    def needed_action(self) -> Action:
        """Every member reads; reviewers and owners close."""
        return Action.VIEW if self.request.method in {"GET", "HEAD"} else Action.CLOSE_PERIOD

    @cached_property
    def period(self) -> Period:
        """Return the month or year that the address names."""
        year, month = self.kwargs.get("year"), self.kwargs.get("month")
        if year is None:
            return _next_month(held(book=self.book))
        if not _FIRST_YEAR <= year <= _LAST_YEAR or (month is not None and not 1 <= month <= 12):
            raise Http404
        if month is None:
            return fiscal_year(book=self.book, ending_in=year)
        return months_from(date(year, month, 1), 1)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Let a year be closed as a year."""
        return super().get_form_kwargs() | {"of_a_year": self.period.is_year}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the checklist, how the period stands, and the other periods of its fiscal year."""
        period, days = self.period, held(book=self.book)
        is_closed = _is_through(days.closed_through, period)
        found = checklist(book=self.book, through=period.last, since=period.first if is_closed else None)
        year = fiscal_year_of(book=self.book, day=period.last)
        closings = {closing.last_day: closing for closing in live_closings(book=self.book)}
        return super().get_context_data(**kwargs) | {
            "period": period,
            "held": days,
            "is_closed": is_closed,
            "is_locked": _is_through(days.locked_through, period),
            "checklist": found,
            "points": [(point, self._address(point)) for point in found.points],
            "year": year,
            "year_url": self._address_of(year),
            "months": [(month, self._address_of(month), _word(month, days)) for month in pieces(year, 1)],
            "year_word": "closed to equity" if year.last in closings else _word(year, days),
            "closing": closings.get(period.last) if period.is_year else None,
            "before_url": self._address_of(
                fiscal_year_of(book=self.book, day=year.first - timedelta(days=1))
            ),
            "after_url": self._address_of(fiscal_year_of(book=self.book, day=year.last + timedelta(days=1))),
        }

    def form_valid(self, form: CloseForm) -> HttpResponse:
        """Close, or show the page with the reason why not."""
        period, how = self.period, form.cleaned_data["how"]
        try:
            services.close_books(
                book=self.book, through=period.last, user=self.user, now=timezone.now(), **form.cleaned_data
            )
        except LedgerFlowError as error:
            form.add_error(None, str(error))
            return self.form_invalid(form)
        word = "locked" if how is Closing.LOCK else "closed"
        messages.success(self.request, f"The books are {word} through {period.last}.")
        return redirect(self._address_of(period))

    def _address(self, point: Point) -> str:
        address = reverse(point.url_name, kwargs={"book": self.book.slug, **point.url_kwargs})
        return f"{address}?{point.query}" if point.query else address

    def _address_of(self, period: Period) -> str:
        named = {"book": self.book.slug, "year": period.last.year}
        if period.is_year:
            return reverse("review:close-year", kwargs=named)
        return reverse("review:close-month", kwargs=named | {"month": period.last.month})


def _next_month(days: Held) -> Period:
    """Return the month after the closed ones, or last month while none is closed; never one that is to come."""
    this_month = months_from(timezone.localdate(), 1)
    if days.closed_through is None:
        return months_from(this_month.first - timedelta(days=1), 1)
    following = months_from(days.closed_through + timedelta(days=1), 1)
    return following if following.first < this_month.first else this_month


def _is_through(day: date | None, period: Period) -> bool:
    return day is not None and day >= period.last


def _word(period: Period, days: Held) -> str:
    if _is_through(days.closed_through, period):
        return "closed"
    return "locked" if _is_through(days.locked_through, period) else "open"
