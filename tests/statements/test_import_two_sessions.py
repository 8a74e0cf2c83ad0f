from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, transaction

from ledgerflow.statements import services
from ledgerflow.statements.models import Sighting, StatementLine
from tests.factories import BankAccountFactory
from tests.statements.shapes import NOW, document, line, reading, statement


def together(*calls):
    """Run the calls at the same moment, each in a session and transaction of its own; return results or errors."""
    start = Barrier(len(calls))

    def run(call):
        try:
            with transaction.atomic():
                start.wait(timeout=10)
                return call()
        except services.AlreadyImportedError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def importing(checking, file, *lines):
    def call():
        (outcome,) = services.import_statement(
            document=file, reading=reading(statement(*lines)), bank_accounts=[checking], now=NOW
        )
        return outcome

    return call


def test_overlapping_files_at_once_make_each_line_once(committed_db):
    checking = BankAccountFactory()
    days = [line(day, day) for day in range(1, 11)]

    outcomes = together(
        *(importing(checking, document(checking.book), *days[start : start + 8]) for start in (0, 1, 2))
    )

    assert StatementLine.objects.count() == 10
    assert Sighting.objects.count() == 24
    assert sum(outcome.lines_new for outcome in outcomes) == 10


def test_one_document_at_once_is_imported_once(committed_db):
    checking = BankAccountFactory()
    file = document(checking.book)

    results = together(*(importing(checking, file, line(1, 1)) for _ in range(2)))

    assert sorted(type(result).__name__ for result in results) == ["AlreadyImportedError", "ImportOutcome"]
    assert StatementLine.objects.count() == 1
