"""What a report asks for: its days, its columns, and what stands beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from ledgerflow.books.models import Book
from ledgerflow.core.periods import (
    EARLIEST,
    LATEST,
    Period,
    before,
    fiscal_year_of,
    months_from,
    pieces,
    quarter_of,
    typed,
    year_before,
)

#: Most years whose months or quarters stand side by side.
_MOST_YEARS = 10
_PREVIOUS, _YEAR_BEFORE = "previous", "year"
_MONTH, _QUARTER = "month", "quarter"
#: What a period is compared with.
_COMPARED = {_PREVIOUS: before, _YEAR_BEFORE: year_before}


def _date_field(label: str) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(EARLIEST, "The year is before 1900."),
            MaxValueValidator(LATEST, "The year is after 9998."),
        ],
    )


class RangeForm(forms.Form):
    """A form with a first and a last day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `from` is a word of Python, so the field cannot be declared in a class.
        self.fields["from"] = _date_field("From")
        self.fields["to"] = _date_field("To")


class AsOfForm(forms.Form):
    """The day at whose end balances are shown, today when none is given."""

    as_of = _date_field("As of")


class BesideForm(AsOfForm):
    """The day at whose end balances are shown, and an earlier one that stands beside it."""

    compare = forms.ChoiceField(
        required=False,
        label="Compare with",
        choices=[("", "nothing"), (_PREVIOUS, "the month before"), (_YEAR_BEFORE, "the year before")],
    )

    def days(self, *, as_of: date) -> list[date]:
        """Return the day, and the one compared."""
        compare = self.cleaned_data["compare"] if self.is_valid() else ""
        earlier = _earlier_day(as_of, compare) if compare else as_of
        return [as_of] if earlier == as_of else [as_of, earlier]


class TrialBalanceForm(BesideForm):
    """The days of a trial balance, with or without the entry that closed the year."""

    before_closing = forms.BooleanField(required=False, label="Before the year's closing entry")

    @property
    def is_before_closing(self) -> bool:
        """Whether that entry is left out."""
        return self.is_valid() and self.cleaned_data["before_closing"]


class BalanceSheetForm(BesideForm):
    """The day of a balance sheet, and the days that stand beside it."""

    columns = forms.ChoiceField(
        required=False,
        label="Columns",
        choices=[("", "one day"), (_MONTH, "ends of months"), (_QUARTER, "ends of quarters")],
    )

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._start = book.fiscal_year_start_month

    def days(self, *, as_of: date) -> list[date]:
        """Return the day, the ends of its fiscal year's months or quarters before it, and the day compared."""
        by = self.cleaned_data["columns"] if self.is_valid() else ""
        days = super().days(as_of=as_of)
        if by:
            year = Period(fiscal_year_of(as_of, self._start).first, as_of)
            ends = [piece.last for piece in pieces(year, 1 if by == _MONTH else 3)[-2::-1]]
            days[1:] = [*ends, *(day for day in days[1:] if day not in ends)]
        return days


def _earlier_day(day: date, compare: str) -> date:
    """Return the end of the month before, or the same day of the year before; the first day where there is none."""
    if compare == _PREVIOUS:
        return max(day.replace(day=1) - timedelta(days=1), EARLIEST)
    try:
        return year_before(Period(day, day)).last
    except ValueError:
        return EARLIEST


class PeriodForm(RangeForm):
    """The days of a report: a word or a period that is typed, or two dates.

    ``was`` is what the page showed as its period: where that is untouched and dates are given, the dates count.
    """

    period = forms.CharField(
        required=False,
        max_length=40,
        label="Period",
        widget=forms.TextInput(attrs={"list": "periods", "placeholder": "2026-Q1", "autocomplete": "off"}),
    )
    was = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    #: What may be typed beside 2026, 2026-Q1 and 2026-03: for each, the period of a day in a book.
    PRESETS: ClassVar[dict[str, Callable[[date, int], Period]]] = {
        "this month": lambda today, _: months_from(today, 1),
        "last month": lambda today, _: before(months_from(today, 1)),
        "this quarter": lambda today, _: quarter_of(today),
        "last quarter": lambda today, _: before(quarter_of(today)),
        "this fiscal year": fiscal_year_of,
        "last fiscal year": lambda today, start: before(fiscal_year_of(today, start)),
        "year to date": lambda today, start: Period(fiscal_year_of(today, start).first, today),
    }
    DEFAULT = "this fiscal year"
    #: What the page goes on asking for beside the days.
    KEPT: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, book: Book, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._book, self._today = book, today

    def clean_period(self) -> str:
        """Refuse what is no period."""
        text = " ".join(self.cleaned_data["period"].lower().replace("_", " ").split())
        if text and text not in self.PRESETS:
            try:
                typed(text)
            except ValueError as error:
                raise forms.ValidationError(str(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            self.add_error("to", "The last day is before the first.")
        return cleaned

    def chosen(self) -> tuple[str, Period]:
        """Return the words of the period (none for two dates) and the period itself; the default where it is wrong."""
        return self._chosen(self.cleaned_data if self.is_valid() else {})

    def _chosen(self, asked: dict[str, Any]) -> tuple[str, Period]:
        text, first, last = asked.get("period", ""), asked.get("from"), asked.get("to")
        start = self._book.fiscal_year_start_month
        if (first or last) and text == asked.get("was", "").lower():
            last = last or max(self._today, first or EARLIEST)
            return "", Period(first or fiscal_year_of(last, start).first, last)
        text = text or self.DEFAULT
        preset = self.PRESETS.get(text)
        return text, preset(self._today, start) if preset else typed(text)

    def again(self) -> "PeriodForm":
        """Return the form as the page shows it: with what was chosen, or with what is wrong."""
        if not self.is_valid():
            return self
        text, period = self.chosen()
        days: dict[str, Any] = {} if text else {"from": period.first, "to": period.last}
        others: dict[str, Any] = {name: self.cleaned_data[name] for name in self.KEPT if name in self.fields}
        initial: dict[str, Any] = {"period": text, "was": text, **days, **others}
        return type(self)(initial=initial, book=self._book, today=self._today)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a statement, a period and a label for each: ``parts`` of the whole first, then the whole."""

    periods: tuple[Period, ...]
    labels: tuple[str, ...]
    parts: int = 0


class StatementForm(PeriodForm):
    """The days of a statement, what it is compared with, and which columns it has."""

    KEPT: ClassVar[tuple[str, ...]] = ("compare", "columns")
    compare = forms.ChoiceField(
        required=False,
        label="Compare with",
        choices=[("", "nothing"), (_PREVIOUS, "the period before"), (_YEAR_BEFORE, "the year before")],
    )
    columns = forms.ChoiceField(
        required=False,
        label="Columns",
        choices=[("", "total"), (_MONTH, "by month"), (_QUARTER, "by quarter")],
    )

    def clean(self) -> dict[str, Any]:
        """Refuse more columns than anyone reads, and a comparison with days before the ledger's."""
        cleaned = super().clean()
        if self.errors:
            return cleaned
        _, period = self._chosen(cleaned)
        if cleaned["columns"] in {_MONTH, _QUARTER} and period.days > _MOST_YEARS * 366:
            self.add_error(
                "columns", f"At most {_MOST_YEARS} years stand side by side; choose a shorter period."
            )
        elif cleaned["compare"]:
            try:
                _COMPARED[cleaned["compare"]](period)
            except ValueError as error:
                self.add_error("compare", str(error))
        return cleaned

    def columns_of(self, period: Period) -> Columns:
        """Return the columns of the period: its parts, the whole, and what it is compared with."""
        asked = self.cleaned_data if self.is_valid() else {}
        periods, labels, count = [period], [str(period)], 0
        if (by := asked.get("columns")) in {_MONTH, _QUARTER}:
            parts = pieces(period, 1 if by == _MONTH else 3)
            if len(parts) > 1:
                periods, labels, count = [*parts, period], [*map(str, parts), "Total"], len(parts)
        if compare := asked.get("compare"):
            earlier = _COMPARED[compare](period)
            periods.append(earlier)
            labels.append(str(earlier))
        return Columns(tuple(periods), tuple(labels), count)
