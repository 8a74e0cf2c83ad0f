"""Take a file's statements back, as if it had never come."""

from dataclasses import dataclass

from django.db import connection, transaction

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.models import Document
from ledgerflow.statements.models import DayQuestion, Statement
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
