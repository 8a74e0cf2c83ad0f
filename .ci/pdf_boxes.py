"""Read the text inside the box of each line of real PDFs again: it must hold the line's amount and date.

    python .ci/pdf_boxes.py [CORPUS]

Fails where fewer than 99.5 % of the lines agree, or none was read. The corpus lies outside the repository; without it
nothing is measured, and that is said.
"""

import argparse
import sys
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from tools.contract import StatementRefusedError  # noqa: E402 - the repository's root comes first
from tools.pdf_statement import read_statement  # noqa: E402 - the same
from tools.pdf_statement.tests.rereading import reread  # noqa: E402 - the same

LEAST = Decimal("0.995")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", nargs="?", type=Path, default=HERE.parents[1] / "shared" / "corpus")
    options = parser.parse_args()
    files = sorted((options.corpus / "pdf").rglob("*.pdf"))
    if not files:
        print(f"No PDFs in {options.corpus}: nothing is measured.")
        return 0
    lines = agreeing = read = 0
    for file in files:
        content = file.read_bytes()
        try:
            reading = read_statement(content, file.name)
        except StatementRefusedError:
            continue
        read += 1
        for each in reread(content, reading):
            lines += 1
            agreeing += each.agrees
            if not each.agrees:
                print(f"{file.name}: {each.line.date} {each.line.amount}: {' '.join(each.text.split())}")
    print(f"{agreeing} of {lines} lines of {read} PDFs stand in their boxes.")
    # Where not one line was read, nothing was shown.
    return 0 if lines and Decimal(agreeing) >= LEAST * lines else 1


if __name__ == "__main__":
    sys.exit(main())
