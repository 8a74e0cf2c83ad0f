"""Forms of the journal."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.functional import cached_property

from ledgerflow.classification.errors import TagError
from ledgerflow.classification.services import names_typed
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.posting.services import EntryLine

#: Rows that a new entry begins with.
FIRST_ROWS = 4
#: Rows of one form; an entry with more lines is no work for a page.
_MOST_ROWS = 500
#: The journal knows no earlier day.
_FIRST_DAY = date(1900, 1, 1)


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class JournalFilterForm(forms.Form):
    """Which entries to list; ``before`` is the page's key."""

    before = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # `from` is a word of Python, so the field cannot be declared above.
        self.fields["from"] = forms.DateField(required=False, label="From", widget=_date_input())
        self.fields["to"] = forms.DateField(required=False, label="To", widget=_date_input())


class ReverseForm(forms.Form):
    """When and why an entry is reversed."""

    date = forms.DateField(
        label="Date of the reversal", widget=_date_input(), help_text="In a period that is open."
    )
    reason = forms.CharField(
        max_length=500, label="Reason", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class StatedAmountForm(forms.Form):
    """What the bank itself took or gave in the book's currency; empty takes it back."""

    base_amount = forms.DecimalField(
        max_digits=20,
        decimal_places=4,
        required=False,
        label="The bank's own amount",
        help_text="In the currency of the book, with the sign of the line. Empty: the rate of the day decides.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class TagsForm(forms.Form):
    """The tags of a line or an entry; empty for none."""

    tags = forms.CharField(
        max_length=1000,
        required=False,
        label="Tags",
        help_text="Words such as #travel #berlin; empty for none.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "known-tags"}),
    )

    def clean_tags(self) -> list[str]:
        """Return the names."""
        try:
            return names_typed(self.cleaned_data["tags"])
        except TagError as error:
            raise forms.ValidationError(str(error)) from error


class DocumentDateForm(forms.Form):
    """The day that the invoice or receipt behind a line states; empty takes it back."""

    date = forms.DateField(
        required=False,
        label="Date of the invoice or receipt",
        widget=_date_input(),
        help_text="On the accrual basis the line counts on this day. Empty: on the bank's.",
    )


class RevaluationDayForm(forms.Form):
    """At the end of which day balances are revalued."""

    as_of = forms.DateField(
        label="At the end of", widget=_date_input(), validators=[MinValueValidator(_FIRST_DAY)]
    )


class RevaluationForm(forms.Form):
    """The figures that were reviewed, and whether the entry is reversed on the next day."""

    as_of = forms.DateField(widget=forms.HiddenInput, validators=[MinValueValidator(_FIRST_DAY)])
    figures = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    is_reversed_next_day = forms.BooleanField(
        required=False,
        label="Reverse it on the next day",
        help_text="For differences that are only shown at the end of the period.",
    )


class OpeningForm(forms.Form):
    """The opening balance as the person saw it, and whether they compared it with the bank."""

    amount = forms.DecimalField(widget=forms.HiddenInput)
    date = forms.DateField(widget=forms.HiddenInput)
    is_checked = forms.BooleanField(required=False, label="I have compared this amount with the bank.")


class EntryForm(TagsForm):
    """What a manual entry says beside its lines."""

    field_order = ("date", "text", "tags", "currency", "rate")

    date = forms.DateField(label="Date", widget=_date_input())
    text = forms.CharField(
        max_length=500, label="Text", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ForeignEntryForm(EntryForm):
    """The same in a book that keeps accounts in other currencies."""

    rate = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=24,
        decimal_places=12,
        label="Rate",
        help_text="What one unit of another currency is worth in the book's. Empty: the rate of the day.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, base: str, currencies: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"] = forms.ChoiceField(
            required=False,
            label="Currency of the amounts",
            choices=[("", base), *((each, each) for each in currencies)],
        )
        self.order_fields(self.field_order)


class LineForm(forms.Form):
    """A line of a manual entry: an account with a debit or a credit, both positive, in the base currency."""

    account = forms.ChoiceField(required=False)
    debit = forms.DecimalField(min_value=0, max_digits=20, decimal_places=4, required=False)
    credit = forms.DecimalField(min_value=0, max_digits=20, decimal_places=4, required=False)

    def __init__(self, *args: Any, accounts: "AccountChoices", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._accounts = accounts
        field = self.fields["account"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = accounts.choices
        number = (self.prefix or "").rsplit("-", 1)[-1]
        for name, field in self.fields.items():
            label = (
                f"{name.capitalize()} of line {int(number) + 1}" if number.isdecimal() else name.capitalize()
            )
            field.widget.attrs.update({"aria-label": label})
        for name in ("debit", "credit"):
            self.fields[name].widget = forms.TextInput(
                attrs={
                    **self.fields[name].widget.attrs,
                    "inputmode": "decimal",
                    "autocomplete": "off",
                    "placeholder": name.capitalize(),  # the column heads are not there on a phone
                }
            )

    def clean(self) -> dict[str, Any]:
        """Demand an account and one amount, or nothing at all."""
        cleaned = super().clean() or self.cleaned_data
        debit, credit = cleaned.get("debit"), cleaned.get("credit")
        if self.errors:
            return cleaned
        if debit and credit:
            self.add_error("credit", "A line is a debit or a credit, not both.")
        elif (debit or credit) and not cleaned.get("account"):
            self.add_error("account", "Choose the account of this line.")
        elif cleaned.get("account") and not (debit or credit):
            self.add_error("debit", "Give this line an amount.")
        return cleaned

    def line(self) -> EntryLine | None:
        """Return the line, debit positive; nothing for an empty row."""
        if not self.cleaned_data.get("account"):
            return None
        debit, credit = self.cleaned_data["debit"] or Decimal(0), self.cleaned_data["credit"] or Decimal(0)
        return EntryLine(account=self._accounts.by_id[self.cleaned_data["account"]], amount=debit - credit)


class AccountChoices:
    """The accounts that the rows of a form choose from, read once for all rows."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self.by_id = {str(account.pk): account for account in accounts}

    @cached_property
    def choices(self) -> list[Any]:
        """Every account below its kind."""
        groups = [
            (kind.label, [(key, str(one)) for key, one in self.by_id.items() if one.type == kind])
            for kind in AccountType
        ]
        return [("", "Choose an account"), *(group for group in groups if group[1])]


LineFormSet = forms.formset_factory(LineForm, extra=0, max_num=_MOST_ROWS, validate_max=True)
