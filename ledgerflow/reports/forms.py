"""What a report asks for."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from ledgerflow.ledger.selectors import Place

#: Years that reports know; the ledger takes no earlier date, and no later year has a day after it.
_FIRST, _LAST = date(1900, 1, 1), date(9998, 12, 31)
#: How an address names the place of a line.
PLACE_KEY = r"^\d{4}-\d{2}-\d{2}_\d{1,18}_\d{1,5}$"


def _date_field(label: str) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(_FIRST, "The year is before 1900."),
            MaxValueValidator(_LAST, "The year is after 9998."),
        ],
    )


class AsOfForm(forms.Form):
    """The day at whose end balances are shown, today when none is given; with or without the year's closing entry."""

    as_of = _date_field("As of")
    before_closing = forms.BooleanField(required=False, label="Before the year's closing entry")


def place_of(key: str) -> Place | None:
    """Return the place that the key of a page names, nothing for no key.

    Raises:
        ValidationError: the key names no day.
    """
    if not key:
        return None
    day, number, no = key.split("_")
    try:
        return Place(date.fromisoformat(day), int(number), int(no))
    except ValueError as error:
        raise forms.ValidationError("This is no page of the register.") from error


class RegisterForm(forms.Form):
    """Which lines of a register: a range of dates, words to look for, and the page's key (``before``)."""

    q = forms.CharField(required=False, max_length=200, label="Search")
    before = forms.RegexField(PLACE_KEY, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `from` is a word of Python, so the field cannot be declared above.
        self.fields["from"] = _date_field("From")
        self.fields["to"] = _date_field("To")

    def clean_before(self) -> Place | None:
        """Return the place that the key names."""
        return place_of(self.cleaned_data["before"])


def key_of(place: Place) -> str:
    """Return the key by which an address names the place."""
    return f"{place.date.isoformat()}_{place.entry_number}_{place.no}"
