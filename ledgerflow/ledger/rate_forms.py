"""Forms of exchange rates."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

#: The central bank's file of all days since 1999 is smaller than a megabyte.
_LARGEST = 5_000_000


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RatesFilterForm(forms.Form):
    """Which rates to list."""

    currency = forms.RegexField(
        r"^\s*[A-Za-z]{3}\s*$",
        required=False,
        label="Currency",
        error_messages={"invalid": "A currency is a code of three letters, such as EUR."},
    )
    through = forms.DateField(required=False, label="On or before", widget=_date_input())

    def clean_currency(self) -> str:
        """Return the code in capitals."""
        return str(self.cleaned_data["currency"]).strip().upper()


class RateForm(forms.Form):
    """What one unit of a currency was worth on a day, and who says so."""

    currency = forms.CharField(
        max_length=3, label="Currency", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    date = forms.DateField(label="Date", widget=_date_input())
    rate = forms.DecimalField(
        max_digits=24,
        decimal_places=12,
        label="Rate",
        help_text="What one unit of the currency is worth in the currency of the book, such as 1.0825.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    origin = forms.CharField(
        max_length=200, label="From", help_text="Who says so, such as the bank's advice of that day."
    )


class RateFileForm(forms.Form):
    """A file of rates."""

    file = forms.FileField(
        label="CSV file",
        help_text="With the columns date, currency and rate, or the file of the European Central Bank.",
    )
    currencies = forms.CharField(
        max_length=200,
        required=False,
        label="Currencies to take",
        help_text="Such as EUR, GBP. Empty: those that accounts of the book are kept in.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Return the file unless it is too large for one of rates."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > _LARGEST:
            raise forms.ValidationError("The file is larger than 5 MB; give a shorter one.")
        return file

    def clean_currencies(self) -> list[str]:
        """Return the codes one by one."""
        return str(self.cleaned_data["currencies"]).replace(",", " ").split()
