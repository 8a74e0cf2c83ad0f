"""One OFX file from the door to the posted journal, by stage, beside ofxtools' parse and django-ledger's posting.

``python -m benchmarks.end_to_end [LINES ROUNDS]``. Each stage ends with everything committed.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils import timezone

from benchmarks import peers, scratch
from benchmarks.make_ofx import TRADES, write_ofx
from benchmarks.table import Row, render
from ledgerflow.classification.services import RuleConditions, classify_lines, create_rule
from ledgerflow.documents.services import store_document
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.selectors import verify
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.posting.services import post_lines
from ledgerflow.statements.reading import read_file
from ledgerflow.statements.services import create_bank_account, import_statement
from ledgerflow.users.models import User


@contextmanager
def _timed(stages: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    stages[name] = time.perf_counter() - began


def measure(lines: int) -> dict[str, float]:
    """Return the seconds of each stage for a file of so many transactions, everything committed."""
    stages: dict[str, float] = {}
    with TemporaryDirectory() as folder, scratch.database():
        settings.MEDIA_ROOT = Path(folder) / "documents"
        file = Path(folder) / "bench.ofx"
        write_ofx(lines, file)
        content, now = file.read_bytes(), timezone.now()
        user = User.objects.create_superuser("bench@example.org")
        book = open_book(name="Bench", base_currency="USD", chart="generic", owner=user, now=now)
        account = create_bank_account(
            book=book, name="Checking", kind="bank", currency="USD", number="999988"
        )
        expenses = list(Account.objects.filter(book=book, type="expense").order_by("code")[: len(TRADES)])
        for place, trade in enumerate(TRADES):
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


def _django_ledger_rate() -> float:
    with scratch.empty_database() as at:
        return float(peers.run("django_ledger_post.py", "300", PEER_DATABASE=json.dumps(at)))


def rows(lines: int, rounds: int) -> list[Row]:
    """Measure the way and its peers in turns; the best of each counts."""
    ours, parse = [], []
    with TemporaryDirectory() as folder:
        file = Path(folder) / "peer.ofx"
        write_ofx(lines, file)
        for _ in range(rounds):
            ours.append(measure(lines))
            parse.append(float(peers.run("ofxtools_parse.py", str(file)).split()[0]))
    best = min(ours, key=lambda stages: sum(stages.values()))
    total, slow = sum(best.values()), min(parse)
    posting = max(_django_ledger_rate() for _ in range(rounds))
    return [
        Row(
            f"end to end, {lines:,} lines",
            f"{total:.2f} s",
            f"ofxtools, parse only {slow:.2f} s",
            slow / total,
            "x",
            2,
        ),
        *(
            Row(f"- {name}", f"{seconds:.2f} s", "", lines / seconds, "lines/s")
            for name, seconds in best.items()
        ),
        Row(
            "end to end beside posting alone",
            f"{lines / total:,.0f} lines/s",
            f"django-ledger {posting:.0f} entries/s",
            lines / total / posting,
            "x",
            100,
        ),
    ]


if __name__ == "__main__":
    print(render(rows(*(int(each) for each in sys.argv[1:3] or ("100000", "1")))))
