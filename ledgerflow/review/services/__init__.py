"""One call a key or button: what review and closing do, each through the stage that owns it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification import services as classification
from ledgerflow.classification.errors import OthersMatchError
from ledgerflow.classification.services import (
    Accepted,
    Booking,
    Changed,
    accept,
    change_tags,
    decide,
    decide_alike,
    exclude,
    is_offered,
    refuse_offer,
    rename_payee,
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
from ledgerflow.review.which import Matching, Which
from ledgerflow.statements.models import BankAccount
from ledgerflow.users.models import User

__all__ = [
    "Accepted",
    "Booking",
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
    "book_chosen",
    "change_tags",
    "chosen_lines",
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
    "rename_payee",
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


@transaction.atomic
def accept_matching(*, book: Book, matching: Matching, user: User, now: datetime) -> Accepted:
    """Accept the suggestions of the lines that match, on the tab that was shown; others are told with the reason.

    Raises:
        OthersMatchError: more or fewer match than were shown.
    """
    lines = chosen_lines(book=book, chosen=matching)
    return classification.accept_unseen(
        book=book, line_ids=lines, user=user, now=now, transfers=_possible_transfers(book, lines)
    )


@transaction.atomic
def chosen_lines(*, book: Book, chosen: Sequence[int] | Matching) -> Sequence[int]:
    """Return the lines; where they were chosen by what they have in common, held until the transaction ends.

    Raises:
        OthersMatchError: more or fewer match than were shown. Not only new lines do: one that was held, sent back or
            suggested anew has an older number than ``through``.
    """
    if not isinstance(chosen, Matching):
        return chosen
    lines = chosen.which.lines(book).filter(pk__lte=chosen.through).select_for_update(of=("self",))
    found = list(lines.order_by("pk").values_list("pk", flat=True))
    if len(found) != chosen.count:
        raise OthersMatchError(
            f"{chosen.count} were shown, {len(found)} match now. Load the page again, and look at them; nothing was "
            "changed."
        )
    return found


@transaction.atomic
def book_chosen(
    *, book: Book, chosen: Sequence[int] | Matching, booking: Booking, user: User, now: datetime
) -> Changed:
    """Book the lines so; of all that match, those that may be transfers between two own bank accounts are told.

    Raises:
        OthersMatchError: more or fewer match than were shown.
        ClassificationError: as :func:`~ledgerflow.classification.services.book_together`.
    """
    lines = chosen_lines(book=book, chosen=chosen)
    is_seen = not isinstance(chosen, Matching)
    return classification.book_together(
        book=book,
        line_ids=lines,
        booking=booking,
        user=user,
        now=now,
        is_seen=is_seen,
        transfers=() if is_seen else _possible_transfers(book, lines),
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
    return _possible_transfers(book, which.lines(book).values_list("pk", flat=True))


def _possible_transfers(book: Book, line_ids: Iterable[int]) -> set[int]:
    """Return which of the lines may be transfers, without asking for the lines where a book has one bank account."""
    if not BankAccount.objects.filter(book=book)[1:].exists():
        return set()
    return with_candidates(book=book, line_ids=list(line_ids))


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
