"""The value types of the tool contract, for apps above the toolbox, which may not import ``tools``."""

from tools.contract import (
    BOOKED,
    PENDING,
    Manifest,
    Permissions,
    Place,
    Reading,
    Statement,
    StatementLine,
    StatementRefusedError,
)

__all__ = [
    "BOOKED",
    "PENDING",
    "Manifest",
    "Permissions",
    "Place",
    "Reading",
    "Statement",
    "StatementLine",
    "StatementRefusedError",
]
