"""The only way into the journal: entries in sets, numbered without gaps, guarded by PostgreSQL.

Only the posting app imports this module, and the closing of years beside it. What is posted stays; a mistake is
reversed.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from ledgerflow.books.models import Book
from ledgerflow.core.money import minor_digits
from ledgerflow.ledger.errors import (
    CurrencyError,
    IncompleteEntryError,
    ReversalError,
    UnbalancedEntryError,
    refusals_explained,
)
from ledgerflow.ledger.models import BatchSource, EntryText, JournalEntry, JournalLine
from ledgerflow.users.models import User

#: Entries to post while the book is locked, so that nobody waits long: larger sets are posted one after another.
SET_SIZE = 5_000
#: Most lines of an entry; PostgreSQL says the same.
MOST_LINES = 10_000
#: From this many lines on, COPY is faster than arrays in one call.
_COPIED_FROM = 1_000


@dataclass(frozen=True, slots=True)
class LineDraft:
    """A line to be posted: ``amount`` in ``currency``, ``base_amount`` in the book's; debit positive."""

    account_id: int
    currency: str
    amount: Decimal
    base_amount: Decimal


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry to be posted; ``reverses_number`` names the entry whose mirror it is; ``text`` can be erased later."""

    date: date
    lines: Sequence[LineDraft]
    reverses_number: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PostedBatch:
    """What was posted: entries ``first_number`` to ``first_number + count - 1`` of the book."""

    batch_no: int
    first_number: int
    count: int


def post_entries(
    *,
    book: Book,
    source: BatchSource,
    entries: Sequence[EntryDraft],
    posted_by: User | None,
    posted_at: datetime,
) -> PostedBatch:
    """Post entries as one batch, all or none, in the order given.

    Alone it is one round trip and one transaction of its own; inside a transaction it joins it, and a refusal
    leaves that transaction usable.

    Raises:
        UnbalancedEntryError: the base amounts of an entry do not add up to zero.
        IncompleteEntryError: there are no entries, or one has too few or too many lines.
        PeriodClosedError: an entry is dated in a closed period.
        ForeignAccountError: an account is not in the book.
        ArchivedAccountError: an account is archived.
        CurrencyError: a currency is not the account's, or an amount has more digits than its currency.
        ReversalError: an entry to be reversed is missing, reversed already or not mirrored.
    """
    _check(book, entries)
    post = _post_in_one_call
    if sum(len(entry.lines) for entry in entries) >= _COPIED_FROM:
        post = _post_by_copy
    if connection.in_atomic_block:
        # A savepoint, so that the caller can say what was refused and go on.
        with refusals_explained(), transaction.atomic():
            return post(book, source, entries, posted_by, posted_at)
    with refusals_explained():
        return post(book, source, entries, posted_by, posted_at)


def mirror(*, book: Book, number: int, date: date, text: str = "") -> EntryDraft:
    """Return the entry that reverses an entry: the same accounts, every amount with the other sign.

    Raises:
        ReversalError: the book has no such entry, or it is reversed already.
    """
    if not JournalEntry.objects.filter(book=book, number=number).exists():
        raise ReversalError(f"The book has no entry {number}.")
    reversal = JournalEntry.objects.filter(book=book, reverses_number=number).values_list("number", flat=True)
    if (by := reversal.first()) is not None:
        raise ReversalError(f"Entry {number} is reversed already, by entry {by}.")
    lines = JournalLine.objects.filter(book=book, entry_number=number).order_by("no")
    return EntryDraft(
        date=date,
        lines=tuple(
            LineDraft(line.account_id, line.currency, -line.amount, -line.base_amount) for line in lines
        ),
        reverses_number=number,
        text=text,
    )


def staging() -> None:
    """Make the session's staging table ``pg_temp.ledger_staged_line`` ready and empty, inside a transaction.

    Fill it by ``INSERT ... SELECT`` or COPY with one row for each line: ``entry`` (the entry's place in the set,
    from 1 without gaps), ``no`` (from 1 within the entry), ``date``, ``account_id``, ``currency``, ``amount``,
    ``base_amount`` and, for a reversal, ``reverses_number``. Then call :func:`post_staged`: the entry at place
    ``entry`` gets the number ``first_number + entry - 1``. The rows are gone when the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAGING)
        cursor.execute("TRUNCATE pg_temp.ledger_staged_line")


def post_staged(
    *, book: Book, source: BatchSource, posted_by: User | None, posted_at: datetime
) -> PostedBatch:
    """Post what the staging table holds as one batch, entirely inside PostgreSQL.

    The book stays locked until the transaction ends, so stage at most ``SET_SIZE`` entries at a time where others
    may be waiting.

    Raises:
        PostingError: as :func:`post_entries`; nothing of the set is posted.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_temp.ledger_staged_line WHERE no = 1")
        (count,) = cursor.fetchone()
    return post_selected(
        book=book,
        source=source,
        count=count,
        entries=_STAGED_ENTRIES,
        lines=_STAGED_LINES,
        posted_by=posted_by,
        posted_at=posted_at,
    )


def post_selected(
    *,
    book: Book,
    source: BatchSource,
    count: int,
    entries: str,
    lines: str,
    posted_by: User | None,
    posted_at: datetime,
) -> PostedBatch:
    """Post what two queries return as one batch, without a copy: for rows that stand in PostgreSQL already.

    ``entries`` returns ``count`` rows of place in the set (from 1 without gaps), date, number of lines and number of
    the entry that it reverses; ``lines`` returns, entry by entry complete, place, number within the entry (from 1),
    account, date, currency, amount and base amount. The entry at a place gets the number ``first_number + place - 1``.

    The book stays locked until the transaction ends, so post at most ``SET_SIZE`` entries at a time where others may
    be waiting.

    Raises:
        PostingError: as :func:`post_entries`; nothing of the set is posted.
    """
    if count == 0:
        raise IncompleteEntryError("There is nothing to post.")
    with refusals_explained(), transaction.atomic(), connection.cursor() as cursor:
        batch = _open_batch(
            cursor, book=book, source=source, count=count, posted_by=posted_by, posted_at=posted_at
        )
        facts = {"book": book.pk, "batch": batch.batch_no, "first": batch.first_number}
        cursor.execute(_INSERT_ENTRIES.format(selected=entries), facts)
        cursor.execute(_INSERT_LINES.format(selected=lines), facts)
    return batch


_STAGING = """
CREATE TEMPORARY TABLE IF NOT EXISTS ledger_staged_line (
    entry bigint NOT NULL, no smallint NOT NULL, date date NOT NULL, account_id bigint NOT NULL,
    currency varchar(3) NOT NULL, amount numeric(20,4) NOT NULL, base_amount numeric(20,4) NOT NULL,
    reverses_number bigint
) ON COMMIT DELETE ROWS
"""
_INSERT_BATCH = """
INSERT INTO ledger_postingbatch (book_id, source, entry_count, posted_at, posted_by_id) VALUES (%s, %s, %s, %s, %s)
RETURNING no, first_number
"""
_STAGED_ENTRIES = """
SELECT entry, min(date), count(*), min(reverses_number) FROM pg_temp.ledger_staged_line GROUP BY entry ORDER BY entry
"""
_STAGED_LINES = """
SELECT entry, no, account_id, date, currency, amount, base_amount FROM pg_temp.ledger_staged_line
"""
_INSERT_ENTRIES = """
INSERT INTO ledger_journalentry (book_id, number, batch_no, date, line_count, reverses_number)
SELECT %(book)s, %(first)s + place - 1, %(batch)s, date, lines, reverses_number
  FROM ({selected}) AS entry (place, date, lines, reverses_number)
"""
_INSERT_LINES = """
INSERT INTO ledger_journalline (book_id, entry_number, no, account_id, date, currency, amount, base_amount)
SELECT %(book)s, %(first)s + place - 1, no, account_id, date, currency, amount, base_amount
  FROM ({selected}) AS line (place, no, account_id, date, currency, amount, base_amount)
"""
_POST = """
SELECT batch_no, first_number FROM ledger_post(
    %s, %s, %s, %s, %s::date[], %s::smallint[], %s::bigint[], %s::text[],
    %s::integer[], %s::smallint[], %s::bigint[], %s::text[], %s::numeric[], %s::numeric[])
"""
_COPY_ENTRIES = """
COPY ledger_journalentry (book_id, number, batch_no, date, line_count, reverses_number, text_digest)
FROM STDIN (NULL '')
"""
_COPY_LINES = """
COPY ledger_journalline (book_id, entry_number, no, account_id, date, currency, amount, base_amount) FROM STDIN
"""


def _post_in_one_call(
    book: Book,
    source: BatchSource,
    entries: Sequence[EntryDraft],
    posted_by: User | None,
    posted_at: datetime,
) -> PostedBatch:
    placed = [
        (place, no, line) for place, entry in enumerate(entries, 1) for no, line in enumerate(entry.lines, 1)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _POST,
            [
                book.pk,
                source,
                posted_by.pk if posted_by else None,
                posted_at,
                [entry.date for entry in entries],
                [len(entry.lines) for entry in entries],
                [entry.reverses_number for entry in entries],
                [entry.text for entry in entries] if any(entry.text for entry in entries) else None,
                [place for place, _, _ in placed],
                [no for _, no, _ in placed],
                [line.account_id for _, _, line in placed],
                [line.currency for _, _, line in placed],
                [line.amount for _, _, line in placed],
                [line.base_amount for _, _, line in placed],
            ],
        )
        batch_no, first_number = cursor.fetchone()
    return PostedBatch(batch_no=batch_no, first_number=first_number, count=len(entries))


def _post_by_copy(
    book: Book,
    source: BatchSource,
    entries: Sequence[EntryDraft],
    posted_by: User | None,
    posted_at: datetime,
) -> PostedBatch:
    with transaction.atomic(), connection.cursor() as cursor:
        batch = _open_batch(
            cursor, book=book, source=source, count=len(entries), posted_by=posted_by, posted_at=posted_at
        )
        salts = [secrets.token_bytes(16) if entry.text else b"" for entry in entries]
        with cursor.copy(_COPY_ENTRIES) as copy:
            copy.write(
                "".join(
                    f"{book.pk}\t{number}\t{batch.batch_no}\t{entry.date.isoformat()}\t{len(entry.lines)}\t"
                    f"{entry.reverses_number or ''}\t{_text_digest(salt, entry.text)}\n"
                    for number, (entry, salt) in enumerate(
                        zip(entries, salts, strict=True), batch.first_number
                    )
                )
            )
        with cursor.copy(_COPY_LINES) as copy:
            copy.write(
                "".join(
                    f"{book.pk}\t{number}\t{no}\t{line.account_id}\t{entry.date.isoformat()}\t{line.currency}\t"
                    f"{line.amount}\t{line.base_amount}\n"
                    for number, entry in enumerate(entries, batch.first_number)
                    for no, line in enumerate(entry.lines, 1)
                )
            )
        EntryText.objects.bulk_create(
            EntryText(book=book, entry_number=number, text=entry.text, salt=salt)
            for number, (entry, salt) in enumerate(zip(entries, salts, strict=True), batch.first_number)
            if entry.text
        )
    return batch


def _text_digest(salt: bytes, text: str) -> str:
    """Return the digest as COPY reads it; empty where there are no words."""
    return rf"\\x{hashlib.sha256(salt + text.encode()).hexdigest()}" if text else ""


def _open_batch(
    cursor: CursorWrapper,
    *,
    book: Book,
    source: BatchSource,
    count: int,
    posted_by: User | None,
    posted_at: datetime,
) -> PostedBatch:
    """Lock the book and promise the next numbers to a new batch."""
    cursor.execute(_INSERT_BATCH, [book.pk, source, count, posted_at, posted_by.pk if posted_by else None])
    batch_no, first_number = cursor.fetchone()
    return PostedBatch(batch_no=batch_no, first_number=first_number, count=count)


def _check(book: Book, entries: Sequence[EntryDraft]) -> None:
    if not entries:
        raise IncompleteEntryError("There is nothing to post.")
    for entry in entries:
        if not 2 <= len(entry.lines) <= MOST_LINES:
            raise IncompleteEntryError(
                f"An entry has from 2 to {MOST_LINES:,} lines; the one of {entry.date} has {len(entry.lines)}."
            )
        for line in entry.lines:
            _check_digits(line.amount, line.currency)
            _check_digits(line.base_amount, book.base_currency)
            if line.currency == book.base_currency and line.amount != line.base_amount:
                raise CurrencyError(
                    f"A line in {line.currency} has two amounts: {line.amount}, {line.base_amount}."
                )
        if total := sum(line.base_amount for line in entry.lines):
            raise UnbalancedEntryError(
                f"The entry of {entry.date} is out of balance by {total} {book.base_currency}."
            )


def _check_digits(amount: Decimal, currency: str) -> None:
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise CurrencyError(f"{currency!r} is no ISO 4217 currency code; use one such as USD.")
    exponent = amount.normalize().as_tuple().exponent
    if not isinstance(exponent, int):
        raise CurrencyError(f"{amount} is no amount.")
    if -exponent > minor_digits(currency):
        raise CurrencyError(f"{amount} has more digits than {currency} has; it has {minor_digits(currency)}.")
