"""A book out of its archive: the same accounts, batches, entries, statements and decisions under new ids."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from ledgerflow.books.models import Book
from ledgerflow.books.services import create_book
from ledgerflow.classification.models import Rule
from ledgerflow.classification.services.former_order import keep_former_order
from ledgerflow.core.problems import Problem
from ledgerflow.documents.services import store_document
from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.reading import Archive, opened
from ledgerflow.exchange.archive.tables import (
    ACCOUNTS,
    ALIASES,
    BANK_ACCOUNTS,
    BUSINESS_USES,
    DECLINED_RECEIPTS,
    DOCUMENT_DATES,
    DOCUMENTS,
    ENTRY_TAGS,
    FOUR_EYES,
    LAYOUTS,
    LINE_QUESTIONS,
    LINE_RECEIPTS,
    LINE_TAGS,
    NUMBERS,
    PAYEES,
    PEOPLE,
    PERIODS,
    QUESTIONS,
    RECEIPT_LIMITS,
    RECEIPT_READINGS,
    RECEIPTS,
    RULES,
    RUNS,
    STAGES_OFF,
    STATEMENTS,
    TAGS,
    TAX_FACTS,
    TAX_SHARES,
    YEAR_CLOSINGS,
)
from ledgerflow.exchange.services.bank_lines import restore_lines_and_journal
from ledgerflow.exchange.services.decisions import restore_decisions
from ledgerflow.exchange.services.journal import past_batches
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.exchange.services.reconciliations import restore_reconciliations
from ledgerflow.ledger.models import Account, LedgerState, PeriodAction, YearClosing
from ledgerflow.ledger.selectors.chain import chain_head
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User
from ledgerflow.users.services import keep_person

_NOT_LOOKED_AT = (
    "It waited to be looked at when the book was archived. Try again, and it is read and shown once more."
)
_INTERRUPTED = "It was under way when the book was archived. Take the file in again."


def restore_archive(
    *,
    path: Path,
    owner: User,
    now: datetime,
    check: Callable[[Book], Sequence[Problem]],
    slug: str | None = None,
) -> Book:
    """Make a book out of the archive, whole or not at all, owned by ``owner``, and return it.

    ``slug`` is its address, the archived one's if not given. ``check`` looks at the finished book; what it finds is a
    reason not to take it in. People whom the book names are found by their address; those who were never here are kept
    by name and cannot sign in.

    Raises:
        ArchiveError: the archive is damaged or says what cannot be, or there is a book of that address.
    """
    with opened(path) as archive, _all_or_nothing() as made:
        book = _make_book(archive, slug, owner, now)
        made.append(book)
        _restore(Loader(archive, book), owner=owner, now=now)
        _look_at_everything_now()
        _compare_heads(archive, book)
        if problems := check(book):
            raise ArchiveError(f"The book in the archive is not sound: {problems[0].sentence}")
    return book


@contextmanager
def _all_or_nothing() -> Iterator[list[Book]]:
    """Keep rows and files of the books that the list is given, or neither when anything goes wrong."""
    made: list[Book] = []
    try:
        with transaction.atomic():
            yield made
    except BaseException as error:
        for book in made:
            shutil.rmtree(Path(settings.MEDIA_ROOT) / str(book.pk), ignore_errors=True)
        if isinstance(error, DatabaseError | ValidationError):
            sentence = " ".join(str(error).split("\n")[0].split())
            raise ArchiveError(
                f"The archive says what cannot be, and nothing of it is kept: {sentence}"
            ) from error
        raise


def _make_book(archive: Archive, slug: str | None, owner: User, now: datetime) -> Book:
    facts = archive.book
    address = slug or facts["slug"]
    if Book.objects.filter(slug=address).exists():
        raise ArchiveError(
            f"There is a book {address} already, and none is ever overwritten. Give the archived one another address."
        )
    book = create_book(
        name=facts["name"],
        slug=address,
        base_currency=facts["base_currency"],
        chart=facts["chart"],
        owner=owner,
        now=facts["created_at"],
        fiscal_year_start_month=facts["fiscal_year_start_month"],
        is_demo=facts["is_demo"],
    )
    book.memberships.update(since=now)
    book.looks_first = facts["looks_first"]
    book.save(update_fields=["looks_first"])
    # With the origin and the numbers of its accounts, the same postings make the same hash chain.
    LedgerState.objects.create(book=book, chain_origin=bytes.fromhex(archive.chain.origin))
    return book


def _compare_heads(archive: Archive, book: Book) -> None:
    head = chain_head(book=book)
    if (head.digest, head.batch_no) != (archive.chain.head, archive.chain.batch_no):
        raise ArchiveError(
            f"The manifest says that the book's hash chain ends with batch {archive.chain.batch_no} at "
            f"{archive.chain.head}, but what the archive holds was posted in a chain that ends with batch "
            f"{head.batch_no} at {head.digest}. Somebody changed the archive."
        )


def _restore(loader: Loader, *, owner: User, now: datetime) -> None:
    """Bring everything in, in the order in which it came about."""
    people = _people(loader, now)
    loader.load(ACCOUNTS, is_archived=False)
    _documents(loader, people)
    for table in (RECEIPT_LIMITS, RECEIPTS, RECEIPT_READINGS, BANK_ACCOUNTS, NUMBERS, LAYOUTS, STATEMENTS):
        loader.load(table)
    waiting = restore_lines_and_journal(loader, past_batches(loader, people), owner)
    for table in (
        LINE_RECEIPTS,
        DECLINED_RECEIPTS,
        LINE_QUESTIONS,
        QUESTIONS,
        PAYEES,
        ALIASES,
        RULES,
        BUSINESS_USES,
        TAX_FACTS,
        TAX_SHARES,
    ):
        loader.load(table)
    restore_decisions(loader, waiting)
    for table in (TAGS, LINE_TAGS, ENTRY_TAGS, DOCUMENT_DATES):
        loader.load(table)
    restore_reconciliations(loader)
    _close(loader)
    loader.load(RUNS)
    loader.load(FOUR_EYES)
    loader.load(STAGES_OFF)
    under_way = (ImportRun.State.WAITING, ImportRun.State.RUNNING)
    ImportRun.objects.filter(book=loader.book, state__in=under_way).update(
        state=ImportRun.State.FAILED, message=_INTERRUPTED, finished_at=now
    )
    # What was said of it is not in the archive, so it may be of another account than somebody saw.
    ImportRun.objects.filter(book=loader.book, look=ImportRun.Look.WAITS).update(
        state=ImportRun.State.FAILED, look=ImportRun.Look.FIRST, message=_NOT_LOOKED_AT, finished_at=now
    )
    archived = [
        row_id
        for row_id, row in zip(loader.ids[ACCOUNTS.name], loader.rows(ACCOUNTS), strict=True)
        if row["is_archived"]
    ]
    Account.objects.filter(book=loader.book, pk__in=archived).update(is_archived=True)
    if loader.archive.lacks(RULES, "stage"):
        keep_former_order(
            rules=Rule.objects.filter(book=loader.book),
            lines=StatementLine.objects.filter(book=loader.book),
            now=now,
        )


def _close(loader: Loader) -> None:
    """Close years and periods as they were closed, locked and reopened; PostgreSQL looks at the outcome at the end."""
    for row in loader.rows(YEAR_CLOSINGS):
        closing = YearClosing.objects.create(
            book=loader.book, last_day=row["last_day"], entry_number=row["entry_number"]
        )
        if row["reversed_by_number"] is not None:
            closing.reversed_by_number = row["reversed_by_number"]
            closing.save(update_fields=["reversed_by_number"])
    for row in loader.rows(PERIODS):
        PeriodAction.objects.create(
            book=loader.book,
            closed_through=row["closed_through"],
            locked_through=row["locked_through"],
            reason=row["reason"],
            acted_by_id=row["acted_by"],
            acted_at=row["acted_at"],
        )


def _people(loader: Loader, now: datetime) -> dict[int, User]:
    people = [
        keep_person(email=row["email"], name=row["name"], now=now) for row in loader.archive.rows(PEOPLE)
    ]
    loader.ids[PEOPLE.name] = [person.pk for person in people]
    return {person.pk: person for person in people}


def _documents(loader: Loader, people: dict[int, User]) -> None:
    ids = []
    for row in loader.rows(DOCUMENTS):
        with loader.archive.document(row["sha256"]) as content:
            stored = store_document(
                book=loader.book,
                name=row["name"],
                content=content,
                uploaded_by=people.get(row["uploaded_by"]),
                now=row["uploaded_at"],
            )
        if not stored.created or stored.document.sha256 != row["sha256"]:
            raise ArchiveError(f"The archive's document {row['name']} is not the one that its row names.")
        ids.append(stored.document.pk)
    loader.ids[DOCUMENTS.name] = ids


def _look_at_everything_now() -> None:
    """Let PostgreSQL check now what it checks when the transaction ends, so that a refusal gets a sentence."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
