"""Forms of the first run."""

import calendar

from django import forms

from ledgerflow.ledger.charts import CHARTS

#: Offered first; any other ISO 4217 code can be typed.
_CURRENCIES = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY", "INR")


class NewBookForm(forms.Form):
    """The question page: everything but the currency can be changed later."""

    name = forms.CharField(
        max_length=120, label="Name of the book", help_text="Your own name, the firm's, or the client's."
    )
    base_currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label="Currency",
        initial="USD",
        max_length=3,
        strip=True,
        error_messages={"invalid": "Use a three-letter ISO 4217 code such as USD."},
        help_text="The books are kept in it; statements in other currencies are welcome too.",
        widget=forms.TextInput(
            attrs={"list": "currencies", "autocomplete": "off", "class": "text-uppercase"}
        ),
    )
    chart = forms.ChoiceField(
        label="I keep books for",
        choices=[(chart.name, chart.title) for chart in CHARTS.values()],
        help_text="Decides which accounts you start with; accounts can be added at any time.",
    )
    fiscal_year_start_month = forms.TypedChoiceField(
        label="Fiscal year starts in",
        coerce=int,
        initial=1,
        choices=[(month, calendar.month_name[month]) for month in range(1, 13)],
    )

    currencies = _CURRENCIES

    def clean_base_currency(self) -> str:
        """Return the code in capitals."""
        return str(self.cleaned_data["base_currency"]).upper()
