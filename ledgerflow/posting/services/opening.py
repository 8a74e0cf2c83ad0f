"""Opening balances: posted when a person confirms them, replaced when an earlier statement comes."""

from datetime import date as Date  # noqa: N812 - `date` is the argument's name
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.core.money import format_money
from ledgerflow.documents.models import Document
from ledgerflow.ledger.models import Account, AccountRole, BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.posting.errors import OpeningRefusedError
from ledgerflow.posting.models import OpeningBalance
from ledgerflow.posting.opening_selectors import AccountOpening, Proposal, opening_of, openings_behind
from ledgerflow.posting.services._mirrors import mirrors
from ledgerflow.posting.services.withdraw import hold_postings
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User


@transaction.atomic
def post_opening(
    *,
    book: Book,
    bank_account: BankAccount,
    amount: Decimal,
    date: Date,
    user: User,
    now: datetime,
    is_checked: bool = False,
) -> OpeningBalance:
    """Post the opening balance that the earliest statement of the bank account tells, as the person saw it.

    Where another one stands, its entry is reversed on its own date, and the new one takes its place; both or neither.
    A balance of zero is recorded without an entry. ``is_checked`` says that the person has compared the amount with
    the bank, which a statement that does not prove needs.

    Raises:
        OpeningRefusedError: there is nothing to post, it is not what the person saw, or something stands in the way.
        PostingError: a date is in a closed period, or as the ledger says otherwise.
    """
    hold_postings(book=book)
    opening = opening_of(book=book, bank_account=bank_account)
    proposal = _proposal(opening)
    if (proposal.date, proposal.amount) != (date, amount):
        raise OpeningRefusedError("What the earliest statement tells has changed meanwhile; look again.")
    if proposal.needs_check and not is_checked:
        raise OpeningRefusedError(
            f"{proposal.document_name} does not prove; compare the amount with the bank and say that you did."
        )
    if opening.live is not None:
        _end([opening.live], _why_replaced(opening.live, proposal), book, user, now)
    return OpeningBalance.objects.create(
        book=book,
        bank_account=bank_account,
        statement_id=proposal.statement_id,
        document_id=proposal.document_id,
        date=proposal.date,
        amount=proposal.amount,
        currency=bank_account.currency,
        entry_number=_post(book, bank_account, proposal, user, now) if proposal.amount else None,
        posted_by=user,
        posted_at=now,
    )


@transaction.atomic
def withdraw_openings(
    *, book: Book, document: Document, reason: str, user: User | None, now: datetime
) -> int:
    """Reverse the opening balances that stand on statements of the document; return how many.

    Raises:
        PeriodClosedError: an entry's date lies in a closed period; nothing is reversed.
    """
    hold_postings(book=book)
    going = openings_behind(book=book, document_id=document.pk)
    _end(going, reason, book, user, now)
    return len(going)


def _proposal(opening: AccountOpening) -> Proposal:
    if opening.obstacle:
        raise OpeningRefusedError(opening.obstacle)
    if opening.proposal is None or not opening.waits:
        raise OpeningRefusedError(
            f"{opening.bank_account.name} has no opening balance to post: {opening.state}."
        )
    return opening.proposal


def _why_replaced(live: OpeningBalance, proposal: Proposal) -> str:
    if proposal.date < live.date:
        return f"An earlier statement ({proposal.document_name}) begins on {proposal.first_day}"
    told = format_money(proposal.amount, live.currency)
    return f"{proposal.document_name} begins on {proposal.first_day} with {told}"


def _post(book: Book, bank_account: BankAccount, proposal: Proposal, user: User, now: datetime) -> int:
    against = Account.objects.filter(book=book, role=AccountRole.OPENING).first()
    if against is None:
        raise OpeningRefusedError("The book has no account for opening balances; give one that role.")
    lines = [
        journal.LineDraft(account_id, bank_account.currency, amount, amount)
        for account_id, amount in (
            (bank_account.ledger_account_id, proposal.amount),
            (against.pk, -proposal.amount),
        )
    ]
    text = (
        f"Opening balance of {bank_account.name}, from the statement of {proposal.first_day} to "
        f"{proposal.last_day} in {proposal.document_name}"
    )
    batch = journal.post_entries(
        book=book,
        source=BatchSource.OPENING,
        entries=[journal.EntryDraft(date=proposal.date, lines=lines, text=text[:500])],
        posted_by=user,
        posted_at=now,
    )
    return batch.first_number


def _end(openings: list[OpeningBalance], reason: str, book: Book, user: User | None, now: datetime) -> None:
    """Reverse the entries, each on its own date, and keep the reason."""
    reason = reason[:500]
    numbers = [opening.entry_number for opening in openings if opening.entry_number is not None]
    reversals: dict[int, int] = {}
    if numbers:
        batch = journal.post_entries(
            book=book,
            source=BatchSource.REVERSAL,
            entries=mirrors(book, numbers, reason),
            posted_by=user,
            posted_at=now,
        )
        reversals = {number: batch.first_number + at for at, number in enumerate(sorted(numbers))}
    for opening in openings:
        opening.reversed_by_number = reversals.get(opening.entry_number or 0)
        opening.ended_by, opening.ended_at, opening.end_reason = user, now, reason
        opening.save(update_fields=["reversed_by_number", "ended_by", "ended_at", "end_reason"])
