"""Take a file's statements back, as if it had never come."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.models import Document
from ledgerflow.statements.models import DayQuestion, Sighting, Statement
from ledgerflow.statements.services._apply import ask, insert_movements, update_rows
from ledgerflow.statements.services._lapse import settle_pending
from ledgerflow.statements.services._lock import lock_accounts
from ledgerflow.statements.services._twins import amounts_of, days_of_twins, settle_twins
from ledgerflow.statements.stored import days_of, load_days


class NotImportedError(LedgerFlowError):
    """The document has no statements in the book."""


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """What an undo took away, and how many lines stay because another file shows them too."""

    statements: int
    lines_removed: int
    lines_kept: int


@transaction.atomic
def undo_import(*, document: Document) -> UndoneImport:
    """Remove the document's statements and the lines that no other file shows. The document itself stays.

    What remains is what would be there without the document: lines, words, holds and questions.

    :raises NotImportedError: the document has no statements.
    :raises LinesInUseError: lines that would go are classified or posted; higher apps take that back first.
    """
    statements = list(
        Statement.objects.filter(book=document.book_id, document=document).select_related("bank_account")
    )
    if not statements:
        raise NotImportedError(f"{document.name} has no statements to take back.")
    accounts = {statement.bank_account_id: statement.bank_account for statement in statements}
    lock_accounts(accounts.values())
    going = [statement.pk for statement in statements]
    days = {account: days_of(statements=going, bank_account=account) for account in accounts}
    stored = {account: load_days(bank_account=accounts[account], days=days[account]) for account in accounts}
    twin_days = days_of_twins(book=document.book_id, statements=going)
    amounts = amounts_of(book=document.book_id, statements=going)
    removed = 0
    _keep_answers(document.book_id, going)
    with connection.cursor() as cursor:
        DayQuestion.objects.filter(statement__in=going).delete()
        DayQuestion.objects.filter(other_statement__in=going).delete()
        cursor.execute(
            "DELETE FROM statements_statement WHERE book_id = %s AND id = ANY(%s)", [document.book_id, going]
        )
        cursor.execute(
            "DELETE FROM statements_sighting WHERE book_id = %s AND statement_id = ANY(%s)",
            [document.book_id, going],
        )
        for account, bank_account in accounts.items():
            # What shows the same on another day may go; whether it does is settled below.
            stored[account].elsewhere.clear()
            change = stored[account].plan(without=going)
            insert_movements(cursor, bank_account, change.fresh)
            update_rows(cursor, bank_account, change, stored[account])
            ask(bank_account, days[account], change)
            removed += len(change.gone)
    for statement in statements:
        settle_pending(bank_account=statement.bank_account, statement=statement)
    for bank_account in accounts.values():
        settle_twins(bank_account=bank_account, amounts=amounts, changed_days=twin_days)
    seen = {one.line for of_account in stored.values() for one in of_account.seen if one.statement in going}
    return UndoneImport(len(statements), removed, max(len(seen) - removed, 0))


def _keep_answers(book: int, going: Collection[int]) -> None:
    """Let what people said of two lines stand with other files that show the same lines, where there are such."""
    said = DayQuestion.objects.filter(book=book, other_no__isnull=False, answered_by__isnull=False)
    moving = list(said.filter(Q(statement__in=going) | Q(other_statement__in=going)).order_by("pk"))
    if not moving:
        return
    shown = Sighting.objects.filter(book=book, line__in=_lines_of(book, moving)).order_by("statement", "no")
    line_of = {(one.statement_id, one.no): one.line_id for one in shown.defer("place")}
    stays = {line: place for place, line in reversed(line_of.items()) if place[0] not in going}
    taken = set(said.values_list("statement", "no", "other_statement", "other_no"))
    for one in moving:
        first = stays.get(line_of[one.statement_id, one.no or 0])
        second = stays.get(line_of[one.other_statement_id, one.other_no or 0])
        if first is not None and second is not None and (*first, *second) not in taken:
            (one.statement_id, one.no), (one.other_statement_id, one.other_no) = first, second
            one.save(update_fields=["statement", "no", "other_statement", "other_no"])
            taken.add((*first, *second))


def _lines_of(book: int, questions: Iterable[DayQuestion]) -> set[int]:
    """Return the lines that the questions are about."""
    places = {
        place
        for one in questions
        for place in ((one.statement_id, one.no), (one.other_statement_id, one.other_no))
    }
    named = Sighting.objects.filter(
        book=book,
        statement__in={statement for statement, _no in places},
        no__in={no for _statement, no in places if no is not None},
    )
    return {
        line
        for statement, no, line in named.values_list("statement", "no", "line")
        if (statement, no) in places
    }
