"""The value types of the tool contract, for apps above the toolbox, which may not import ``tools``."""

from tools.contract import (
    BOOKED,
    PENDING,
    Context,
    HttpRefusedError,
    HttpUnreachableError,
    Manifest,
    Permissions,
    Place,
    Reading,
    Response,
    ScannedError,
    Statement,
    StatementLine,
    StatementRefusedError,
    TemporaryToolError,
    ToolError,
)

#: The kind of packages that read statements; they are asked in another way than all others.
READER = "statement_reader"

__all__ = [
    "BOOKED",
    "PENDING",
    "READER",
    "Context",
    "HttpRefusedError",
    "HttpUnreachableError",
    "Manifest",
    "Permissions",
    "Place",
    "Reading",
    "Response",
    "ScannedError",
    "Statement",
    "StatementLine",
    "StatementRefusedError",
    "TemporaryToolError",
    "ToolError",
]
