"""Forms of the chart of accounts and of periods."""

from datetime import date
from itertools import groupby

from django import forms

from ledgerflow.ledger.models import AccountType
from ledgerflow.taxforms.keys import tax_lines


def _tax_line_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Return the tax lines by the part of their form, after no tax line at all."""
    parts = groupby(tax_lines(), key=lambda line: line.part)
    return [("", "None"), *((part, [(line.name, line.label) for line in lines]) for part, lines in parts)]


class AccountForm(forms.Form):
    """An account's facts; the type stays once the account exists."""

    code = forms.CharField(max_length=20)
    name = forms.CharField(max_length=120)
    type = forms.ChoiceField(choices=AccountType.choices)
    tax_line = forms.ChoiceField(
        choices=_tax_line_choices,
        required=False,
        label="Tax line",
        help_text="The line of Schedule C that the account belongs to.",
    )

    def clean_type(self) -> AccountType:
        """Return the kind of account."""
        return AccountType(self.cleaned_data["type"])


class ChangeAccountForm(AccountForm):
    """What may still change once an account exists."""

    type = None  # type: ignore[assignment]  # Django removes an inherited field so


class PeriodForm(forms.Form):
    """Through which day the books are closed, and why."""

    through = forms.DateField(
        label="Closed through the end of", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(max_length=500, label="Reason")


class ReopenForm(PeriodForm):
    """Through which earlier day the books stay closed; none at all when empty."""

    through = forms.DateField(
        required=False,
        label="Stay closed through the end of",
        help_text="Empty: no period stays closed.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_through(self) -> date | None:
        """Return the day, or nothing."""
        return self.cleaned_data["through"] or None
