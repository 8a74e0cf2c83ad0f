"""Forms of the chart of accounts and of periods."""

from datetime import date
from itertools import groupby

from django import forms

from ledgerflow.ledger.models import AccountRole, AccountType
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
    role = forms.ChoiceField(
        choices=[("", "None"), *AccountRole.choices],
        required=False,
        help_text="What LedgerFlow itself uses the account for, such as Retained for the results of closed years.",
    )
    tax_line = forms.ChoiceField(
        choices=_tax_line_choices,
        required=False,
        label="Tax line",
        help_text="The line of Schedule C that the account belongs to.",
    )

    def clean_type(self) -> AccountType:
        """Return the kind of account."""
        return AccountType(self.cleaned_data["type"])

    def clean_role(self) -> AccountRole | None:
        """Return the role, or nothing."""
        return AccountRole(self.cleaned_data["role"]) if self.cleaned_data["role"] else None


class ChangeAccountForm(AccountForm):
    """What may still change once an account exists."""

    type = None  # type: ignore[assignment]  # Django removes an inherited field so
    role = None  # type: ignore[assignment]  # as above


class PeriodForm(forms.Form):
    """Through which day the books are closed, and why."""

    through = forms.DateField(
        label="Closed through the end of", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(max_length=500, label="Reason")


class LockForm(PeriodForm):
    """Through which day only owners and reviewers still post, and why."""

    through = forms.DateField(
        label="Locked through the end of", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


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


class UnlockForm(ReopenForm):
    """Through which earlier day the books stay locked; not beyond the closed periods when empty."""

    through = forms.DateField(
        required=False,
        label="Stay locked through the end of",
        help_text="Empty: nothing stays locked beyond what is closed.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
