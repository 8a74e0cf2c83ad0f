"""The Schedule C worksheet: its figures from the journal, its evidence, its open points and its pages."""

import csv
import io
import json
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from ledgerflow.books.models import Role
from ledgerflow.ledger.models import Account
from ledgerflow.ledger.services.accounts import change_account
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import undo_import
from ledgerflow.posting.services import reverse_entry
from ledgerflow.reports.schedule_c import rows_behind, schedule_c
from ledgerflow.reports.schedule_c_basis import WorksheetError
from ledgerflow.reports.schedule_c_lines import Counted, Days, all_lines, page_of_lines
from ledgerflow.taxforms.facts import Car, CarMethod, Facts, HomeMethod, HomeUse
from ledgerflow.taxforms.forms import TaxYearError, tax_form
from tests.booked import NOW
from tests.made import made_once
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db

FACTS = Facts(car=Car(CarMethod.STANDARD, Decimal(1000)), home=HomeUse(HomeMethod.SIMPLIFIED, Decimal(180)))


@made_once
def books():
    """Sales of 5,000 and 1,200, a refund of 200, telephone of 120, two meals of 90, a car of 300, all in 2025."""
    books = Proprietor()
    books.from_statement("4000", "5000", "1200")
    books.from_statement("6200", "-60", "-30", first=date(2025, 4, 1), name="april.csv")
    books.by_hand("4100", "200")
    books.by_hand("6320", "120")
    books.by_hand("6020", "300")
    return books


def of_2025(books, **asked):
    return schedule_c(book=books.book, year=2025, **asked)


def amounts(report, *keys):
    return [report.sheet.amount(key) for key in keys]


def sentences(report):
    return " ".join(point.sentence for point in report.open_points)


def test_each_line_has_gross_share_limit_and_deductible_amount(books):
    books.enter(FACTS, shares={"6320": "60"})

    sheet = of_2025(books).sheet

    assert amounts(of_2025(books), "1", "2", "3", "7") == [6200, 200, 6000, 6000]
    phone, meals, car = sheet.row("27b"), sheet.row("24b"), sheet.row("9")
    assert (phone.gross, phone.share, phone.after_share, phone.deductible) == (120, 60, 72, 72)
    assert (meals.gross, meals.share, meals.after_share, meals.deductible) == (90, 100, 90, 45)
    assert meals.limit.startswith("50 % of business meals")
    assert (car.gross, car.deductible) == (300, 700)
    assert "Notice 2025-5" in car.limit
    assert amounts(of_2025(books), "28", "29", "30", "31") == [817, 5183, 900, 4283]


def test_evidence_counts_the_lines_that_a_statement_shows(books):
    sheet = of_2025(books).sheet

    assert (sheet.row("1").evidence_count, sheet.row("1").line_count) == (2, 2)
    assert (sheet.row("2").evidence_count, sheet.row("2").line_count) == (0, 1)


def test_a_reversal_stands_on_the_evidence_of_what_it_reverses(books):
    reverse_entry(book=books.book, number=3, date=date(2025, 5, 1), reason="x", user=books.owner, now=NOW)

    meals = of_2025(books).sheet.row("24b")

    assert meals.gross == 30
    assert (meals.evidence_count, meals.line_count) == (3, 3)


def test_only_the_tax_year_of_the_book_counts():
    books = Proprietor(fiscal_year_start_month=7)
    for day, amount in ((date(2025, 6, 30), "1"), (date(2025, 7, 1), "10"), (date(2026, 6, 30), "100")):
        books.by_hand("6120", amount, day=day)
    books.by_hand("6120", "1000", day=date(2026, 7, 1))

    assert of_2025(books).sheet.amount("18") == 110
    assert schedule_c(book=books.book, year=2024).sheet.amount("18") == 1


def test_the_form_of_the_year_prints_its_own_numbers(books):
    books.by_hand("6390", "10", day=date(2023, 2, 1))

    assert schedule_c(book=books.book, year=2023).sheet.row("27b").line.number == "27a"
    assert of_2025(books).sheet.row("27b").line.number == "27b"
    assert schedule_c(book=books.book, year=2023).sheet.amount("27b") == 10


def test_every_figure_is_the_sum_of_the_lines_that_it_leads_to(books):
    books.by_hand("6310", "33.33")
    report = of_2025(books)

    for row in report.sheet.rows:
        behind = rows_behind(report.sheet, row.line.key)
        accounts = {account.account_id for each in behind for account in each.accounts}
        lines = list(
            all_lines(
                book=books.book,
                account_ids=accounts,
                days=Days(report.tax_year.first, report.tax_year.last),
            )
        )
        debit = sum(line.amount for line in lines)
        if row.gross is not None:
            assert debit == (-row.gross if row.line.kind == "income" else row.gross)
        assert len(lines) == sum(each.line_count for each in behind)


def test_a_total_leads_to_all_that_it_is_made_of(books):
    sheet = of_2025(books).sheet

    assert {row.line.key for row in rows_behind(sheet, "28")} == {"9", "24b", "27b"}
    assert {row.line.key for row in rows_behind(sheet, "7")} >= {"1", "2"}
    with pytest.raises(KeyError):
        rows_behind(sheet, "99")


def test_whole_dollars_round_every_line(books):
    books.by_hand("6120", "10.50")
    books.by_hand("6170", "10.50")

    assert amounts(of_2025(books, whole_dollars=True), "18", "22", "24b") == [11, 11, 45]


def test_a_clean_year_has_no_open_points(books):
    books.enter(Facts())

    assert of_2025(books).open_points == ()


def test_what_is_left_out_waits_or_is_not_certain_is_told(books):
    stray, odd = books.account("6010"), books.account("6030")
    change_account(account=stray, code="6010", name="Stray", tax_line="")
    Account.objects.filter(pk=odd.pk).update(tax_line="schedule-c:99")
    books.by_hand("6010", "12")
    books.by_hand("6030", "13")
    books.by_hand("4910", "-14")
    books.by_hand("1999", "15")
    books.take_in([Decimal(-1), Decimal(-2)], name="june.csv", first=date(2025, 6, 10))

    found = sentences(of_2025(books))

    assert "6010 Stray has 12.00 in the year, but no tax line" in found
    assert "6030 Commissions and fees has 13.00" in found
    assert "4910 Interest income has 14.00 in the year, which belong to schedule-b:1" in found
    assert "1999 Suspense is not cleared: 15.00" in found
    assert "wait for review: 2" in found
    assert "were not entered yet" in found
    assert "provisional" not in found
    assert "provisional" in sentences(schedule_c(book=books.book, year=2026))
    assert "wait for review" not in sentences(schedule_c(book=books.book, year=2024))


def test_accepted_lines_that_are_not_posted_are_told(books):
    _, _, line_ids = books.take_in([Decimal(-7)], name="july.csv", first=date(2025, 7, 1))
    books.line_ids, books.expense = line_ids, books.account("6120")
    books.decide_all()

    assert "accepted, but not posted: 1" in sentences(of_2025(books))


def test_what_the_home_carries_over_is_told(books):
    home = HomeUse(HomeMethod.REGULAR, Decimal(100), Decimal(1000), expenses=Decimal(90_000))
    books.enter(Facts(home=home))

    report = of_2025(books)

    assert report.sheet.amount("31") == 0
    assert f"{report.sheet.carryover:,} goes on to the next year" in sentences(report)


def test_a_withdrawn_line_keeps_its_evidence(books):
    document = books.from_statement("6170", "-45", first=date(2025, 8, 1), name="august.csv")
    run = ImportRun.objects.create(
        book=books.book, document=document, created_at=NOW, state=ImportRun.State.READY
    )
    undo_import(run=run, user=books.owner, now=NOW, reverse_posted=True)
    report = of_2025(books)

    supplies = report.sheet.row("22")
    lines, _ = page_of_lines(
        book=books.book,
        counted=[Counted(books.account("6170").pk)],
        days=Days(report.tax_year.first, report.tax_year.last),
    )

    assert (supplies.gross, supplies.evidence_count, supplies.line_count) == (0, 2, 2)
    assert {line.evidence.document_sha256 for line in lines} == {document.sha256}


def test_books_in_another_currency_have_no_worksheet():
    books = Proprietor(currency="EUR")

    with pytest.raises(WorksheetError, match="US dollars, but the books of Studio are kept in EUR"):
        of_2025(books)
    page = books.client().get(books.address("reports/schedule-c/?year=2025"))
    sent = books.client().get(books.address("reports/schedule-c/evidence/?year=2025"), follow=True)

    assert "are kept in EUR" in page.content.decode()
    assert "are kept in EUR" in sent.content.decode()


def test_a_year_without_a_form_is_refused(books):
    with pytest.raises(TaxYearError):
        schedule_c(book=books.book, year=2010)


def test_the_worksheet_takes_as_many_questions_for_many_lines(books):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            of_2025(books)
        return len(captured)

    before = asked()
    books.from_statement("6120", *["-1"] * 20, first=date(2025, 9, 1), name="september.csv")
    books.from_statement("6170", *["-2"] * 20, first=date(2025, 9, 1), name="october.csv")

    assert asked() == before == 9


@pytest.mark.parametrize("query", ["", "?year=2025", "?year=2024&whole_dollars=on", "?year=none"])
def test_the_page_shows_the_worksheet(books, query):
    page = books.client(Role.VIEWER).get(books.address(f"reports/schedule-c/{query}"))

    assert page.status_code == 200
    assert "no tax advice" in page.content.decode()


def test_figures_of_the_page_lead_to_lines_registers_and_facts(books):
    text = books.client(Role.VIEWER).get(books.address("reports/schedule-c/?year=2025")).content.decode()

    assert books.address("reports/schedule-c/lines/24b/?year=2025") in text
    assert books.address("reports/schedule-c/lines/28/?year=2025") in text
    register = books.address(f"reports/register/{books.account('6200').pk}/")
    assert f"{register}?from=2025-01-01&amp;to=2025-12-31" in text
    assert books.address("taxes/facts/?year=2025") in text
    assert "2 of 2" in text


def test_the_lines_of_a_figure_lead_to_entries_and_files(books):
    client = books.client(Role.VIEWER)

    text = client.get(books.address("reports/schedule-c/lines/24b/?year=2025")).content.decode()
    total = client.get(books.address("reports/schedule-c/lines/31/?year=2025"))

    assert books.address("journal/3/") in text
    assert "/statements/document/" in text
    assert "50 % of business meals" in text
    assert len(total.context["lines"]) == 7


def test_pages_of_lines_follow_without_gap_or_repetition(books):
    books.from_statement("6120", *["-1"] * 120, first=date(2025, 2, 1), name="many.csv")
    client, seen, query = books.client(), [], "?year=2025"
    while True:
        context = client.get(books.address(f"reports/schedule-c/lines/18/{query}")).context
        seen += [line.place.entry_number for line, _ in context["lines"]]
        if not context["following"]:
            break
        query = f"?year=2025&after={context['following']}"

    assert len(seen) == len(set(seen)) == 120
    assert seen == sorted(seen)


def test_a_line_that_the_form_has_not_is_not_found(books):
    client = books.client()

    assert client.get(books.address("reports/schedule-c/lines/99/?year=2025")).status_code == 404


def test_the_files_hold_every_line_of_the_form(books):
    client = books.client()
    address = books.address("reports/schedule-c/?year=2025&format=")

    rows = list(csv.DictReader(client.get(f"{address}csv").getvalue().decode().splitlines()))
    said = json.loads(client.get(f"{address}json").getvalue())

    assert [row["key"] for row in rows] == [line.key for line in tax_form(2025).lines]
    meals = next(row for row in rows if row["line"] == "24b")
    assert (meals["gross"], meals["deductible"], meals["evidence"], meals["lines"]) == (
        "90.00",
        "45.00",
        "2",
        "2",
    )
    assert said["net_profit"] == "5535.00"
    assert said["form"] == "Schedule C (Form 1040) 2025"


def test_the_worksheet_of_a_closed_year_stays_when_a_later_year_is_booked(books):
    books.enter(FACTS, shares={"6320": "60"})
    before = of_2025(books)
    books.close(date(2025, 12, 31))

    books.by_hand("6320", "77", day=date(2026, 1, 1))
    books.enter(Facts(), year=2026, shares={"6320": "10"})

    assert of_2025(books).sheet == before.sheet


def test_the_entry_that_closes_the_year_to_equity_changes_no_figure_and_is_behind_none(books):
    books.enter(FACTS, shares={"6320": "60"})
    before, client = of_2025(books), books.client()
    page = client.get(books.address("reports/schedule-c/lines/31/?year=2025"))
    books.close_year(2025)

    after = client.get(books.address("reports/schedule-c/lines/31/?year=2025"))

    assert of_2025(books).sheet == before.sheet
    assert after.context["lines"] == page.context["lines"]

    books.reopen()

    assert of_2025(books).sheet == before.sheet


def test_the_worksheet_is_printed_on_paper_with_what_is_open_and_the_head_of_the_chain(books):
    answer = books.client().get(books.address("reports/schedule-c/?year=2025&format=pdf"))

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.getvalue())).pages]
    said = " ".join(" ".join(pages).split())
    for words in (
        "Schedule C worksheet 2025 · Studio",
        "Schedule C (Form 1040) 2025, 2025-01-01 to 2025-12-31, cash basis, no tax advice · USD",
        "Draft",
        "5,535.00",
        "100 %",
        "Miles, home, inventory and business shares of the year were not entered yet.",
        "Hash chain after batch",
    ):
        assert words in said
    # However long it is, nothing of a limit is cut off.
    assert "…" not in said
    assert set(of_2025(books).sheet.row("24b").limit.split()) <= set(said.split())


@pytest.mark.parametrize(("query", "shape"), [("", "#,##0.00"), ("&whole_dollars=on", "#,##0")])
def test_the_worksheet_is_a_workbook_whose_totals_are_formulas(books, query, shape):
    answer = books.client().get(books.address(f"reports/schedule-c/?year=2025{query}&format=xlsx"))

    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    formulas = dict(re.findall(r"<f>([^<]+)</f><v>([^<]+)</v>", sheet))
    assert Decimal(formulas[next(text for text in formulas if "-SUM" in text)]) in {5600, 5990, 6000}
    assert {Decimal(value) for value in formulas.values()} >= {Decimal(6000), Decimal(5535)}
    assert f'formatCode="{shape}"' in styles or (shape == "#,##0.00" and 'numFmtId="4"' in styles)


def test_a_book_in_another_currency_has_no_worksheet_and_no_file_of_one():
    books = Proprietor(currency="EUR")
    client = books.client()

    page = client.get(books.address("reports/schedule-c/?year=2025"))
    file = client.get(books.address("reports/schedule-c/?year=2025&format=pdf"))

    assert page.status_code == 200
    assert "are kept in EUR" in page.content.decode()
    assert file.status_code == 400
