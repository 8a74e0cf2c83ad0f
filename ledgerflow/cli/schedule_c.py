"""What ``ledgerflow report schedule-c`` takes and gives: the worksheet of a tax year, and its evidence pack."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from django.utils import timezone

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.reports.by_name import Asked, schedule_c_asked
from ledgerflow.reports.evidence.pack import write_evidence_pack
from ledgerflow.reports.schedule_c import ScheduleC
from ledgerflow.reports.table import Table


def add_schedule_c_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the tax year, the rounding and where an evidence pack goes."""
    parser.add_argument(
        "--year",
        type=int,
        metavar="YEAR",
        help="schedule-c: the tax year (that of --from and --to, or today's)",
    )
    parser.add_argument("--whole-dollars", action="store_true", help="schedule-c: round to whole dollars")
    parser.add_argument(
        "--evidence-pack",
        type=Path,
        metavar="FILE",
        help="schedule-c: write the evidence pack to this ZIP too",
    )


def schedule_c_of(*, book: Book, asked: Asked, pack: Path | None) -> Table:
    """Return the worksheet, with what is open on stderr; write the evidence pack where one is asked for.

    Raises:
        LedgerFlowError: the days are no tax year, there is no form for it, or the pack cannot be written.
    """
    report, table = schedule_c_asked(book=book, asked=asked)
    for point in report.open_points:
        print(point.sentence, file=sys.stderr)
    if pack is not None:
        _write_pack(report, pack)
    return table


def _write_pack(report: ScheduleC, target: Path) -> None:
    """Write the pack beside its place and move it there once it is whole."""
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".pack-", delete=False) as file:
            unfinished = Path(file.name)
            try:
                sha256 = write_evidence_pack(
                    book=report.book,
                    year=report.form.year,
                    out=file,
                    made_at=timezone.now(),
                    whole_dollars=report.whole_dollars,
                    method=report.method,
                )
                file.flush()
                os.fsync(file.fileno())
                unfinished.replace(target)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise LedgerFlowError(
            f"The evidence pack cannot be written to {target}: {error.strerror}."
        ) from error
    print(f"Evidence pack: {target}, the SHA-256 of its manifest is {sha256}.", file=sys.stderr)
