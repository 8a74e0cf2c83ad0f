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
    Statement,
    StatementLine,
    StatementRefusedError,
    TemporaryToolError,
    ToolError,
)

__all__ = [
    "BOOKED",
    "PENDING",
    "Context",
    "HttpRefusedError",
    "HttpUnreachableError",
    "Manifest",
    "Permissions",
    "Place",
    "Reading",
    "Response",
    "Statement",
    "StatementLine",
    "StatementRefusedError",
    "TemporaryToolError",
    "ToolError",
]
