"""One call a key or button: what review and closing do, each through the stage that owns it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification import services as classification
from ledgerflow.classification.services import (
    Accepted,
    Matching,
    accept,
    change_tags,
    decide,
    decide_alike,
    exclude,
    is_offered,
    refuse_offer,
    reopen,
    rule_from_decision,
    undo,
)
from ledgerflow.ledger.errors import PeriodActionError
from ledgerflow.ledger.fiscal import fiscal_year_of
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.closing import close_year
from ledgerflow.ledger.services.periods import close_period, lock_period
from ledgerflow.posting.services import hold_postings
from ledgerflow.posting.transfer_selectors import with_candidates
from ledgerflow.review.close_selectors import Checklist, checklist
from ledgerflow.review.services.deciding import (
    ProposalDecidedError,
    StaleProposalError,
    accept_proposal,
    decline_proposal,
)
from ledgerflow.review.services.running import run_accepted
from ledgerflow.review.services.staging import (
    ProposalError,
    Proposer,
    propose_classification,
    propose_exclusion,
    propose_payee,
    propose_rule,
    propose_run,
)
from ledgerflow.review.which import Which
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User

__all__ = [
    "Accepted",
    "Closing",
    "ProposalDecidedError",
    "ProposalError",
    "Proposer",
    "StaleProposalError",
    "accept",
    "accept_confident",
    "accept_everything",
    "accept_matching",
    "accept_proposal",
    "change_tags",
    "close_books",
    "decide",
    "decide_alike",
    "decline_proposal",
    "exclude",
    "is_offered",
    "propose_classification",
    "propose_exclusion",
    "propose_payee",
    "propose_rule",
    "propose_run",
    "refuse_offer",
    "reopen",
    "rule_from_decision",
    "run_accepted",
    "undo",
]


def accept_confident(*, book: Book, user: User, now: datetime, dry_run: bool = False) -> Accepted:
    """Accept the suggestions that are sure, and nothing below; with ``dry_run`` only count them.

    Lines that may be a transfer between two own bank accounts are told, here and in the two functions below.
    """
    with transaction.atomic():
        done = classification.accept_confident(
            book=book, user=user, now=now, transfers=_transfers(book, Which())
        )
        # Counting is doing and taking back: the reasons are the same then.
        transaction.set_rollback(dry_run)
    return done


def accept_matching(*, book: Book, matching: Matching, user: User, now: datetime) -> Accepted:
    """Accept the suggestion of each of the lines that match; the others are told with the reason.

    Raises:
        OthersMatchError: more or fewer match than were shown.
    """
    which = Which(days=matching.days, payee_id=matching.payee_id, account_id=matching.account_id)
    return classification.accept_matching(
        book=book, matching=matching, user=user, now=now, transfers=_transfers(book, which)
    )


def accept_everything(
    *, book: Book, user: User, now: datetime, account_for_rest: Account | None = None, dry_run: bool = False
) -> Accepted:
    """Accept every suggestion; lines without one go to ``account_for_rest``, or are told with the reason."""
    with transaction.atomic():
        done = classification.accept_all(
            book=book, user=user, now=now, account=account_for_rest, transfers=_transfers(book, Which())
        )
        transaction.set_rollback(dry_run)
    return done


def _transfers(book: Book, which: Which) -> set[int]:
    """Return which of the lines may be transfers, without asking for the lines where a book has one bank account."""
    if not BankAccount.objects.filter(book=book)[1:].exists():
        return set()
    return with_candidates(book=book, line_ids=list(which.lines(book).values_list("pk", flat=True)))


#: Characters of a reason; the open points are written behind it.
LONGEST_REASON = 300
_LONGEST_LOGGED = 500


class Closing(StrEnum):
    """How firmly the books are closed."""

    LOCK = "lock"
    CLOSE = "close"
    YEAR = "year"


@transaction.atomic
def close_books(
    *, book: Book, through: date, how: Closing, reason: str, user: User, now: datetime
) -> Checklist:
    """Lock or close the books through a day, or close the fiscal year that ends on it; return what was left open.

    Whoever closes with open points says why, and both stand in the log.

    Raises:
        PeriodActionError: points are open and no reason is given; no fiscal year ends on the day; or as closing says.
        PeriodLockedError: a year is locked and the user's role does not post there.
    """
    hold_postings(book=book)
    found = checklist(book=book, through=through)
    if len(reason) > LONGEST_REASON:
        raise PeriodActionError(f"Give the reason in at most {LONGEST_REASON} characters.")
    if found.open_points and not reason.strip():
        raise PeriodActionError(f"Not everything is done ({found.in_words}). Say why you close all the same.")
    facts: dict[str, Any] = {"book": book, "reason": _logged(reason, found), "user": user, "now": now}
    if how is Closing.LOCK:
        lock_period(through=through, **facts)
    elif how is Closing.CLOSE:
        close_period(through=through, **facts)
    else:
        year = fiscal_year_of(book=book, day=through)
        if year.last != through:
            raise PeriodActionError(
                f"No fiscal year of the book ends on {through}; the one of that day ends on {year.last}."
            )
        close_year(year=year, **facts)
    return found


def _logged(reason: str, found: Checklist) -> str:
    given = reason.strip() or "Everything is done."
    if not found.open_points:
        return given
    words = f"{given} Left open: {found.in_words}."
    return words if len(words) <= _LONGEST_LOGGED else f"{words[: _LONGEST_LOGGED - 1]}…"
