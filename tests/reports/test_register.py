import csv
import json
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from ledgerflow.books.models import Role
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.posting.services import EntryLine, post_manual_entry, reverse_entry
from ledgerflow.reports.selectors import register_figures, register_lines
from tests.booked import NOW, BookedFile
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3)


def address_of(file, account, query=""):
    return file.address(f"reports/register/{account.pk}/{query}")


def test_the_list_of_reports_leads_to_each(file):
    text = file.client(Role.VIEWER).get(file.address("reports/")).content.decode()

    assert "/reports/trial-balance/" in text
    assert "/journal/" in text


def test_each_line_shows_the_balance_after_it_and_leads_to_entry_line_and_file(file):
    page = file.client(Role.VIEWER).get(address_of(file, file.bank.ledger_account))

    rows = page.context["report"].lines
    assert [(row.credit, row.balance) for row in rows] == [(3, -6), (2, -3), (1, -1)]
    text = page.content.decode()
    assert f"/journal/line/{file.line_ids[2]}/" in text
    assert f"/statements/document/{file.document.pk}/?line=4#mark" in text
    assert file.address("journal/3/") in text
    assert str(file.expense) in text


@pytest.mark.parametrize("as_of", [date(2026, 1, 6), date(2026, 1, 20), date(2026, 2, 28)])
def test_a_figure_of_the_trial_balance_is_the_closing_balance_and_the_sum_of_the_lines_it_leads_to(as_of):
    file = BookedFile(40)
    report = trial_balance(book=file.book, as_of=as_of)
    client = file.client()
    text = client.get(file.address(f"reports/trial-balance/?as_of={as_of}")).content.decode()

    assert len(report.rows) == 2
    for row in report.rows:
        link = f"/reports/register/{row.account_id}/?to={as_of}"
        assert link in text
        answer = json.loads(client.get(f"/books/{file.book.slug}{link}&format=json").getvalue())
        assert Decimal(answer["closing_balance"]) == row.base_amount
        lines = [Decimal(line["debit"]) - Decimal(line["credit"]) for line in answer["rows"]]
        assert sum(lines) == row.base_amount


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 1, 10), date(2026, 1, 12)),
        (date(2026, 1, 10), date(2026, 2, 5)),
        (date(2026, 1, 20), date(2026, 4, 2)),
        (date(2026, 2, 1), date(2026, 3, 31)),
        (None, date(2026, 2, 14)),
        (date(2027, 1, 1), date(2027, 1, 1)),
    ],
)
def test_the_figures_of_any_range_are_those_of_its_lines(first, last):
    file = BookedFile(80)
    reverse_entry(book=file.book, number=12, date=date(2026, 2, 3), reason="Wrong", user=file.owner, now=NOW)
    account = file.bank.ledger_account
    account.book = file.book

    figures = register_figures(account=account, first=first, last=last)

    lines = list(register_lines(account=account, first=first, last=last))
    assert figures.debit == sum(line.debit or 0 for line in lines)
    assert figures.credit == sum(line.credit or 0 for line in lines)
    assert figures.opening + figures.debit - figures.credit == figures.closing
    if lines:
        assert lines[0].balance == figures.closing
        assert lines[-1].balance - lines[-1].amount == figures.opening


def test_pages_follow_without_gap_or_repetition_and_balances_go_on():
    file = BookedFile(250)
    client, account = file.client(), file.bank.ledger_account
    seen, query = [], "?to=2027-12-31"
    while True:
        context = client.get(address_of(file, account, query)).context
        seen += context["report"].lines
        if not context["following"]:
            break
        query = f"?to=2027-12-31&before={context['following']}"

    assert [row.place.entry_number for row in seen] == list(range(250, 0, -1))
    assert all(row.balance - row.amount == older.balance for row, older in pairwise(seen))


@pytest.mark.parametrize("count", [10, 100])
def test_it_asks_the_database_as_often_for_many_lines(count, django_assert_num_queries):
    file = BookedFile(count)
    client, address = file.client(), address_of(file, file.expense, "?to=2026-12-31")
    client.get(address)

    with django_assert_num_queries(27):
        page = client.get(address)

    assert len(page.context["report"].lines) == count


def test_a_search_finds_bank_texts_and_words_about_entries_in_any_case(file):
    post_manual_entry(
        book=file.book,
        date=date(2026, 2, 1),
        lines=[EntryLine(file.expense, Decimal(9)), EntryLine(file.bank.ledger_account, Decimal(-9))],
        text="Correction of the till",
        user=file.owner,
        now=NOW,
    )
    client = file.client()

    by_bank = client.get(address_of(file, file.expense, "?q=sHOP+2")).context["report"].lines
    by_text = client.get(address_of(file, file.expense, "?q=TILL")).context["report"].lines
    wild = client.get(address_of(file, file.expense, "?q=%25"))

    assert [row.place.entry_number for row in by_bank] == [2]
    assert [row.place.entry_number for row in by_text] == [4]
    assert "No line says “%”" in wild.content.decode()


def test_pages_of_a_search_follow_without_gap_or_repetition():
    file = BookedFile(150)
    client = file.client()

    first = client.get(address_of(file, file.expense, "?q=shop&to=2027-12-31")).context
    second = client.get(
        address_of(file, file.expense, f"?q=shop&to=2027-12-31&before={first['following']}")
    ).context

    seen = [row.place.entry_number for page in (first, second) for row in page["report"].lines]
    assert seen == list(range(150, 0, -1))
    assert second["following"] == ""


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=2026-13-45_1_1", "?from=0001-01-01", "?to=9999-12-31", "?from=soon"]
)
def test_what_cannot_be_asked_is_told_and_everything_shown(file, query):
    page = file.client().get(address_of(file, file.expense, query))

    assert page.status_code == 200
    assert page.context["errors"]
    assert len(page.context["report"].lines) == 3


def test_the_csv_holds_every_line_of_the_range(file):
    answer = file.client().get(address_of(file, file.expense, "?from=2026-01-06&format=csv"))

    rows = list(csv.DictReader(answer.getvalue().decode().splitlines()))
    assert [(row["date"], row["debit"], row["balance"]) for row in rows] == [
        ("2026-01-07", "3.00", "6.00"),
        ("2026-01-06", "2.00", "3.00"),
    ]


def test_an_account_of_another_book_is_not_found(file):
    other = BookedFile(1)

    assert file.client().get(address_of(file, other.expense)).status_code == 404


def test_an_account_without_lines_says_what_to_do(file):
    file.client()
    empty = file.book.accounts.filter(type="income").first()

    text = file.client().get(address_of(file, empty)).content.decode()

    assert "No lines in this range" in text
