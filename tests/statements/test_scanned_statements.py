"""A scanned statement is read in the child process with the limits of text recognition, twice over."""

from ledgerflow.statements.reading import read_file
from tools.pdf_statement.tests.layouts import LAYOUTS
from tools.pdf_statement.tests.test_scans import scanned


def test_a_scan_is_read_with_the_time_and_memory_that_it_takes():
    content = LAYOUTS["swiss"]()[0]

    found, printed = (read_file(content=each, name="may.pdf") for each in (scanned(content), content))

    assert found.status == "read", found.error
    assert "its text recognized" in found.warnings[-1]
    (statement,), (expected,) = found.statements, printed.statements
    assert statement.opening_balance == expected.opening_balance
    assert [(line.date, line.amount) for line in statement.lines] == [
        (line.date, line.amount) for line in expected.lines
    ]


def test_a_scan_that_proves_nothing_is_refused_and_the_next_file_read():
    content = LAYOUTS["british"]()[0]

    refused = read_file(content=scanned(content), name="may.pdf")

    assert refused.status == "refused"
    assert refused.is_claimed
    assert "was scanned" in (refused.error or "")
    assert read_file(content=content, name="may.pdf").status == "read"
