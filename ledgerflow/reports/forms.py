"""What a report asks for."""

from django import forms


class AsOfForm(forms.Form):
    """The day at whose end balances are shown; today when none is given."""

    as_of = forms.DateField(
        required=False, label="As of", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
