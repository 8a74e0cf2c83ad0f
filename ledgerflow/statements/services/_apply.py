"""Write what recognition found: always as sets, in a number of queries that does not grow with the lines."""

import json
from collections.abc import Collection, Sequence
from datetime import date

from django.db import IntegrityError
from django.db.backends.utils import CursorWrapper

from ledgerflow.core.copying import amounts, copy_rows, days, texts
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.statements.days import Change, Movement
from ledgerflow.statements.models import BankAccount, DayQuestion
from ledgerflow.statements.stored import Stored


class LinesInUseError(LedgerFlowError):
    """Lines that would go are still held by what people decided or posted about them."""


def allocate_line_ids(cursor: CursorWrapper, count: int) -> list[int]:
    """Take ``count`` ids for new lines, in ascending order."""
    cursor.execute(
        "SELECT string_agg(nextval(sequence)::text, ',') FROM generate_series(1, %s),"
        " (SELECT pg_get_serial_sequence('statements_statementline', 'id')::regclass AS sequence OFFSET 0) AS its",
        [count],
    )
    (numbers,) = cursor.fetchone()
    return [int(number) for number in numbers.split(",")] if numbers else []


def insert_movements(cursor: CursorWrapper, bank_account: BankAccount, fresh: Sequence[Movement]) -> None:
    """Insert the lines of movements that have none yet; their ``line`` becomes the new id."""
    if not fresh:
        return
    for movement, line in zip(fresh, allocate_line_ids(cursor, len(fresh)), strict=True):
        movement.line = line
    count = len(fresh)
    copy_rows(
        cursor,
        "statements_statementline",
        {
            "id": [str(movement.line) for movement in fresh],
            "book_id": [str(bank_account.book_id)] * count,
            "bank_account_id": [str(bank_account.pk)] * count,
            "date": days([movement.shown[0].date for movement in fresh]),
            "amount": amounts([movement.shown[0].amount for movement in fresh]),
            "currency": [bank_account.currency] * count,
            "description": texts([movement.words.description for movement in fresh]),
            "counterparty": texts([movement.words.counterparty for movement in fresh]),
            "reference": texts([movement.words.reference for movement in fresh]),
            "bank_id": texts([movement.words.bank_id for movement in fresh]),
            "value_date": days([movement.words.value_date for movement in fresh]),
            "is_pending": ["t" if movement.is_pending else "f" for movement in fresh],
            "hold": [movement.hold for movement in fresh],
            "original_amount": amounts([movement.words.original_amount for movement in fresh]),
            "original_currency": texts([movement.words.original_currency for movement in fresh]),
            "rate": amounts([movement.words.rate for movement in fresh]),
            "booking_date": days([movement.words.booking_date for movement in fresh]),
            "transaction_date": days([movement.words.transaction_date for movement in fresh]),
        },
    )


def update_rows(cursor: CursorWrapper, bank_account: BankAccount, change: Change, stored: Stored) -> None:
    """Move stored sightings to their lines, hand lines over to other words, set and lift holds, delete lines that go.

    :raises LinesInUseError: something still refers to a line that goes.
    """
    _move_sightings(cursor, bank_account.book_id, change, stored)
    _change_lines(cursor, change.changed)
    _delete_lines(cursor, bank_account.book_id, change.gone)


def _move_sightings(cursor: CursorWrapper, book_id: int, change: Change, stored: Stored) -> None:
    was = {(one.statement, one.no): one.line for one in stored.seen}
    rows = []
    for movement in (*change.there, *change.fresh):
        for one in movement.shown:
            place = (one.statement, one.no)
            if place not in was:
                continue  # it arrives with the statement that is being imported
            differs = said_otherwise(one.words.where_not(movement.words))
            if was[place] != movement.line or _loaded(stored.differs[place]) != _loaded(differs):
                rows.append((*place, movement.line, differs))
    if rows:
        cursor.execute(
            "UPDATE statements_sighting sighting SET line_id = moved.line_id, differs = moved.differs::jsonb"
            " FROM unnest(%s::bigint[], %s::int[], %s::bigint[], %s::text[])"
            " AS moved (statement_id, no, line_id, differs)"
            " WHERE sighting.book_id = %s AND sighting.statement_id = moved.statement_id AND sighting.no = moved.no",
            [*map(list, zip(*rows, strict=True)), book_id],
        )


def said_otherwise(differs: dict[str, str | None] | None) -> str | None:
    """Return the JSON text that the column holds."""
    return None if differs is None else json.dumps(differs)


def _loaded(differs: str | None) -> object:
    return None if differs is None else json.loads(differs)


def _change_lines(cursor: CursorWrapper, changed: Sequence[Movement]) -> None:
    if not changed:
        return
    rows = [(movement.line, *movement.words, movement.is_pending, movement.hold) for movement in changed]
    cursor.execute(
        "UPDATE statements_statementline line SET description = new.description, counterparty = new.counterparty,"
        " reference = new.reference, bank_id = new.bank_id, value_date = new.value_date,"
        " original_amount = new.original_amount, original_currency = new.original_currency, rate = new.rate,"
        " booking_date = new.booking_date, transaction_date = new.transaction_date,"
        " is_pending = new.is_pending, hold = new.hold"
        " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::numeric[],"
        " %s::text[], %s::numeric[], %s::date[], %s::date[], %s::bool[], %s::text[]) AS new (id, description,"
        " counterparty, reference, bank_id, value_date, original_amount, original_currency, rate, booking_date,"
        " transaction_date, is_pending, hold)"
        " WHERE line.id = new.id",
        list(map(list, zip(*rows, strict=True))),
    )


def _delete_lines(cursor: CursorWrapper, book_id: int, gone: Sequence[int]) -> None:
    if not gone:
        return
    try:
        cursor.execute(
            "DELETE FROM statements_statementline WHERE book_id = %s AND id = ANY(%s)", [book_id, list(gone)]
        )
    except IntegrityError as error:
        raise LinesInUseError(
            f"{len(gone)} lines would go, and some of them are classified or posted. Take that back first."
        ) from error


def ask(bank_account: BankAccount, asked_days: Collection[date], change: Change) -> None:
    """Store the questions that are open now on these days and drop those that nobody needs to answer any more."""
    wanted = {(day, max(pair), min(pair)) for day, pair in change.questions}
    there = DayQuestion.objects.filter(
        book=bank_account.book_id, bank_account=bank_account, date__in=asked_days, no__isnull=True
    )
    open_now = {}
    for question in there:
        pair = (question.statement_id, question.other_statement_id)
        open_now[question.date, max(pair), min(pair)] = question
    superseded = [q.pk for key, q in open_now.items() if not q.answer and key not in wanted]
    if superseded:
        there.filter(pk__in=superseded).delete()
    DayQuestion.objects.bulk_create(
        DayQuestion(
            book_id=bank_account.book_id,
            bank_account=bank_account,
            date=day,
            statement_id=newer,
            other_statement_id=older,
        )
        for day, newer, older in sorted(wanted - open_now.keys())
    )
