"""Every benchmark in turn, as one table, also in ``reports/bench.md``: ``make bench``, ``make bench BENCH=--quick``.

Each measurement alternates with its peer or floor in the same run, because machines are shared: take the ratios. The
databases are made for the run, on the embedded server or the one of ``DATABASE_URL``. The peers (ofxtools,
mt-940, django-ledger and others) are installed once into ``.venv-peers``.
"""

import argparse
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    end_to_end,
    peer_reports,
    post_sets,
    post_single,
    read_many,
    read_ofx,
    read_tables,
    read_text_formats,
    reports,
    review_queue,
    table,
    tool_calls,
    trial_balance,
)

_OUT = Path(__file__).parent.parent / "reports" / "bench.md"


def _machine() -> str:
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{at}, {os.cpu_count()} processors, load {load}, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="a fifth of the lines and fewer rounds")
    is_quick = parser.parse_args().quick
    before = _machine()
    lines, rounds = (20_000, 1) if is_quick else (100_000, 3)
    rows: list[table.Row] = []
    for name, measure in (
        ("reading", lambda: read_ofx.rows(lines, rounds)),
        ("reading CAMT, MT940 and QIF", lambda: read_text_formats.rows(lines, rounds)),
        ("reading tables", lambda: read_tables.rows(lines, 20 if is_quick else 100, rounds)),
        ("reading many small files", lambda: read_many.rows(2 * rounds)),
        ("end to end", lambda: end_to_end.rows(lines, rounds)),
        ("posting in sets", lambda: post_sets.rows(lines // 2, 2 * rounds - 1)),
        ("single postings", lambda: post_single.rows(1.0 if is_quick else 4.0)),
        ("calls of tools", lambda: tool_calls.rows(60 if is_quick else 300)),
        ("the review queue", lambda: review_queue.rows(lines)),
        ("trial balance", lambda: trial_balance.rows(200_000 if is_quick else 1_000_000)),
        ("reports", lambda: reports.rows(50_000 if is_quick else 1_000_000)),
        ("other ledgers", lambda: peer_reports.rows(50_000 if is_quick else 1_000_000)),
    ):
        print(f"Measuring: {name} ...", flush=True)
        rows += measure()
    text = f"Before: {before}\nAfter: {_machine()}\n\n{table.render(rows)}"
    _OUT.parent.mkdir(exist_ok=True)
    _OUT.write_text("# Speed" + (", short form" if is_quick else "") + "\n\n" + text)
    print(f"\n{text}\n{_OUT}")


if __name__ == "__main__":
    main()
