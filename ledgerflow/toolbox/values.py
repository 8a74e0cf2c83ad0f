"""The value types of the tool contract, for apps above the toolbox, which may not import ``tools``."""

from tools.contract import (
    BOOKED,
    COLUMN_ROLES,
    DAY_ORDERS,
    DECIMAL_MARKS,
    PENDING,
    Context,
    Description,
    HttpRefusedError,
    HttpUnreachableError,
    Layout,
    Manifest,
    Permissions,
    Place,
    Reading,
    Response,
    Statement,
    StatementLine,
    StatementRefusedError,
    TableView,
    TemporaryToolError,
    ToolError,
)

#: The kind of packages that read statements; they are asked in another way than all others.
READER = "statement_reader"

__all__ = [
    "BOOKED",
    "COLUMN_ROLES",
    "DAY_ORDERS",
    "DECIMAL_MARKS",
    "PENDING",
    "READER",
    "Context",
    "Description",
    "HttpRefusedError",
    "HttpUnreachableError",
    "Layout",
    "Manifest",
    "Permissions",
    "Place",
    "Reading",
    "Response",
    "Statement",
    "StatementLine",
    "StatementRefusedError",
    "TableView",
    "TemporaryToolError",
    "ToolError",
]
