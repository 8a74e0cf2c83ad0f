"""The page of a bank account shows its statements month by month."""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.books.models import Role
from ledgerflow.ops.doctor import examine
from ledgerflow.statements.chain_selectors import chain_of
from ledgerflow.statements.services import create_bank_account
from tests.booked import BookedFile
from tests.made import made_once
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@made_once
def file():
    file = BookedFile(1, is_posted=False)
    file.savings = create_bank_account(book=file.book, name="Savings", kind="bank", currency="USD")
    return file


def _month(file, month, amount, closing, **more):
    last = monthrange(2026, month)[1]
    given = {"complete_from": date(2026, month, 1), "complete_to": date(2026, month, last), **more}
    lines = [line(date(2026, month, 5), amount), *given.pop("lines", [])]
    return take_in(file.savings, *lines, closing_balance=Decimal(closing), **given).statement


def _page(file):
    page = file.client(Role.VIEWER).get(file.address(f"statements/?account={file.savings.pk}"))
    assert page.status_code == 200
    return " ".join(page.content.decode().split())


def test_it_says_that_one_statement_follows_the_other(file):
    _month(file, 1, 30, 130)
    _month(file, 2, -20, 110)

    text = _page(file)

    assert text.count(" covered</span>") == 2
    assert text.count("follows the one before") == 1


def test_the_page_of_a_statement_says_that_it_follows(file):
    first, second = _month(file, 1, 30, 130), _month(file, 2, -20, 110)
    client = file.client(Role.VIEWER)

    pages = [client.get(file.address(f"statements/{each.pk}/")).content.decode() for each in (first, second)]

    assert ["Its balances follow" in page for page in pages] == [False, True]


def test_it_says_by_how_much_they_do_not(file):
    _month(file, 1, 30, 130)
    _month(file, 2, -20, "122.30")

    text = _page(file)

    assert " mismatch</span>" in text
    assert "12.30" in text


def test_it_names_the_days_that_no_statement_speaks_for(file):
    _month(file, 1, 30, 130)
    _month(file, 3, -20, 110, complete_from=date(2026, 3, 4), opening_balance=Decimal(130))
    _month(file, 5, -20, 80)

    text = _page(file)

    # The balances of January and March agree, so nothing is missing between them.
    assert text.count(" missing</span>") == 1
    assert "2026-04-01" in text
    assert "2026-02-01" not in text


def test_it_tells_two_files_of_the_same_month(file):
    _month(file, 1, 30, 130)
    _month(file, 1, 30, 130)

    assert " duplicate</span>" in _page(file)


def test_lines_that_two_files_show_and_lines_that_are_not_booked_yet_count_as_they_should(file):
    _month(file, 1, 30, 130, lines=[line(20, -5), line(31, -99, status="pending")])
    _month(file, 2, 7, 137, lines=[line(20, -5)], complete_from=date(2026, 1, 15))

    found = chain_of(bank_account=file.savings).chain

    assert [joint.difference for joint in found.joints] == [Decimal(0)]


def test_it_names_the_statement_that_is_missing_by_the_numbers_of_the_bank(file):
    before, after = (
        _month(file, 1, 30, 130, number=13).pk,
        _month(file, 2, -20, 110, number=15, opening_balance=Decimal(140)).pk,
    )
    client = file.client(Role.VIEWER)
    sentence = "Statement 14 of the bank is missing between 13 ("

    of_statements = [
        client.get(file.address(f"statements/{each}/")).content.decode() for each in (before, after)
    ]

    assert sentence in _page(file)
    assert all(sentence in page for page in of_statements)
    assert "statement 13 of the bank" in of_statements[0]
    finding = next(each for each in examine() if each.subject == "Statements")
    assert finding.detail.endswith("1 of Savings is missing, by the bank's numbers")
    # A statement without lines and days counts as there.
    take_in(file.savings, kind="ofx", number=14, closing_balance=Decimal(140))
    assert sentence not in _page(file)
    assert "Statements" not in {each.subject for each in examine()}


def test_it_asks_as_often_for_many_statements_as_for_few(file, django_assert_num_queries):
    for month in range(1, 10):
        _month(file, month, 1, 100 + month, complete_from=date(2026, month, 1) - timedelta(days=5))

    with django_assert_num_queries(3):
        found = chain_of(bank_account=file.savings)

    assert len(found.chain.proven) == 8
