"""Forms of rules."""

from typing import Any

from django import forms

from ledgerflow.books.models import Book
from ledgerflow.classification.conditions import RuleConditions, normal
from ledgerflow.classification.errors import RuleError, SearchError
from ledgerflow.classification.models import Rule, Tag
from ledgerflow.classification.services.rules import LONGEST_SEARCH, check_conditions
from ledgerflow.classification.tax_lines import chart_tax_lines, tax_line_choices
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.payees.cleaning import NAME_LENGTH
from ledgerflow.payees.models import Payee
from ledgerflow.payees.services import PayeeNameError, checked_name
from ledgerflow.statements.models import BankAccount


class RenameTagForm(forms.Form):
    """What a tag is to be called, and whether it becomes one with the tag that is called so already."""

    name = forms.CharField(
        max_length=Tag.LONGEST + 1, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    merge = forms.BooleanField(
        required=False,
        label="Merge with the tag of this name",
        help_text="What carries either carries that one afterwards. This is not taken back.",
    )


class BusinessUseForm(forms.Form):
    """Which share of the costs on an account, or of a payee, is the business's, and from when on."""

    account = forms.ModelChoiceField(
        queryset=Account.objects.none(), required=False, label="Account", empty_label="None: of a payee"
    )
    payee = forms.CharField(
        max_length=NAME_LENGTH,
        required=False,
        label="Or payee",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    share = forms.DecimalField(
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        label="Business share in percent",
        help_text="100 ends what was said before.",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    since = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._book = book
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        costs = Account.objects.filter(book=book, type=AccountType.EXPENSE, is_archived=False)
        field.queryset = costs.order_by("code")

    def clean_payee(self) -> Payee | None:
        """Return the payee of that name, nothing where none is named."""
        name = self.cleaned_data["payee"].strip()
        if not name:
            return None
        payee = Payee.objects.filter(book=self._book, name=name).first()
        if payee is None:
            raise forms.ValidationError(f"This book has no payee {name}; the page Payees lists them.")
        return payee


class RuleForm(forms.Form):
    """When a line looks so, book it so."""

    text = forms.CharField(
        max_length=200,
        required=False,
        label="Text contains",
        help_text="In the bank's text or the payee's name out of it. Upper and lower case and accents do not matter.",
    )
    direction = forms.ChoiceField(
        choices=Rule.Direction.choices, initial=Rule.Direction.ANY, label="Direction"
    )
    least = forms.DecimalField(
        max_digits=20,
        decimal_places=4,
        min_value=0,
        required=False,
        label="Amount at least",
        help_text="Without a sign.",
    )
    most = forms.DecimalField(
        max_digits=20, decimal_places=4, min_value=0, required=False, label="Amount at most"
    )
    bank_account = forms.ModelChoiceField(
        queryset=BankAccount.objects.none(), required=False, label="On", empty_label="Any bank account"
    )
    search = forms.CharField(
        max_length=LONGEST_SEARCH,
        required=False,
        label="And what else",
        help_text="In the words of a search: payee:amazon,ebay -refund amount:>100 money:out bank:Savings. Spaces mean "
        "“and”, commas “or”, a minus “not”. What a field above can say goes there when you save.",
    )
    stage = forms.TypedChoiceField(
        choices=Rule.Stage.choices,
        coerce=int,
        required=False,
        empty_value=Rule.Stage.USUAL,  # type: ignore[arg-type]  # it is what is coerced to
        initial=Rule.Stage.USUAL,
        label="It is looked at",
        help_text="Of rules that are looked at together the one that asks for more wins.",
    )
    account = forms.ModelChoiceField(queryset=Account.objects.none(), label="Then book to")
    tax_line = forms.ChoiceField(
        required=False,
        label="On the tax line",
        help_text="Of its own, where such lines belong elsewhere than their account.",
    )
    payee = forms.CharField(
        max_length=NAME_LENGTH,
        required=False,
        label="And name the payee",
        help_text="Empty: whoever the bank's text names.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mode = forms.ChoiceField(
        choices=Rule.Mode.choices,
        initial=Rule.Mode.SUGGEST,
        label="And",
        help_text="“Accept without me” takes matching lines without asking; each stays listed with its rule.",
    )

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "bank_account": BankAccount.objects.filter(book=book).order_by("name"),
            "account": Account.objects.filter(book=book, is_archived=False).order_by("code"),
        }
        for name, queryset in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset
        chart, tax_line = chart_tax_lines(book=book), self.fields["tax_line"]
        assert isinstance(tax_line, forms.ChoiceField)
        tax_line.choices = tax_line_choices(chart)
        if chart.are_none:
            del self.fields["tax_line"]

    def clean(self) -> dict[str, Any]:
        """Let the fields say what they can of the search, or say which word of it is wrong."""
        facts = super().clean() or self.cleaned_data
        banks = self.fields["bank_account"]
        assert isinstance(banks, forms.ModelChoiceField)
        asked = RuleConditions(
            text=facts.get("text", ""),
            direction=facts.get("direction", Rule.Direction.ANY),
            least=facts.get("least"),
            most=facts.get("most"),
            bank_account=facts.get("bank_account"),
            search=facts.get("search", ""),
        )
        try:
            self._conditions = normal(asked, banks={bank.name: bank for bank in banks.queryset or ()})
            check_conditions(conditions=self._conditions, mode=Rule.Mode.SUGGEST)
        except SearchError as error:
            self.add_error("search", str(error))
        except RuleError as error:
            self.add_error(None, str(error))
        return facts

    def conditions(self) -> RuleConditions:
        """Return what the rule looks for."""
        return self._conditions


class NewRuleForm(RuleForm):
    """A rule in the making; one that was offered after a correction comes ``first``.

    Whether it is about future lines only is said now or never: what it has suggested meanwhile would say otherwise.
    """

    first = forms.BooleanField(required=False, widget=forms.HiddenInput)
    future = forms.BooleanField(
        required=False,
        label="Future lines only",
        help_text="It never touches a line that is here already. This cannot be changed later.",
    )


class _NamingForm(forms.Form):
    """A payee's name as payees have it."""

    def clean_name(self) -> str:
        """Return it with single spaces."""
        try:
            return checked_name(self.cleaned_data["name"])
        except PayeeNameError as error:
            raise forms.ValidationError(str(error)) from error


class RenamePayeeForm(_NamingForm):
    """What a payee is to be called, and whether it becomes one with the payee that is called so already."""

    name = forms.CharField(
        max_length=NAME_LENGTH, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    merge = forms.BooleanField(
        required=False,
        label="Merge with the payee of this name",
        help_text="Its lines, bank texts and rules then belong to that one.",
    )


class SplitPayeeForm(_NamingForm):
    """Whom the chosen bank texts of a payee name from now on."""

    prefix = "other"
    name = forms.CharField(
        max_length=NAME_LENGTH,
        label="They name",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="A payee that is there, or a new one.",
    )
