"""Let pending lines go that the bank booked otherwise or dropped, and take back those that a file shows again."""

from ledgerflow.statements.lapse_selectors import lapses_of
from ledgerflow.statements.lapses import BOOKED_WITHIN
from ledgerflow.statements.models import BankAccount, Hold, Statement, StatementLine


def settle_pending(*, bank_account: BankAccount, statement: Statement) -> None:
    """Say anew which pending lines have lapsed about the days that the statement speaks for, after it came or went.

    What is held back for another reason stays so. One query where nothing is pending.
    """
    starts = [day for day in (statement.complete_from, statement.first_date) if day is not None]
    ends = [day for day in (statement.complete_to, statement.last_date) if day is not None]
    if not starts or not ends:
        return
    pending = list(
        StatementLine.objects.filter(
            book=bank_account.book_id,
            bank_account=bank_account,
            date__range=(min(starts) - BOOKED_WITHIN, max(ends) + BOOKED_WITHIN),
            is_pending=True,
            hold__in=(Hold.NONE, Hold.LAPSED),
        )
    )
    lapsed = lapses_of(bank_account=bank_account, pending=pending)
    for hold, lines in (
        (Hold.LAPSED, [line.pk for line in pending if line.pk in lapsed and line.hold != Hold.LAPSED]),
        (Hold.NONE, [line.pk for line in pending if line.pk not in lapsed and line.hold != Hold.NONE]),
    ):
        if lines:
            StatementLine.objects.filter(pk__in=lines).update(hold=hold)
