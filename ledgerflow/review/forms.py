"""Forms of the review queue: one for each thing a person can do to lines."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import forms

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import SearchError, TagError
from ledgerflow.classification.finding import LONGEST_SEARCH, Search, search_for
from ledgerflow.classification.models import LONGEST_MEMO, LONGEST_NOTE, Rule
from ledgerflow.classification.services import NOBODY, SplitPart, names_typed
from ledgerflow.classification.tax_lines import ChartTaxLines, tax_line_choices
from ledgerflow.core.formulas import LONGEST as LONGEST_FORMULA
from ledgerflow.core.formulas import worked_out
from ledgerflow.core.money import minor_digits
from ledgerflow.core.periods import EARLIEST, LATEST, Period
from ledgerflow.ledger.models import Account
from ledgerflow.payees.models import Payee
from ledgerflow.posting.receipt_forms import DaysForm
from ledgerflow.review.services import LONGEST_REASON, Booking, Closing
from ledgerflow.review.which import Matching, Tab, Which
from ledgerflow.statements.models import StatementLine

_MOST_LINES = 5_000
_GREATEST = 2**63 - 1
_WHOLE = Decimal(100)


def _accounts(book: Book) -> Any:
    return Account.objects.filter(book=book, is_archived=False).order_by("code")


class MatchingForm(DaysForm):
    """All lines that match: what the page showed, how many, and the latest of them.

    Whatever it does not understand is refused, because leaving a condition out would take more lines.
    """

    tab = forms.TypedChoiceField(
        choices=[(tab.value, tab.value) for tab in Tab], coerce=Tab, required=False, empty_value=Tab.TO_REVIEW
    )
    payee = forms.IntegerField(min_value=NOBODY, max_value=_GREATEST, required=False)
    account = forms.IntegerField(min_value=NOBODY, max_value=_GREATEST, required=False)
    q = forms.CharField(max_length=LONGEST_SEARCH, required=False)
    through = forms.IntegerField(min_value=1, max_value=_GREATEST)
    count = forms.IntegerField(min_value=1, max_value=_GREATEST)

    def __init__(self, *args: Any, book: Book, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._book, self._today = book, today
        self._search: Search | None = None

    def clean(self) -> dict[str, Any]:
        """Refuse days that are none, and what is no search."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and first > last:
            raise forms.ValidationError("The days end before they begin.")
        try:
            self._search = search_for(book=self._book, text=cleaned.get("q", ""), today=self._today)
        except SearchError as error:
            raise forms.ValidationError(str(error)) from error
        return cleaned

    def matching(self) -> Matching:
        """Return which lines they are."""
        facts = self.cleaned_data
        first, last = facts["from"], facts["to"]
        days = Period(first or EARLIEST, last or LATEST) if first or last else None
        which = Which(facts["tab"], days, facts["payee"], facts["account"], self._search)
        return Matching(which, facts["through"], facts["count"])


class LinesForm(forms.Form):
    """The chosen lines, as repeated ``lines`` values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line_ids: list[int] = []

    def clean(self) -> dict[str, Any]:
        """Collect the numbers of the lines."""
        chosen = self.data.getlist("lines") if hasattr(self.data, "getlist") else []
        if not chosen:
            raise forms.ValidationError("Choose at least one line.")
        are_numbers = all(text.isascii() and text.isdigit() and len(text) < 19 for text in chosen)
        if len(chosen) > _MOST_LINES or not are_numbers:
            raise forms.ValidationError("These are no lines of the queue; load the page again.")
        self.line_ids = [int(text) for text in chosen]
        return self.cleaned_data


class ChosenForm(LinesForm):
    """The chosen lines of the queue: by their numbers, or with ``through`` all that match, as :class:`MatchingForm`."""

    def __init__(self, *args: Any, book: Book, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._all = MatchingForm(self.data, book=book, today=today) if "through" in self.data else None

    @property
    def chosen(self) -> Sequence[int] | Matching:
        """Return the numbers of the lines, or what they have in common."""
        return self.line_ids if self._all is None else self._all.matching()

    def clean(self) -> dict[str, Any]:
        """Refuse what says no lines."""
        if self._all is None:
            return super().clean()
        if not self._all.is_valid():
            raise forms.ValidationError([error for errors in self._all.errors.values() for error in errors])
        return self.cleaned_data


class ExcludeForm(ChosenForm):
    """Lines that stay out of the books, and why."""

    reason = forms.CharField(max_length=LONGEST_NOTE, required=False)


class TagForm(ChosenForm):
    """Lines, names of tags, and whether they are given or taken away."""

    tags = forms.CharField(max_length=500)
    act = forms.ChoiceField(choices=[("add", "add"), ("remove", "remove")], required=False)

    def clean_tags(self) -> list[str]:
        """Return the names."""
        try:
            return names_typed(self.cleaned_data["tags"])
        except TagError as error:
            raise forms.ValidationError(str(error)) from error


class _WithTaxLine(forms.Form):
    """The tax line beside an account, where the chart of the book has tax lines."""

    tax_line = forms.ChoiceField(required=False, label="Tax line")

    def __init__(self, *args: Any, tax_lines: ChartTaxLines, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tax_line"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = tax_line_choices(tax_lines)
        if tax_lines.are_none:
            del self.fields["tax_line"]


def _share_field(*, empty: str) -> forms.DecimalField:
    """Return the field for a business share in percent; ``empty`` says what counts without one."""
    return forms.DecimalField(
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        required=False,
        label="Business share in percent",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "placeholder": empty}),
    )


class BusinessShareForm(forms.Form):
    """The line's own business share in percent; empty, what is said of its payee or accounts counts."""

    business_share = _share_field(empty="as payee or account")


class SetForm(ChosenForm):
    """What lines are set to at once; what is left empty stays as each line has it."""

    prefix = "set"
    account = forms.ModelChoiceField(
        queryset=Account.objects.none(), required=False, label="Account", empty_label="As it is"
    )
    tax_line = forms.ChoiceField(required=False, label="Tax line")
    business_share = _share_field(empty="as it is")
    payee = forms.CharField(
        max_length=160,
        required=False,
        label="Payee",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "as it is"}),
    )
    #: Stands for the tax line of each line's account.
    AS_ACCOUNT = "account"

    def __init__(self, *args: Any, book: Book, tax_lines: ChartTaxLines, **kwargs: Any) -> None:
        super().__init__(*args, book=book, **kwargs)
        account, tax_line = self.fields["account"], self.fields["tax_line"]
        assert isinstance(account, forms.ModelChoiceField)
        assert isinstance(tax_line, forms.ChoiceField)
        account.queryset = _accounts(book)
        own, *kinds = tax_line_choices(tax_lines)
        tax_line.choices = [("", "As it is"), (self.AS_ACCOUNT, own[1]), *kinds]
        if tax_lines.are_none:
            del self.fields["tax_line"]

    def clean(self) -> dict[str, Any]:
        """Ask for something to set."""
        cleaned = super().clean()
        if not self.errors and all(cleaned.get(name) in {None, ""} for name in self.fields):
            raise forms.ValidationError("Say what the lines are to be set to.")
        return cleaned

    def booking(self) -> Booking:
        """Return what they are set to."""
        facts = self.cleaned_data
        tax_line = facts.get("tax_line") or None
        return Booking(
            account=facts["account"],
            payee=facts["payee"],
            tax_line="" if tax_line == self.AS_ACCOUNT else tax_line,
            business_share=facts["business_share"],
        )


class DecideForm(BusinessShareForm, _WithTaxLine):
    """What one line is for, who the payee is, and a note.

    With ``note`` as the ``act`` an account that is the proposed one was not chosen, and accepts nothing, unless its tax
    line was.
    """

    account = forms.ModelChoiceField(
        queryset=Account.objects.none(), required=False, label="Account", empty_label="No account yet"
    )
    payee = forms.CharField(max_length=160, required=False, label="Payee")
    note = forms.CharField(max_length=LONGEST_NOTE, required=False, label="Note")
    field_order = ("account", "tax_line", "business_share", "payee", "note")

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = _accounts(book)

    @property
    def is_note(self) -> bool:
        """Whether payee and note were sent to be kept, and not the line to be accepted."""
        return self.data.get("act") == "note"


class SplitPartForm(_WithTaxLine):
    """One part of a split ``line``: an amount in its currency and sign, a share such as ``30%``, or a formula.

    What a share, or a formula such as ``=-16.99*1.1``, comes to is rounded half up.
    """

    amount = forms.CharField(
        max_length=LONGEST_FORMULA + 1,
        required=False,
        label="Amount",
        widget=forms.TextInput(
            attrs={"inputmode": "text", "autocomplete": "off", "placeholder": "12.50, 30%, =5*3"}
        ),
    )
    account = forms.ModelChoiceField(queryset=Account.objects.none(), required=False, label="Account")
    memo = forms.CharField(
        max_length=LONGEST_MEMO,
        required=False,
        label="Memo",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Memo"}),
    )

    def __init__(self, *args: Any, book: Book, line: StatementLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._line = line
        self.share: Decimal | None = None
        field = self.fields["account"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = _accounts(book)

    def clean_amount(self) -> Decimal | None:
        """Return the amount, that of a share or formula worked out; nothing where none is given."""
        typed = str(self.cleaned_data["amount"]).strip()
        if not typed:
            return None
        if typed.startswith("="):
            try:
                return worked_out(typed.removeprefix("="), digits=minor_digits(self._line.currency))
            except ValueError as error:
                raise forms.ValidationError(f"“{typed}” is no formula: {error}.") from error
        if not typed.endswith("%"):
            amount: Decimal = forms.DecimalField(max_digits=20, decimal_places=4).clean(typed)
            return amount
        try:
            share = Decimal(typed.removesuffix("%").strip())
        except InvalidOperation:
            share = Decimal(0)
        if not share.is_finite() or not 0 < share <= _WHOLE or share != round(share, 4):
            raise forms.ValidationError(
                f"“{typed}” is no share: give one above 0% and up to 100%, with at most four digits after the point."
            )
        self.share = share
        unit = Decimal(1).scaleb(-minor_digits(self._line.currency))
        return (self._line.amount * share / _WHOLE).quantize(unit, ROUND_HALF_UP)

    def clean(self) -> dict[str, Any]:
        """Ask for the half of a part that is missing."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and (cleaned.get("amount") is None) != (cleaned.get("account") is None):
            raise forms.ValidationError("A part needs an amount and an account.")
        return cleaned

    def part(self) -> SplitPart | None:
        """Return the part, or nothing for an empty row."""
        amount: Decimal | None = self.cleaned_data.get("amount")
        if amount is None:
            return None
        facts = self.cleaned_data
        return SplitPart(facts["account"], amount, facts["memo"], facts.get("tax_line", ""))


SplitFormSet = forms.formset_factory(SplitPartForm, extra=4, max_num=20)


def split_parts(given: Sequence[SplitPartForm], line: StatementLine) -> list[SplitPart]:
    """Return the parts that were filled in; the last of shares that make 100 % takes what rounding left."""
    filled = [(form, part) for form in given if (part := form.part()) is not None]
    parts = [part for _, part in filled]
    shares = [form.share for form, _ in filled if form.share is not None]
    if parts and len(shares) == len(parts) and sum(shares) == _WHOLE:
        rest = line.amount - sum((part.amount for part in parts[:-1]), Decimal(0))
        parts[-1] = replace(parts[-1], amount=rest)
    return parts


class TransferForm(forms.Form):
    """The line on the other bank account."""

    other = forms.IntegerField(min_value=1, max_value=_GREATEST)


class AlikeForm(forms.Form):
    """The line that is copied."""

    like = forms.IntegerField(min_value=1, max_value=_GREATEST)


class FormerPayeeForm(forms.Form):
    """The payee that a line had, whose other lines are to be called as the line is."""

    payee = forms.ModelChoiceField(queryset=Payee.objects.none())

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["payee"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Payee.objects.filter(book=book)


class ReceiptForm(forms.Form):
    """The receipt that is matched."""

    receipt = forms.IntegerField(min_value=1, max_value=_GREATEST)


class RuleOfferForm(forms.Form):
    """The answer to "always book this payee so"."""

    mode = forms.ChoiceField(choices=Rule.Mode.choices, initial=Rule.Mode.SUGGEST)
    apply_to_open = forms.BooleanField(required=False)


class CloseForm(forms.Form):
    """How the books are closed, and why although points are open."""

    how = forms.TypedChoiceField(
        coerce=Closing,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        label="How",
        initial=Closing.CLOSE,
    )
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        label="Reason",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Needed while points are open. It stands in the history of the periods.",
    )

    def __init__(self, *args: Any, of_a_year: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["how"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (Closing.LOCK, "Lock: owners and reviewers may still post"),
            (Closing.CLOSE, "Close: nobody posts any more"),
        ]
        if of_a_year:
            field.choices += [
                (Closing.YEAR, "Close the year: income and expenses to equity, then nobody posts")
            ]
            field.initial = Closing.YEAR
