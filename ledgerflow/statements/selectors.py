"""Read bank accounts, statements and their lines."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document
from ledgerflow.statements.models import (
    SETTLED_HOLDS,
    BankAccount,
    DayQuestion,
    Hold,
    Proof,
    Sighting,
    Statement,
    StatementLine,
)
from ledgerflow.statements.stored import days_of, load_days


@dataclass(frozen=True, slots=True)
class AccountState:
    """A bank account with what its dot shows.

    ``proof`` is the worst among its statements, an overridden discrepancy aside; None while it has no statement.
    """

    bank_account: BankAccount
    proof: str | None
    statements: int
    last_date: date | None
    lines_held: int
    questions: int


def bank_accounts(*, book: Book) -> QuerySet[BankAccount]:
    """Return the book's bank accounts by name."""
    return BankAccount.objects.filter(book=book).select_related("ledger_account").order_by("name")


def account_states(*, book: Book) -> list[AccountState]:
    """Return every bank account of the book with its state, by name. Four queries."""
    waiting = Q(proof=Proof.DISCREPANCY, overridden_at__isnull=True)
    counted = {
        account: rest
        for account, *rest in Statement.objects.filter(book=book)
        .values_list("bank_account")
        .annotate(
            count=Count("pk"),
            last=Max("last_date"),
            discrepancies=Count("pk", filter=waiting),
            unprovable=Count("pk", filter=Q(proof=Proof.UNPROVABLE)),
        )
        .order_by()
    }
    held = _by_account(StatementLine.objects.filter(book=book).exclude(hold__in=(Hold.NONE, *SETTLED_HOLDS)))
    questions = _by_account(open_questions(book=book))
    states = []
    for account in bank_accounts(book=book):
        count, last_date, discrepancies, unprovable = counted.get(account.pk, (0, None, 0, 0))
        worst = Proof.DISCREPANCY if discrepancies else Proof.UNPROVABLE if unprovable else Proof.PROVEN
        states.append(
            AccountState(
                bank_account=account,
                proof=worst.value if count else None,
                statements=count,
                last_date=last_date,
                lines_held=held.get(account.pk, 0),
                questions=questions.get(account.pk, 0),
            )
        )
    return states


def _by_account(rows: QuerySet[StatementLine] | QuerySet[DayQuestion]) -> dict[int, int]:
    return dict(rows.order_by().values_list("bank_account").annotate(Count("pk")))


def statements(*, book: Book, bank_account: BankAccount | None = None) -> QuerySet[Statement]:
    """Return the statements of the book, or of one bank account, the latest first, with document and bank account."""
    found = Statement.objects.filter(book=book).select_related("document", "bank_account")
    if bank_account is not None:
        found = found.filter(bank_account=bank_account)
    return found.order_by("-last_date", "-pk")


def statements_of(*, document: Document) -> QuerySet[Statement]:
    """Return the statements of the document, in the file's order, with their bank accounts."""
    found = Statement.objects.filter(book=document.book_id, document=document)
    return found.select_related("document", "bank_account").order_by("position")


def sightings(*, statement: Statement) -> QuerySet[Sighting]:
    """Return what the statement shows, in the file's order: each sighting with its place and its line."""
    return (
        Sighting.objects.filter(book=statement.book_id, statement=statement)
        .select_related("line")
        .order_by("no")
    )


def shown_by(*, line: StatementLine) -> QuerySet[Sighting]:
    """Return every sighting of the line with its statement and document, the first import first."""
    return (
        Sighting.objects.filter(book=line.book_id, line=line)
        .select_related("statement__document")
        .order_by("statement_id", "no")
    )


def open_questions(*, book: Book) -> QuerySet[DayQuestion]:
    """Return the questions about cut days that nobody has answered, the oldest day first."""
    return (
        DayQuestion.objects.filter(book=book, answer="")
        .select_related("bank_account", "statement__document", "other_statement__document")
        .order_by("date", "pk")
    )


def lines_only_in(*, document: Document) -> list[int]:
    """Return the ids of the lines that an undo of the document's import would remove: no other file shows them."""
    gone: list[int] = []
    of_document = list(statements_of(document=document))
    going = [statement.pk for statement in of_document]
    for bank_account in {
        statement.bank_account_id: statement.bank_account for statement in of_document
    }.values():
        days = days_of(statements=going, bank_account=bank_account.pk)
        gone += load_days(bank_account=bank_account, days=days).plan(without=going).gone
    return sorted(gone)


def overrides_in(*, document: Document) -> QuerySet[Statement]:
    """Return the statements of the document whose lines somebody released although they do not prove."""
    return (
        statements_of(document=document).filter(overridden_at__isnull=False).select_related("overridden_by")
    )


def answers_about(*, document: Document) -> QuerySet[DayQuestion]:
    """Return what people said of lines that the document and another file show: of days, and of single lines."""
    own = Statement.objects.filter(book=document.book_id, document=document).values("pk")
    said = DayQuestion.objects.filter(
        Q(statement__in=own) | Q(other_statement__in=own), book=document.book_id
    )
    said = said.exclude(answer="").filter(answered_by__isnull=False)
    return said.select_related("answered_by", "bank_account").order_by("date", "pk")
