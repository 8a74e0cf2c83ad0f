"""A report as the body of an HTML table, built row by row: templates are too slow for nine thousand figures."""

from decimal import Decimal

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from ledgerflow.core.money import format_money, minor_digits
from ledgerflow.reports.table import Cell, Column, Kind, Row, RowKind, Table

_CLASS = {RowKind.HEADING: "report-heading", RowKind.TOTAL: "report-total", RowKind.FOOT: "report-total"}


def head(table: Table) -> SafeString:
    """Return the head row of the columns that people see."""
    return format_html_join(
        "",
        '<th scope="col" class="{}">{}</th>',
        (
            ("money" if _is_figure(column) else "words", column.label)
            for column in table.columns
            if column.on_paper
        ),
    )


def body(table: Table, *, lines: str) -> SafeString:
    """Return the rows; ``lines`` is the address at which a figure shows the lines behind it."""
    return _Grid(table, lines).body()


class _Grid:
    def __init__(self, table: Table, lines: str) -> None:
        self._table, self._lines = table, lines
        self._columns = [(at, column) for at, column in enumerate(table.columns) if column.on_paper]
        self._smallest = Decimal(1).scaleb(-minor_digits(table.frame.currency))
        #: The pattern of a row's figures, by the span that the row names and whether it leads to lines.
        self._patterns: dict[tuple[str, bool], str] = {}

    def body(self) -> SafeString:
        """Return all rows."""
        return format_html_join("", "{}", ((self._row(row),) for row in self._table.rows))

    def _row(self, row: Row) -> SafeString:
        name = _CLASS.get(row.kind, "report-row")
        label = next(at for at, column in self._columns if column.key in {"account", "payee"})
        if row.kind is RowKind.HEADING:
            return format_html(
                '<tr class="{}"><th scope="colgroup" colspan="{}">{}</th></tr>',
                name,
                len(self._columns),
                row.cells[label],
            )
        amounts = [self._shown(row.cells[at]) for at, column in self._columns if _is_figure(column)]
        return format_html(
            '<tr class="{name}">{words}' + self._pattern(row) + "</tr>",
            *amounts,
            name=name,
            words=self._words(row),
            query=row.query,
        )

    def _words(self, row: Row) -> SafeString:
        cells = [
            (column.key == "code", row.cells[at]) for at, column in self._columns if not _is_figure(column)
        ]
        if row.kind.is_sum:
            return format_html('<th scope="row" colspan="{}">{}</th>', len(cells), cells[-1][1])
        return format_html_join(
            "",
            "{}",
            (
                (
                    format_html('<td class="text-secondary">{}</td>', text)
                    if is_code
                    else format_html('<th scope="row">{}</th>', text),
                )
                for is_code, text in cells
            ),
        )

    def _pattern(self, row: Row) -> str:
        key = (row.span, bool(row.query))
        if key not in self._patterns:
            figures = [column for _, column in self._columns if _is_figure(column)]
            self._patterns[key] = "".join(self._cell(no, column, key) for no, column in enumerate(figures))
        return self._patterns[key]

    def _cell(self, no: int, column: Column, key: tuple[str, bool]) -> str:
        span, has_lines = key
        days = column.spans.get(span)
        if days is None or not has_lines:
            return f'<td class="money">{{{no}}}</td>'
        address = _literal(f"{self._lines}?{days}&")
        return f'<td class="money"><a href="{address}{{query}}">{{{no}}}</a></td>'

    def _shown(self, value: Cell) -> SafeString | str:
        if not isinstance(value, Decimal):
            return "" if value is None else f"{value:,}"
        rounded = value.quantize(self._smallest)
        text = f"{rounded:,}" if rounded == value else format_money(value, self._table.frame.currency)
        return format_html('<span class="amount amount-negative">{}</span>', text) if value < 0 else text


def _is_figure(column: Column) -> bool:
    return column.kind in {Kind.MONEY, Kind.INTEGER}


def _literal(text: str) -> str:
    """Return the text as a part of a pattern."""
    return escape(text).replace("{", "{{").replace("}", "}}")
