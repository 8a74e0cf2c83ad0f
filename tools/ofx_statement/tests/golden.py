"""Write the expected results beside the samples: ``python -m tools.ofx_statement.tests.golden``.

The diff is the review.
"""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from tools.contract import StatementRefusedError
from tools.ofx_statement import read_statement

SAMPLES = sorted(path for path in (Path(__file__).parent / "samples").iterdir() if path.suffix != ".json")


def result_of(sample: Path) -> str:
    """Return what reading the sample gives, as JSON."""
    try:
        reading = read_statement(sample.read_bytes(), sample.name)
    except StatementRefusedError as refusal:
        return json.dumps({"refused": str(refusal)}, ensure_ascii=False, indent=1) + "\n"
    return json.dumps(_plain(reading), ensure_ascii=False, indent=1) + "\n"


def expected_path(sample: Path) -> Path:
    """``a.ofx`` expects ``a.ofx.expected.json``."""
    return sample.with_name(f"{sample.name}.expected.json")


def _plain(value: object) -> object:
    if isinstance(value, Decimal | date):
        return str(value)
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def main() -> None:
    for sample in SAMPLES:
        expected_path(sample).write_text(result_of(sample), encoding="utf-8")


if __name__ == "__main__":
    main()
