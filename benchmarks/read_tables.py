"""Read a long CSV beside pandas, and a PDF of many pages beside pdfplumber, in turns.

``python -m benchmarks.read_tables [LINES PAGES ROUNDS]``. pandas parses, types every value (days, ``Decimal``) and
gives the rows; it is told the columns, LedgerFlow finds them and proves the balance. pdfplumber gives the words with
their boxes; LedgerFlow is measured at the same and at the whole statement. All are measured in processor time of one
process, because the machine is shared.
"""

import json
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from benchmarks import peers
from benchmarks.table import Row, render

_ROWS_A_PAGE = 48
_MEASURE = """
import json, resource, sys, time
from decimal import Decimal
{imports}
path = sys.argv[1]
began = time.process_time()
{work}
took = time.process_time() - began
print(json.dumps({{"took": took, "count": count, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}}))
"""
_OUR_CSV = _MEASURE.format(
    imports="from tools.csv_statement import read_statement",
    work="count = len(read_statement(open(path, 'rb').read(), 'a.csv').statements[0].lines)",
)
_PANDAS = _MEASURE.format(
    imports="import pandas",
    work="frame = pandas.read_csv(path, parse_dates=['Date'], converters={'Amount': Decimal, 'Balance': Decimal})\n"
    "count = len(list(frame.itertuples(index=False)))",
)
_OUR_WORDS = _MEASURE.format(
    imports="from tools.pdf_statement._document import read_pages",
    work="count = sum(len(page.words) for page in read_pages(open(path, 'rb').read(), None))",
)
_OUR_PDF = _MEASURE.format(
    imports="from tools.pdf_statement import read_statement",
    work="count = len(read_statement(open(path, 'rb').read(), 'a.pdf').statements[0].lines)",
)
_PDFPLUMBER = _MEASURE.format(
    imports="import pdfplumber",
    work="document = pdfplumber.open(path)\n"
    "count = sum(len(page.extract_words()) for page in document.pages)",
)


def _movements(count: int) -> list[tuple[date, str, Decimal, Decimal]]:
    dice = random.Random(7)
    balance, found = Decimal("250000.00"), []
    for number in range(count):
        amount = Decimal(dice.randint(-90_000, 90_000)) / 100
        balance += amount
        text = f"CARD PURCHASE SHOP {dice.randint(1, 99_999):05d}"
        found.append((date(2026, 1, 1) + timedelta(days=number * 180 // count), text, amount, balance))
    return found


def _write_csv(path: Path, lines: int) -> None:
    rows = (
        f"{day},{text},Shop {text[-3:]},{amount},{balance}"
        for day, text, amount, balance in _movements(lines)
    )
    path.write_text("\n".join(["Date,Description,Counterparty,Amount,Balance", *rows]) + "\n")


def _write_pdf(path: Path, pages: int) -> None:
    canvas = Canvas(str(path), pagesize=(595, 842))
    movements = iter(_movements(pages * _ROWS_A_PAGE))
    for _ in range(pages):
        canvas.setFont("Helvetica", 9)
        for x, text in ((40, "Date"), (110, "Description")):
            canvas.drawString(x, 790, text)
        for x, text in ((400, "Money out"), (470, "Money in"), (550, "Balance")):
            canvas.drawRightString(x, 790, text)
        for at in range(_ROWS_A_PAGE):
            day, text, amount, balance = next(movements)
            y = 775 - 15 * at
            canvas.drawString(40, y, f"{day:%d/%m/%Y}")
            canvas.drawString(110, y, text)
            canvas.drawRightString(400 if amount < 0 else 470, y, f"{abs(amount):,.2f}")
            canvas.drawRightString(550, y, f"{balance:,.2f}")
        canvas.showPage()
    canvas.save()


def _run(python: Path, script: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [python, "-c", script, path], cwd=peers.ROOT, capture_output=True, text=True, check=True
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def _best(script: str, path: Path, rounds: int, python: Path = Path(sys.executable)) -> dict[str, float]:
    return min((_run(python, script, path) for _ in range(rounds)), key=lambda each: each["took"])


def rows(lines: int, pages: int, rounds: int) -> list[Row]:
    """Measure each beside its peer; the best of the rounds counts."""
    peers.ensure()
    with tempfile.TemporaryDirectory() as folder:
        table, document = Path(folder) / "large.csv", Path(folder) / "large.pdf"
        _write_csv(table, lines)
        _write_pdf(document, pages)
        ours, pandas = _best(_OUR_CSV, table, rounds), _best(_PANDAS, table, rounds, peers.PYTHON)
        words, whole = _best(_OUR_WORDS, document, rounds), _best(_OUR_PDF, document, rounds)
        plumber = _best(_PDFPLUMBER, document, 1, peers.PYTHON)
    assert ours["count"] == pandas["count"] == lines
    assert whole["count"] == pages * _ROWS_A_PAGE
    beside = f"pandas, typed rows {pandas['took']:.2f} s, {pandas['peak']} MB"
    slow = f"pdfplumber, words {plumber['took']:.1f} s, {plumber['peak']} MB"
    return [
        Row(
            f"CSV of {lines:,} lines", f"{ours['took']:.2f} s", beside, pandas["took"] / ours["took"], "x", 1
        ),
        Row("the same, peak", f"{ours['peak']} MB", beside, ours["peak"], "MB", 200, at_most=True),
        Row(
            f"PDF of {pages} pages, words and boxes",
            f"{words['took']:.2f} s",
            slow,
            plumber["took"] / words["took"],
            "x",
            25,
        ),
        Row(
            "the same, read and proved",
            f"{whole['took']:.2f} s, {whole['peak']} MB",
            slow,
            plumber["took"] / whole["took"],
            "x",
        ),
    ]


if __name__ == "__main__":
    print(render(rows(*(int(each) for each in sys.argv[1:4] or ("100000", "100", "3")))))
