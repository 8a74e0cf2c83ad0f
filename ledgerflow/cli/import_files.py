"""``ledgerflow import``: files into a book, as if dropped in the inbox."""

import argparse
import time
from pathlib import Path

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.cli import output
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.jobs import worker_is_alive
from ledgerflow.ledger.charts import CHARTS
from ledgerflow.ledger.services.opening import open_book as make_book
from ledgerflow.pipeline import services
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.statements.models import BankAccount
from ledgerflow.statements.selectors import statements_of
from ledgerflow.users.models import User

HELP = "store and import statement files"

_BAD_INPUT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, the account where files do not name it, and the files."""
    add_book_arguments(parser)
    parser.add_argument(
        "--create", action="store_true", help="make the book, and bank accounts that files name"
    )
    parser.add_argument(
        "--currency", default="USD", help="base currency of a book that is made (default USD)"
    )
    parser.add_argument(
        "--chart", default="generic", choices=sorted(CHARTS), help="chart of a book that is made"
    )
    parser.add_argument(
        "--account", metavar="CODE", help="ledger account of the bank account, where files do not say"
    )
    parser.add_argument("--wait", action="store_true", help="import here and now instead of by the worker")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Import each file; one that fails does not stop the next. 2 when any was refused."""
    user = acting_user(options.user)
    book = _book(options, user)
    account = _account(book, options.account)
    here = options.wait or not worker_is_alive()
    runs = [_receive(book, path, user, account) for path in options.files]
    if here:
        for received in runs:
            if isinstance(received, ImportRun):
                _import_now(received, create=options.create)
    else:
        _wait_for(runs)
    rows = [_row(path, received) for path, received in zip(options.files, runs, strict=True)]
    output.print_rows(rows, options.format)
    bad = {ImportRun.State.FAILED, ImportRun.State.NEEDS_YOU}
    return _BAD_INPUT if any(row["state"] == "refused" or row["state"] in bad for row in rows) else 0


def _book(options: argparse.Namespace, user: User) -> Book:
    if options.create and not Book.objects.filter(slug=options.book).exists():
        return make_book(
            name=options.book,
            slug=options.book,
            base_currency=options.currency.upper(),
            chart=options.chart,
            owner=user,
            now=timezone.now(),
        )
    return open_book(options.book, user=user, action=Action.IMPORT)


def _account(book: Book, code: str | None) -> BankAccount | None:
    if code is None:
        return None
    account = BankAccount.objects.filter(book=book, ledger_account__code=code).first()
    if account is None:
        raise LedgerFlowError(f"No bank account of the book {book.slug} stands on the ledger account {code}.")
    return account


def _receive(book: Book, path: Path, user: User, account: BankAccount | None) -> ImportRun | str:
    try:
        content = path.read_bytes()
        received = services.receive_file(
            book=book, name=path.name, content=content, user=user, now=timezone.now(), bank_account=account
        )
    except (OSError, LedgerFlowError) as error:
        return str(error)
    return received.run


def _import_now(run: ImportRun, *, create: bool) -> None:
    services.run_import(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    # A file may name several accounts, and each is asked about in turn.
    while create and run.state == ImportRun.State.NEEDS_YOU:
        currency = run.asked_currency or run.book.base_currency
        services.answer_account(
            run=run, bank_account=None, name=_account_name(run), kind=BankAccount.Kind.BANK, currency=currency
        )
        services.run_import(run_id=run.pk, now=timezone.now())
        run.refresh_from_db()


def _account_name(run: ImportRun) -> str:
    name = f"Account {run.asked_number}" if run.asked_number else f"Account of {run.document.name}"
    return name[:120]


def _wait_for(runs: list[ImportRun | str]) -> None:
    for run in runs:
        while isinstance(run, ImportRun) and run.state in {ImportRun.State.WAITING, ImportRun.State.RUNNING}:
            time.sleep(0.2)
            run.refresh_from_db()


def _row(path: Path, run: ImportRun | str) -> dict[str, object]:
    if isinstance(run, str):
        return {"file": path.name, "state": "refused", "message": run}
    statements = list(statements_of(document=run.document))
    return {
        "file": path.name,
        "state": str(run.state),
        "format": statements[0].format if statements else None,
        "account": str(run.bank_account) if run.bank_account else None,
        "new": run.lines_new,
        "here_already": run.lines_known,
        "held_back": run.lines_held,
        "proof": ", ".join(sorted({str(statement.proof) for statement in statements})) or None,
        "message": run.message or None,
    }
