"""What a statement asks for beside its days: the basis, and the tag that it keeps to or its columns by tag."""

from typing import Any, ClassVar

from django import forms

from ledgerflow.books.models import Book
from ledgerflow.classification.tag_selectors import tags_of
from ledgerflow.posting.tag_selectors import TagFilter
from ledgerflow.reports.basis import Basis, Scope
from ledgerflow.reports.forms import BalanceSheetForm, StatementForm

_BY_TAG = "tag"
_BASES = [("", "cash"), (Basis.ACCRUAL.value, "accrual")]


def basis_field() -> forms.ChoiceField:
    """Return the choice of the basis, cash where none is made."""
    choices = [*_BASES, (Basis.CASH.value, "cash")]
    field = forms.ChoiceField(required=False, label="Basis", choices=choices)
    field.widget.choices = _BASES
    return field


class CashFlowForm(StatementForm):
    """The days of a cash flow, its columns, and the tag that it keeps to."""

    KEPT: ClassVar[tuple[str, ...]] = (*StatementForm.KEPT, "tag")

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, book=book, **kwargs)
        self.tags = tags_of(book=book)
        if self.tags:
            choices = [
                ("", "any or none"),
                ("none", "no tag"),
                *((str(tag.pk), f"#{tag}") for tag in self.tags),
            ]
            self.fields["tag"] = forms.ChoiceField(required=False, label="Tag", choices=choices)

    def tag_filter(self) -> tuple[TagFilter | None, str]:
        """Return which tag is asked for, and its name."""
        chosen = self.cleaned_data.get("tag", "") if self.is_valid() else ""
        if chosen == "none":
            return TagFilter(exactly=()), "no tag"
        if not chosen:
            return None, ""
        return TagFilter(
            having=int(chosen)
        ), f"#{next(tag.name for tag in self.tags if str(tag.pk) == chosen)}"


class IncomeStatementForm(CashFlowForm):
    """The days of an income statement, its columns, basis and tag."""

    KEPT: ClassVar[tuple[str, ...]] = (*CashFlowForm.KEPT, "basis")
    basis = basis_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["period", "was", "compare", "columns", "from", "to", "basis", "tag"])
        if self.tags:
            field = self.fields["columns"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [*StatementForm.base_fields["columns"].choices, (_BY_TAG, "by tag")]  # type: ignore[attr-defined]  # it is a choice

    def clean(self) -> dict[str, Any]:
        """Refuse columns by tag beside those of another period."""
        cleaned = super().clean()
        if cleaned.get("columns") == _BY_TAG and cleaned.get("compare"):
            self.add_error("compare", "Columns by tag stand beside no other period; choose one of both.")
        return cleaned

    @property
    def is_by_tag(self) -> bool:
        """Whether the columns are tags."""
        return self.is_valid() and self.cleaned_data["columns"] == _BY_TAG

    def scope(self) -> Scope:
        """Return basis and tag."""
        tags, name = self.tag_filter()
        basis = self.cleaned_data["basis"] if self.is_valid() else ""
        return Scope(Basis(basis or Basis.CASH), tags, name)


class BasisBalanceSheetForm(BalanceSheetForm):
    """The day of a balance sheet, the days beside it, and its basis."""

    basis = basis_field()

    @property
    def chosen_basis(self) -> Basis:
        """The basis, cash where none is asked for."""
        return Basis((self.cleaned_data["basis"] if self.is_valid() else "") or Basis.CASH)
