"""Starting, finishing and reopening. The log row is what finishes: see ``0002_guard_reconciliations.sql``."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ledgerflow.core.money import format_money
from ledgerflow.ledger.errors import refusals_explained
from ledgerflow.posting.services import hold_postings
from ledgerflow.reconciliation.errors import ReconciliationError
from ledgerflow.reconciliation.models import Match, Reconciliation, ReconciliationAction
from ledgerflow.reconciliation.selectors import figures, matches
from ledgerflow.reconciliation.sides import Sides, Tally, sides
from ledgerflow.statements.chain_selectors import closing_day
from ledgerflow.statements.models import BankAccount, Statement
from ledgerflow.users.models import User

#: Matches that a proof lists one by one.
_MOST_LISTED = 5_000


@transaction.atomic
def start(
    *,
    bank_account: BankAccount,
    user: User,
    now: datetime,
    statement: Statement | None = None,
    as_of: date | None = None,
    balance: Decimal | None = None,
) -> Reconciliation:
    """Begin to reconcile the bank account at the end of a day, or go on with what was begun for that day.

    Day and balance are those that the statement closes with, or what a person typed.

    Raises:
        ReconciliationError: the statement states no closing balance, day or balance are missing, the day is not over,
            or the account is reconciled through it.
    """
    if statement is not None:
        as_of, balance = closing_day(statement), statement.closing_balance
        if as_of is None or balance is None:
            raise ReconciliationError(
                "That statement states no closing balance; type day and balance instead."
            )
    if as_of is None or balance is None:
        raise ReconciliationError("Choose a statement, or type a day and the balance at its end.")
    if as_of > timezone.localtime(now).date():
        raise ReconciliationError(f"{as_of} is not over yet; its balance can still change.")
    locked = BankAccount.objects.select_for_update().get(pk=bank_account.pk)
    if locked.reconciled_through is not None and as_of <= locked.reconciled_through:
        raise ReconciliationError(
            f"{locked} is reconciled through {locked.reconciled_through}; choose a later day, or reopen that one."
        )
    known = Reconciliation.objects.filter(bank_account=locked, as_of=as_of).first()
    if known is None:
        return Reconciliation.objects.create(
            book=locked.book,
            bank_account=locked,
            as_of=as_of,
            statement=statement,
            bank_balance=balance,
            started_by=user,
            started_at=now,
        )
    known.statement, known.bank_balance = statement, balance
    known.save(update_fields=["statement", "bank_balance"])
    return known


@transaction.atomic
def discard(*, reconciliation: Reconciliation) -> None:
    """Give up a reconciliation that was never finished; what was matched stays matched.

    Raises:
        ReconciliationError: it was finished once, so it is kept.
    """
    locked = Reconciliation.objects.select_for_update(of=("self",)).get(pk=reconciliation.pk)
    if locked.state != Reconciliation.State.OPEN:
        raise ReconciliationError("A reconciliation that was ever finished is kept.")
    locked.delete()


@transaction.atomic
def finish(*, reconciliation: Reconciliation, user: User, now: datetime) -> ReconciliationAction:
    """Finish: bank and books agree, the days are locked, and the proof is kept.

    Raises:
        ReconciliationError: they do not agree, or it is finished already.
    """
    hold_postings(book=reconciliation.book)
    reconciliation.refresh_from_db(fields=["state", "statement", "as_of", "bank_balance"])
    if reconciliation.is_finished:
        raise ReconciliationError(
            f"{reconciliation.bank_account} is reconciled through {reconciliation} already."
        )
    found = figures(reconciliation=reconciliation)
    if found.difference:
        currency = reconciliation.bank_account.currency
        raise ReconciliationError(
            f"The bank says {format_money(found.bank, currency)} and the books say"
            f" {format_money(found.books, currency)}; finish when the difference is zero."
        )
    return _act(
        reconciliation,
        ReconciliationAction(act=ReconciliationAction.Act.FINISH, proof=_proof(reconciliation)),
        user,
        now,
    )


@transaction.atomic
def reopen(*, reconciliation: Reconciliation, reason: str, user: User, now: datetime) -> ReconciliationAction:
    """Reopen a finished reconciliation: its days can be posted to again, back to the one finished before.

    Raises:
        ReconciliationError: no reason is given, it is not finished, or a later one is.
    """
    if not reason.strip():
        raise ReconciliationError("Say why the reconciliation is reopened.")
    action = ReconciliationAction(act=ReconciliationAction.Act.REOPEN, reason=reason.strip())
    return _act(reconciliation, action, user, now)


def _act(
    reconciliation: Reconciliation, action: ReconciliationAction, user: User, now: datetime
) -> ReconciliationAction:
    action.book, action.reconciliation = reconciliation.book, reconciliation
    action.acted_by, action.acted_at = user, now
    with refusals_explained(), transaction.atomic():
        action.save(force_insert=True)
    action.refresh_from_db(fields=["bank_balance", "book_balance"])
    reconciliation.refresh_from_db(fields=["state"])
    return action


def _proof(reconciliation: Reconciliation) -> dict[str, Any]:
    """Return what agreed, in words that can be read without the rows: the file, the counts, and each match."""
    found, account, statement = (
        sides(reconciliation=reconciliation),
        reconciliation.bank_account,
        reconciliation.statement,
    )
    listed = matches(bank_account=account, through=reconciliation.as_of, at_most=_MOST_LISTED)
    through = BankAccount.objects.values_list("reconciled_through", flat=True).get(pk=account.pk)
    return {
        "bank_account": account.name,
        "as_of": reconciliation.as_of.isoformat(),
        "file": statement and {"name": statement.document.name, "sha256": statement.document.sha256},
        "counts": _counts(found),
        "matches": [
            _listed(match)
            for match in listed
            if through is None or any(one.line.date > through for one in match.lines.all())
        ],
    }


def _counts(found: Sides) -> dict[str, Any]:
    tallies: dict[str, Tally] = {
        "matched": found.matched,
        "cancelled": found.cancelled,
        "opening": found.opening,
        "open_bank": found.open_bank,
        "open_books": found.open_books,
    }
    return {
        "posted": found.posted,
        **{name: {"count": tally.count, "total": f"{tally.total:f}"} for name, tally in tallies.items()},
    }


def _listed(match: Match) -> dict[str, Any]:
    return {
        "kind": match.kind,
        "bank": [
            {"line": one.line_id, "date": one.line.date.isoformat(), "amount": f"{one.line.amount:f}"}
            for one in match.lines.all()
        ],
        "books": [{"entry": one.entry_number, "line": one.no} for one in match.entry_lines.all()],
    }
