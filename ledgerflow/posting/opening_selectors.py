"""What each bank account began with, from the earliest statement that tells, and what hinders posting it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import connection

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO, format_money, minor_digits
from ledgerflow.posting.models import OpeningBalance
from ledgerflow.statements.models import BankAccount, Proof

#: The journal keeps no larger amounts.
_MOST = Decimal(10) ** 15


class OpeningState(StrEnum):
    """Where a bank account's opening balance stands; the value is shown as it is."""

    UNKNOWN = "no statement tells"
    READY = "to be posted"
    OBSTRUCTED = "something stands in the way"
    OUTDATED = "to be replaced"
    AGREES = "the books agree"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the earliest statement begins with, as of the day before it; ``amount`` is money owed where negative.

    ``needs_check`` where the statement does not prove: nothing but a person's look at the bank supports the amount.
    """

    statement_id: int
    document_id: int
    document_name: str
    first_day: date
    last_day: date
    date: date
    amount: Decimal
    is_stated: bool
    needs_check: bool


@dataclass(frozen=True, slots=True)
class AccountOpening:
    """A bank account with its live opening balance, what it should be, and why it cannot be posted as things are."""

    bank_account: BankAccount
    live: OpeningBalance | None
    proposal: Proposal | None
    state: OpeningState
    obstacle: str = ""

    @property
    def waits(self) -> bool:
        """Whether a person can post or replace it now."""
        return self.state in {OpeningState.READY, OpeningState.OUTDATED}


# Of several statements that begin on the same day the one that shows most of that day tells: a file may be cut in the
# middle of it. The hash of the bytes decides between files that show the same, so that the order of imports does not.
_EARLIEST = """
    WITH telling AS MATERIALIZED (
        SELECT said.*, least(said.complete_from, said.first_date) AS first_day
        FROM statements_statement said
        WHERE said.book_id = %(book)s AND said.proof <> 'DISCREPANCY'
            AND least(said.complete_from, said.first_date) IS NOT NULL
            AND (said.opening_balance IS NOT NULL OR said.closing_balance IS NOT NULL OR EXISTS (
                SELECT FROM statements_sighting shown
                WHERE shown.book_id = said.book_id AND shown.statement_id = said.id AND shown.no = 1
                    AND shown.balance IS NOT NULL
            ))
    ), ranked AS (
        SELECT telling.*, rank() OVER (PARTITION BY bank_account_id ORDER BY first_day, proof = 'UNPROVABLE') AS place
        FROM telling
    ), first_ones AS (
        SELECT ranked.*, count(*) OVER (PARTITION BY bank_account_id) AS rivals FROM ranked WHERE place = 1
    ), chosen AS (
        SELECT DISTINCT ON (said.bank_account_id) said.*, document.name
        FROM first_ones said
        JOIN documents_document document ON document.book_id = said.book_id AND document.id = said.document_id
        ORDER BY said.bank_account_id, CASE WHEN rivals > 1 THEN (
            SELECT count(*) FROM statements_sighting shown
            JOIN statements_statementline line ON line.id = shown.line_id
            WHERE shown.book_id = said.book_id AND shown.statement_id = said.id AND line.date = said.first_day
        ) END DESC, document.sha256, said.position
    )
    SELECT bank.id, chosen.id, chosen.document_id, chosen.name, chosen.first_day, chosen.last_date,
        CASE WHEN live.statement_id = chosen.id THEN live.amount
            ELSE posting_opening_of(bank.book_id, chosen.id) END,
        chosen.opening_balance IS NOT NULL, chosen.proof,
        coalesce(booked.total, 0), EXISTS (
            SELECT FROM statements_statementline line
            JOIN classification_classification made ON made.line_id = line.id
            WHERE line.book_id = bank.book_id AND line.bank_account_id = bank.id AND line.date < chosen.first_day
                AND line.hold NOT IN ('proof', 'twin') AND NOT line.is_pending AND made.state IN ('open', 'accepted')
        )
    FROM statements_bankaccount bank
    JOIN chosen ON chosen.bank_account_id = bank.id
    LEFT JOIN posting_openingbalance live
        ON live.book_id = bank.book_id AND live.bank_account_id = bank.id AND live.ended_at IS NULL
    LEFT JOIN LATERAL (
        SELECT sum(moved.amount) AS total FROM ledger_journalline moved
        WHERE moved.book_id = bank.book_id AND moved.account_id = bank.ledger_account_id
            AND moved.date < chosen.first_day AND moved.entry_number IS DISTINCT FROM live.entry_number
    ) booked ON true
    WHERE bank.book_id = %(book)s AND (%(account)s::bigint IS NULL OR bank.id = %(account)s)
"""


@dataclass(frozen=True, slots=True)
class _Facts:
    """A row of the query: the statement chosen, and what the books hold before its first day."""

    statement_id: int
    document_id: int
    document_name: str
    first_day: date
    last_day: date | None
    amount: Decimal | None
    is_stated: bool
    proof: str
    booked: Decimal
    has_earlier_lines: bool


def openings(*, book: Book) -> list[AccountOpening]:
    """Return every bank account of the book with its opening balance, by name; three queries."""
    accounts = BankAccount.objects.filter(book=book).select_related("ledger_account").order_by("name")
    return _openings(book, list(accounts), None)


def opening_of(*, book: Book, bank_account: BankAccount) -> AccountOpening:
    """Return one bank account with its opening balance; two queries."""
    return _openings(book, [bank_account], bank_account.pk)[0]


def openings_waiting(*, book: Book) -> int:
    """Return how many opening balances a person can post or replace now."""
    return sum(opening.waits for opening in openings(book=book))


def openings_behind(*, book: Book, document_id: int) -> list[OpeningBalance]:
    """Return the live opening balances that stand on statements of the document, with their bank accounts."""
    live = OpeningBalance.objects.filter(book=book, document=document_id, ended_at=None)
    return list(live.select_related("bank_account").order_by("bank_account__name"))


def _openings(book: Book, accounts: list[BankAccount], only: int | None) -> list[AccountOpening]:
    live_ones = OpeningBalance.objects.filter(book=book, ended_at=None).select_related(
        "document", "posted_by"
    )
    if only is not None:
        live_ones = live_ones.filter(bank_account=only)
    live = {opening.bank_account_id: opening for opening in live_ones}
    with connection.cursor() as cursor:
        cursor.execute(_EARLIEST, {"book": book.pk, "account": only})
        facts = {account: _Facts(*rest) for account, *rest in cursor.fetchall()}
    return [_judged(book, account, live.get(account.pk), facts.get(account.pk)) for account in accounts]


def _judged(
    book: Book, account: BankAccount, live: OpeningBalance | None, facts: _Facts | None
) -> AccountOpening:
    if facts is None:
        return AccountOpening(account, live, None, OpeningState.POSTED if live else OpeningState.UNKNOWN)
    if facts.amount is None:
        sentence = f"{facts.document_name} prints balances that do not lead back to one it began with."
        return AccountOpening(account, live, None, OpeningState.OBSTRUCTED, sentence)
    proposal = Proposal(
        statement_id=facts.statement_id,
        document_id=facts.document_id,
        document_name=facts.document_name,
        first_day=facts.first_day,
        last_day=facts.last_day or facts.first_day,
        date=date.fromordinal(facts.first_day.toordinal() - 1),
        amount=facts.amount,
        is_stated=facts.is_stated,
        needs_check=facts.proof == Proof.UNPROVABLE,
    )
    if live and (live.date, live.amount) == (proposal.date, proposal.amount):
        return AccountOpening(account, live, None, OpeningState.POSTED)
    if not live and proposal.amount and facts.booked == proposal.amount:
        return AccountOpening(account, live, proposal, OpeningState.AGREES)
    obstacle = _obstacle(book, account, proposal, facts)
    state = OpeningState.OBSTRUCTED if obstacle else OpeningState.OUTDATED if live else OpeningState.READY
    return AccountOpening(account, live, proposal, state, obstacle)


def _obstacle(book: Book, account: BankAccount, proposal: Proposal, facts: _Facts) -> str:
    """Return why the proposal cannot be posted, as a sentence; nothing where it can."""
    currency, digits = account.currency, minor_digits(account.currency)
    if currency != book.base_currency:
        return (
            f"{account.name} is kept in {currency} and the book in {book.base_currency}; "
            "LedgerFlow has no exchange rate for it yet. Enter the opening balance as a manual entry."
        )
    if proposal.amount != round(proposal.amount, digits) or abs(proposal.amount) >= _MOST:
        return f"The journal cannot keep the amount {proposal.amount.normalize():f} {currency}."
    if facts.booked != ZERO:
        return (
            f"The books show {format_money(facts.booked, currency)} on {account.ledger_account} at the end of "
            f"{proposal.date} already, and {proposal.document_name} says {format_money(proposal.amount, currency)}. "
            "Reverse what stands there, or correct it by a manual entry."
        )
    if facts.has_earlier_lines:
        return (
            f"Bank lines before {proposal.first_day} wait for review, and no statement tells what they began with. "
            "Import one that does, or exclude them."
        )
    return ""
