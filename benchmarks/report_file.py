"""Write a general ledger in a process of its own, for :mod:`benchmarks.reports`, and say what it took.

``python -m benchmarks.report_file DATABASE FORM LINES OF`` takes as many of the last days as hold about so many of
the book's lines, and prints seconds, Python's own, the most memory in MB, and how many rows the file has.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from tempfile import TemporaryFile

from benchmarks import scratch  # noqa: F401 - sets Django up
from benchmarks.reports import FIRST, LAST
from ledgerflow.books.models import Book
from ledgerflow.core.periods import Period
from ledgerflow.reports.exporters import write
from ledgerflow.reports.selectors import frame_of
from ledgerflow.reports.table import Row, RowKind
from ledgerflow.reports.tables import general_ledger_table
from tests import databases


def main(database: str, form: str, count: int, lines: int) -> dict[str, float]:
    """Write the file and return the figures."""
    databases.point_to(database)
    book = Book.objects.get()
    days = min(max((LAST - FIRST).days * count // lines, 1), (LAST - FIRST).days)
    period = Period(LAST - timedelta(days=days), LAST)
    written = 0

    def counted(rows: Iterator[Row]) -> Iterator[Row]:
        nonlocal written
        for row in rows:
            written += row.kind is RowKind.DETAIL
            yield row

    began, worked = time.perf_counter(), time.process_time()
    table = general_ledger_table(frame=frame_of(book=book, period=period), book=book, period=period)
    with TemporaryFile() as file:
        write(replace(table, rows=counted(iter(table.rows))), form, file)
    return {
        "seconds": time.perf_counter() - began,
        "python": time.process_time() - worked,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": written,
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
