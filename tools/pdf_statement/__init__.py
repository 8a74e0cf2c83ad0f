"""Statements as PDF with a text layer: tables by position, proved by what the statement itself states."""

from tools.contract import Manifest
from tools.pdf_statement._reading import claims, read_statement

__all__ = ["claims", "read_statement"]

MANIFEST = Manifest(
    version="1.1.0",
    kind="statement_reader",
    summary="Reads PDF statements with a text layer and proves them by their balances and totals.",
)
