"""What only a person can say: whether lines on a cut day are the same, and that a discrepancy may pass."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.statements.models import (
    BankAccount,
    DayQuestion,
    Hold,
    Proof,
    Sighting,
    Statement,
    StatementLine,
)
from ledgerflow.statements.services._apply import ask, insert_movements, update_rows
from ledgerflow.statements.services._lapse import settle_pending
from ledgerflow.statements.services._lock import lock_accounts
from ledgerflow.statements.stored import load_days
from ledgerflow.users.models import User

_LONGEST_REASON = 500


class AnswerRefusedError(LedgerFlowError):
    """There is no such answer."""


class OverrideRefusedError(LedgerFlowError):
    """There is nothing to override, or no reason was given."""


@transaction.atomic
def answer_question(*, question: DayQuestion, answer: str, user: User, now: datetime) -> DayQuestion:
    """Answer whether what looks alike in two files on a cut day is the same; answering anew takes the answer back.

    SAME joins the lines, the larger count wins; DIFFERENT lets them add up. Either lifts the hold.

    :raises AnswerRefusedError: the answer is neither.
    :raises LinesInUseError: SAME would join lines that are both in the books; reverse one first.
    """
    if answer not in DayQuestion.Answer.values:
        raise AnswerRefusedError("The answer is either the same movements or different ones.")
    bank_account = question.bank_account
    lock_accounts([bank_account])
    locked = DayQuestion.objects.select_for_update().get(pk=question.pk)
    locked.answer, locked.answered_by, locked.answered_at = answer, user, now
    locked.save(update_fields=["answer", "answered_by", "answered_at"])
    _recognize_anew(bank_account, locked.date, (locked.statement, locked.other_statement))
    return locked


@transaction.atomic
def separate_line(*, statement: Statement, no: int, user: User, now: datetime) -> None:
    """Say that line ``no`` of the statement is none of the lines that the other files show as the same one.

    It becomes a line of its own. What was said stands with the answered questions, where it is taken back.

    :raises AnswerRefusedError: the statement has no such line, or no other file shows it.
    """
    bank_account = statement.bank_account
    lock_accounts([bank_account])
    sighting = (
        Sighting.objects.filter(book=statement.book_id, statement=statement, no=no)
        .select_related("line")
        .first()
    )
    if sighting is None:
        raise AnswerRefusedError(f"The statement has no line {no}.")
    others = Sighting.objects.filter(book=statement.book_id, line=sighting.line).exclude(statement=statement)
    found = [other.statement for other in others.select_related("statement").order_by("statement_id")]
    if not found:
        raise AnswerRefusedError("No other file shows this line, so there is nothing to keep it apart from.")
    for other in found:
        DayQuestion.objects.update_or_create(
            book_id=statement.book_id,
            bank_account=bank_account,
            date=sighting.line.date,
            statement=statement,
            other_statement=other,
            no=no,
            defaults={"answer": DayQuestion.Answer.DIFFERENT, "answered_by": user, "answered_at": now},
        )
    _recognize_anew(bank_account, sighting.line.date, (statement, *found))


def _recognize_anew(bank_account: BankAccount, day: date, statements: Iterable[Statement]) -> None:
    stored = load_days(bank_account=bank_account, days=[day])
    change = stored.plan()
    with connection.cursor() as cursor:
        insert_movements(cursor, bank_account, change.fresh)
        update_rows(cursor, bank_account, change, stored)
    ask(bank_account, [day], change)
    for statement in statements:
        settle_pending(bank_account=bank_account, statement=statement)


@transaction.atomic
def override_proof(*, statement: Statement, reason: str, user: User, now: datetime) -> Statement:
    """Let the lines of a statement pass although its balances disagree; the reason stays on the statement.

    :raises OverrideRefusedError: the statement is not a discrepancy, is overridden already, or the reason is empty.
    """
    lock_accounts([statement.bank_account])
    locked = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    reason = reason.strip()
    if locked.proof != Proof.DISCREPANCY:
        raise OverrideRefusedError("Nothing disagrees in this statement, so there is nothing to override.")
    if locked.overridden_at is not None:
        raise OverrideRefusedError("Somebody has overridden this discrepancy already.")
    if not reason:
        raise OverrideRefusedError("Say why the statement may be used although its balances disagree.")
    if len(reason) > _LONGEST_REASON:
        raise OverrideRefusedError(f"The reason may have {_LONGEST_REASON} characters at most.")
    locked.override_reason, locked.overridden_by, locked.overridden_at = reason, user, now
    locked.save(update_fields=["override_reason", "overridden_by", "overridden_at"])
    shown = Sighting.objects.filter(book=locked.book_id, statement=locked).values("line")
    StatementLine.objects.filter(pk__in=shown, hold=Hold.PROOF).update(hold=Hold.NONE)
    settle_pending(bank_account=statement.bank_account, statement=locked)
    return locked
