"""Files made to do harm, of every format: each is answered with a sentence, and the next one read."""

import pytest

from ledgerflow.statements.reading import read_file
from tests.statements import months
from tools.pdf_statement.tests.printing import Printer, table
from tools.xlsx_statement.tests.books import sheet_xml, xlsx

_ROWS = (("2026-01-05", "-4.20", "Tea", "Corner"), ("2026-01-06", "-5.20", "Cake", "Corner"))
#: A good file of each format, and a text of it that may be anything.
_GOOD = {
    "ofx": months.ofx(_ROWS),
    "camt": months.camt(_ROWS),
    "mt940": months.mt940(_ROWS),
    "qif": months.qif(_ROWS),
    "csv": months.csv(_ROWS),
    "pdf": table(Printer(), ("Date", "Text"), [(row[0], row[2]) for row in _ROWS], (40, 120)).content(),
    "xlsx": xlsx(("One", "visible", sheet_xml([("Date", "Text", "Amount"), ("2026-01-05", "Tea", -4.2)]))),
}
_COLUMNS = 1_000_000
#: More than a workbook can have; it says each of its cells at length.
_CELLS = 20_000
#: More than the largest file that is taken in; elsewhere enough to see that no reader minds.
_LONGEST, _LONG = 60_000_000, 5_000_000
_NUL = b"\x00" * 10_000


def _harm(name):
    """Yield what is put into the good file, in words and as bytes."""
    yield "NUL bytes", _NUL
    if name == "csv":
        yield "a million columns", b"1,;|\t" * (_COLUMNS // 4)
    if name not in ("pdf", "xlsx"):
        yield "one long line", b"x" * (_LONGEST if name == "csv" else _LONG)


@pytest.mark.parametrize("name", _GOOD)
def test_harm_within_a_file_is_answered_with_a_sentence_and_the_next_file_read(name):
    good = _GOOD[name]
    for what, harm in _harm(name):
        within = good.replace(b"Tea", harm, 1)
        content = within if within != good else good[:-64] + harm + good[-64:]

        reading = read_file(content=content, name=f"harm.{name}")

        assert reading.status == "read" or (reading.error or "").endswith("."), (what, reading.error)
        # An amount that no good file states is never made up from the harm.
        amounts = {f"{line.amount:.2f}" for statement in reading.statements for line in statement.lines}
        assert amounts <= {"-4.20", "-5.20"}, what
    following = read_file(content=months.ofx(_ROWS), name="next.ofx")
    assert (following.status, len(following.statements[0].lines)) == ("read", 2)


def test_a_workbook_of_too_many_columns_is_refused():
    cells = "".join(f"<c><v>{number}</v></c>" for number in range(_CELLS))
    xml = sheet_xml([("Date", "Text", "Amount")]).replace(
        "</sheetData>", f'<row r="2">{cells}</row></sheetData>'
    )

    reading = read_file(content=xlsx(("One", "visible", xml)), name="wide.xlsx")

    assert reading.status == "refused"
    assert (reading.error or "").endswith(".")
