"""What the Schedule C worksheet asks for."""

from django import forms

from ledgerflow.ledger.selectors import Place
from ledgerflow.reports.list_forms import PLACE_KEY, place_of
from ledgerflow.reports.scope_forms import basis_field
from ledgerflow.taxes.forms import YearForm


class ScheduleCForm(YearForm):
    """The tax year, the accounting method, and whether amounts are rounded to whole dollars."""

    basis = basis_field()
    whole_dollars = forms.BooleanField(label="Whole dollars", required=False)


class LinesForm(forms.Form):
    """After which line the page begins."""

    after = forms.RegexField(PLACE_KEY, required=False)

    def clean_after(self) -> Place | None:
        """Return the place that the key names."""
        return place_of(self.cleaned_data["after"], "This is no page of these lines.")
