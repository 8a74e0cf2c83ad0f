"""Read forty small files of several formats in one call of ``ledgerflow read``: what each costs after start-up.

``python -m benchmarks.read_many [ROUNDS]``. Start-up is a call with one of the files; the quickest call of each counts,
because a machine that does something else makes every call slower and none quicker.
"""

import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks import make_statements, peers
from benchmarks.table import Row, render

_FORMATS = ("camt", "mt940", "qif", "csv")
_EACH = 10
_LINES = 30
_GOAL = 40


def rows(rounds: int) -> list[Row]:
    """Return the row: milliseconds a file after start-up."""
    with tempfile.TemporaryDirectory() as name:
        files = [_write(form, Path(name), number) for number in range(_EACH) for form in _FORMATS]
        one = min(_call(files[:1]) for _ in range(rounds))
        all_of_them = min(_call(files) for _ in range(rounds))
    each = (all_of_them - one) / (len(files) - 1) * 1000
    return [
        Row(
            f"ledgerflow read, {len(files)} files of {_LINES} lines, after start-up",
            f"{each:.0f} ms a file",
            f"start-up with one file {one:.2f} s",
            each,
            "ms",
            _GOAL,
            at_most=True,
        )
    ]


def _write(form: str, folder: Path, number: int) -> Path:
    path = folder / f"{number}-{form}.{'xml' if form == 'camt' else form}"
    if form != "csv":
        make_statements.write(form, _LINES, path)
        return path
    days = [date(2026, 1, 1) + timedelta(days=at) for at in range(_LINES)]
    movements = [
        f"{day},Shop {at},-{at}.00,{1_000 - at * (at + 1) // 2}.00" for at, day in enumerate(days, start=1)
    ]
    path.write_text("\n".join(["Date,Text,Amount,Balance", *movements, ""]))
    return path


def _call(files: list[Path]) -> float:
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "ledgerflow.cli", "read", "--format", "jsonl", *map(str, files)],
        cwd=peers.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    took = time.perf_counter() - began
    assert done.stdout.count('"status": "read"') == len(files)
    return took


if __name__ == "__main__":
    print(render(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 3)))
