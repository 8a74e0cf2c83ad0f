"""Statements as delimited text: CSV, TSV, semicolons or pipes, in any bank's dialect, without configuration."""

from tools.contract import Manifest
from tools.csv_statement._reading import claims, describe, read_statement

__all__ = ["claims", "describe", "read_statement"]

MANIFEST = Manifest(
    version="1.1.0",
    kind="statement_reader",
    summary="Reads CSV, TSV and other delimited statements without configuration.",
)
