"""Golden files: every sample beside what the reader makes of it.

``python -m tools.csv_statement.tests.golden`` writes the expectations anew; the difference is the review.
"""

import json
from pathlib import Path

from tools.contract import Reading, StatementRefusedError
from tools.csv_statement import read_statement

SAMPLES = Path(__file__).parent / "samples"


def samples() -> list[Path]:
    """Return every sample file."""
    return sorted(path for path in SAMPLES.iterdir() if not path.name.endswith(".expected.json"))


def expectation(path: Path) -> Path:
    """Return where a sample's expectation stands."""
    return path.with_name(path.name + ".expected.json")


def read(path: Path) -> dict[str, object]:
    """Return what the reader makes of a sample, as plain values."""
    try:
        return _plain(read_statement(path.read_bytes(), path.name))
    except StatementRefusedError as error:
        return {"refused": str(error)}


def _plain(reading: Reading) -> dict[str, object]:
    statements = [
        {
            "account": statement.account,
            "currency": statement.currency,
            "kind": statement.kind,
            "opening_balance": _text(statement.opening_balance),
            "closing_balance": _text(statement.closing_balance),
            "lines": [
                {
                    "date": line.date.isoformat(),
                    "amount": str(line.amount),
                    "description": line.description,
                    "place": dict(line.place),
                    "value_date": _text(line.value_date),
                    "counterparty": line.counterparty,
                    "reference": line.reference,
                    "bank_id": line.bank_id,
                    "balance": _text(line.balance),
                    "status": line.status,
                }
                for line in statement.lines
            ],
        }
        for statement in reading.statements
    ]
    return {"statements": statements, "warnings": list(reading.warnings), "notice": reading.notice}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def main() -> None:
    """Write every expectation anew."""
    for path in samples():
        text = json.dumps(read(path), ensure_ascii=False, indent=1) + "\n"
        expectation(path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
