"""One OFX file from the door to the posted journal, by stage, beside ofxtools' parse and django-ledger's posting.

``python -m benchmarks.end_to_end [LINES]``. Uses the database of the tests (a clone of the migrated template).
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import tests.server  # noqa: F401 - gives the process its PostgreSQL before Django's settings are read

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings
from django.utils import timezone

from benchmarks import peers
from benchmarks.make_ofx import write_ofx
from ledgerflow.classification.services import RuleConditions, classify_lines, create_rule
from ledgerflow.documents.services import store_document
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import verify
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.posting.services import post_lines
from ledgerflow.statements.reading import read_file
from ledgerflow.statements.services import create_bank_account, import_statement
from ledgerflow.users.models import User
from tests import databases

_TRADES = (
    "COFFEE",
    "HARDWARE",
    "GROCERY",
    "FUEL",
    "PHARMACY",
    "BOOKS",
    "INSURANCE",
    "TELECOM",
    "PAYROLL",
    "RENT",
)


@contextmanager
def _timed(stages: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    stages[name] = time.perf_counter() - began


def measure(lines: int) -> dict[str, float]:
    """Return the seconds of each stage for a file of so many transactions, everything committed."""
    stages: dict[str, float] = {}
    with TemporaryDirectory() as folder, databases.clone(f"lf_bench_{os.getpid()}") as name:
        databases.point_to(name)
        settings.MEDIA_ROOT = Path(folder) / "documents"
        file = Path(folder) / "bench.ofx"
        write_ofx(lines, file)
        content, now = file.read_bytes(), timezone.now()
        user = User.objects.create_superuser("bench@example.org")
        book = open_book(name="Bench", base_currency="USD", chart="generic", owner=user, now=now)
        account = create_bank_account(
            book=book, name="Checking", kind="bank", currency="USD", number="999988"
        )
        expenses = list(Account.objects.filter(book=book, type="expense").order_by("code")[: len(_TRADES)])
        for place, trade in enumerate(_TRADES):
            create_rule(
                book=book,
                conditions=RuleConditions(text=trade),
                account=expenses[place % len(expenses)],
                mode="accept",
                user=user,
                now=now,
            )
        read_file(content=content[:2000], name="warm.ofx")
        with _timed(stages, "stored"):
            document = store_document(
                book=book, name="bench.ofx", content=content, uploaded_by=user, now=now
            ).document
        with _timed(stages, "read and proved"):
            reading = read_file(content=content, name="bench.ofx")
        with _timed(stages, "recognized, lines and sightings written"):
            outcomes = import_statement(document=document, reading=reading, bank_accounts=[account], now=now)
        new = [line for outcome in outcomes for line in outcome.new_line_ids]
        with _timed(stages, "payees and rules, every line accepted"):
            classify_lines(book=book, line_ids=new)
        with _timed(stages, "posted, movements right"):
            outcome = post_lines(book=book, line_ids=None, posted_by=user, posted_at=now)
        if outcome.posted != lines or verify.problems(book=book):
            raise SystemExit(
                f"Only {outcome.posted} of {lines} lines were posted, or the books do not verify."
            )
    return stages


def main() -> None:
    """Print the table."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    stages = measure(lines)
    total = sum(stages.values())
    with TemporaryDirectory() as folder:
        file = Path(folder) / "peer.ofx"
        write_ofx(lines, file)
        parse = float(peers.run("ofxtools_parse.py", str(file)).split()[0])
    posting = float(peers.run("django_ledger_post.py", "300"))
    print(f"{'stage':45} {'seconds':>8} {'lines/s':>10}")
    for name, seconds in (*stages.items(), ("end to end", total)):
        print(f"{name:45} {seconds:8.2f} {lines / seconds:10,.0f}")
    print(f"{'ofxtools: parse and convert only':45} {parse:8.2f} {lines / parse:10,.0f}")
    print(f"end to end / ofxtools' parse:          {parse / total:6.1f} x   (goal 2)")
    print(
        f"end to end / django-ledger's posting:  {lines / total / posting:6.0f} x   (goal 100; {posting:.0f} entries/s)"
    )


if __name__ == "__main__":
    main()
