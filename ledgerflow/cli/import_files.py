"""``ledgerflow import``: files into a book, as if dropped in the inbox."""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.books.permissions import Action
from ledgerflow.cli import output
from ledgerflow.cli.dates import add_order_argument
from ledgerflow.cli.people import acting_user, add_book_arguments, open_book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.jobs import worker_is_alive
from ledgerflow.ledger.charts import CHARTS
from ledgerflow.ledger.models import Account, AccountType
from ledgerflow.ledger.services.accounts import create_account
from ledgerflow.ledger.services.opening import open_book as make_book
from ledgerflow.pipeline import services
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import Answer
from ledgerflow.statements.models import BankAccount, BankAccountNumber
from ledgerflow.statements.proof import prove
from ledgerflow.statements.reading import FileReading, read_in_order
from ledgerflow.statements.selectors import statements_of
from ledgerflow.statements.services import create_bank_account
from ledgerflow.toolbox.selectors import enabled_readers
from ledgerflow.users.models import User

HELP = "store and import statement files"

_BAD_INPUT = 2
_UNSTATED = ("", "XXX")
_USUAL_CURRENCY = "USD"
#: The row of a file that was not taken in. Whatever became of a file, its row has these columns.
_NOTHING_KEPT: dict[str, object] = {
    "file": None,
    "state": "refused",
    "format": None,
    "account": None,
    "new": 0,
    "here_already": 0,
    "held_back": 0,
    "proof": None,
    "message": None,
}
_BAD_STATES = {"refused", str(ImportRun.State.FAILED), str(ImportRun.State.NEEDS_YOU)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the book, the account where files do not name it, and the files."""
    add_book_arguments(parser)
    parser.add_argument(
        "--create", action="store_true", help="make the book and its bank accounts as files need them"
    )
    parser.add_argument("--currency", help="base currency of a book that is made (default: the first file's)")
    parser.add_argument(
        "--chart", default="generic", choices=sorted(CHARTS), help="chart of a book that is made"
    )
    parser.add_argument(
        "--account", metavar="CODE", help="ledger account of the bank account, where files do not say"
    )
    add_order_argument(parser)
    parser.add_argument("--wait", action="store_true", help="import here and now instead of by the worker")
    parser.add_argument("--password", help="the password of protected PDFs; it is kept nowhere")
    parser.add_argument("--dry-run", action="store_true", help="say what is in the files; store nothing")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    output.add_format_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Import each file; one that fails does not stop the next. 2 when any was refused."""
    rows = (
        [_preview(path, options.password, options.day_order) for path in options.files]
        if options.dry_run
        else _import_all(options)
    )
    output.print_rows(rows, options.format)
    return _BAD_INPUT if any(row["state"] in _BAD_STATES for row in rows) else 0


def _import_all(options: argparse.Namespace) -> list[dict[str, object]]:
    user = acting_user(options.user)
    book = _book(options, user)
    account = _account(book, options.account, create=options.create) if options.account else None
    here = options.wait or not worker_is_alive()
    answers = [
        answer for path in options.files for answer in _receive(book, path, user, account, options.password)
    ]
    for answer in answers:
        if answer.received:
            _carry_through(answer.received.run, options, here=here)
    return [_row(answer) for answer in answers]


def _preview(path: Path, password: str | None, order: str | None) -> dict[str, object]:
    try:
        reading = _read(path, password, order)
    except OSError as error:
        reading = FileReading(name=path.name, status="refused", error=str(error))
    return {
        "file": path.name,
        "state": reading.status,
        "format": reading.format,
        "account": ", ".join(statement.account or "not named" for statement in reading.statements) or None,
        "lines": sum(len(statement.lines) for statement in reading.statements),
        "proof": _joined(prove(statement).outcome for statement in reading.statements),
        "message": reading.error or " ".join(reading.warnings) or None,
    }


def _read(path: Path, password: str | None, order: str | None) -> FileReading:
    return read_in_order(
        content=path.read_bytes(), name=path.name, readers=enabled_readers(), password=password, order=order
    )


def _joined(outcomes: Iterable[object]) -> str | None:
    return ", ".join(sorted({str(outcome) for outcome in outcomes})) or None


def _book(options: argparse.Namespace, user: User) -> Book:
    if not options.create or Book.objects.filter(slug=options.book).exists():
        return open_book(options.book, user=user, action=Action.IMPORT)
    return make_book(
        name=options.book,
        slug=options.book,
        base_currency=(options.currency or _currency_of(options.files, options.day_order)).upper(),
        chart=options.chart,
        owner=user,
        now=timezone.now(),
    )


def _currency_of(paths: list[Path], order: str | None) -> str:
    """Return the currency that the first of the files states."""
    for path in paths:
        if path.is_file():
            for statement in _read(path, None, order).statements:
                if statement.currency not in _UNSTATED:
                    return statement.currency
    return _USUAL_CURRENCY


def _account(book: Book, code: str, *, create: bool) -> BankAccount:
    """Return the bank account on the ledger account, made with it where that is asked for."""
    there = BankAccount.objects.filter(book=book, ledger_account__code=code).first()
    if there is not None:
        return there
    if not create:
        raise LedgerFlowError(
            f"No bank account of the book {book.slug} stands on the ledger account {code}; --create makes one."
        )
    ledger_account = Account.objects.filter(book=book, code=code).first() or create_account(
        book=book, code=code, name=f"Bank account {code}", type=AccountType.ASSET, currency=book.base_currency
    )
    return create_bank_account(
        book=book,
        name=ledger_account.name,
        kind=BankAccount.Kind.BANK,
        currency=book.base_currency,
        ledger_account=ledger_account,
    )


def _receive(
    book: Book, path: Path, user: User, account: BankAccount | None, password: str | None
) -> list[Answer]:
    try:
        content = path.read_bytes()
    except OSError as error:
        return [Answer(path.name, None, str(error))]
    return services.receive_files(
        book=book,
        files=[(path.name, content)],
        user=user,
        now=timezone.now(),
        bank_account=account,
        password=password,
    )


def _carry_through(run: ImportRun, options: argparse.Namespace, *, here: bool) -> None:
    """See the file to its end, imported here or by a worker, and answer what it asks as far as the options do.

    A file may name several accounts, and each is asked about in turn; so it is with tables and their dates.
    """
    password: str | None = options.password
    _import(run, here=here, password=password)
    while (options.create and run.asks_account) or (options.day_order and run.asks_order):
        try:
            if run.asks_order:
                services.answer_order(
                    run=run,
                    order=options.day_order,
                    now=timezone.now(),
                    password=password or "",
                    asked=run.asked,
                )
            else:
                _answer(run, password)
        except LedgerFlowError as error:
            # The file goes on waiting for a person; the next one is not its business.
            print(f"{run.document.name}: {error}", file=sys.stderr)
            return
        _import(run, here=here, password=password)


def _import(run: ImportRun, *, here: bool, password: str | None) -> None:
    """Import the file here, or wait until a worker has; one may be quicker even where it was to be here."""
    if here or password:
        services.run_import(run_id=run.pk, now=timezone.now(), password=password)
    run.refresh_from_db()
    while run.state in {ImportRun.State.WAITING, ImportRun.State.RUNNING}:
        time.sleep(0.2)
        run.refresh_from_db()


def _answer(run: ImportRun, password: str | None) -> None:
    """Answer with the bank account that was made for such a file before, else with a new one.

    Files that name no account are all one account's, as far as a command can know; several lists within one file that
    name none are an account each, because lists of one account would be one.
    """
    currency = run.asked_currency or run.book.base_currency
    there = {account.name: account for account in BankAccount.objects.filter(book=run.book)}
    name = _account_name(run, currency=None)
    if name in there and there[name].currency != currency:
        name = _account_name(run, currency=currency)
    is_told_apart = bool(run.asked_number or run.asked_alike)
    services.answer_account(
        run=run,
        bank_account=there.get(name) or (None if is_told_apart else _unnumbered(run.book, currency)),
        name=name,
        kind=run.asked_kind or BankAccount.Kind.BANK,
        currency=currency,
        now=timezone.now(),
        password=password or "",
        asked=run.asked,
    )


def _unnumbered(book: Book, currency: str) -> BankAccount | None:
    """Return the bank account in the currency that only file names lead to."""
    numbers = BankAccountNumber.objects.filter(book=book)
    of_whole_files = numbers.filter(kind=BankAccountNumber.Kind.FILE_NAME).exclude(number__contains="#")
    return (
        BankAccount.objects.filter(book=book, currency=currency, pk__in=of_whole_files.values("bank_account"))
        .exclude(pk__in=numbers.exclude(kind=BankAccountNumber.Kind.FILE_NAME).values("bank_account"))
        .order_by("pk")
        .first()
    )


def _account_name(run: ImportRun, *, currency: str | None) -> str:
    name = f"Account {run.asked_number}" if run.asked_number else f"Account of {run.document.name}"
    ending = f", list {run.asked_position + 1}" if run.asked_alike else ""
    ending += f" ({currency})" if currency else ""
    return name[: 120 - len(ending)] + ending


def _row(answer: Answer) -> dict[str, object]:
    received = answer.received
    if received is None:
        return _NOTHING_KEPT | {"file": answer.name, "message": answer.refusal}
    run = received.run
    statements = list(statements_of(document=run.document))
    is_known = not received.is_new and run.state == ImportRun.State.READY
    message = f"Received {run.created_at:%Y-%m-%d %H:%M} as {run.document.name}." if is_known else run.message
    return {
        "file": answer.name,
        "state": "here_already" if is_known else str(run.state),
        "format": statements[0].format if statements else None,
        "account": str(run.bank_account) if run.bank_account else None,
        "new": 0 if is_known else run.lines_new,
        "here_already": run.lines_new + run.lines_known if is_known else run.lines_known,
        "held_back": run.lines_held,
        "proof": _joined(statement.proof for statement in statements),
        "message": f"{message} Say it with --day-order." if run.asks_order else message or None,
    }
