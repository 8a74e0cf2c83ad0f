"""What a list of lines or entries asks for: which of them, and the key of its page."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from ledgerflow.core.periods import typed
from ledgerflow.ledger.models import AccountType
from ledgerflow.ledger.selectors import EntryPlace, Place, Side
from ledgerflow.posting.accrual_selectors import Accrued
from ledgerflow.posting.tag_selectors import TagFilter
from ledgerflow.reports.basis import Basis
from ledgerflow.reports.forms import PeriodForm, RangeForm
from ledgerflow.reports.selectors import LedgerPlace

#: How an address names the place of a line.
PLACE_KEY = r"^\d{4}-\d{2}-\d{2}_\d{1,18}_\d{1,5}$"


class RegisterForm(RangeForm):
    """Which lines of a register: a range of dates, words to look for, and the page's key (``before``)."""

    q = forms.CharField(required=False, max_length=200, label="Search")
    before = forms.RegexField(PLACE_KEY, required=False)

    def clean_before(self) -> Place | None:
        """Return the place that the key names."""
        return place_of(self.cleaned_data["before"], "This is no page of the register.")


class LinesForm(RangeForm):
    """Which lines are behind a figure, on which side their total is positive, and the page's key (``before``).

    ``period`` is a name such as 2026-03 in place of two dates.
    """

    period = forms.CharField(required=False, max_length=40)
    account = forms.TypedMultipleChoiceField(required=False, coerce=int)
    type = forms.MultipleChoiceField(required=False, choices=AccountType.choices)
    sign = forms.ChoiceField(required=False, choices=[("", ""), ("debit", ""), ("credit", "")])
    closing = forms.ChoiceField(required=False, choices=[("", ""), ("without", "")])
    cash = forms.ChoiceField(required=False, choices=[("", ""), ("1", "")])
    side = forms.ChoiceField(required=False, choices=[(side.value, side.value) for side in Side])
    payee = forms.RegexField(r"^(\d{1,18}|none|all)$", required=False)
    tag = forms.RegexField(r"^(\d{1,18}|none)$", required=False)
    tags = forms.RegexField(r"^(none|\d{1,18}(_\d{1,18}){0,99})$", required=False)
    basis = forms.ChoiceField(
        required=False, choices=[("", ""), *((each.value, each.value) for each in Basis)]
    )
    owed = forms.ChoiceField(
        required=False, choices=[("", ""), *((each.value, each.value) for each in Accrued)]
    )
    before = forms.RegexField(PLACE_KEY, required=False)

    def __init__(self, *args: Any, accounts: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(each, each) for each in accounts]
        field.error_messages["invalid_choice"] = "The book has no account %(value)s."

    def clean_before(self) -> Place | None:
        """Return the place that the key names."""
        return place_of(self.cleaned_data["before"], "This is no page of these lines.")

    def clean(self) -> dict[str, Any]:
        """Take the days of the period for the two dates."""
        cleaned = super().clean() or self.cleaned_data
        if text := cleaned.get("period"):
            try:
                period = typed(text)
            except ValueError as error:
                self.add_error("period", str(error))
            else:
                cleaned |= {"from": period.first, "to": period.last}
        return cleaned

    def tag_filter(self) -> TagFilter | None:
        """Return which tags are asked for."""
        one, exactly = self.cleaned_data["tag"], self.cleaned_data["tags"]
        if "none" in (one, exactly):
            return TagFilter(exactly=())
        if exactly:
            return TagFilter(exactly=tuple(sorted({int(each) for each in exactly.split("_")})))
        return TagFilter(having=int(one)) if one else None


def place_of(key: str, refusal: str) -> Place | None:
    """Return the place that the key of a page names, nothing for no key.

    Raises:
        ValidationError: the key names no day; ``refusal`` says so.
    """
    if not key:
        return None
    day, number, no = key.split("_")
    try:
        return Place(date.fromisoformat(day), int(number), int(no))
    except ValueError as error:
        raise forms.ValidationError(refusal) from error


def key_of(place: Place) -> str:
    """Return the key by which an address names the place."""
    return f"{place.date.isoformat()}_{place.entry_number}_{place.no}"


class LedgerForm(PeriodForm):
    """The days of the general ledger, and the page's key."""

    after = forms.RegexField(
        r"^\d{1,18}_\d{4}-\d{2}-\d{2}_\d{1,18}_\d{1,5}$", required=False, widget=forms.HiddenInput
    )

    def clean_after(self) -> LedgerPlace | None:
        """Return the place that the key names."""
        account, _, key = self.cleaned_data["after"].partition("_")
        place = place_of(key, "This is no page of the general ledger.")
        return LedgerPlace(int(account), place) if place else None


class JournalForm(PeriodForm):
    """The days of the journal, and the page's key."""

    after = forms.RegexField(r"^\d{4}-\d{2}-\d{2}_\d{1,18}$", required=False, widget=forms.HiddenInput)

    def clean_after(self) -> EntryPlace | None:
        """Return the place that the key names."""
        key = self.cleaned_data["after"]
        place = place_of(f"{key}_1" if key else "", "This is no page of the journal.")
        return EntryPlace(place.date, place.entry_number) if place else None
