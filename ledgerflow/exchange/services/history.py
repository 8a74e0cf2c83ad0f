"""The whole past of a book that another program kept, entry by entry."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.core.money import ZERO, minor_digits
from ledgerflow.documents.services import store_document
from ledgerflow.exchange.foreign.books import (
    ForeignAccount,
    ForeignBook,
    ForeignBookError,
    ForeignEntry,
    ForeignLine,
)
from ledgerflow.exchange.services.opening import refuse_second_opening
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.ledger.services.accounts import create_account, next_code
from ledgerflow.posting.services import PastEntry, PastLine, post_history
from ledgerflow.users.models import User

#: Entries that are posted while the book is locked.
_AT_A_TIME = 5_000
_LONGEST_NAME = 120
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class History:
    """What was taken over: how many entries, and the accounts that were made for them."""

    entries: int
    accounts_made: tuple[Account, ...]


@transaction.atomic
def import_history(
    *, book: Book, name: str, content: bytes, history: ForeignBook, user: User, now: datetime
) -> History:
    """Post every entry of another program's books, by date, and keep their file.

    An account is the book's own of the same code, where the books state codes, or of the same name and type; others are
    made. Amounts are taken as they are: an entry that does not balance in the book's currency to the last digit is
    refused, and with it everything.

    Raises:
        ForeignBookError: an entry cannot be kept in the book's currency, or an account is another one here.
        OpeningError: the book is opened already.
        PostingError: as the ledger says.
    """
    refuse_second_opening(book)
    ordered = sorted(history.entries, key=lambda entry: entry.date)
    drafts = list(_drafts(ordered, book.base_currency))
    if not drafts:
        raise ForeignBookError(f"There is no entry in {name}.")
    accounts, made = _accounts(book, history, drafts)
    store_document(book=book, name=name, content=content, uploaded_by=user, now=now)
    for at in range(0, len(drafts), _AT_A_TIME):
        entries = [_entry(book, entry, lines, accounts) for entry, lines in drafts[at : at + _AT_A_TIME]]
        post_history(book=book, entries=entries, user=user, now=now)
    return History(entries=len(drafts), accounts_made=tuple(made))


def _drafts(
    entries: Sequence[ForeignEntry], base: str
) -> Iterator[tuple[ForeignEntry, list[tuple[ForeignLine, Decimal]]]]:
    """Yield each entry with the base amount of each line, without lines and entries about nothing."""
    smallest = Decimal(1).scaleb(-minor_digits(base))
    for entry in entries:
        lines = []
        for line in entry.lines:
            if line.weight_currency != base and line.weight:
                raise ForeignBookError(
                    f"{entry.where}: {line.amount} {line.currency} of {entry.date} says nothing of what it is in "
                    f"{base}, the book's currency. Give it a price there, such as @@ and a total."
                )
            if line.amount or line.weight:
                lines.append((line, line.weight.quantize(smallest)))
        if total := sum((base_amount for _, base_amount in lines), ZERO):
            raise ForeignBookError(
                f"{entry.where}: the entry of {entry.date} is out of balance by {total} {base}, counted in whole "
                f"{smallest} {base}. LedgerFlow does not make up the rest."
            )
        if lines:
            yield entry, lines


def _entry(
    book: Book,
    entry: ForeignEntry,
    lines: Sequence[tuple[ForeignLine, Decimal]],
    accounts: dict[str, Account],
) -> PastEntry:
    base = book.base_currency
    return PastEntry(
        date=entry.date,
        text=entry.text[:_LONGEST_TEXT],
        lines=[
            PastLine(
                account_id=accounts[line.account].pk,
                currency=line.currency,
                amount=base_amount if line.currency == base else line.amount,
                base_amount=base_amount,
            )
            for line, base_amount in lines
        ],
    )


def _accounts(
    book: Book,
    history: ForeignBook,
    drafts: Sequence[tuple[ForeignEntry, list[tuple[ForeignLine, Decimal]]]],
) -> tuple[dict[str, Account], list[Account]]:
    """Return the book's account for each that the entries use, and those of them that were made."""
    here = list(Account.objects.filter(book=book))
    by_code = {account.code: account for account in here}
    by_name = {(account.type, account.name.casefold()): account for account in here}
    found: dict[str, Account] = {}
    made: list[Account] = []
    for entry, lines in drafts:
        for line, _ in lines:
            if line.account in found:
                continue
            theirs = history.accounts.get(line.account)
            if theirs is None:
                raise ForeignBookError(
                    f"{entry.where}: the account {line.account} is nowhere said to be one."
                )
            account = _here(theirs, by_code, by_name)
            if account is None:
                account = _make(book, theirs)
                made.append(account)
                by_code[account.code] = by_name[account.type, account.name.casefold()] = account
            found[line.account] = account
    return found, made


def _here(
    theirs: ForeignAccount, by_code: dict[str, Account], by_name: dict[tuple[str, str], Account]
) -> Account | None:
    if not theirs.code:
        return by_name.get((str(theirs.type), _name(theirs).casefold()))
    account = by_code.get(theirs.code)
    if account is not None and account.type != theirs.type:
        raise ForeignBookError(
            f"{theirs.name} has the code {theirs.code}, which is {account.name} here and of another type. Give one of "
            "them another code."
        )
    return account


def _make(book: Book, theirs: ForeignAccount) -> Account:
    kind = AccountType(theirs.type)
    code = theirs.code or next_code(book=book, type=kind)
    return create_account(book=book, code=code, name=_name(theirs), type=kind)


def _name(theirs: ForeignAccount) -> str:
    """Return the title, or the name without the word for the type."""
    return (theirs.title or theirs.name.split(":", 1)[-1])[:_LONGEST_NAME]
