"""Transfers between two own bank accounts: two bank lines confirmed as one, rejected, and freed again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Value, When

from ledgerflow.books.models import Book
from ledgerflow.books.selectors import has_four_eyes
from ledgerflow.classification.engine import TRANSFER_DELAY
from ledgerflow.classification.models import Classification, ClassificationSplit, Source, State
from ledgerflow.classification.services import settle_predictions
from ledgerflow.ledger.models import Account, AccountRole, BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.posting.errors import TransferRefusedError
from ledgerflow.posting.models import Transfer
from ledgerflow.posting.services.post import post_lines
from ledgerflow.posting.services.withdraw import hold_postings
from ledgerflow.posting.transfer_selectors import sure_transfers
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User


@dataclass(frozen=True, slots=True)
class _Pair:
    """The two lines, money out first, each with its classification."""

    sent: Classification
    received: Classification

    @property
    def is_direct(self) -> bool:
        """Whether one entry can say what both banks say: the same day and the same currency."""
        sent, received = self.sent.line, self.received.line
        return (sent.date, sent.currency) == (received.date, received.currency)

    @property
    def name(self) -> str:
        """The transfer in words."""
        return f"Transfer from {self.sent.line.bank_account} to {self.received.line.bank_account}"


@transaction.atomic
def confirm_transfer(*, book: Book, line_ids: Collection[int], user: User, now: datetime) -> Transfer:
    """Call the two lines one transfer and post it.

    Where both banks state the same day and currency one entry moves the money from one bank account to the other.
    Elsewhere it is on its way in between, or changes its currency: each side is posted on its own day against the
    account for transfers, so that each bank account agrees with its bank.

    Raises:
        TransferRefusedError: the lines are no pair, were decided otherwise, or cannot be posted; or four eyes are on.
        PostingError: as the ledger says.
    """
    hold_postings(book=book)
    _refuse_four_eyes(book)
    pair = _pair(book, line_ids)
    if abs(pair.received.line.date - pair.sent.line.date) > TRANSFER_DELAY:
        raise TransferRefusedError(f"More than {TRANSFER_DELAY.days} days lie between the two lines.")
    _accept(book, pair, user, now)
    post = _post_as_one if pair.is_direct else _post_each
    out_entry, in_entry = post(book, pair, user, now)
    Transfer.objects.filter(book=book, state=Transfer.State.REJECTED, **_lines_of(pair)).update(
        state=Transfer.State.ENDED, ended_by=user, ended_at=now
    )
    return Transfer.objects.create(
        book=book,
        state=Transfer.State.CONFIRMED,
        out_entry=out_entry,
        in_entry=in_entry,
        decided_by=user,
        decided_at=now,
        **_lines_of(pair),
    )


@transaction.atomic
def reject_transfer(*, book: Book, line_ids: Collection[int], user: User, now: datetime) -> Transfer:
    """Remember that the two lines are no transfer, so that they are not suggested again.

    Raises:
        TransferRefusedError: the lines are no pair, or one is posted or excluded.
    """
    pair = _pair(book, line_ids)
    rejected, _ = Transfer.objects.exclude(state=Transfer.State.ENDED).get_or_create(
        book=book,
        **_lines_of(pair),
        defaults={"state": Transfer.State.REJECTED, "decided_by": user, "decided_at": now},
    )
    return rejected


@transaction.atomic
def confirm_sure_transfers(*, book: Book, user: User, now: datetime, dry_run: bool = False) -> list[Transfer]:
    """Confirm every pair that needs no choice, because a text says so and neither line fits another; return them.

    A pair that cannot be posted is left to a person. With ``dry_run`` nothing is kept.

    Raises:
        TransferRefusedError: four eyes are on.
    """
    hold_postings(book=book)
    _refuse_four_eyes(book)
    confirmed = []
    for one in sure_transfers(book=book):
        lines = (one.sent.line_id, one.received.line_id)
        try:
            confirmed.append(confirm_transfer(book=book, line_ids=lines, user=user, now=now))
        except TransferRefusedError:
            continue
    transaction.set_rollback(dry_run)
    return confirmed


def _refuse_four_eyes(book: Book) -> None:
    if has_four_eyes(book=book):
        raise TransferRefusedError(
            "With four eyes on, nobody prepares and posts at once. Book each of the two lines to the account for "
            "transfers between own accounts, and let somebody else post them."
        )


def _pair(book: Book, line_ids: Collection[int]) -> _Pair:
    """Return the two lines, locked in the order in which everyone locks them."""
    found = list(
        Classification.objects.select_for_update(of=("self",))
        .select_related("line__bank_account__ledger_account")
        .filter(book=book, line_id__in=line_ids)
        .order_by("line_id")
    )
    if len(found) != 2:
        raise TransferRefusedError("This book has no such two lines.")
    pair = _Pair(*sorted(found, key=lambda made: made.line.amount))
    sent, received = pair.sent.line, pair.received.line
    if sent.bank_account_id == received.bank_account_id:
        raise TransferRefusedError("Both lines are of one bank account; a transfer is between two.")
    if not sent.amount < 0 < received.amount:
        raise TransferRefusedError("A transfer is money out of one bank account and into the other.")
    if sent.currency == received.currency and sent.amount + received.amount:
        raise TransferRefusedError("The two amounts differ; book what is left over as a split instead.")
    for made in found:
        _refuse_decided(made)
    return pair


def _refuse_decided(made: Classification) -> None:
    line: StatementLine = made.line
    if made.state not in {State.OPEN, State.ACCEPTED}:
        raise TransferRefusedError(
            f"The line of {line.date} on {line.bank_account} is {made.get_state_display().lower()} already."
        )
    if line.hold or line.is_pending:
        raise TransferRefusedError(
            f"The line of {line.date} on {line.bank_account} is held back or not booked by the bank yet."
        )


def _accept(book: Book, pair: _Pair, user: User, now: datetime) -> None:
    """Accept each line for the account on the other side of its entry."""
    if pair.is_direct:
        sent_to = pair.received.line.bank_account.ledger_account
        received_from = pair.sent.line.bank_account.ledger_account
    else:
        sent_to = received_from = _account_for_transfers(book)
    ClassificationSplit.objects.filter(
        book=book, classification__in=[pair.sent.pk, pair.received.pk]
    ).delete()
    for made, account in ((pair.sent, sent_to), (pair.received, received_from)):
        made.state, made.account, made.is_split, made.rule = State.ACCEPTED, account, False, None
        made.promise, made.source = None, Source.PERSON
        made.tax_line, made.business_share = "", None
        made.confidence, made.reason = 1, f"{pair.name}."[:300]
        made.decided_by, made.decided_at = user, now
        made.save()
    settle_predictions(book=book, line_ids=[pair.sent.pk, pair.received.pk])


def _account_for_transfers(book: Book) -> Account:
    account = Account.objects.filter(book=book, role=AccountRole.TRANSFER).first()
    if account is None:
        raise TransferRefusedError("The book has no account for transfers between own accounts.")
    return account


def _post_as_one(book: Book, pair: _Pair, user: User, now: datetime) -> tuple[int, int]:
    """Post one entry whose first line is what one bank says, and its second what the other one says."""
    line_ids = [pair.sent.pk, pair.received.pk]
    # What stands against posting either line stands against the transfer.
    outcome = post_lines(book=book, line_ids=line_ids, posted_by=user, posted_at=now, dry_run=True)
    _refuse(outcome.refused)
    lines = [
        journal.LineDraft(
            made.line.bank_account.ledger_account_id, made.line.currency, made.line.amount, made.line.amount
        )
        for made in (pair.sent, pair.received)
    ]
    batch = journal.post_entries(
        book=book,
        source=BatchSource.STATEMENT,
        entries=[journal.EntryDraft(date=pair.sent.line.date, lines=lines, text=pair.name[:500])],
        posted_by=user,
        posted_at=now,
    )
    Classification.objects.filter(book=book, line_id__in=line_ids).update(
        state=State.POSTED,
        entry_number=batch.first_number,
        is_counterpart=Case(When(line_id=pair.received.pk, then=Value(True)), default=Value(False)),
    )
    return batch.first_number, batch.first_number


def _post_each(book: Book, pair: _Pair, user: User, now: datetime) -> tuple[int, int]:
    """Post each side on its own day."""
    line_ids = [pair.sent.pk, pair.received.pk]
    _refuse(post_lines(book=book, line_ids=line_ids, posted_by=user, posted_at=now).refused)
    posted = dict(
        Classification.objects.filter(book=book, line_id__in=line_ids).values_list(
            "line_id", F("entry_number")
        )
    )
    return posted[pair.sent.pk], posted[pair.received.pk]


def _refuse(refused: Collection[tuple[int, str]]) -> None:
    for _, sentence in refused:
        raise TransferRefusedError(f"The transfer cannot be posted. {sentence}")


def _lines_of(pair: _Pair) -> dict[str, StatementLine]:
    return {"out_line": pair.sent.line, "in_line": pair.received.line}
