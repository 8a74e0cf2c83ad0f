"""Line F of Schedule C, the accounting method: the cases of its instructions, worked on both.

"If you use the cash method, show all items of taxable income actually or constructively received during the year …
Also, show amounts actually paid during the year for deductible expenses. … If you use an accrual method, report income
when you earn it and deduct expenses when you incur them even if you do not pay them during the tax year." (Instructions
for Schedule C (Form 1040), 2025, line F.)
"""

import json
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledgerflow.classification.models import Classification
from ledgerflow.posting.services import date_document, reverse_entry
from ledgerflow.reports.basis import Basis
from ledgerflow.reports.evidence.pack import write_evidence_pack
from ledgerflow.reports.schedule_c import rows_behind, schedule_c
from ledgerflow.reports.schedule_c_lines import Days, all_lines
from ledgerflow.statements.models import StatementLine
from ledgerflow.taxforms.facts import Facts
from tests.booked import NOW
from tests.made import made_once
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db

DECEMBER, JANUARY = date(2025, 12, 15), date(2026, 1, 15)


@made_once
def books():
    return Proprietor()


def move(books, code, amount, *, day, document=None):
    """Take in one line of the bank on a day, book it to the account, and date its document."""
    books.from_statement(code, amount, first=day, name=f"{code}{amount}{day}.csv")
    line = StatementLine.objects.filter(book=books.book).latest("pk")
    if document is not None:
        date_document(book=books.book, line_id=line.pk, date=document, user=books.owner, now=NOW)
    return line


def sheets(books, key):
    """Return the line of the form by year and method: 2025 and 2026 on the cash method, then by an accrual one."""
    return [
        schedule_c(book=books.book, year=year, method=method).sheet.amount(key)
        for method in (Basis.CASH, Basis.ACCRUAL)
        for year in (2025, 2026)
    ]


#: The account and amount, the day that money moved, the day of the document, the line of the form, and what it has for
#: 2025 and 2026 on the cash method and then by an accrual one.
CASES = {
    "earned in December, received in January": (
        "4000", "900", JANUARY, DECEMBER, "1", [0, 900, 900, 0],
    ),
    "received in December for work of January": (
        "4000", "400", DECEMBER, JANUARY, "1", [400, 0, 0, 400],
    ),
    "incurred in December, paid in January": (
        "6170", "-250", JANUARY, DECEMBER, "22", [0, 250, 250, 0],
    ),
    "paid in December for January": (
        "6150", "-1000", DECEMBER, JANUARY, "20b", [1000, 0, 0, 1000],
    ),
    "paid to a related cash-basis taxpayer, so deducted when paid: its document is not dated": (
        "6110", "-300", JANUARY, None, "17", [0, 300, 0, 300],
    ),
    "meals of December on a card of January, half of which count": (
        "6200", "-90", JANUARY, DECEMBER, "24b", [0, 45, 45, 0],
    ),
    "goods bought in December and paid in January, which need an accrual method": (
        "5000", "-700", JANUARY, DECEMBER, "4", [0, 700, 700, 0],
    ),
    "a refund of a sale of December, paid in January": (
        "4100", "-60", JANUARY, DECEMBER, "2", [0, 60, 60, 0],
    ),
    "within one year both say the same": (
        "6170", "-80", date(2025, 11, 3), date(2025, 2, 3), "22", [80, 0, 80, 0],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_case_of_the_instructions_comes_out_on_both_methods(books, case):
    code, amount, day, document, key, expected = CASES[case]
    move(books, code, amount, day=day, document=document)

    assert sheets(books, key) == expected


def test_all_cases_together_make_the_profit_of_each_method(books):
    for code, amount, day, document, *_ in CASES.values():
        move(books, code, amount, day=day, document=document)

    cash_2025, cash_2026, accrual_2025, accrual_2026 = sheets(books, "31")

    assert (cash_2025, cash_2026) == (Decimal(-680), Decimal(-455))
    assert (accrual_2025, accrual_2026) == (Decimal(-235), Decimal(-900))
    assert cash_2025 + cash_2026 == accrual_2025 + accrual_2026


def test_the_business_share_is_that_of_the_year_in_which_it_counts(books):
    move(books, "6320", "-100", day=JANUARY, document=DECEMBER)
    books.enter(Facts(), year=2025, shares={"6320": "60"})
    books.enter(Facts(), year=2026, shares={"6320": "80"})

    assert sheets(books, "27b") == [0, 80, 60, 0]


def test_an_entry_that_was_reversed_counts_on_neither(books):
    line = move(books, "6170", "-250", day=JANUARY, document=DECEMBER)
    number = Classification.objects.get(line=line).entry_number
    reverse_entry(book=books.book, number=number, date=JANUARY, reason="Twice", user=books.owner, now=NOW)

    assert sheets(books, "22") == [0, 0, 0, 0]


def test_every_figure_is_the_sum_of_its_lines_by_an_accrual_method_too(books):
    for code, amount, day, document, *_ in CASES.values():
        move(books, code, amount, day=day, document=document)
    books.by_hand("6310", "33.33")
    report = schedule_c(book=books.book, year=2025, method=Basis.ACCRUAL)
    days = Days(report.tax_year.first, report.tax_year.last, report.method)

    for row in report.sheet.rows:
        behind = rows_behind(report.sheet, row.line.key)
        accounts = {account.account_id for each in behind for account in each.accounts}
        lines = list(all_lines(book=books.book, account_ids=accounts, days=days))
        if row.gross is not None:
            debit = sum(line.amount for line in lines)
            assert debit == (-row.gross if row.line.kind == "income" else row.gross)
        assert len(lines) == sum(each.line_count for each in behind)
    assert report.sheet.row("1").evidence_count == report.sheet.row("1").line_count == 1


def test_it_takes_as_many_queries_as_on_the_cash_method(books):
    move(books, "6170", "-250", day=JANUARY, document=DECEMBER)
    counts = []
    for method in Basis:
        with CaptureQueriesContext(connection) as queries:
            schedule_c(book=books.book, year=2025, method=method)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_pages_keep_the_method_and_say_it(books):
    move(books, "6170", "-250", day=JANUARY, document=DECEMBER)
    move(books, "6170", "-9", day=date(2025, 5, 5))
    client = books.client()
    address = books.address("reports/schedule-c/")

    page = client.get(f"{address}?year=2025&basis=accrual").content.decode()
    lines = client.get(f"{address}lines/22/?year=2025&basis=accrual").content.decode()
    table = json.loads(
        b"".join(client.get(f"{address}?year=2025&basis=accrual&format=json").streaming_content)
    )

    assert "line F accounting method: accrual" in page
    assert "lines/22/?year=2025&amp;basis=accrual" in page
    assert "evidence/?year=2025&amp;basis=accrual" in page
    assert "1 bank lines with a date" in page
    assert "259.00" in lines
    assert (table["basis"], table["accounting_method"], table["total_expenses"]) == (
        "accrual",
        "Accrual (line F)",
        "259.00",
    )
    assert "accounting method: cash" in client.get(f"{address}?year=2025&basis=nonsense").content.decode()


def test_the_evidence_pack_of_an_accrual_method_verifies_itself(books, tmp_path):
    for code, amount, day, document, *_ in CASES.values():
        move(books, code, amount, day=day, document=document)
    path = tmp_path / "pack.zip"
    with path.open("wb") as out:
        write_evidence_pack(book=books.book, year=2025, out=out, made_at=NOW, method=Basis.ACCRUAL)

    with zipfile.ZipFile(path) as pack:
        (tmp_path / "verify.py").write_bytes(pack.read("verify.py"))
        manifest = json.loads(pack.read("MANIFEST.json"))
    said = subprocess.run(
        [sys.executable, tmp_path / "verify.py", path], capture_output=True, text=True, check=False
    )

    assert said.returncode == 0, said.stdout + said.stderr
    assert (manifest["basis"], manifest["amounts"]["31"]) == ("accrual", "-235.00")
