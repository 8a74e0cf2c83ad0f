"""What the pages of reconciling show; the number of queries does not grow with the rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.reconciliation.models import Match, Reconciliation, ReconciliationAction
from ledgerflow.reconciliation.selectors import Figures, figures, matches, suggestions
from ledgerflow.reconciliation.sides import OpenBankLine, OpenBookLine, Sides, sides
from ledgerflow.reconciliation.values import Suggestion
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.selectors import bank_accounts

#: Reconciliations that the list shows of each bank account.
LATEST = 24
#: Matches that the page lists one by one.
MATCHES = 50
#: Words by which a chart names the account of the bank's fees.
_FEE_WORDS = ("bank", "fee", "charge")


@dataclass(frozen=True, slots=True)
class AccountReconciliations:
    """A bank account with its latest reconciliations, the newest day first."""

    bank_account: BankAccount
    latest: Sequence[Reconciliation]


def listed(*, book: Book) -> list[AccountReconciliations]:
    """Return the book's bank accounts by name with their latest reconciliations. Two queries."""
    found: dict[int, list[Reconciliation]] = {}
    ranked = reconciliations(book=book).annotate(
        rank=Window(RowNumber(), partition_by=F("bank_account"), order_by=F("as_of").desc())
    )
    for each in ranked.filter(rank__lte=LATEST).order_by("-as_of"):
        found.setdefault(each.bank_account_id, []).append(each)
    return [
        AccountReconciliations(account, found.get(account.pk, ())) for account in bank_accounts(book=book)
    ]


def reconciliations(*, book: Book) -> QuerySet[Reconciliation]:
    """Return the book's reconciliations with what their pages name."""
    return Reconciliation.objects.filter(book=book).select_related(
        "book", "bank_account__ledger_account", "statement__document", "started_by"
    )


@dataclass(frozen=True, slots=True)
class ListedSuggestion:
    """A suggestion with the open lines that it is about."""

    suggestion: Suggestion
    bank: Sequence[OpenBankLine]
    books: Sequence[OpenBookLine]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything that the page of a reconciliation shows; ``history`` has the newest act first."""

    reconciliation: Reconciliation
    figures: Figures
    sides: Sides
    suggestions: Sequence[ListedSuggestion]
    matches: Sequence[Match]
    history: Sequence[ReconciliationAction]

    @property
    def can_finish(self) -> bool:
        """Whether bank and books agree and it is not finished yet."""
        return not self.figures.difference and not self.reconciliation.is_finished


def workspace(*, reconciliation: Reconciliation) -> Workspace:
    """Return what the page shows; a constant number of queries."""
    found = sides(reconciliation=reconciliation)
    is_open = not reconciliation.is_finished
    return Workspace(
        reconciliation=reconciliation,
        figures=figures(reconciliation=reconciliation),
        sides=found,
        suggestions=_listed_suggestions(reconciliation, found) if is_open else (),
        matches=matches(
            bank_account=reconciliation.bank_account, through=reconciliation.as_of, at_most=MATCHES
        ),
        history=list(reconciliation.actions.select_related("acted_by").order_by("-pk")),
    )


def _listed_suggestions(reconciliation: Reconciliation, found: Sides) -> list[ListedSuggestion]:
    bank = {one.line.pk: one for one in found.bank}
    books = {(one.entry_number, one.no): one for one in found.books}
    return [
        ListedSuggestion(
            each, [bank[line] for line in each.line_ids], [books[line] for line in each.entry_lines]
        )
        for each in suggestions(reconciliation=reconciliation, found=found)
    ]


def account_of_fees(*, book: Book) -> Account | None:
    """Return the expense account that a fee most likely goes to, by its name."""
    expenses = Account.objects.filter(book=book, type=AccountType.EXPENSE, is_archived=False).order_by("code")
    named = [(sum(word in account.name.lower() for word in _FEE_WORDS), account) for account in expenses]
    score, account = max(named, key=lambda pair: pair[0], default=(0, None))
    return account if score > 1 else None
