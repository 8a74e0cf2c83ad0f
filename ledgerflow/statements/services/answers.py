"""What only a person can say: whether lines on a cut day are the same, and that a discrepancy may pass."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.statements.in_use import decided
from ledgerflow.statements.models import (
    BankAccount,
    DayQuestion,
    Hold,
    Proof,
    Sighting,
    Statement,
    StatementLine,
)
from ledgerflow.statements.services._anew import recognize_anew
from ledgerflow.statements.services._apply import LinesInUseError
from ledgerflow.statements.services._lapse import settle_pending
from ledgerflow.statements.services._lock import lock_accounts
from ledgerflow.statements.services._twins import amounts_of, settle_twins
from ledgerflow.users.models import User

_LONGEST_REASON = 500


class AnswerRefusedError(LedgerFlowError):
    """There is no such answer."""


class OverrideRefusedError(LedgerFlowError):
    """There is nothing to override, or no reason was given."""


@transaction.atomic
def answer_question(*, question: DayQuestion, answer: str, user: User, now: datetime) -> DayQuestion:
    """Answer whether what looks alike in two files on a cut day is the same; answering anew takes the answer back.

    SAME joins the lines, the larger count wins; DIFFERENT lets them add up. Either lifts the hold. Of two lines that
    files date differently, SAME lets one stand and holds the other as its twin.

    :raises AnswerRefusedError: the answer is neither.
    :raises LinesInUseError: SAME would join lines that are both in the books; reverse one first.
    """
    if answer not in DayQuestion.Answer.values:
        raise AnswerRefusedError("The answer is either the same movements or different ones.")
    bank_account = question.bank_account
    lock_accounts([bank_account])
    locked = DayQuestion.objects.select_for_update().get(pk=question.pk)
    lines = _lines_of([locked]) if locked.other_no is not None else []
    if answer == DayQuestion.Answer.SAME:
        _refuse_both_in_use(lines)
    locked.answer, locked.answered_by, locked.answered_at = answer, user, now
    locked.save(update_fields=["answer", "answered_by", "answered_at"])
    if lines:
        _settle(bank_account, lines)
    else:
        _recognize_anew(bank_account, locked.date, (locked.statement, locked.other_statement))
    return locked


@transaction.atomic
def answer_all_alike(*, question: DayQuestion, answer: str, user: User, now: datetime) -> int:
    """Answer every open question about lines under two days that the question's two files show; return how many.

    :raises AnswerRefusedError: the answer is neither, the question is about a day, or SAME would make one line the same
        as two.
    :raises LinesInUseError: SAME would join lines that are both in the books; reverse one first.
    """
    if answer not in DayQuestion.Answer.values:
        raise AnswerRefusedError("The answer is either the same movements or different ones.")
    if question.other_no is None:
        raise AnswerRefusedError("This question is about a day, so it is answered alone.")
    lock_accounts([question.bank_account])
    questions = DayQuestion.objects.filter(
        book=question.book_id,
        statement=question.statement_id,
        other_statement=question.other_statement_id,
        other_no__isnull=False,
        answer="",
    )
    asked = list(questions)
    lines = _lines_of(asked)
    if answer == DayQuestion.Answer.SAME:
        _refuse_both_in_use(lines)
        for place in (0, 1):
            if len({pair[place].pk for pair in lines}) < len(lines):
                raise AnswerRefusedError(
                    "One of these lines may be either of two, so it cannot be the same as both. Answer them one by one."
                )
    questions.update(answer=answer, answered_by=user, answered_at=now)
    _settle(question.bank_account, lines)
    return len(asked)


def _settle(bank_account: BankAccount, pairs: Sequence[tuple[StatementLine, StatementLine]]) -> None:
    lines = [line for pair in pairs for line in pair]
    settle_twins(
        bank_account=bank_account,
        amounts={line.amount for line in lines},
        changed_days={line.date for line in lines},
    )


def _lines_of(questions: Sequence[DayQuestion]) -> list[tuple[StatementLine, StatementLine]]:
    """Return the two lines that each of the questions is about. One query."""
    if not questions:
        return []
    statements = {statement for one in questions for statement in (one.statement_id, one.other_statement_id)}
    shown = Sighting.objects.filter(
        book=questions[0].book_id,
        statement__in=statements,
        no__in={no for one in questions for no in (one.no, one.other_no)},
    )
    of = {(one.statement_id, one.no): one.line for one in shown.select_related("line").defer("place")}
    return [
        (of[one.statement_id, one.no or 0], of[one.other_statement_id, one.other_no or 0])
        for one in questions
    ]


def _refuse_both_in_use(pairs: Sequence[tuple[StatementLine, StatementLine]]) -> None:
    used = decided({line.pk for pair in pairs for line in pair}).in_use
    if any(line.pk in used and other.pk in used for line, other in pairs):
        raise LinesInUseError(
            "Both lines are decided about or in the books. First send one back to review, or reverse its entry."
        )


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
    stored = recognize_anew(bank_account=bank_account, days=[day])
    for statement in statements:
        settle_pending(bank_account=bank_account, statement=statement)
    settle_twins(bank_account=bank_account, amounts={one.amount for one in stored.seen})


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
    settle_twins(
        bank_account=statement.bank_account, amounts=amounts_of(book=locked.book_id, statements=[locked.pk])
    )
    return locked
