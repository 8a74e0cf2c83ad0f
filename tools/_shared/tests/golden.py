"""Samples with their expected readings beside them: ``a.xml`` expects ``a.xml.expected.json``."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from tools.contract import Reading, StatementRefusedError

#: What few statements state is left out where they do not.
_SELDOM = frozenset({"number", "missing_pages", "orders_said", "booking_date", "transaction_date"})

Read = Callable[[bytes, str], Reading]


def samples_beside(module: str) -> list[Path]:
    """Return the samples of the tests that the module (its ``__file__``) belongs to."""
    folder = Path(module).parent / "samples"
    return sorted(path for path in folder.iterdir() if path.suffix != ".json")


def expected_path(sample: Path) -> Path:
    return sample.with_name(f"{sample.name}.expected.json")


def result_of(read: Read, sample: Path) -> str:
    """Return what reading the sample gives, as JSON."""
    try:
        result = plain(read(sample.read_bytes(), sample.name))
    except StatementRefusedError as refusal:
        result = {"refused": str(refusal)}
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def write_expected(read: Read, samples: list[Path]) -> None:
    """Write the expected readings anew; the difference is the review."""
    for sample in samples:
        expected_path(sample).write_text(result_of(read, sample), encoding="utf-8")


def plain(value: object) -> object:
    """Return the value as JSON holds it."""
    if isinstance(value, Decimal | date):
        return str(value)
    if hasattr(value, "_asdict"):
        parts = value._asdict().items()
        return {name: plain(part) for name, part in parts if part is not None or name not in _SELDOM}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if hasattr(value, "__dataclass_fields__"):
        parts = {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
        return {name: part for name, part in parts.items() if part or name not in _SELDOM}
    return value
