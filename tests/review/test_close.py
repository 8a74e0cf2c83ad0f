"""What remains to be done before a period is closed, and closing it with or without a reason."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledgerflow.asking.services import ask
from ledgerflow.books.models import Role
from ledgerflow.classification.services import accept_all, decide
from ledgerflow.ledger.errors import PeriodActionError
from ledgerflow.ledger.models import Account, PeriodAction, YearClosing
from ledgerflow.ledger.selectors.periods import held
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.posting.opening_selectors import opening_of
from ledgerflow.posting.services import post_lines, post_opening
from ledgerflow.reconciliation.services import finish, start
from ledgerflow.review.close_selectors import checklist
from ledgerflow.review.services import Closing, close_books
from ledgerflow.statements.models import DayQuestion, Statement, StatementLine
from ledgerflow.statements.services import create_bank_account
from ledgerflow.taxforms.facts import Facts
from tests.booked import NOW, BookedFile
from tests.ledger.years import Years
from tests.posting.euros import DAY, EuroShop
from tests.proprietor import Proprietor

pytestmark = pytest.mark.django_db

END = date(2026, 1, 31)


def _open(file, through=END, **more):
    found = checklist(book=file.book, through=through, **more)
    return {point.what: point.detail or point.count for point in found.open_points}


def _close(file, reason="", how=Closing.CLOSE, through=END):
    return close_books(book=file.book, through=through, how=how, reason=reason, user=file.owner, now=NOW)


def test_a_book_in_which_everything_is_done_has_nothing_open():
    file = BookedFile(3)

    assert _open(file) == {}
    _close(file)

    action = PeriodAction.objects.get(book=file.book)
    assert (action.closed_through, action.reason) == (END, "Everything is done.")


def test_lines_are_open_until_they_are_posted():
    file = BookedFile(3, is_posted=False)

    assert _open(file) == {"lines to review": 3}
    decide(book=file.book, line_id=file.line_ids[0], user=file.owner, now=NOW, account=file.expense)
    assert _open(file) == {"lines to review": 2, "accepted lines that are not posted": 1}
    accept_all(book=file.book, user=file.owner, now=NOW, account=file.expense)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)
    assert _open(file) == {}


def test_only_lines_of_the_days_asked_for_are_counted():
    file = BookedFile(4, is_posted=False)  # a line a day from 5 January on

    assert "lines to review" not in _open(file, date(2026, 1, 4))
    assert _open(file, date(2026, 1, 6))["lines to review"] == 2
    assert _open(file, since=date(2026, 1, 8))["lines to review"] == 1
    close_period(book=file.book, through=date(2026, 1, 5), reason="x", user=file.owner, now=NOW)
    assert _open(file)["lines to review"] == 3
    assert checklist(book=file.book, through=END).first == date(2026, 1, 6)


def test_what_is_held_back_pending_or_asked_is_open():
    file = BookedFile(3, is_posted=False)
    held_back, pending, _ = StatementLine.objects.filter(pk__in=file.line_ids).order_by("pk")
    StatementLine.objects.filter(pk=held_back.pk).update(hold="question")
    StatementLine.objects.filter(pk=pending.pk).update(is_pending=True)
    _, other, _ = file.take_in([Decimal(-9)], name="other.csv", first=date(2026, 1, 20))
    for day in (date(2026, 1, 20), date(2026, 2, 20)):
        DayQuestion.objects.create(
            book=file.book, bank_account=file.bank, date=day, statement=file.statement, other_statement=other
        )

    assert _open(file) == {
        "lines to review": 2,
        "lines held back": 1,
        "lines that the bank has not booked": 1,
        "questions about days that two files show": 1,
    }


def test_a_statement_that_does_not_prove_is_open_until_it_is_released():
    file = BookedFile(3, closing=Decimal(7), is_posted=False)

    assert _open(file)["statements that do not prove"] == 1
    Statement.objects.filter(pk=file.statement.pk).update(
        overridden_at=NOW, overridden_by=file.owner, override_reason="Bank's mistake"
    )

    assert "statements that do not prove" not in _open(file)


def test_a_statement_without_balances_is_a_note_that_stops_nobody():
    file = BookedFile(3)
    Statement.objects.create(
        book=file.book,
        document=file.document,
        bank_account=file.bank,
        position=1,
        format="csv",
        currency="USD",
        first_date=END,
        last_date=END,
        line_count=0,
        total=0,
        proof="UNPROVABLE",
        imported_at=NOW,
    )

    found = checklist(book=file.book, through=END)

    notes = {point.what for point in found.points if point.is_note and point.count}
    assert notes == {
        "statements that state no balance to prove",
        "bank accounts that were never reconciled",
    }
    assert found.open_points == ()


def test_a_balance_of_suspense_is_open():
    file = BookedFile(3, is_posted=False)
    suspense = Account.objects.get(book=file.book, role="suspense")
    accept_all(book=file.book, user=file.owner, now=NOW, account=suspense)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)

    assert _open(file) == {"balance of 1999 Suspense": "6.00 USD"}
    assert _open(file, date(2026, 1, 5)) == {"balance of 1999 Suspense": "1.00 USD"}


def test_every_bank_account_has_a_statement_for_every_month():
    file = BookedFile(3)
    what = "bank accounts without a statement for each month"
    create_bank_account(book=file.book, name="Till", kind="cash", currency="USD", number="")

    assert _open(file) == {}
    assert _open(file, date(2026, 2, 28)) == {what: "Checking"}
    assert _open(file, date(2025, 12, 31)) == {}  # before the first statement
    file.take_in([Decimal(-3)], name="march.csv", first=date(2026, 3, 2))
    accept_all(book=file.book, user=file.owner, now=NOW, account=file.expense)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)
    assert _open(file, date(2026, 3, 31)) == {what: "Checking"}
    assert _open(file, date(2026, 3, 31), since=date(2026, 3, 1)) == {}
    create_bank_account(book=file.book, name="Card", kind="card", currency="USD", number="51004711")
    assert _open(file) == {what: "Card"}


def test_who_began_to_reconcile_is_asked_about_the_last_lines_of_the_period():
    file = BookedFile(3)
    what = "bank accounts whose last lines are not reconciled"
    given = {"user": file.owner, "now": NOW}

    def reconcile(as_of, balance):
        one = start(bank_account=file.bank, as_of=as_of, balance=Decimal(balance), **given)
        finish(reconciliation=one, **given)

    opening = opening_of(book=file.book, bank_account=file.bank).proposal
    post_opening(
        book=file.book,
        bank_account=file.bank,
        amount=opening.amount,
        date=opening.date,
        is_checked=True,
        **given,
    )
    assert _open(file) == {}  # nobody has to reconcile
    reconcile(date(2026, 1, 6), 997)
    assert _open(file) == {what: "Checking"}
    assert _open(file, date(2026, 1, 6)) == {}
    reconcile(date(2026, 1, 7), 994)
    assert _open(file) == {}


def test_lines_without_a_receipt_are_worth_knowing_where_receipts_are_asked_for(django_assert_num_queries):
    books = Proprietor()
    books.from_statement("6170", "-75", "-80", first=date(2026, 1, 3))

    def noted():
        points = checklist(book=books.book, through=END).points
        return [
            (point.what, point.count, point.query, point.is_open)
            for point in points
            if "receipt" in point.what
        ]

    what, to = "lines of 75.00 USD or more without a receipt", "to=2026-01-31"
    assert noted() == [(what, 2, to, False)]
    books.attach(StatementLine.objects.get(amount=-80).pk, ("mail.txt", b"Mail"))
    assert noted() == [(what, 1, to, False)]
    with django_assert_num_queries(12):
        checklist(book=books.book, through=END)


def test_facts_of_a_tax_year_are_asked_for_before_it_is_closed():
    books, last = Proprietor(), date(2025, 12, 31)

    def noted(file, through):
        points = checklist(book=file.book, through=through).points
        return [point.count for point in points if "tax years" in point.what and not point.is_open]

    assert noted(books, last) == [1]
    assert noted(books, date(2025, 11, 30)) == noted(BookedFile(1), last) == []
    books.enter(Facts())
    assert noted(books, last) == [0]


def test_another_book_has_its_own_list():
    BookedFile(3, is_posted=False)

    assert _open(BookedFile(1)) == {}


def test_the_list_takes_as_many_queries_for_many_lines(django_assert_num_queries):
    for file in (BookedFile(1, is_posted=False), BookedFile(40, is_posted=False)):
        with django_assert_num_queries(10):
            checklist(book=file.book, through=date(2026, 3, 31))


def test_balances_in_other_currencies_are_worth_knowing(django_assert_num_queries):
    shop = EuroShop()
    shop.rate("1.10")
    shop.accepted("100.00")
    shop.post()

    def noted():
        points = checklist(book=shop.book, through=DAY).points
        return [(point.detail, point.is_open) for point in points if "other currencies" in point.what]

    assert noted() == [("", False)]
    shop.rate("1.20")
    assert noted() == [("EUROS", False)]
    with django_assert_num_queries(13):
        checklist(book=shop.book, through=DAY)


def test_who_closes_with_open_points_says_why_and_both_are_kept():
    file = BookedFile(3, is_posted=False)

    with pytest.raises(PeriodActionError, match=r"lines to review: 3\). Say why"):
        _close(file, reason="  ")
    with pytest.raises(PeriodActionError, match="at most 300"):
        _close(file, reason="x" * 301)
    assert held(book=file.book).closed_through is None
    _close(file, reason="The accountant waits.")

    reason = PeriodAction.objects.get(book=file.book).reason
    assert reason == "The accountant waits. Left open: lines to review: 3."


def test_a_long_list_is_cut_in_the_log():
    file = BookedFile(1)
    for at in range(12):
        name = f"A bank account with a long name {at}"
        create_bank_account(book=file.book, name=name, kind="bank", currency="USD", number=f"4711{at:04}")

    _close(file, reason="x" * 300)

    reason = PeriodAction.objects.get(book=file.book).reason
    assert len(reason) == 500
    assert reason.endswith("…")


def test_a_year_is_closed_on_its_last_day_only():
    file = BookedFile(3)

    with pytest.raises(PeriodActionError, match="the one of that day ends on 2026-12-31"):
        _close(file, how=Closing.YEAR)


def _page(file, path, role=Role.VIEWER):
    return file.client(role).get(file.address(f"review/close/{path}")).content.decode()


def test_the_page_lists_what_is_open_with_a_link_to_where_it_is_done():
    file = BookedFile(3, is_posted=False)

    viewer, reviewer = _page(file, "2026/1/"), _page(file, "2026/1/", Role.REVIEWER)

    assert f'href="{file.address("review/?to=2026-01-31")}">Lines to review</a>: 3' in viewer
    assert "No lines held back" in viewer
    assert "write why" not in viewer
    assert "write why" in reviewer


def test_each_point_about_lines_leads_to_just_those_of_the_period():
    """A line a day from 5 January on: through 5 January all is closed, so the list is of 6 to 31 January."""
    file = BookedFile(30, is_posted=False)
    StatementLine.objects.filter(pk=file.line_ids[2]).update(hold="question")
    StatementLine.objects.filter(pk=file.line_ids[3]).update(is_pending=True)
    decide(book=file.book, line_id=file.line_ids[4], account=file.expense, user=file.owner, now=NOW)
    ask(book=file.book, line_id=file.line_ids[5], text="Why?", of=None, user=file.owner, now=NOW)
    close_period(book=file.book, through=date(2026, 1, 5), reason="x", user=file.owner, now=NOW)
    client = file.client(Role.VIEWER)

    points = client.get(file.address("review/close/2026/1/")).context["points"]

    found = {
        point.what: [row.date.day for row in client.get(address).context["rows"]]
        for point, address in points
        if point.url_name == "review:queue"
    }
    assert found == {
        "lines to review": [6, *range(11, 32)],
        "accepted lines that are not posted": [9],
        "lines held back": [7, 8, 10],
        "lines that the bank has not booked": [7, 8, 10],
        "lines with a question that waits for an answer": [7, 8, 10],
    }


@pytest.mark.parametrize("path", ["1800/", "9999/", "2026/13/", "2026/0/"])
def test_there_is_no_page_for_a_period_that_is_none(path):
    file = BookedFile(1)

    assert file.client().get(file.address(f"review/close/{path}")).status_code == 404


def test_without_a_period_the_page_is_of_the_next_one():
    file = BookedFile(3)
    close_period(book=file.book, through=date(2025, 9, 30), reason="x", user=file.owner, now=NOW)

    assert "Close October 2025" in _page(file, "")


def test_a_reviewer_locks_and_closes_from_the_page():
    file = BookedFile(3, is_posted=False)
    client, address = file.client(Role.REVIEWER), file.address("review/close/2026/1/")

    refused = client.post(address, {"how": "lock", "reason": ""})
    assert "Say why" in " ".join(refused.context["form"].non_field_errors())
    client.post(address, {"how": "lock", "reason": "I look now."})
    assert held(book=file.book) == (None, END)
    assert "only owners and reviewers post" in client.get(address).content.decode()
    client.post(address, {"how": "close", "reason": "Late lines come in February."})
    assert held(book=file.book) == (END, None)
    page = client.get(address).content.decode()
    assert "This period is closed." in page
    assert "Close through" not in page


def test_a_bookkeeper_reads_the_page_and_closes_nothing():
    file = BookedFile(3)
    client = file.client(Role.BOOKKEEPER)

    answer = client.post(file.address("review/close/2026/1/"), {"how": "close", "reason": "x"})

    assert answer.status_code == 403
    assert client.get(file.address("review/close/2026/1/")).status_code == 200


def test_a_month_is_not_closed_as_a_year():
    file = BookedFile(3)

    answer = file.client().post(file.address("review/close/2026/1/"), {"how": "year", "reason": "x"})

    assert answer.context["form"].errors["how"]


def test_a_year_is_closed_to_equity_from_its_page():
    company = Years()
    company.a_year(2025)
    client = Client()
    client.force_login(company.owner)
    address = f"/books/{company.book.slug}/review/close/2025/"

    assert "Everything is done" in client.get(address).content.decode()
    client.post(address, {"how": "year", "reason": ""})

    closing = YearClosing.objects.get(book=company.book)
    page = client.get(address).content.decode()
    assert closing.last_day == date(2025, 12, 31)
    assert f"entry {closing.entry_number}</a>" in page
    assert "closed to equity" in page


def test_the_page_asks_as_many_questions_of_a_large_book_as_of_a_small_one():
    asked = set()
    for count in (1, 40):
        file = BookedFile(count, is_posted=False)
        client = file.client(Role.REVIEWER)
        with CaptureQueriesContext(connection) as captured:
            client.get(file.address("review/close/2026/3/"))
        asked.add(len(captured))

    assert len(asked) == 1
    assert asked.pop() <= 25
