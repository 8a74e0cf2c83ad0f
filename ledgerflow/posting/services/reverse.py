"""Entries that a person makes: reversals and manual ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the argument's name
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification, State
from ledgerflow.ledger.errors import ReversalError
from ledgerflow.ledger.models import Account, BatchSource, JournalEntry, YearClosing
from ledgerflow.ledger.services import journal
from ledgerflow.posting.errors import ReasonMissingError
from ledgerflow.users.models import User


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of a manual entry, in the book's base currency; debit positive, credit negative."""

    account: Account
    amount: Decimal


@transaction.atomic
def post_manual_entry(
    *, book: Book, date: Date, lines: Sequence[EntryLine], text: str, user: User, now: datetime
) -> int:
    """Post an entry that a person made and return its number.

    Raises:
        PostingError: it does not balance, an account is foreign or archived, the period is closed, or as the ledger
            says otherwise.
    """
    currency = book.base_currency
    drafts = [journal.LineDraft(line.account.pk, currency, line.amount, line.amount) for line in lines]
    entry = journal.EntryDraft(date=date, lines=drafts, text=text.strip())
    batch = journal.post_entries(
        book=book, source=BatchSource.MANUAL, entries=[entry], posted_by=user, posted_at=now
    )
    return batch.first_number


@transaction.atomic
def reverse_entry(*, book: Book, number: int, date: Date, reason: str, user: User, now: datetime) -> int:
    """Post the mirror of an entry and return its number; the bank line behind it goes back to review.

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
    draft = journal.mirror(book=book, number=number, date=date, text=reason.strip())
    batch = journal.post_entries(
        book=book, source=BatchSource.REVERSAL, entries=[draft], posted_by=user, posted_at=now
    )
    # The person stays named on the line, so that no rule accepts and posts it again behind their back.
    Classification.objects.filter(book=book, entry_number=number).update(
        state=State.OPEN, entry_number=None, decided_by=user, decided_at=now
    )
    return batch.first_number
