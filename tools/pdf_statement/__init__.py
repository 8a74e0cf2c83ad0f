"""Statements as PDF, also scanned or photographed: tables by position, proved by what the statement itself states."""

from tools.contract import Manifest
from tools.pdf_statement._reading import claims, read_statement

__all__ = ["claims", "read_statement"]

MANIFEST = Manifest(
    version="1.2.0",
    kind="statement_reader",
    summary="Reads PDF statements, scans and photos of them, and proves them by their balances and totals.",
)
