import argparse
import json

import pytest

from ledgerflow.cli import report
from ledgerflow.core.errors import LedgerFlowError
from tests.booked import BookedFile
from tests.factories import UserFactory
from tests.ledger.years import Years

pytestmark = pytest.mark.django_db


def printed(capsys, *words):
    """Run the command and return the rows that it prints."""
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    assert report.run(parser.parse_args([*words, "--format", "json"])) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
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
