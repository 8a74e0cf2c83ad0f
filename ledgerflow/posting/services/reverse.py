"""Entries that a person makes: reversals and manual ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the argument's name
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.ledger.errors import ReversalError
from ledgerflow.ledger.models import Account, BatchSource, JournalEntry, YearClosing
from ledgerflow.ledger.services import journal
from ledgerflow.posting.errors import ReasonMissingError
from ledgerflow.posting.services._endings import end_opening, end_transfers, free_lines
from ledgerflow.posting.services._foreign import foreign_lines, rate_of_entry
from ledgerflow.posting.services.tags import tag_entry
from ledgerflow.posting.transfer_selectors import counterparts
from ledgerflow.users.models import User


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of a manual entry, in the entry's currency; debit positive, credit negative."""

    account: Account
    amount: Decimal


@transaction.atomic
def post_manual_entry(
    *,
    book: Book,
    date: Date,
    lines: Sequence[EntryLine],
    text: str,
    user: User,
    now: datetime,
    tags: Sequence[str] = (),
    currency: str = "",
    rate: Decimal | None = None,
) -> int:
    """Post an entry that a person made, with tags by their names, and return its number.

    An entry in another ``currency`` than the book's is worth its amounts at the rate, that of its day where none is
    given; accounts that are kept in it keep them, and what others are worth goes through the conversion account. The
    text says the rate.

    Raises:
        RateError: there is no rate of the day, or it is not above zero.
        TagError: one of the tags was renamed or merged at the same moment.
        PostingError: it does not balance, an account is foreign or archived, the period is closed, or as the ledger
            says otherwise.
    """
    words = text.strip()
    if currency in {"", book.base_currency}:
        drafts = [
            journal.LineDraft(line.account.pk, book.base_currency, line.amount, line.amount) for line in lines
        ]
    else:
        taken = rate_of_entry(book=book, currency=currency, date=date, rate=rate)
        given = [(line.account, line.amount) for line in lines]
        drafts = foreign_lines(book=book, lines=given, currency=currency, rate=taken)
        words = f"{words} ({currency} at {taken.normalize():f})".strip()
    entry = journal.EntryDraft(date=date, lines=drafts, text=words)
    batch = journal.post_entries(
        book=book, source=BatchSource.MANUAL, entries=[entry], posted_by=user, posted_at=now
    )
    if tags:
        tag_entry(book=book, number=batch.first_number, names=tags, user=user, now=now)
    return batch.first_number


@transaction.atomic
def reverse_entry(*, book: Book, number: int, date: Date, reason: str, user: User, now: datetime) -> int:
    """Post the mirror of an entry and return its number; the bank line behind it goes back to review.

    An opening balance ends with its entry. A transfer is reversed on both sides, and both its lines go back.

    Raises:
        ReasonMissingError: no reason is given.
        ReversalError: the book has no such entry, it is reversed already, is a reversal itself, or closes a year.
        PostingError: the date is in a closed period, or as the ledger says otherwise.
    """
    if not reason.strip():
        raise ReasonMissingError("Say why the entry is reversed.")
    if JournalEntry.objects.filter(book=book, number=number, reverses_number__isnull=False).exists():
        raise ReversalError(f"Entry {number} is a reversal itself; post the line or the entry anew instead.")
    if (closing := YearClosing.objects.filter(book=book, entry_number=number).first()) is not None:
        raise ReversalError(f"Entry {number} closes the {closing}; reopen that year instead.")
    numbers = (number, *sorted(counterparts(book=book, numbers=[number]) - {number}))
    words = reason.strip()
    drafts = [journal.mirror(book=book, number=each, date=date, text=words) for each in numbers]
    batch = journal.post_entries(
        book=book, source=BatchSource.REVERSAL, entries=drafts, posted_by=user, posted_at=now
    )
    # The person stays named on the line, so that no rule accepts and posts it again behind their back.
    free_lines(book=book, numbers=numbers, user=user, now=now)
    end_transfers(book=book, numbers=numbers, user=user, now=now)
    end_opening(
        book=book,
        number=number,
        reversed_by_number=batch.first_number,
        reason=words[:500],
        user=user,
        now=now,
    )
    return batch.first_number
