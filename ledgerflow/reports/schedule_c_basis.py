"""What a Schedule C worksheet is worked out from: the year's form and facts, and the accounts of its lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.reports.basis import Basis as Method
from ledgerflow.reports.schedule_c_lines import Counted, Days, Moved
from ledgerflow.taxes.selectors import EnteredFacts, TaxYear, entered_facts, tax_year
from ledgerflow.taxforms.forms import Kind, TaxForm, tax_form
from ledgerflow.taxforms.keys import key_of
from ledgerflow.taxforms.schedule_c import WHOLE, AccountFigure

CURRENCY = "USD"


class WorksheetError(LedgerFlowError):
    """There is no worksheet of the book."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a worksheet is worked out from, before the journal is looked at."""

    book: Book
    form: TaxForm
    tax_year: TaxYear
    entered: EnteredFacts
    accounts: Mapping[int, Account]
    method: Method = Method.CASH

    @property
    def days(self) -> Days:
        """The days whose lines count, by the accounting method."""
        return Days(self.tax_year.first, self.tax_year.last, self.method)

    @property
    def looked_at(self) -> list[int]:
        """The accounts that could belong to lines of the form: with any tax line, and all income and costs."""
        income_and_costs = {AccountType.INCOME, AccountType.EXPENSE}
        return [
            pk
            for pk, account in self.accounts.items()
            if account.tax_line or AccountType(account.type) in income_and_costs
        ]

    def line_key(self, account: Account, own_tax_line: str = "") -> str | None:
        """Return the key of the form's line that the account, or lines with their own, belong to in the year."""
        key = key_of(own_tax_line or account.tax_line)
        line = self.form.line_of_account(key) if key else None
        return line.key if line else None


def basis(*, book: Book, year: int, method: Method = Method.CASH) -> Basis:
    """Return what the worksheet of the tax year is worked out from, by the accounting method (line F); four queries.

    Raises:
        TaxYearError: no form is known for the year.
        WorksheetError: the book is not kept in dollars.
    """
    form = tax_form(year)
    if book.base_currency != CURRENCY:
        raise WorksheetError(
            f"Schedule C is in US dollars, but the books of {book.name} are kept in {book.base_currency}."
        )
    accounts = Account.objects.filter(book=book).order_by("code")
    return Basis(
        book=book,
        form=form,
        tax_year=tax_year(book=book, year=year),
        entered=entered_facts(book=book, year=year),
        accounts={account.pk: account for account in accounts},
        method=method,
    )


def figures(of: Basis, amounts: Mapping[Counted, Moved]) -> list[AccountFigure]:
    """Return what moved on each account and belongs to a line, in the sense of its line.

    An account some of whose lines have a tax line of their own has a figure for each.
    """
    by_code = sorted(amounts.items(), key=lambda each: (of.accounts[each[0].account_id].code, each[0]))
    return [
        AccountFigure(
            account_id=account.pk,
            code=account.code,
            name=account.name,
            key=key_of(own or account.tax_line) or "",
            gross=in_sense_of_line(of, account, moved.amount, own),
            share=of.entered.shares.get(account.pk, WHOLE),
            line_count=moved.line_count,
            evidence_count=moved.evidence_count,
            receipt_count=moved.receipt_count,
            own_tax_line=own,
        )
        for (account_id, own), moved in by_code
        if of.line_key(account := of.accounts[account_id], own) is not None
    ]


def in_sense_of_line(of: Basis, account: Account, amount: Decimal, own_tax_line: str = "") -> Decimal:
    """Return a debit-positive amount as its line counts it: income positive, costs positive."""
    key = of.line_key(account, own_tax_line)
    return -amount if key and of.form.line(key).kind is Kind.INCOME else amount
