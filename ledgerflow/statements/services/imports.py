"""Take a file's statements in: their lines once, and where each is shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Protocol

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.models import Document
from ledgerflow.statements.days import Seen
from ledgerflow.statements.likeness import text_key
from ledgerflow.statements.models import BankAccount, Hold, Proof, Sighting, Statement, StatementLine
from ledgerflow.statements.original import in_currency_of_account
from ledgerflow.statements.proof import prove
from ledgerflow.statements.services._apply import (
    allocate_line_ids,
    ask,
    insert_movements,
    said_otherwise,
    update_rows,
)
from ledgerflow.statements.services._columns import Columns
from ledgerflow.statements.services._lapse import settle_pending
from ledgerflow.statements.services._lock import lock_accounts
from ledgerflow.statements.services._twins import settle_twins
from ledgerflow.statements.stored import load_days
from ledgerflow.toolbox import values

#: What readers write where the file states no currency; XXX is ISO 4217's own word for it.
_UNSTATED = ("", "XXX")
_MOST = Decimal(10) ** 16
_LEAST = Decimal("1e-8")
_LONGEST_DETAIL = 500
_FAR_AHEAD = timedelta(days=10 * 366)


class StatementRefusedError(LedgerFlowError):
    """A statement cannot be taken in as it is; the message says why."""


class AlreadyImportedError(LedgerFlowError):
    """The document's statements are in the book already."""


class FileStatements(Protocol):
    """What is needed of a file that was read: a ``Reading`` of a tool, or the ``FileReading`` around one."""

    @property
    def format(self) -> str | None:
        """The format's name."""

    @property
    def statements(self) -> tuple[values.Statement, ...]:
        """Every statement of the file."""

    @property
    def layouts(self) -> tuple[str, ...]:
        """The fingerprints of the tables that were read."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What a statement brought: lines that are new, lines that were known, and how many of its lines are held back.

    A line that is here under another day is known, although it has an id of its own among the new ones.
    """

    statement: Statement
    lines_new: int
    lines_known: int
    lines_held: int
    new_line_ids: list[int]


@transaction.atomic
def import_statement(
    *, document: Document, reading: FileStatements, bank_accounts: Sequence[BankAccount], now: datetime
) -> list[ImportOutcome]:
    """Take in every statement that the reading found in the document, each for its bank account.

    A line that another statement shows already is not taken in again (see :mod:`ledgerflow.statements.recognition`).
    Holds a lock on each bank account until the transaction ends. The number of queries does not grow with the lines.

    :raises AlreadyImportedError: the document has been imported.
    :raises StatementRefusedError: another currency than the bank account's, an amount that cannot be kept exactly, a
        day more than ten years ahead, or a text with a NUL character.
    :raises LinesInUseError: two lines turn out to be one, and both are in use.
    """
    if len(bank_accounts) != len(reading.statements):
        raise ValueError("each statement needs its bank account")
    lock_accounts(bank_accounts)
    if Statement.objects.filter(book=document.book_id, document=document).exists():
        raise AlreadyImportedError(f"{document.name} has been imported already.")
    imported = [
        _import_one(
            document=document,
            format_name=reading.format or "",
            layout=reading.layouts[0] if len(reading.layouts) == 1 else "",
            position=position,
            said=statement,
            bank_account=bank_account,
            now=now,
        )
        for position, (statement, bank_account) in enumerate(
            zip(reading.statements, bank_accounts, strict=True)
        )
    ]
    for outcome, _amounts in imported:
        settle_pending(bank_account=outcome.statement.bank_account, statement=outcome.statement)
    # All of the file's lines are in before any of them is looked for under another day.
    settled = {
        account.pk: settle_twins(
            bank_account=account,
            amounts=chain.from_iterable(
                own for one, own in imported if one.statement.bank_account_id == account.pk
            ),
        )
        for account in {account.pk: account for account in bank_accounts}.values()
    }
    return [
        _without_twins(outcome) if settled[outcome.statement.bank_account_id] else outcome
        for outcome, _amounts in imported
    ]


def _without_twins(outcome: ImportOutcome) -> ImportOutcome:
    """Count the new lines that are here under another day as known, and those that wait for an answer as held."""
    held = Sighting.objects.filter(
        book=outcome.statement.book_id, statement=outcome.statement, line__hold__in=(Hold.DAYS, Hold.TWIN)
    )
    holds = dict(held.values_list("line", "line__hold"))
    twins = [holds.get(line) for line in outcome.new_line_ids].count(Hold.TWIN) if holds else 0
    return replace(
        outcome,
        lines_new=outcome.lines_new - twins,
        lines_known=outcome.lines_known + twins,
        lines_held=outcome.lines_held + list(holds.values()).count(Hold.DAYS),
    )


def _import_one(
    *,
    document: Document,
    format_name: str,
    layout: str,
    position: int,
    said: values.Statement,
    bank_account: BankAccount,
    now: datetime,
) -> tuple[ImportOutcome, Sequence[Decimal]]:
    """Take one statement in; returns also the amounts of its lines."""
    proof = prove(said)
    said = in_currency_of_account(said, bank_account.currency)
    columns = Columns(said.lines)
    _refuse_what_cannot_be_kept(document, said, columns, bank_account)
    _refuse_days_to_come(document, columns, now.date())
    statement = Statement(
        book_id=document.book_id,
        document=document,
        bank_account=bank_account,
        position=position,
        format=format_name,
        layout=layout,
        account_number=(said.account or "")[:80],
        number=said.number,
        currency=bank_account.currency,
        opening_balance=said.opening_balance,
        closing_balance=said.closing_balance,
        first_date=min(columns.dates, default=None),
        last_date=max(columns.dates, default=None),
        complete_from=said.complete_from,
        complete_to=said.complete_to,
        line_count=columns.count,
        total=sum(columns.amounts, Decimal(0)),
        proof=Proof(proof.outcome.value),
        proof_detail=(proof.detail or "")[:_LONGEST_DETAIL],
        imported_at=now,
    )
    statement.save(force_insert=True)
    if not columns.count:
        return ImportOutcome(statement, 0, 0, 0, []), ()
    shared_days = _days_with_lines(statement).intersection(columns.dates)
    with connection.cursor() as cursor:
        if not shared_days:
            return _import_fresh(cursor, statement, columns), columns.amounts
        return _import_among_known(cursor, statement, columns, shared_days), columns.amounts


def _days_with_lines(statement: Statement) -> set[date]:
    """The days within the statement's of which its bank account has lines already."""
    there = StatementLine.objects.filter(
        book=statement.book_id,
        bank_account=statement.bank_account_id,
        date__range=(statement.first_date, statement.last_date),
    )
    return set(there.values_list("date", flat=True).distinct())


def _refuse_what_cannot_be_kept(
    document: Document, said: values.Statement, columns: Columns, bank_account: BankAccount
) -> None:
    stated = {said.currency, *columns.currencies}.difference(_UNSTATED, {bank_account.currency})
    if stated:
        raise StatementRefusedError(
            f"{document.name} states {', '.join(sorted(stated))}, but {bank_account.name} is kept in"
            f" {bank_account.currency}. Choose or create a bank account in that currency."
        )
    stated_amounts = [said.opening_balance, said.closing_balance, *columns.amounts, *columns.balances]
    every = [amount for amount in (*stated_amounts, *columns.original_amounts) if amount is not None]
    if every and (max(every) >= _MOST or min(every) <= -_MOST):
        raise StatementRefusedError(f"{document.name} states an amount of more than sixteen digits.")
    for amount in every:
        if amount % _LEAST:
            raise StatementRefusedError(f"{document.name}: {amount} has more than eight decimals.")


def _refuse_days_to_come(document: Document, columns: Columns, today: date) -> None:
    """Refuse a file of which a day is so far ahead that no bank states it: its years were read in another calendar."""
    last = max(columns.dates, default=today)
    if last - today > _FAR_AHEAD:
        raise StatementRefusedError(
            f"{document.name} states a movement on {last.isoformat()}, which is more than ten years ahead: its years"
            " may be of another calendar, or its days mistyped. Ask the bank for a file with dates such as"
            f" {today.isoformat()}."
        )


def _import_fresh(cursor: CursorWrapper, statement: Statement, columns: Columns) -> ImportOutcome:
    """None of its days has a line yet: every line is new. The fast way."""
    ids = allocate_line_ids(cursor, columns.count)
    hold = Hold.PROOF.value if statement.is_held_back else Hold.NONE.value
    columns.copy_lines(cursor, statement, ids, hold)
    columns.copy_sightings(cursor, statement, ids)
    return ImportOutcome(statement, columns.count, 0, columns.count if hold else 0, ids)


def _import_among_known(
    cursor: CursorWrapper, statement: Statement, columns: Columns, shared_days: set[date]
) -> ImportOutcome:
    """Some of its days have lines: recognize those days, take in the others as they are."""
    bank_account = statement.bank_account
    stored = load_days(bank_account=bank_account, days=shared_days)
    stored.add_statement(statement)
    arriving = [
        _seen(statement, columns, number) for number, day in enumerate(columns.dates) if day in shared_days
    ]
    change = stored.plan(arriving=arriving)
    insert_movements(cursor, bank_account, change.fresh)
    elsewhere = [number for number, day in enumerate(columns.dates) if day not in shared_days]
    hold = Hold.PROOF.value if statement.is_held_back else Hold.NONE.value
    fresh_ids = allocate_line_ids(cursor, len(elsewhere))
    if elsewhere:
        columns.only(elsewhere).copy_lines(cursor, statement, fresh_ids, hold)

    lines = dict(zip(elsewhere, fresh_ids, strict=True))
    differs: dict[int, str | None] = {}
    held = len(elsewhere) if hold else 0
    for movement in (*change.there, *change.fresh):
        for one in movement.shown:
            if one.statement == statement.pk and movement.line is not None:
                lines[one.no - 1] = movement.line
                differs[one.no - 1] = said_otherwise(one.words.where_not(movement.words))
                held += bool(movement.hold)
    every = range(columns.count)
    columns.copy_sightings(
        cursor, statement, [lines[number] for number in every], [differs.get(number) for number in every]
    )
    update_rows(cursor, bank_account, change, stored)
    ask(bank_account, shared_days, change)
    new_ids = sorted([*fresh_ids, *(movement.line for movement in change.fresh if movement.line is not None)])
    return ImportOutcome(statement, len(new_ids), columns.count - len(new_ids), held, new_ids)


def _seen(statement: Statement, columns: Columns, number: int) -> Seen:
    words = columns.words(number)
    key = text_key(words.description, words.counterparty)
    date_, amount, is_pending = columns.dates[number], columns.amounts[number], columns.is_pending[number]
    return Seen(statement.pk, number + 1, None, date_, amount, key, words, is_pending)
