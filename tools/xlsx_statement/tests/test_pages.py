"""Web pages that call themselves .xls."""

import pytest

from tools.contract import StatementRefusedError
from tools.csv_statement import claims as csv_claims
from tools.xlsx_statement import claims, read_statement, show

ROWS = """
<tr><th>Txn Date<th>Description<th>Debit<th>Credit<th>Balance</tr>
<tr><td>13/01/2026</td><td>HARBOUR&nbsp;GROCERS<br>CARD 12</td><td>1,045.10</td><td></td><td>8,954.90</td></tr>
<tr><td>15/01/2026<td>=HYPERLINK("http://example.org")<td><td align=right>500.00<td>9,454.90
"""
PAGES = {
    "plain": f"<table border=1>{ROWS}</table>",
    "whole": (
        "<!DOCTYPE html>\n<html><head><title>Statement</title><style>td {color: red}</style></head><body>"
        "<script>document.write('<table><tr><td>1</td></tr></table>')</script>"
        "<table><tr><td>Account<td>12345</table>"
        f"<TABLE>{ROWS}<tr style='display: none'><td>x</td></tr></TABLE></body></html>"
    ),
    "nested": f"<html><table><tr><td>Layout<td><table>{ROWS}</table></td></tr></table></html>",
    "office": (
        '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><meta charset=utf-8><body>'
        f"<table><tr><td colspan=5>Statement of account</td></tr>{ROWS}</table>"
    ),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_with_a_table_it_reads(page, encoding):
    content = page.encode(encoding)
    reading = read_statement(content, "statement.xls")

    assert claims(content, "statement.xls")
    assert not csv_claims(content, "statement.xls")
    (statement,) = reading.statements
    assert reading.format == "html"
    assert [(line.date.isoformat(), str(line.amount), line.description) for line in statement.lines] == [
        ("2026-01-13", "-1045.10", "HARBOUR GROCERS CARD 12"),
        ("2026-01-15", "500.00", '=HYPERLINK("http://example.org")'),
    ]
    place = statement.lines[0].place
    assert "13/01/2026" in [row[0] for row in show(content, place).rows]


def test_cells_that_reach_over_rows_and_columns_keep_the_others_in_place():
    content = b"""<table><tr><th>Date<th colspan=2>Text<th>Amount
    <tr><td>2026-01-13<td rowspan=2>A<td>x<td>-1.50<tr><td>2026-01-14<td>y<td>2.50
    <tr><td>2026-01-15<td>B<td>z<td>-3.00</table>"""

    (statement,) = read_statement(content, "a.xls").statements

    assert [str(line.amount) for line in statement.lines] == ["-1.50", "2.50", "-3.00"]


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body><form><table><tr><td>User<td><input></tr><tr><td>Password<td><input></tr></table></form></html>",
        b"<html><body>No table here on 2026-01-13: 5.00</body></html>",
        b"<table><tr><td>Today<td>2026-01-13</table>",
    ],
)
def test_a_page_without_movements_it_leaves_alone(content):
    assert not claims(content, "statement.xls")


@pytest.mark.parametrize("cells", ["<td>a" * 201, "<td colspan=9999999 rowspan=9999999>a" * 400])
def test_a_page_of_too_many_columns_it_refuses(cells):
    content = f"<table>{ROWS}<tr>{cells}</table>".encode()

    with pytest.raises(StatementRefusedError):
        read_statement(content, "statement.xls")
