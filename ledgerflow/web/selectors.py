"""What the first page of a book shows: what needs a person now, and how each bank account stands."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Greatest

from ledgerflow.asking.selectors import open_question_about, open_questions
from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, Rule, State
from ledgerflow.classification.selectors import rules_only_suggesting
from ledgerflow.core.cached import BALANCES, kept
from ledgerflow.core.money import ZERO
from ledgerflow.ledger.selectors.balances import balances
from ledgerflow.ledger.selectors.chain import chain_head
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.selectors import needs_attention
from ledgerflow.posting.opening_selectors import openings_waiting
from ledgerflow.statements.chain_selectors import chains
from ledgerflow.statements.models import BankAccount, DayQuestion, Hold, Proof, Statement, StatementLine
from ledgerflow.statements.selectors import account_states
from ledgerflow.statements.standing import Standing, of_account
from ledgerflow.users.models import User

#: Lines that must have been reviewed before the checklist is content.
_FIRST_REVIEWED = 20


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for a person."""

    to_review: int
    oldest: date | None
    to_post: int
    files: int
    questions: int
    asked: int
    held: int
    to_reconcile: int
    openings: int
    fallen_rules: int

    @property
    def is_done(self) -> bool:
        """Whether nothing waits."""
        return not (
            self.to_review
            or self.to_post
            or self.files
            or self.questions
            or self.asked
            or self.held
            or self.to_reconcile
            or self.openings
            or self.fallen_rules
        )


@dataclass(frozen=True, slots=True)
class AccountStanding:
    """A bank account with the balance of the books (in its currency, money owed negative) and its last statement."""

    bank_account: BankAccount
    balance: Decimal
    last_date: date | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the checklist for a new book."""

    label: str
    url_name: str
    is_done: bool


def lines_to_review(*, book: Book, at_most: int = 1000) -> int:
    """Return how many lines wait for review, counted no further than ``at_most``: the frame of every page asks."""
    return _open_lines(book)[:at_most].count()


def work(*, book: Book, user: User) -> Work:
    """Return what waits for a person in the book, and of rules for the user alone; a constant number of queries."""
    waiting = _open_lines(book)
    oldest = StatementLine.objects.filter(book=book, pk__in=waiting.values("line")).order_by("date").first()
    return Work(
        to_review=waiting.count(),
        oldest=oldest.date if oldest else None,
        to_post=Classification.objects.filter(book=book, state=State.ACCEPTED).count(),
        files=needs_attention(book=book),
        questions=DayQuestion.objects.filter(book=book, answer="").count(),
        asked=open_questions(book=book).count(),
        held=Statement.objects.filter(book=book, proof=Proof.DISCREPANCY, overridden_at=None).count(),
        to_reconcile=_to_reconcile(book),
        openings=openings_waiting(book=book),
        fallen_rules=rules_only_suggesting(book=book, user=user),
    )


def account_standings(*, book: Book, today: date) -> list[AccountStanding]:
    """Return the book's bank accounts by name with balance and dot; a constant number of queries."""
    followed = chains(book=book)
    booked = kept(
        BALANCES,
        book_id=book.pk,
        version=f"{chain_head(book=book).digest}:{today}",
        make=lambda: {balance.account_id: balance.amount for balance in balances(book=book, as_of=today)},
    )
    return [
        AccountStanding(
            bank_account=state.bank_account,
            balance=booked.get(state.bank_account.ledger_account_id, ZERO),
            last_date=state.last_date,
            standing=of_account(
                proof=state.proof,
                last_date=state.last_date,
                today=today,
                chain=followed.get(state.bank_account.pk),
            ),
        )
        for state in account_states(book=book)
    ]


def checklist(*, book: Book) -> list[Step]:
    """Return the first steps in a book; all done means that the list has served."""
    reviewed = Classification.objects.filter(book=book, decided_by__isnull=False)
    posted = Classification.objects.filter(book=book, state=State.POSTED)
    return [
        Step("Drop a bank statement", "pipeline:inbox", ImportRun.objects.filter(book=book).exists()),
        Step(
            "Review the first 20 lines", "review:queue", reviewed[:_FIRST_REVIEWED].count() >= _FIRST_REVIEWED
        ),
        Step("Write the first rule", "classification:rules", Rule.objects.filter(book=book).exists()),
        Step("Post what was accepted", "review:queue", posted.exists()),
    ]


def has_statements(*, book: Book) -> bool:
    """Whether any file has come into the book."""
    return ImportRun.objects.filter(book=book).exists()


def _to_reconcile(book: Book) -> int:
    """Count the bank accounts that were reconciled before and have a statement that closes after that."""
    later = Statement.objects.annotate(day=Greatest("complete_to", "last_date")).filter(
        bank_account=OuterRef("pk"), closing_balance__isnull=False, day__gt=OuterRef("reconciled_through")
    )
    return BankAccount.objects.filter(Exists(later), book=book, reconciled_through__isnull=False).count()


def _open_lines(book: Book) -> QuerySet[Classification]:
    free = StatementLine.objects.filter(pk=OuterRef("line"), hold=Hold.NONE)
    is_asked = open_question_about(book=book, line=OuterRef("line"))
    return Classification.objects.filter(Exists(free), ~is_asked, book=book, state=State.OPEN)
