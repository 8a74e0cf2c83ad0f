"""What an agent answers becomes a suggestion: for lines that have none, and never more than that."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import MOST_OF_AGENT
from ledgerflow.classification.errors import WrongAccountError
from ledgerflow.classification.models import Classification, Source, State
from ledgerflow.ledger.models import Account

_REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class ProposedAccount:
    """An account for lines, with the reason in words; ``confidence`` is what the record says, not what a model does."""

    account: Account
    reason: str
    confidence: Decimal


@transaction.atomic
def propose(*, book: Book, line_ids: Sequence[int], proposal: ProposedAccount) -> list[int]:
    """Suggest the account for those of the lines that are open, undecided and without a suggestion; return their ids.

    The state stays open whatever the confidence, which counts for less than sure. Lines that got a suggestion or a
    decision in the meantime, or are the account's own bank lines, stay as they are.

    Raises:
        WrongAccountError: the account is not of the book, or archived.
    """
    account = Account.objects.filter(book=book, pk=proposal.account.pk).first()
    if account is None:
        raise WrongAccountError("This book has no such account.")
    if account.is_archived:
        raise WrongAccountError(f"The account {account} is archived; choose another or restore it.")
    waiting = (
        Classification.objects.select_for_update(of=("self",))
        .filter(
            book=book,
            line_id__in=line_ids,
            state=State.OPEN,
            decided_by__isnull=True,
            account__isnull=True,
            is_split=False,
        )
        .exclude(line__bank_account__ledger_account=account)
        .order_by("line_id")
    )
    found = list(waiting.values_list("line_id", flat=True))
    Classification.objects.filter(book=book, line_id__in=found).update(
        account=account,
        source=Source.AGENT,
        rule=None,
        confidence=min(proposal.confidence, MOST_OF_AGENT),
        reason=proposal.reason[:_REASON_LENGTH],
    )
    return found
