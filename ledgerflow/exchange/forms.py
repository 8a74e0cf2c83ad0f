"""What a book begins with."""

from django import forms


class OpeningForm(forms.Form):
    """A trial balance, and the day at whose end it stood so."""

    date = forms.DateField(
        label="Balances at the end of",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day before your books here begin.",
    )
    file = forms.FileField(
        label="Trial balance (CSV)", widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )
