"""Statements in workbooks: XLSX, XLS, ODS, the XML of Excel 2003 and web pages that call themselves .xls."""

from tools.contract import Manifest
from tools.xlsx_statement._reading import claims, describe, read_statement
from tools.xlsx_statement._showing import show

__all__ = ["claims", "describe", "read_statement", "show"]

MANIFEST = Manifest(
    version="1.1.0",
    kind="statement_reader",
    summary="Reads XLSX, XLS, ODS, SpreadsheetML and HTML workbooks without configuration.",
)
