"""A report as the body of an HTML table, built row by row: templates are too slow for nine thousand figures."""

from collections.abc import Sequence
from contextlib import suppress
from decimal import Context, Decimal, Inexact

from django.utils.safestring import SafeString

from ledgerflow.core.money import format_money, minor_digits
from ledgerflow.reports.markup import text, whole
from ledgerflow.reports.table import Cell, Column, Kind, Row, RowKind, Table

_CLASS = {RowKind.HEADING: "report-heading", RowKind.TOTAL: "report-total", RowKind.FOOT: "report-total"}
#: Refuses to round.
_EXACT = Context(prec=60, traps=[Inexact])
_END, _BLANK = "</a></td>", '<td class="money"></td>'


def head(table: Table) -> SafeString:
    """Return the head row of the columns that people see."""
    return whole(
        f'<th scope="col" class="{"money" if _is_figure(column) else "words"}">{text(column.label)}</th>'
        for column in table.columns
        if column.on_paper
    )


def body(table: Table, *, lines: str) -> SafeString:
    """Return the rows; ``lines`` is the address at which a figure shows the lines behind it."""
    return _Grid(table, lines).body()


class _Grid:
    def __init__(self, table: Table, lines: str) -> None:
        self._table, self._lines = table, lines
        columns = [(at, column) for at, column in enumerate(table.columns) if column.on_paper]
        self._figures = [(at, column) for at, column in columns if _is_figure(column)]
        self._texts = [(at, column.is_code) for at, column in columns if not _is_figure(column)]
        self._first_days = text(self._figures[0][1].spans.get("", ""))
        self._is_plain = all(
            column.kind is Kind.MONEY and not column.has_sides for _, column in self._figures
        )
        self._smallest = Decimal(1).scaleb(-minor_digits(table.frame.currency))
        #: How the cells of rows that lead to lines begin, by the span that the row names.
        self._beginnings: dict[str, list[str]] = {}
        self._without_link = ['<td class="money">'] * len(self._figures)

    def body(self) -> SafeString:
        """Return all rows."""
        return whole(map(self._row, self._table.rows))

    def _row(self, row: Row) -> str:
        name = _CLASS.get(row.kind, "report-row")
        if row.kind is RowKind.HEADING:
            count, words = len(self._figures) + len(self._texts), text(row.cells[self._texts[-1][0]])
            return f'<tr class="{name}"><th scope="colgroup" colspan="{count}">{words}</th></tr>'
        return f'<tr class="{name}">{self._words(row)}{self._cells(row)}</tr>'

    def _cells(self, row: Row) -> str:
        before, link, after = self._around(row)
        values = [row.cells[at] for at, _ in self._figures]
        if self._is_plain:
            # What nearly all rows of a statement are: amounts with no more digits than the currency has.
            with suppress(AttributeError, Inexact):
                figures = [f"{value.quantize(self._smallest, None, _EXACT):,}" for value in values]  # type: ignore[union-attr]  # other cells raise
                return "".join(
                    [
                        f"{begun}{link}{_negative(figure) if figure[0] == '-' else figure}{after}"
                        for begun, figure in zip(before, figures, strict=True)
                    ]
                )
        return "".join(
            [
                f"{begun}{link}{figure}{after}" if (figure := self._shown(value, column)) else _BLANK
                for begun, value, (_, column) in zip(before, values, self._figures, strict=True)
            ]
        )

    def _words(self, row: Row) -> str:
        if row.kind.is_sum:
            words = next(words for at, _ in self._texts if (words := row.cells[at]))
            return f'<th scope="row" colspan="{len(self._texts)}">{text(words)}</th>'
        begun, ended = "", ""
        if row.address:
            begun, ended = f'<a href="{text(row.address)}?{self._first_days}">', "</a>"
        return "".join(
            f'<td class="text-secondary">{text(row.cells[at])}</td>'
            if is_code
            else f'<th scope="row">{begun}{text(row.cells[at])}{ended}</th>'
            for at, is_code in self._texts
        )

    def _around(self, row: Row) -> tuple[Sequence[str], str, str]:
        """Return what stands around the figures of a row: before each, then the same for all, and behind."""
        if row.address:
            own = text(f"{row.address}?")
            return [f'<td class="money"><a href="{own}{days}">' for days in self._days("")], "", _END
        if row.query:
            if row.span not in self._beginnings:
                base, days = text(f"{self._lines}?"), self._days(row.span)
                self._beginnings[row.span] = [
                    f'<td class="money"><a href="{base}{each}&amp;' for each in days
                ]
            return self._beginnings[row.span], f'{text(row.query)}">', _END
        return self._without_link, "", "</td>"

    def _days(self, span: str) -> list[str]:
        """Return the part of the address that each column has for the span."""
        return [text(column.spans[span]) for _, column in self._figures]

    def _shown(self, value: Cell, column: Column) -> str:
        if not isinstance(value, Decimal):
            return f"{value:,}" if isinstance(value, int) else ""
        if not value and column.has_sides:
            return ""
        rounded = value.quantize(self._smallest)
        figure = f"{rounded:,}" if rounded == value else format_money(value, self._table.frame.currency)
        return _negative(figure) if value < 0 else figure


def _negative(figure: str) -> str:
    return f'<span class="amount amount-negative">{figure}</span>'


def _is_figure(column: Column) -> bool:
    return column.kind in {Kind.MONEY, Kind.INTEGER}
