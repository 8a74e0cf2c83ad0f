"""Forms of reconciling."""

import re
from datetime import date
from typing import Any

from django import forms
from django.db.models.functions import Greatest

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO, format_money
from ledgerflow.ledger.models import Account
from ledgerflow.statements.chain_selectors import closing_day
from ledgerflow.statements.models import BankAccount, Statement

#: Statements that may be chosen from, the latest.
_MOST_STATEMENTS = 60
_ENTRY_LINE = re.compile(r"([0-9]{1,18})-([0-9]{1,5})")


class StatementChoiceField(forms.ModelChoiceField[Statement]):
    """A choice among statements, each with the day and balance that it closes with."""

    def label_from_instance(self, obj: Statement) -> str:
        """Name the statement by its last day, its closing balance and its file."""
        balance = format_money(obj.closing_balance or ZERO, obj.currency)
        return f"{closing_day(obj)}: {balance} {obj.currency} ({obj.document.name})"


class StartForm(forms.Form):
    """What the bank says at the end of a day: a statement, or a day and a balance that a person types."""

    statement = StatementChoiceField(
        queryset=Statement.objects.none(),
        required=False,
        label="Statement",
        empty_label="Type day and balance instead",
    )
    as_of = forms.DateField(
        required=False,
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Only without a statement: the day whose end the balance is of.",
    )
    balance = forms.DecimalField(
        required=False,
        max_digits=20,
        decimal_places=4,
        label="Balance",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text="As the bank says it; money owed with a minus.",
    )

    def __init__(self, *args: Any, bank_account: BankAccount, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        after = bank_account.reconciled_through or date.min
        found = Statement.objects.annotate(day=Greatest("complete_to", "last_date")).order_by("-day", "-pk")
        latest = found.filter(bank_account=bank_account, closing_balance__isnull=False, day__gt=after)
        field = self.fields["statement"]
        assert isinstance(field, StatementChoiceField)
        chosen_from = list(latest.values_list("pk", flat=True)[:_MOST_STATEMENTS])
        field.queryset = found.filter(pk__in=chosen_from).select_related("document")
        if bank_account.reconciled_through and chosen_from:
            field.initial = chosen_from[-1]  # the one that follows what is reconciled

    def clean(self) -> dict[str, Any]:
        """Ask for the day and the balance where no statement says them."""
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("statement") and not self.errors:
            for name in ("as_of", "balance"):
                if cleaned.get(name) is None:
                    self.add_error(name, "Choose a statement, or type both day and balance.")
        return cleaned


class AcceptForm(forms.Form):
    """A suggestion by its key, and the account where a fee goes."""

    suggestion = forms.CharField(max_length=500, widget=forms.HiddenInput)
    account = forms.ModelChoiceField(
        queryset=Account.objects.none(),
        required=False,
        empty_label="Account of the fee",
        widget=forms.Select(attrs={"aria-label": "Account of the fee"}),
    )

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Account.objects.filter(book=book, is_archived=False).order_by("code")


class MatchForm(forms.Form):
    """The chosen lines of both sides, as repeated values: a bank line by its id, a journal line as entry and number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line_ids: list[int] = []
        self.entry_lines: list[tuple[int, int]] = []

    def clean(self) -> dict[str, Any]:
        """Collect the lines."""
        chosen = {
            name: self.data.getlist(name) if hasattr(self.data, "getlist") else []
            for name in ("line", "entry_line")
        }
        found = [_ENTRY_LINE.fullmatch(text) for text in chosen["entry_line"]]
        if not all(re.fullmatch("[0-9]{1,18}", text) for text in chosen["line"]) or not all(found):
            raise forms.ValidationError("These are no lines of the page; load it again.")
        self.line_ids = [int(text) for text in chosen["line"]]
        self.entry_lines = [(int(each[1]), int(each[2])) for each in found if each]
        return self.cleaned_data


class ExcludeForm(forms.Form):
    """A bank line that stays out of the books, and why."""

    line = forms.IntegerField(min_value=1, max_value=10**18, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500, error_messages={"required": "Say why the line stays out of the books."}
    )


class ReopenForm(forms.Form):
    """Why a finished reconciliation is reopened."""

    reason = forms.CharField(
        max_length=500,
        label="Reason",
        help_text="It stays on record with your name.",
        error_messages={"required": "Say why the reconciliation is reopened."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
