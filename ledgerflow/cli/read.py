"""``ledgerflow read``: what is in these files? Without a database."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from ledgerflow.cli import BAD_INPUT, DONE
from ledgerflow.cli.dates import add_order_argument
from ledgerflow.statements.proof import Outcome, prove
from ledgerflow.statements.reading import FileReading, read_in_order
from ledgerflow.toolbox.values import OpenOrder, Statement, StatementLine

HELP = "read statement files without a database and print what is in them"

_MARKS = {Outcome.PROVEN: "✓", Outcome.DISCREPANCY: "✗", Outcome.UNPROVABLE: "?"}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "--format", choices=("jsonl", "table"), help="jsonl (one object a file) or table (on a terminal)"
    )
    parser.add_argument("--password", help="the password of encrypted files; it is kept nowhere")
    add_order_argument(parser)
    parser.add_argument("files", nargs="+", metavar="FILE")


def run(options: Namespace) -> int:
    """Read each file in order and print it before the next is read; return 2 if any was refused."""
    form = options.format or ("table" if sys.stdout.isatty() else "jsonl")
    refused = False
    for name in options.files:
        reading = _read(name, options.password, options.day_order)
        refused = refused or reading.status == "refused"
        if form == "jsonl":
            print(json.dumps(_document(reading), ensure_ascii=False), flush=True)
        else:
            print("\n".join(_paragraph(reading)), flush=True)
    return BAD_INPUT if refused else DONE


def _read(name: str, password: str | None, order: str | None) -> FileReading:
    path = Path(name)
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a usable name"
        return FileReading(
            name=name, status="refused", error=f"The file cannot be opened: {reason}. Check the path."
        )
    reading = read_in_order(content=content, name=path.name, password=password, order=order)
    return FileReading(
        name=name,
        status=reading.status,
        reader=reading.reader,
        format=reading.format,
        error=reading.error,
        warnings=reading.warnings,
        statements=reading.statements,
        asks=reading.asks,
    )


def _document(reading: FileReading) -> dict[str, object]:
    """The JSON object of a file, as docs promise it."""
    return {
        "file": reading.name,
        "status": reading.status,
        "format": reading.format,
        "error": reading.error,
        "warnings": list(reading.warnings),
        "statements": [_statement(statement) for statement in reading.statements],
        **({"day_orders": _ways(reading.asks)} if reading.asks else {}),
    }


def _ways(asks: OpenOrder) -> list[dict[str, str]]:
    """Return what ``--day-order`` may say of a file whose dates leave it open, with the first and last day then."""
    return [
        {"day_order": way.order, "first_date": way.first.isoformat(), "last_date": way.last.isoformat()}
        for way in asks.ways
    ]


def _statement(statement: Statement) -> dict[str, object]:
    days = [line.date for line in statement.lines]
    first = min(days) if days else statement.complete_from
    last = max(days) if days else statement.complete_to
    proof = prove(statement)
    return {
        "account": statement.account,
        "number": statement.number,
        "bank": statement.bank,
        "currency": statement.currency or None,
        "opening_balance": _decimal(statement.opening_balance),
        "closing_balance": _decimal(statement.closing_balance),
        "first_date": first.isoformat() if first else None,
        "last_date": last.isoformat() if last else None,
        "proof": proof.outcome.value,
        "proof_detail": proof.detail,
        "lines": [_line(line) for line in statement.lines],
    }


def _line(line: StatementLine) -> dict[str, object]:
    """Return the line; other days, and what was in another currency, are there only where the file says so."""
    original = {
        "original_amount": _decimal(line.original_amount),
        "original_currency": line.original_currency,
        "rate": _decimal(line.rate),
    }
    others = {"booking_date": line.booking_date, "transaction_date": line.transaction_date}
    return {
        "date": line.date.isoformat(),
        "value_date": line.value_date.isoformat() if line.value_date else None,
        **{name: day.isoformat() for name, day in others.items() if day is not None},
        "amount": _decimal(line.amount),
        "currency": line.currency or None,
        "description": line.description,
        "counterparty": line.counterparty,
        "reference": line.reference,
        "bank_id": line.bank_id,
        "balance": _decimal(line.balance),
        "status": line.status,
        **{name: value for name, value in original.items() if value is not None},
        "source": dict(line.place),
    }


def _decimal(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _paragraph(reading: FileReading) -> Iterator[str]:
    """The same for people: a line for the file, one for each statement, one for each movement."""
    yield f"{reading.name}: {reading.status}" + (f" as {reading.format}" if reading.format else "")
    for sentence in (reading.error, *reading.warnings):
        if sentence:
            yield f"  {sentence}"
    for statement in reading.statements:
        proof = prove(statement)
        found = f"{len(statement.lines)} lines {statement.currency}"
        yield f"  {_MARKS[proof.outcome]} account {statement.account or 'unknown'}: {found}, {proof.outcome}"
        if proof.detail:
            yield f"    {proof.detail}"
        for line in statement.lines:
            pending = " (pending)" if line.status == "pending" else ""
            yield f"    {line.date}  {_decimal(line.amount):>14} {line.currency}  {line.description}{pending}".rstrip()
