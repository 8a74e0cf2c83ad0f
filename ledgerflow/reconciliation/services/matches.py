"""Matches: an entry that was not posted from a bank line stands for what the bank says."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledgerflow.classification.services import match_lines, unmatch_lines
from ledgerflow.core.money import ZERO, format_money
from ledgerflow.documents.models import Document
from ledgerflow.ledger.models import BatchSource, JournalEntry, JournalLine, PostingBatch
from ledgerflow.posting.services import hold_postings
from ledgerflow.reconciliation.errors import MatchError, ReconciliationError
from ledgerflow.reconciliation.models import Match, MatchedEntryLine, MatchedLine, Reconciliation
from ledgerflow.reconciliation.values import Kind
from ledgerflow.statements.models import BankAccount, StatementLine
from ledgerflow.users.models import User

#: A line of an entry: the entry's number and the line's within it.
EntryLine = tuple[int, int]


@transaction.atomic
def make_match(
    *,
    bank_account: BankAccount,
    line_ids: Collection[int],
    entry_lines: Collection[EntryLine],
    kind: Kind,
    user: User,
    now: datetime,
) -> Match:
    """Record that the journal lines are what the bank lines say; the bank lines are not posted again.

    Raises:
        MatchError: a side is empty, the sides differ, or a journal line is not on the bank account's ledger account,
            stands for a bank line already, or is reversed.
        ClassificationError: a bank line is posted, matched or held back.
    """
    if not line_ids or not entry_lines:
        raise MatchError("Choose at least one line of the bank and one of the books.")
    hold_postings(book=bank_account.book)
    said = _bank_total(bank_account, line_ids)
    booked = _book_total(bank_account, entry_lines)
    if said != booked:
        raise MatchError(
            f"The bank's lines add up to {format_money(said, bank_account.currency)}, those of the books to"
            f" {format_money(booked, bank_account.currency)}; both sides of a match are equal."
        )
    match_lines(book=bank_account.book, line_ids=sorted(line_ids), user=user, now=now)
    match = Match.objects.create(
        book=bank_account.book, bank_account=bank_account, kind=kind, made_by=user, made_at=now
    )
    given = {"book_id": bank_account.book_id, "match": match}
    MatchedLine.objects.bulk_create(MatchedLine(line_id=line, **given) for line in sorted(line_ids))
    MatchedEntryLine.objects.bulk_create(
        MatchedEntryLine(entry_number=number, no=no, **given) for number, no in sorted(entry_lines)
    )
    return match


def _bank_total(bank_account: BankAccount, line_ids: Collection[int]) -> Decimal:
    amounts = StatementLine.objects.filter(
        book=bank_account.book_id, bank_account=bank_account, pk__in=line_ids
    ).values_list("amount", flat=True)
    if len(amounts) != len(set(line_ids)):
        raise MatchError(f"Not every line is one of {bank_account}.")
    return sum(amounts, ZERO)


def _book_total(bank_account: BankAccount, entry_lines: Collection[EntryLine]) -> Decimal:
    wanted, book = set(entry_lines), bank_account.book_id
    numbers = {number for number, _ in wanted}
    lines = [
        line
        for line in JournalLine.objects.filter(
            book=book,
            entry_number__in=numbers,
            account=bank_account.ledger_account_id,
            currency=bank_account.currency,
        )
        if (line.entry_number, line.no) in wanted
    ]
    if len(lines) != len(wanted):
        raise MatchError(f"Not every journal line is on the account of {bank_account}.")
    entries = list(JournalEntry.objects.filter(book=book, number__in=numbers))
    reversed_ones = JournalEntry.objects.filter(book=book, reverses_number__in=numbers)
    if reversed_ones.exists() or any(entry.reverses_number is not None for entry in entries):
        raise MatchError("An entry that is reversed, or that reverses another, stands for no bank line.")
    from_bank = set(
        PostingBatch.objects.filter(
            book=book, no__in={entry.batch_no for entry in entries}, source=BatchSource.STATEMENT
        ).values_list("no", flat=True)
    )
    posted = {entry.number for entry in entries if entry.batch_no in from_bank}
    if any(line.no == 1 and line.entry_number in posted for line in lines):
        raise MatchError(
            "A journal line was posted from a bank line of this account and stands for that one."
        )
    if any(
        (one.entry_number, one.no) in wanted
        for one in MatchedEntryLine.objects.filter(book=book, entry_number__in=numbers)
    ):
        raise MatchError("A journal line is matched already; take that match apart first.")
    return sum((line.amount for line in lines), ZERO)


@transaction.atomic
def take_apart(*, match: Match, user: User, now: datetime) -> None:
    """Take a match apart: its bank lines go back to review, its journal lines stand open.

    Raises:
        MatchError: it lies in days that are reconciled.
    """
    hold_postings(book=match.book)
    _take_apart(list(Match.objects.filter(pk=match.pk)), user, now)


def _take_apart(matches: Sequence[Match], user: User, now: datetime) -> None:
    for match in matches:
        bank_account = BankAccount.objects.get(pk=match.bank_account_id)
        through = bank_account.reconciled_through
        if through is not None and _first_day(match) <= through:
            raise MatchError(
                f"{bank_account} is reconciled through {through}; reopen that reconciliation before the match is taken"
                " apart."
            )
        lines = list(match.lines.values_list("line_id", flat=True))
        match.entry_lines.all().delete()
        match.lines.all().delete()
        match.delete()
        unmatch_lines(book=match.book, line_ids=lines, user=user, now=now)


def _first_day(match: Match) -> date:
    numbers = match.entry_lines.values_list("entry_number", flat=True)
    entries = JournalEntry.objects.filter(book=match.book_id, number__in=list(numbers))
    return min(
        *match.lines.values_list("line__date", flat=True),
        *entries.values_list("date", flat=True),
    )


@transaction.atomic
def release_import(*, document: Document, line_ids: Collection[int], user: User, now: datetime) -> None:
    """Let go of a document's statements and of the lines that go with them, so that its import can be undone.

    Matches of the lines are taken apart; what is not finished keeps the balance as if it had been typed.

    Raises:
        MatchError: a match lies in days that are reconciled.
        ReconciliationError: a finished reconciliation stands on one of the statements.
    """
    standing = Reconciliation.objects.filter(book=document.book_id, statement__document=document)
    finished = standing.filter(state=Reconciliation.State.FINISHED).select_related("bank_account").first()
    if finished is not None:
        raise ReconciliationError(
            f"{finished.bank_account} is reconciled through {finished.as_of} on this file; reopen that reconciliation"
            " first."
        )
    standing.update(statement=None)
    _take_apart(list(Match.objects.filter(lines__line__in=list(line_ids)).distinct()), user, now)
