"""Forms of statements and bank accounts."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from ledgerflow.statements.models import BankAccount, BankAccountNumber


class OverrideForm(forms.Form):
    """Why the lines of a statement may pass although it does not prove."""

    reason = forms.CharField(
        max_length=500,
        label="Reason",
        help_text="It stays on the statement with your name.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PlaceForm(forms.Form):
    """Which part of a file to show: a place as a reader names it, and the first line of the window.

    ``last`` is the last line of the record that begins at ``line``, where a page knows it: of a file that is not
    imported nobody else does.
    """

    line = forms.IntegerField(min_value=1, required=False)
    last = forms.IntegerField(min_value=1, required=False)
    first = forms.IntegerField(min_value=1, required=False)
    page = forms.IntegerField(min_value=1, max_value=100_000, required=False)
    box = forms.RegexField(r"^-?\d{1,6}(\.\d{1,4})?(,-?\d{1,6}(\.\d{1,4})?){3}$", required=False)
    sheet = forms.CharField(max_length=200, required=False, strip=False)
    row = forms.IntegerField(min_value=1, max_value=10_000_000, required=False)
    xpath = forms.CharField(max_length=200, required=False)

    def place(self) -> dict[str, Any]:
        """Return the place as a reader would name it; what is no place is left out."""
        if not self.is_valid():
            return {}
        facts = self.cleaned_data
        place = {name: facts[name] for name in ("line", "last", "page", "row", "xpath") if facts[name]}
        if facts["box"]:
            place["box"] = [Decimal(side) for side in facts["box"].split(",")]
        if "row" in place:
            place["sheet"] = facts["sheet"]
        return place


class BankAccountForm(forms.Form):
    """A new bank account; its ledger account is made with it."""

    name = forms.CharField(max_length=120)
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label.capitalize()) for kind in BankAccount.Kind],
        initial=BankAccount.Kind.BANK,
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label="Currency",
        help_text="Three letters, such as USD; it cannot change later.",
        error_messages={"invalid": "The currency is a code of three letters, such as USD."},
    )
    number = forms.CharField(
        max_length=80,
        required=False,
        label="Account number",
        help_text="IBAN, account or card number as files state it, so that they are recognized; may stay empty.",
    )

    def clean_currency(self) -> str:
        """Return the code in capitals."""
        return str(self.cleaned_data["currency"]).upper()


class _RememberedField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the type checker only
    """What files are called that are about an account, each in words."""

    widget = forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})

    def label_from_instance(self, obj: Any) -> str:
        """Return what such a file is called."""
        if obj.kind == BankAccountNumber.Kind.MASKED:
            return f"stating the number {obj.number.replace('*', '…')}"
        name, _, part = obj.number.partition("#")
        return f"named {name}, digits aside" + (f", part {part}" if part else "")


class ChangeBankAccountForm(forms.Form):
    """What may still change once a bank account exists."""

    name = forms.CharField(max_length=120)
    numbers = forms.CharField(
        required=False,
        max_length=2_000,
        label="Account numbers",
        help_text="One a line. Files that state one of them are about this account.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )

    forgotten = _RememberedField(
        queryset=BankAccountNumber.objects.none(),
        required=False,
        label="Forget that these files are about this account",
        help_text="A person said so once. A file called so is asked about the next time.",
    )

    def __init__(self, *args: Any, remembered: QuerySet[BankAccountNumber], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["forgotten"]
        assert isinstance(field, _RememberedField)
        field.queryset = remembered
        if not remembered.exists():
            del self.fields["forgotten"]

    def clean_numbers(self) -> list[str]:
        """Return the numbers, one a line."""
        given: Any = self.cleaned_data["numbers"]
        return [line.strip() for line in given.splitlines() if line.strip()]
