"""Accepted bank lines become journal entries, in sets and inside PostgreSQL.

The bank's ledger account gets the line's amount (money in is a debit, positive), the account or the parts of the
classification get the opposite.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action, may, role_of
from ledgerflow.core.money import minor_digits
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.selectors.periods import held
from ledgerflow.ledger.services import journal
from ledgerflow.users.models import User

_PICKED = """
    CREATE TEMPORARY TABLE IF NOT EXISTS posting_picked (
        line_id bigint NOT NULL, version tid NOT NULL, writer xid NOT NULL, refusal text, place bigint,
        date date NOT NULL, currency varchar(3) NOT NULL, amount numeric(20,4), bank_ledger_id bigint NOT NULL,
        account_id bigint, is_split boolean NOT NULL
    ) ON COMMIT DELETE ROWS
"""
# Why a line cannot be posted, as a sentence; NULL where nothing stands against it.
_REFUSAL = """
    CASE
        WHEN made.state = 'posted' THEN 'It is in the journal already.'
        WHEN made.state = 'excluded' THEN 'It is excluded from the books.'
        WHEN made.state = 'matched' THEN 'It is matched with an entry already.'
        WHEN made.state <> 'accepted' THEN 'Nobody has accepted it yet.'
        WHEN line.hold = 'proof' THEN 'Its statement does not prove; someone must release its lines first.'
        WHEN line.hold <> '' THEN 'It may be here already; someone must say so first.'
        WHEN line.is_pending THEN 'The bank has not booked it yet.'
        WHEN line.currency <> %(currency)s THEN format(
            'It is in %%s and the book is kept in %%s; LedgerFlow has no exchange rate for it yet.',
            line.currency, %(currency)s)
        WHEN line.amount = 0 THEN 'Its amount is zero; there is nothing to post.'
        WHEN line.amount <> round(line.amount, %(digits)s) THEN format(
            'The bank states %%s, more digits than %%s has; nothing is rounded in silence.',
            trim_scale(line.amount), line.currency)
        WHEN abs(line.amount) >= 1e15 THEN 'Its amount is too large for the journal.'
        WHEN line.date <= %(closed)s::date THEN format(
            'It is dated %%s and the books are closed through %%s.', line.date, %(closed)s::date)
        WHEN line.date <= %(locked)s::date THEN format(
            'It is dated %%s and the books are locked through %%s; an owner or reviewer may post it.',
            line.date, %(locked)s::date)
        WHEN line.date <= bank.reconciled_through THEN format(
            'It is dated %%s and its bank account is reconciled through %%s; reopen the reconciliation first.',
            line.date, bank.reconciled_through)
        WHEN bank.ledger_account_id = made.account_id THEN 'Its account is the bank account itself; choose another.'
        WHEN made.account_id = ANY(unfit.accounts) THEN (
            SELECT CASE WHEN account.is_archived
                THEN format('The account %%s is archived; choose another.', account.code)
                ELSE format('The account %%s is kept in %%s; choose another.', account.code, account.currency) END
            FROM ledger_account account WHERE account.id = made.account_id)
        WHEN bank.is_archived OR bank.currency <> line.currency THEN format(
            'The account %%s of the bank account is archived or kept in another currency.', bank.code)
        WHEN made.is_split AND EXISTS (
            SELECT FROM classification_classificationsplit part
            JOIN ledger_account used ON used.id = part.account_id
            WHERE part.classification_id = made.line_id AND (used.is_archived OR used.currency <> line.currency)
        ) THEN 'The account of a part is archived or kept in another currency; choose another.'
    END
"""
# Few accounts are unfit for lines in the book's currency: they are found once for a set, not looked up for each line.
_ACCOUNTS = """
    WITH unfit AS MATERIALIZED (
        SELECT coalesce(array_agg(id), '{{}}') AS accounts FROM ledger_account
        WHERE book_id = %(book)s AND (is_archived OR currency <> %(currency)s)
    ), bank AS MATERIALIZED (
        SELECT bank.id, bank.ledger_account_id, bank.reconciled_through, account.code, account.currency,
            account.is_archived
        FROM statements_bankaccount bank JOIN ledger_account account ON account.id = bank.ledger_account_id
        WHERE bank.book_id = %(book)s
    )
"""
_ROWS = """
    FROM classification_classification made
    JOIN statements_statementline line ON line.id = made.line_id
    JOIN bank ON bank.id = line.bank_account_id
    CROSS JOIN unfit
    WHERE made.book_id = %(book)s AND made.line_id > %(after)s
"""
_LOCKING = "FOR UPDATE OF made"
_ACCEPTED = " AND made.state = 'accepted'"
_THESE = " AND made.line_id = ANY(%(lines)s::bigint[])"
_PICK = f"""
    {_ACCOUNTS}
    INSERT INTO pg_temp.posting_picked
        (line_id, version, writer, refusal, date, currency, bank_ledger_id, account_id, is_split, amount, place)
    SELECT line_id, version, writer, refusal, date, currency, ledger_account_id, account_id, is_split,
        CASE WHEN refusal IS NULL THEN amount END,
        CASE WHEN refusal IS NULL THEN row_number() OVER (PARTITION BY refusal IS NULL ORDER BY date, line_id) END
    FROM (
        SELECT made.line_id, made.ctid AS version, made.xmin AS writer, {_REFUSAL} AS refusal, line.date, line.currency,
            line.amount, bank.ledger_account_id, made.account_id, made.is_split
        {_ROWS} {{which}}
        ORDER BY made.line_id LIMIT %(size)s {{locking}}
    ) picked
"""  # noqa: S608 - composed of the constants above
_ENTRIES = """
    SELECT place, date, 1 + CASE WHEN is_split THEN (
        SELECT count(*) FROM classification_classificationsplit part WHERE part.classification_id = line_id
    ) ELSE 1 END, NULL::bigint
    FROM pg_temp.posting_picked WHERE place IS NOT NULL ORDER BY place
"""
_LINES = """
    SELECT place, no, account_id, date, currency, amount, amount FROM (
        SELECT place, 1, bank_ledger_id, date, currency, amount
        FROM pg_temp.posting_picked WHERE place IS NOT NULL
        UNION ALL
        SELECT place, 2, account_id, date, currency, (-amount)::numeric(20,4)
        FROM pg_temp.posting_picked WHERE place IS NOT NULL AND NOT is_split
        UNION ALL
        SELECT place, 1 + row_number() OVER (PARTITION BY place ORDER BY part.no), part.account_id, date, currency,
            (-part.amount)::numeric(20,4)
        FROM pg_temp.posting_picked picked
        JOIN classification_classificationsplit part ON part.classification_id = picked.line_id
        WHERE place IS NOT NULL AND is_split
    ) AS line (place, no, account_id, date, currency, amount)
"""
# Each row is found where it was read and marked only if it is the version that was read, so that no line need be locked
# before. In the order in which everyone locks lines; as arrays, so that the planner goes from row to row however many
# other lines there are.
_MARK = """
    UPDATE classification_classification made SET state = 'posted', entry_number = %(first)s + picked.place - 1
    FROM (
        SELECT array_agg(version) AS versions, array_agg(writer) AS writers, array_agg(place) AS places
        FROM (SELECT * FROM pg_temp.posting_picked WHERE place IS NOT NULL ORDER BY line_id) AS ordered
    ) AS taken, unnest(versions, writers, places) AS picked (version, writer, place)
    WHERE made.ctid = picked.version AND made.xmin = picked.writer
"""
_OUTCOME = """
    SELECT count(place), count(*), max(line_id), coalesce(bool_or(is_split), false) FROM pg_temp.posting_picked
"""
_REFUSED = "SELECT line_id, refusal FROM pg_temp.posting_picked WHERE refusal IS NOT NULL ORDER BY line_id"


@dataclass(frozen=True, slots=True)
class PostOutcome:
    """How many lines were posted, and for each other line a sentence why not."""

    posted: int
    refused: tuple[tuple[int, str], ...]


def post_lines(
    *,
    book: Book,
    line_ids: Sequence[int] | None,
    posted_by: User | None,
    posted_at: datetime,
    dry_run: bool = False,
) -> PostOutcome:
    """Post the lines, or with ``None`` every accepted line; a line that cannot be posted stops no other.

    Sets of at most 5,000 entries are posted one after the other, each in a transaction of its own unless the caller
    has one open, so that nobody waits long and a killed run is simply started again: a posted line is never posted
    twice. All of them are on disk when this returns. With ``dry_run`` nothing is written.
    """
    chosen = None if line_ids is None else sorted(set(line_ids))
    poster = _Poster(
        posted_by, may(role_of(user=posted_by, book=book) if posted_by else None, Action.POST_LOCKED)
    )
    has_own_transactions = not connection.in_atomic_block
    is_unwritten = False
    posted = 0
    refused: list[tuple[int, str]] = []
    after: int | None = 0
    while after is not None:
        with transaction.atomic():
            done = _post_set(book, chosen, after, poster, None if dry_run else posted_at)
            if has_own_transactions and done.last is not None:
                _wait_for_the_disk_later()
                is_unwritten = True
        posted, after = posted + done.posted, done.last
        refused += done.refused
    if is_unwritten:
        _wait_for_the_disk()
    return PostOutcome(posted=posted, refused=tuple(refused))


def _wait_for_the_disk_later() -> None:
    """Let this transaction commit without waiting: another set follows, and nobody has been told of this one yet."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _wait_for_the_disk() -> str:
    """Commit a message to the write-ahead log, and with it everything before it; return its place in the log."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_logical_emit_message(true, 'ledgerflow', 'posted')")
        return str(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class _Poster:
    user: User | None
    may_post_locked: bool


@dataclass(frozen=True, slots=True)
class _Done:
    """One set: ``last`` is the line to go on behind, ``None`` after the last set."""

    posted: int
    refused: list[tuple[int, str]]
    last: int | None


@dataclass(frozen=True, slots=True)
class _Picked:
    """A set as it was read: how many of its ``count`` lines can be posted, and whether any has parts."""

    postable: int
    count: int
    last: int | None
    has_parts: bool


class _ChangedMeanwhileError(Exception):
    """Somebody decided otherwise about a line between reading and marking it."""


def _post_set(
    book: Book, line_ids: Sequence[int] | None, after: int, poster: _Poster, posted_at: datetime | None
) -> _Done:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")  # a set stays in memory
        # The book before the lines, as everywhere: whoever closes a period meanwhile waits, or was first.
        cursor.execute("SELECT FROM ledger_lock(%s)", [book.pk])
        days = held(book=book)
        cursor.execute(_PICKED)
        facts = {
            "book": book.pk,
            "after": after,
            "lines": f"{{{','.join(map(str, line_ids or ()))}}}",
            "currency": book.base_currency,
            "digits": minor_digits(book.base_currency),
            "closed": days.closed_through,
            "locked": None if poster.may_post_locked else days.locked_through,
            "size": journal.SET_SIZE,
        }
        which = _ACCEPTED if line_ids is None else _THESE
        # Lines hardly ever change before they are marked, and it would show. Parts stand in rows of their own.
        picked = _pick(cursor, which, facts, locking="")
        if posted_at is not None:
            try:
                if picked.has_parts:
                    picked = _pick(cursor, which, facts, locking=_LOCKING)
                _write(cursor, book, picked.postable, poster.user, posted_at)
            except _ChangedMeanwhileError:
                picked = _pick(cursor, which, facts, locking=_LOCKING)
                _write(cursor, book, picked.postable, poster.user, posted_at)
        cursor.execute(_REFUSED)
        return _Done(
            posted=picked.postable,
            refused=cursor.fetchall(),
            last=picked.last if picked.count == journal.SET_SIZE else None,
        )


def _pick(cursor: CursorWrapper, which: str, facts: dict[str, Any], *, locking: str) -> _Picked:
    cursor.execute("TRUNCATE pg_temp.posting_picked")
    cursor.execute(_PICK.format(which=which, locking=locking), facts)
    cursor.execute(_OUTCOME)
    return _Picked(*cursor.fetchone())


def _write(cursor: CursorWrapper, book: Book, count: int, user: User | None, posted_at: datetime) -> None:
    if count == 0:
        return
    with transaction.atomic():
        batch = journal.post_selected(
            book=book,
            source=BatchSource.STATEMENT,
            count=count,
            entries=_ENTRIES,
            lines=_LINES,
            posted_by=user,
            posted_at=posted_at,
        )
        cursor.execute(_MARK, {"first": batch.first_number})
        if cursor.rowcount != count:
            raise _ChangedMeanwhileError
