"""Write the expected results: ``python -m tools.receipt_reader.tests.golden``. The diff is the review."""

import json
from pathlib import Path

from tools._shared.tests.golden import plain
from tools.receipt_reader import read_receipt
from tools.receipt_reader.tests.drawing import RECEIPTS, as_pdf

SAMPLES = Path(__file__).parent / "samples"


def expected_path(name: str) -> Path:
    return SAMPLES / f"{name}.expected.json"


def result_of(name: str) -> str:
    result = plain(read_receipt(as_pdf(RECEIPTS[name]), home_currency="USD"))
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    for name in RECEIPTS:
        expected_path(name).write_text(result_of(name), encoding="utf-8")


if __name__ == "__main__":
    main()
