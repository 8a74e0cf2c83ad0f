"""Books that begin with what stood on the accounts elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - `date` is the argument's name
from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO
from ledgerflow.documents.services import store_document
from ledgerflow.exchange.trial_balances import OpeningError, OpeningRow, read_trial_balance
from ledgerflow.ledger.models import Account, BatchSource, JournalEntry, PostingBatch
from ledgerflow.ledger.services.accounts import create_account
from ledgerflow.posting.services import PastEntry, PastLine, post_history
from ledgerflow.users.models import User

_SHOWN_CODES = 10


@dataclass(frozen=True, slots=True)
class Opening:
    """What was posted: the entry's number, how many accounts stand in it, and which were made for it."""

    number: int
    lines: int
    accounts_made: tuple[Account, ...]


@transaction.atomic
def import_opening(
    *, book: Book, date: Date, name: str, content: bytes, user: User, now: datetime
) -> Opening:
    """Post a trial balance as the book's opening entry, dated ``date``, and keep the file.

    Accounts that the book does not have are made where the file states their name and type. A trial balance that does
    not balance is refused: nothing is made up to make it.

    Raises:
        OpeningError: the file cannot be read, does not balance, names unknown accounts, or the book is opened already.
        PostingError: the date is in a closed period, an account is archived, or as the ledger says otherwise.
        DocumentRefusedError: the file is empty or too large.
    """
    rows = read_trial_balance(content)
    refuse_second_opening(book)
    if difference := sum((row.base_amount for row in rows), ZERO):
        raise OpeningError(
            f"Debits and credits differ by {difference} {book.base_currency} (more debits when positive). Look for "
            "what is missing in the file; LedgerFlow does not make it up."
        )
    known = {account.code: account for account in Account.objects.filter(book=book)}
    made = _make_accounts(book, [row for row in rows if row.code not in known])
    accounts = known | {account.code: account for account in made}
    stored = store_document(book=book, name=name, content=content, uploaded_by=user, now=now)
    lines = [
        PastLine(
            account_id=accounts[row.code].pk,
            currency=row.currency or book.base_currency,
            amount=row.amount,
            base_amount=row.base_amount,
        )
        for row in rows
    ]
    text = f"Opening balances from {stored.document.name}"
    entry = PastEntry(date=date, lines=lines, text=text)
    batch = post_history(book=book, entries=[entry], user=user, now=now)
    return Opening(number=batch.first_number, lines=len(lines), accounts_made=tuple(made))


def refuse_second_opening(book: Book) -> None:
    """Refuse to open a book twice: every balance would be there double.

    Raises:
        OpeningError: entries of an opening stand in the book.
    """
    entries = JournalEntry.objects.filter(book=book)
    of_openings = PostingBatch.objects.filter(book=book, source=BatchSource.HISTORY).values("no")
    taken_back = entries.filter(reverses_number__isnull=False).values("reverses_number")
    standing = (
        entries.filter(batch_no__in=of_openings).exclude(number__in=taken_back).order_by("number").first()
    )
    if standing is not None:
        raise OpeningError(
            f"The book was opened by entry {standing.number}. Reverse it first, or every balance is there twice."
        )


def _make_accounts(book: Book, rows: Sequence[OpeningRow]) -> list[Account]:
    unknown = [row.code for row in rows if row.type is None or not row.name]
    if unknown:
        shown = ", ".join(unknown[:_SHOWN_CODES]) + (" and more" if len(unknown) > _SHOWN_CODES else "")
        raise OpeningError(
            f"The book has no account {shown}. Add it to the chart, or let the columns “account” and “type” say "
            "what it is."
        )
    return [
        create_account(book=book, code=row.code, name=row.name, type=row.type, currency=row.currency or None)
        for row in rows
        if row.type is not None
    ]
