import argparse
import json
from datetime import date

import pytest

from ledgerflow.classification.services import change_tags
from ledgerflow.cli import report
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.posting.services import date_document
from tests.booked import NOW, BookedFile
from tests.factories import UserFactory
from tests.ledger.years import Years
from tests.made import made_once

pytestmark = pytest.mark.django_db


def printed(capsys, *words):
    """Run the command and return the rows that it prints."""
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    assert report.run(parser.parse_args([*words, "--format", "json"])) == 0
    return json.loads(capsys.readouterr().out)


@made_once
def file():
    return BookedFile(3)


@pytest.fixture
def asked(file):
    return ("--book", file.book.slug, "--user", file.owner.email)


def test_it_prints_a_trial_balance(file, asked, capsys):
    rows = printed(capsys, "trial-balance", *asked, "--as-of", "2026-01-06")

    assert [(row["debit"], row["credit"]) for row in rows] == [("0.00", "3.00"), ("3.00", "0.00")]


def test_it_prints_a_register(file, asked, capsys):
    rows = printed(capsys, "register", *asked, "--account", file.expense.code, "--to", "2026-01-06")

    assert [(row["entry"], row["balance"]) for row in rows] == [(2, "3.00"), (1, "1.00")]


def test_it_refuses_a_register_without_an_account_or_of_an_unknown_one(asked, capsys):
    with pytest.raises(LedgerFlowError, match="--account"):
        printed(capsys, "register", *asked)
    with pytest.raises(LedgerFlowError, match="no account 77"):
        printed(capsys, "register", *asked, "--account", "77")


def test_it_refuses_someone_who_is_no_member(file, capsys):
    with pytest.raises(LedgerFlowError, match="may not"):
        printed(capsys, "trial-balance", "--book", file.book.slug, "--user", UserFactory().email)


def test_it_refuses_what_is_no_date(asked, capsys):
    with pytest.raises(SystemExit):
        printed(capsys, "trial-balance", *asked, "--as-of", "today")


@pytest.mark.parametrize(
    ("name", "words", "found"),
    [
        (
            "income-statement",
            ("--from", "2026-01-01", "--to", "2026-01-31"),
            ("Net income", "-6.00"),
        ),
        ("balance-sheet", ("--as-of", "2026-01-31"), ("Total assets", "-6.00")),
        ("cash-flow", ("--from", "2026-01-01", "--to", "2026-01-31"), ("Change in cash", "-6.00")),
    ],
)
def test_it_prints_a_statement_with_its_totals(asked, capsys, name, words, found):
    account, amount = found

    rows = printed(capsys, name, *asked, *words)

    assert [row["amount"] for row in rows if row["account"] == account] == [amount]


def test_it_prints_columns_side_by_side(asked, capsys):
    words = ("--from", "2026-01-01", "--to", "2026-03-31", "--columns", "month", "--compare", "year")

    rows = printed(capsys, "income-statement", *asked, *words)

    assert list(rows[-1])[4:] == ["2026-01", "2026-02", "2026-03", "2026-Q1", "2025-Q1"]


@pytest.mark.parametrize(("name", "count"), [("general-ledger", 6), ("journal", 6), ("payees", 4)])
def test_it_prints_lists(asked, capsys, name, count):
    assert len(printed(capsys, name, *asked, "--from", "2026-01-01", "--to", "2026-12-31")) == count


@pytest.mark.parametrize(
    ("form", "begins"), [("pdf", b"%PDF"), ("xlsx", b"PK"), ("csv", b"date,"), ("json", b"[")]
)
def test_it_writes_a_file(asked, tmp_path, form, begins):
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    out = tmp_path / f"journal.{form}"

    words = ["journal", *asked, "--to", "2026-12-31", "--format", form, "--output", str(out)]
    assert report.run(parser.parse_args(words)) == 0

    assert out.read_bytes().startswith(begins)


def test_it_refuses_a_pdf_without_a_file_and_days_in_the_wrong_order(asked):
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)

    with pytest.raises(LedgerFlowError, match="--output FILE"):
        report.run(parser.parse_args(["journal", *asked, "--format", "pdf"]))
    with pytest.raises(LedgerFlowError, match="before the first"):
        report.run(parser.parse_args(["journal", *asked, "--from", "2026-02-01", "--to", "2026-01-01"]))
    decades = ["income-statement", *asked, "--from", "1950-01-01", "--to", "2026-01-01", "--columns", "month"]
    with pytest.raises(LedgerFlowError, match="At most 10 years"):
        report.run(parser.parse_args(decades))


def test_it_prints_earlier_days_beside_a_day(asked, capsys):
    words = ("--as-of", "2026-02-28", "--compare", "previous")

    (bank, _) = printed(capsys, "trial-balance", *asked, *words)
    sheet = printed(capsys, "balance-sheet", *asked, *words, "--columns", "month")

    assert list(bank)[3:] == ["debit", "credit", "debit 2026-01-31", "credit 2026-01-31"]
    assert list(sheet[0])[4:] == ["2026-02-28", "2026-01-31"]
    assert sheet[0]["2026-01-31"] == "-6.00"


def test_it_refuses_a_day_that_no_ledger_has(asked, capsys):
    with pytest.raises(LedgerFlowError, match="before 1900"):
        printed(capsys, "balance-sheet", *asked, "--as-of", "1066-10-14")


def test_a_trial_balance_is_printed_before_and_after_the_closing_of_the_year(capsys):
    company = Years()
    company.a_year(2025)
    company.close(2025)
    words = (
        "trial-balance",
        "--book",
        company.book.slug,
        "--user",
        company.owner.email,
        "--as-of",
        "2025-12-31",
    )

    after, before = printed(capsys, *words), printed(capsys, *words, "--before-closing")

    assert [row["code"] for row in after] == ["1000", "3000", "3200"]
    assert [row["code"] for row in before] == ["1000", "3200", "4000", "6100"]


def test_it_prints_by_tag_and_on_either_basis(file, asked, capsys):
    given = {"book": file.book, "user": file.owner, "now": NOW}
    change_tags(line_ids=file.line_ids[:1], add=["travel"], **given)
    date_document(line_id=file.line_ids[0], date=date(2025, 12, 30), **given)
    year = ("--from", "2026-01-01", "--to", "2026-12-31")

    columns = printed(capsys, "income-statement", *asked, *year, "--columns", "tag")[-1]
    assert (columns["#travel"], columns["No tag"], columns["Total"]) == ("-1.00", "-5.00", "-6.00")
    assert printed(capsys, "income-statement", *asked, *year, "--tag", "#TRAVEL")[-1]["amount"] == "-1.00"
    assert printed(capsys, "income-statement", *asked, *year, "--basis", "accrual")[-1]["amount"] == "-5.00"
    assert printed(capsys, "cash-flow", *asked, *year, "--tag", "none")[-1]["amount"] == "-5.00"
    sheet = printed(capsys, "balance-sheet", *asked, "--as-of", "2025-12-31", "--basis", "accrual")
    assert {row["account"]: row["amount"] for row in sheet}["Payable, by the dates of documents"] == "1.00"
    with pytest.raises(LedgerFlowError, match="no tag #nowhere"):
        printed(capsys, "cash-flow", *asked, *year, "--tag", "nowhere")
