"""XLSX, written row by row: amounts are numbers, sums are formulas, and a text is never anything but a text."""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, BinaryIO, NamedTuple

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.core.money import minor_digits
from ledgerflow.reports.table import Cell, Column, Kind, Row, Table

#: Rows of a sheet, some kept for the notes, and characters of a cell, as Excel limits them.
_MOST_ROWS, _MOST_CHARACTERS = 1_048_500, 32_767
#: What Excel takes in no name of a sheet.
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\]")
_WIDTHS = {Kind.TEXT: 30, Kind.INTEGER: 10, Kind.DATE: 12, Kind.MONEY: 15, Kind.PERCENT: 10}


def write_xlsx(table: Table, out: BinaryIO) -> None:
    """Write the table as a workbook of one sheet; memory does not grow with the rows.

    Raises:
        LedgerFlowError: the table has more rows than a sheet holds.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": table.title, "subject": table.subtitle, "company": table.frame.book})
        sheet = book.add_worksheet(_NOT_IN_A_NAME.sub(" ", table.title)[:31].strip("' "))
        _Sheet(book, sheet, table).write()


class _Look(NamedTuple):
    """By column, the formats of rows, of strong ones and of sums."""

    plain: list[Format]
    bold: list[Format]
    sum: list[Format]


class _Sheet:
    def __init__(self, book: xlsxwriter.Workbook, sheet: Worksheet, table: Table) -> None:
        self._looks: dict[int, _Look] = {}
        self._head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._head_money = book.add_format({"bold": True, "bottom": 1, "align": "right"})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._book, self._sheet, self._table, self._at = book, sheet, table, 0
        #: For each group, the first and the last row of each run of its rows.
        self._runs: dict[str, list[list[int]]] = {}

    def write(self) -> None:
        """Write title, head, rows and notes."""
        table, sheet = self._table, self._sheet
        places = [at for at, column in enumerate(table.columns) if column.on_paper]
        columns = [table.columns[at] for at in places]
        for at, column in enumerate(columns):
            sheet.set_column(at, at, _WIDTHS[column.kind])
        for text, form in (
            (table.title, self._title),
            (", ".join(filter(None, (table.frame.book, table.subtitle, table.frame.currency))), None),
            (table.frame.stamp, None),
            ("", None),
        ):
            self._text(0, text, form)
            self._at += 1
        for at, column in enumerate(columns):
            self._text(at, column.label, self._head_money if column.kind is Kind.MONEY else self._head)
        sheet.freeze_panes(self._at + 1, 0)
        sheet.repeat_rows(self._at)
        for row in table.rows:
            self._at += 1
            if self._at > _MOST_ROWS:
                raise LedgerFlowError(
                    f"A sheet holds no more than {_MOST_ROWS:,} rows; ask for a shorter period, or for CSV."
                )
            self._row(row, [row.cells[at] for at in places], columns)
        self._at += 1
        for note in (*table.frame.notes, table.frame.footer):
            self._at += 1
            self._text(0, note, None)

    def _row(self, row: Row, cells: list[Cell], columns: list[Column]) -> None:
        look = self._look(row.currency or self._table.frame.currency)
        formats = look.sum if row.kind.is_sum else look.bold if row.kind.is_strong else look.plain
        for at, (value, column) in enumerate(zip(cells, columns, strict=True)):
            form = formats[at]
            if isinstance(value, str):
                self._text(at, value, form)
            elif value is None:
                if row.kind.is_sum:  # its line above goes through
                    self._sheet.write_blank(self._at, at, None, form)
            elif isinstance(value, date):
                self._sheet.write_number(self._at, at, _serial(value), form)
            elif isinstance(value, Decimal) and row.adds and column.is_summed:
                self._sheet.write_formula(self._at, at, self._formula(row, at), form, value)
            else:
                self._sheet.write_number(self._at, at, value, form)
        if row.group:
            runs = self._runs.setdefault(row.group, [])
            if runs and runs[-1][1] == self._at - 1:
                runs[-1][1] = self._at
            else:
                runs.append([self._at, self._at])

    def _look(self, currency: str) -> _Look:
        """Return what rows with money in the currency look like."""
        digits = minor_digits(currency)
        if digits not in self._looks:
            number = "#,##0" + (f".{'0' * digits}" if digits else "")
            numbers = {Kind.DATE: "yyyy-mm-dd", Kind.MONEY: number, Kind.PERCENT: '0.## "%"'}
            shapes = [_shape(column, numbers) for column in self._table.columns if column.on_paper]
            self._looks[digits] = _Look(
                plain=[self._book.add_format(shape) for shape in shapes],
                bold=[self._book.add_format({**shape, "bold": True}) for shape in shapes],
                sum=[self._book.add_format({**shape, "bold": True, "top": 1}) for shape in shapes],
            )
        return self._looks[digits]

    def _formula(self, row: Row, column: int) -> str:
        terms = [
            f"{'+' if sign > 0 else '-'}SUM({xl_range(first, column, last, column)})"
            for sign, group in row.adds
            for first, last in self._runs.get(group, ())
        ]
        return "=" + ("".join(terms).removeprefix("+") or "0")

    def _text(self, column: int, text: str, form: Format | None) -> None:
        self._sheet.write_string(self._at, column, text[:_MOST_CHARACTERS], form)


def _shape(column: Column, numbers: dict[Kind, str]) -> dict[str, Any]:
    """Return what the cells of the column look like."""
    shape = "#,##0" if column.is_whole else numbers.get(column.kind)
    return ({"num_format": shape} if shape else {}) | ({"text_wrap": True} if column.wraps else {})


@cache
def _serial(day: date) -> int:
    """Return the number by which Excel knows a day; it believes that 1900 had a 29th of February."""
    number = (day - date(1899, 12, 31)).days
    return number + 1 if number > 59 else number
