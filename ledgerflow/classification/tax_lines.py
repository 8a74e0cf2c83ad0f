"""The tax lines that a bank line may have of its own: those that accounts of its kind in the book carry."""

from collections.abc import Mapping
from dataclasses import dataclass

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.taxforms.keys import TaxLine, tax_lines

_KINDS = (AccountType.INCOME, AccountType.EXPENSE)


@dataclass(frozen=True, slots=True)
class ChartTaxLines:
    """The tax lines of a book's chart, in the order of the form, by the kind of account that carries them."""

    by_kind: Mapping[AccountType, tuple[TaxLine, ...]]

    def takes(self, account: Account, name: str) -> bool:
        """Whether a line that is booked to the account may have the tax line."""
        return any(line.name == name for line in self.by_kind.get(AccountType(account.type), ()))

    def label(self, name: str) -> str:
        """Return the words of a tax line; its name where no form has it any more."""
        found = (line.label for lines in self.by_kind.values() for line in lines if line.name == name)
        return next(found, name)

    @property
    def are_none(self) -> bool:
        """Whether no account carries any."""
        return not any(self.by_kind.values())


def tax_line_choices(chart: ChartTaxLines) -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Return the tax lines of the chart for a field to choose from, by the kind of account, after the account's own."""
    kinds = [
        (kind.label, [(line.name, line.label) for line in lines])
        for kind, lines in chart.by_kind.items()
        if lines
    ]
    return [("", "As its account"), *kinds]


def tax_line_label(name: str) -> str:
    """Return the words of a tax line, whatever account carries it; its name where no form has it any more."""
    return next((line.label for line in tax_lines() if line.name == name), name)


def chart_tax_lines(*, book: Book) -> ChartTaxLines:
    """Return the tax lines that accounts of the book carry; one query."""
    carried = Account.objects.filter(book=book, type__in=_KINDS).exclude(tax_line="")
    pairs = set(carried.values_list("type", "tax_line").distinct())
    return ChartTaxLines(
        {kind: tuple(line for line in tax_lines() if (kind, line.name) in pairs) for kind in _KINDS}
    )
