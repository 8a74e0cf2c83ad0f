"""What an agent answers becomes a suggestion: for lines that have none, and never more than that."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import F, OuterRef

from ledgerflow.books.models import Book
from ledgerflow.classification.engine import MOST_UNSURE, shortened
from ledgerflow.classification.errors import WrongAccountError
from ledgerflow.classification.models import Classification, Source, Stage, State
from ledgerflow.classification.stages import is_off
from ledgerflow.ledger.models import Account

#: Rows of one statement.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class ProposedAccount:
    """An account for lines, with the reason in words; ``confidence`` is what the record says, not what a model does."""

    account: Account
    reason: str
    confidence: Decimal


@transaction.atomic
def propose(*, book: Book, proposals: Mapping[int, ProposedAccount]) -> list[int]:
    """Suggest accounts, by line, for lines that are open, undecided and without a suggestion; return their ids.

    The state stays open whatever the confidence, which counts for less than sure. Lines that got a suggestion or a
    decision in the meantime, or are the account's own bank lines, stay as they are, and so do all where the stage of
    the agent is off.

    Raises:
        WrongAccountError: an account is not of the book, or archived.
    """
    wanted = {proposal.account.pk for proposal in proposals.values()}
    accounts = Account.objects.filter(book=book).in_bulk(wanted)
    if len(accounts) != len(wanted):
        raise WrongAccountError("This book has no such account.")
    for account in accounts.values():
        if account.is_archived:
            raise WrongAccountError(f"The account {account} is archived; choose another or restore it.")
    waiting = (
        Classification.objects.select_for_update(of=("self",))
        .filter(
            ~is_off(Stage.AGENT, book=OuterRef("book")),
            book=book,
            line_id__in=proposals,
            state=State.OPEN,
            decided_by__isnull=True,
            account__isnull=True,
            is_split=False,
        )
        .annotate(own_account=F("line__bank_account__ledger_account"))
        .order_by("line_id")
    )
    made = [one for one in waiting if one.own_account != proposals[one.line_id].account.pk]
    for one in made:
        proposal = proposals[one.line_id]
        one.account, one.source, one.rule = accounts[proposal.account.pk], Source.AGENT, None
        one.confidence = min(proposal.confidence, MOST_UNSURE)
        one.reason = shortened(proposal.reason)
    Classification.objects.bulk_update(
        made, ["account", "source", "rule", "confidence", "reason"], batch_size=_AT_ONCE
    )
    return [one.line_id for one in made]
