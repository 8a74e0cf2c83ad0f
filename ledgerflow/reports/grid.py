"""A report as the body of an HTML table, built row by row: templates are too slow for nine thousand figures."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from ledgerflow.core.money import format_money, minor_digits
from ledgerflow.reports.table import Cell, Column, Kind, Row, RowKind, Table

_CLASS = {RowKind.HEADING: "report-heading", RowKind.TOTAL: "report-total", RowKind.FOOT: "report-total"}
_END, _BLANK = "</a></td>", '<td class="money"></td>'


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
        columns = [(at, column) for at, column in enumerate(table.columns) if column.on_paper]
        self._figures = [(at, column) for at, column in columns if _is_figure(column)]
        self._texts = [(at, column.is_code) for at, column in columns if not _is_figure(column)]
        code, plain = '<td class="text-secondary">{}</td>', '<th scope="row">{}</th>'
        days = self._figures[0][1].spans.get("", "")
        linked = f'<th scope="row"><a href="{{address}}?{days}">{{}}</a></th>'
        self._plain = "".join(code if is_code else plain for _, is_code in self._texts)
        self._linked = "".join(code if is_code else linked for _, is_code in self._texts)
        self._is_plain = all(
            column.kind is Kind.MONEY and not column.has_sides for _, column in self._figures
        )
        self._smallest = Decimal(1).scaleb(-minor_digits(table.frame.currency))
        #: How the cells of rows that lead to lines begin, by the span that the row names.
        self._beginnings: dict[str, list[str]] = {}
        self._without_link = ['<td class="money">'] * len(self._figures)

    def body(self) -> SafeString:
        """Return all rows."""
        return format_html_join("", "{}", ((self._row(row),) for row in self._table.rows))

    def _row(self, row: Row) -> SafeString:
        name = _CLASS.get(row.kind, "report-row")
        if row.kind is RowKind.HEADING:
            return format_html(
                '<tr class="{}"><th scope="colgroup" colspan="{}">{}</th></tr>',
                name,
                len(self._figures) + len(self._texts),
                row.cells[self._texts[-1][0]],
            )
        # Figures become part of the pattern: they are digits, and escaping nine thousand of them takes a while.
        return format_html(f'<tr class="{{}}">{{}}{self._cells(row)}</tr>', name, self._words(row))

    def _cells(self, row: Row) -> str:
        before, link, after = self._around(row)
        values = [row.cells[at] for at, _ in self._figures]
        if self._is_plain:
            amounts = [value for value in values if isinstance(value, Decimal)]
            rounded = [amount.quantize(self._smallest) for amount in amounts]
            # What nearly all rows of a statement are: amounts with no more digits than the currency has.
            if rounded == values:
                return "".join(
                    [
                        f"{begun}{link}{amount:,}{after}"
                        if amount >= 0
                        else f"{begun}{link}{_negative(f'{amount:,}')}{after}"
                        for begun, amount in zip(before, rounded, strict=True)
                    ]
                )
        return "".join(
            [
                f"{begun}{link}{text}{after}" if (text := self._shown(value, column)) else _BLANK
                for begun, value, (_, column) in zip(before, values, self._figures, strict=True)
            ]
        )

    def _words(self, row: Row) -> SafeString:
        if row.kind.is_sum:
            text = next(text for at, _ in self._texts if (text := row.cells[at]))
            return format_html('<th scope="row" colspan="{}">{}</th>', len(self._texts), text)
        pattern = self._linked if row.address else self._plain
        return format_html(pattern, *[row.cells[at] for at, _ in self._texts], address=row.address)

    def _around(self, row: Row) -> tuple[Sequence[str], str, str]:
        """Return what stands around the figures of a row: before each, then the same for all, and behind."""
        if row.address:
            own = _part(f"{row.address}?")
            return [f'<td class="money"><a href="{own}{days}">' for days in self._days("")], "", _END
        if row.query:
            if row.span not in self._beginnings:
                base, days = _part(f"{self._lines}?"), self._days(row.span)
                self._beginnings[row.span] = [
                    f'<td class="money"><a href="{base}{each}&amp;' for each in days
                ]
            return self._beginnings[row.span], f'{_part(row.query)}">', _END
        return self._without_link, "", "</td>"

    def _days(self, span: str) -> list[str]:
        """Return the part of the address that each column has for the span."""
        return [_part(column.spans[span]) for _, column in self._figures]

    def _shown(self, value: Cell, column: Column) -> str:
        if not isinstance(value, Decimal):
            return f"{value:,}" if isinstance(value, int) else ""
        if not value and column.has_sides:
            return ""
        rounded = value.quantize(self._smallest)
        text = f"{rounded:,}" if rounded == value else format_money(value, self._table.frame.currency)
        return _negative(text) if value < 0 else text


def _part(address: str) -> str:
    """Return a part of an address as a pattern has it: escaped, and its braces no fields."""
    return escape(address).replace("{", "{{").replace("}", "}}")


def _negative(text: str) -> str:
    return f'<span class="amount amount-negative">{text}</span>'


def _is_figure(column: Column) -> bool:
    return column.kind in {Kind.MONEY, Kind.INTEGER}
