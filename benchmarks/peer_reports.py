"""Balances beside other ledgers on the same exported books: ``python -m benchmarks.peer_reports [LINES]``.

Builds a book of 1,000,000 lines when not told, exports it, and asks hledger, ledger and Beancount for what stands on
every account at the end of the last day, each once. They read the whole file each time, as they are made; LedgerFlow
reads its database. Every answer must be LedgerFlow's, to the cent, before its time counts. The trial balance is timed
twice: the report alone, which is what the others print, and the whole page with every middleware and its template.
"""

import csv
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import Client

from benchmarks import peers, reports, scratch
from benchmarks.table import Row, render
from ledgerflow.books.models import Book
from ledgerflow.exchange.account_names import account_names
from ledgerflow.exchange.plain_text import write_plain_text
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.users.models import User

GOAL, ROUNDS = 1_000, 15

_Balances = dict[str, Decimal]


def _run(*command: str, asked: str | None = None) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, input=asked).stdout


def _hledger(folder: Path) -> _Balances:
    out = _run("hledger", "-f", str(folder / "book.hledger"), "balance", "--flat", "-O", "csv", "-N")
    rows = csv.DictReader(out.splitlines())
    return {row["account"]: Decimal(row["balance"].split()[0].replace(",", "")) for row in rows}


def _ledger(folder: Path) -> _Balances:
    shape = "%(account)\t%(quantity(scrub(display_total)))\n"
    out = _run(
        "ledger",
        "-f",
        str(folder / "book.hledger"),
        "balance",
        "--flat",
        "--no-total",
        "--balance-format",
        shape,
    )
    rows = (line.split("\t") for line in out.splitlines() if line.strip())
    return {account: Decimal(figure) for account, figure in rows}


def _beancount(folder: Path) -> _Balances:
    asked = {"path": str(folder / "book.beancount"), "through": [reports.LAST.isoformat()], "between": []}
    script = Path(peers.__file__).parent / "beancount_totals.py"
    answer = json.loads(_run(str(peers.PYTHON), "-W", "ignore", str(script), asked=json.dumps(asked)))
    assert not answer["errors"], answer["errors"][:3]
    return {name.rpartition(" ")[0]: Decimal(amount) for name, amount in answer["through"][0].items()}


_PEERS: Mapping[str, Callable[[Path], _Balances]] = {
    "hledger": _hledger,
    "ledger": _ledger,
    "beancount": _beancount,
}


def _ours(book: Book) -> _Balances:
    names = account_names(Account.objects.filter(book=book))
    report = trial_balance(book=book, as_of=reports.LAST)
    return {names[row.account_id]: row.base_amount for row in report.rows}


def _without_zeros(balances: _Balances) -> _Balances:
    return {name: amount for name, amount in balances.items() if amount}


def _export(book: Book, folder: Path) -> None:
    for form in ("hledger", "beancount"):
        with (folder / f"book.{form}").open("wb") as file:
            write_plain_text(book=book, form=form, out=file)


def rows(lines: int) -> list[Row]:
    """Build and export the book, ask every program, and print how many times as long each takes."""
    peers.ensure()
    found = []
    with scratch.database(), TemporaryDirectory() as name:
        folder = Path(name)
        book = reports.open_book()
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email="bench@example.org"))
        reports.build(book, lines // 2)
        reports.tidy()
        _export(book, folder)
        ours = _without_zeros(_ours(book))
        report = min(_timed(lambda: trial_balance(book=book, as_of=reports.LAST)) for _ in range(ROUNDS))
        address = f"/books/{book.slug}/reports/trial-balance/?as_of={reports.LAST}"
        reports.ask(client, address)  # templates are compiled once a process
        page = min(reports.ask(client, address) for _ in range(ROUNDS)).total / 1000
        for peer, balances in _PEERS.items():
            if peer != "beancount" and shutil.which(peer) is None:
                print(f"{peer} is not installed; left out.")
                continue
            began = time.perf_counter()
            theirs = _without_zeros(balances(folder))
            seconds = time.perf_counter() - began
            assert theirs == ours, (peer, sorted(set(theirs.items()) ^ set(ours.items()))[:4])
            beside = f"{peer} {seconds:.1f} s"
            found += [
                Row(
                    f"trial balance of {lines:,} lines",
                    f"{report * 1000:.1f} ms",
                    beside,
                    seconds / report,
                    "x",
                    GOAL,
                ),
                Row("- its whole page", f"{page * 1000:.1f} ms", beside, seconds / page, "x"),
            ]
    return found


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
