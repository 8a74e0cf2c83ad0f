from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from ledgerflow.books.models import Role
from ledgerflow.classification.models import Classification, State
from ledgerflow.ledger.models import Account, JournalEntry, JournalLine
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.statements.models import StatementLine
from tests.booked import FIRST_DAY, NOW, BookedFile
from tests.factories import MembershipFactory
from tests.ledger.years import Years
from tests.made import made_once
from tests.statements.shapes import line, take_in

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3)


def manual(file, *lines, **more):
    """Return what the form of a manual entry sends for lines of account, debit and credit."""
    sent = {
        "date": "2026-02-10",
        "text": "By hand",
        "lines-TOTAL_FORMS": len(lines),
        "lines-INITIAL_FORMS": 0,
    }
    for at, (account, debit, credit) in enumerate(lines):
        sent |= {
            f"lines-{at}-account": account.pk if account else "",
            f"lines-{at}-debit": debit,
            f"lines-{at}-credit": credit,
        }
    return sent | more


def test_the_journal_lists_entries_newest_first_with_the_banks_words(file):
    text = file.client(Role.VIEWER).get(file.address("journal/")).content.decode()

    assert text.index("Shop 3") < text.index("Shop 2") < text.index("Shop 1")
    assert "New entry" not in text


def test_an_empty_journal_says_what_to_do():
    member = MembershipFactory()
    client = Client()
    client.force_login(member.user)

    text = client.get(f"/books/{member.book.slug}/journal/").content.decode()

    assert "Nothing is posted yet" in text
    assert "Review lines" in text


@pytest.mark.parametrize("count", [10, 120])
def test_the_journal_asks_the_database_as_often_for_many_entries(count, django_assert_num_queries):
    file = BookedFile(count)
    client = file.client()
    client.get(file.address("journal/"))

    with django_assert_num_queries(19):
        client.get(file.address("journal/"))


def test_pages_of_the_journal_follow_without_gap_or_repetition():
    file = BookedFile(120)
    client, address, seen = file.client(), file.address("journal/"), []
    query = ""
    for _ in range(3):
        page = client.get(address + query).context["page"]
        seen += [row.number for row in page.rows]
        query = f"?before={page.following}"

    assert seen == list(range(120, 0, -1))
    assert page.following is None


def test_the_journal_keeps_to_a_range_of_dates(file):
    client = file.client()

    page = client.get(file.address("journal/?from=2026-01-06&to=2026-01-06"))
    none = client.get(file.address("journal/?from=2027-01-01"))

    assert [row.date for row in page.context["page"].rows] == [date(2026, 1, 6)]
    assert "No entries in this range" in none.content.decode()


def test_a_range_that_is_no_date_is_told(file):
    page = file.client().get(file.address("journal/?from=yesterday"))

    assert page.status_code == 200
    assert "Give dates such as" in page.content.decode()


def test_an_entry_shows_its_lines_and_the_record_it_comes_from(file):
    text = file.client(Role.VIEWER).get(file.address("journal/2/")).content.decode()

    assert str(file.expense) in text
    assert text.count("2.00") >= 4
    assert "<mark>2026-01-06,Shop 2,-2</mark>" in text
    assert f"/statements/document/{file.document.pk}/?line=3#mark" in text
    assert f"/journal/line/{file.line_ids[1]}/" in text
    assert "Reverse and correct" not in text


def test_an_entry_that_is_not_there_is_not_found(file):
    assert file.client().get(file.address("journal/99/")).status_code == 404


def test_a_bookkeeper_reverses_an_entry_and_its_line_goes_back_to_review(file):
    client = file.client(Role.BOOKKEEPER)

    client.post(file.address("journal/2/reverse/"), {"date": "2026-02-01", "reason": "Wrong account"})

    assert JournalEntry.objects.get(book=file.book, reverses_number=2).number == 4
    assert Classification.objects.get(pk=file.line_ids[1]).state == State.OPEN
    assert "reversed by" in client.get(file.address("journal/2/")).content.decode()
    reversal = client.get(file.address("journal/4/")).content.decode()
    assert "This entry reverses" in reversal
    assert "Wrong account" in reversal
    assert "<mark>2026-01-06,Shop 2,-2</mark>" in reversal


def test_a_viewer_reverses_nothing(file):
    answer = file.client(Role.VIEWER).post(
        file.address("journal/2/reverse/"), {"date": "2026-02-01", "reason": "Wrong"}
    )

    assert answer.status_code == 403
    assert not JournalEntry.objects.filter(reverses_number=2).exists()


def test_a_reversal_into_a_closed_period_is_refused_with_the_sentence(file):
    close_period(book=file.book, through=date(2026, 1, 31), reason="January", user=file.owner, now=NOW)

    page = file.client().post(
        file.address("journal/2/reverse/"), {"date": "2026-01-20", "reason": "Wrong account"}
    )

    assert "closed" in page.content.decode()
    assert not JournalEntry.objects.filter(reverses_number=2).exists()


def test_an_entry_is_reversed_once(file):
    client = file.client()
    sent = {"date": "2026-02-01", "reason": "Wrong account"}
    client.post(file.address("journal/2/reverse/"), sent)

    again = client.post(file.address("journal/2/reverse/"), sent)

    assert "reversed already" in again.content.decode()


def test_a_line_shows_what_the_bank_says_why_it_is_booked_so_and_its_entry(file):
    text = file.client(Role.VIEWER).get(file.address(f"journal/line/{file.line_ids[0]}/")).content.decode()

    assert "Checking" in text
    assert "-1.00" in text
    assert f"{file.owner} decided." in text
    assert "/journal/1/" in text
    assert "<mark>2026-01-05,Shop 1,-1</mark>" in text


def test_a_line_of_two_files_shows_both_places(file):
    other, _, _ = file.take_in(file.amounts, name="again.csv", closing=Decimal(994))

    text = file.client().get(file.address(f"journal/line/{file.line_ids[0]}/")).content.decode()

    assert "again.csv" in text
    assert "january.csv" in text
    assert f"/statements/document/{other.pk}/?line=2#mark" in text


def test_a_line_of_another_book_is_not_found(file):
    other = BookedFile(1)

    assert file.client().get(file.address(f"journal/line/{other.line_ids[0]}/")).status_code == 404


def test_a_manual_entry_has_any_number_of_lines(file):
    bank = file.bank.ledger_account
    other = Account.objects.filter(book=file.book, type="expense").order_by("code")[1]

    answer = file.client(Role.BOOKKEEPER).post(
        file.address("journal/new/"),
        manual(file, (file.expense, "10.50", ""), (other, "4.50", ""), (None, "", ""), (bank, "", "15")),
    )

    assert answer["Location"] == file.address("journal/4/")
    lines = JournalLine.objects.filter(book=file.book, entry_number=4).order_by("no")
    assert [line.base_amount for line in lines] == [Decimal("10.5"), Decimal("4.5"), Decimal(-15)]


def test_an_unbalanced_entry_is_refused_with_the_sentence_and_the_difference(file):
    page = file.client().post(
        file.address("journal/new/"),
        manual(file, (file.expense, "10", ""), (file.bank.ledger_account, "", "7")),
    )

    text = page.content.decode()
    assert "out of balance by 3 USD" in text
    assert "3.00</span></strong>" in text
    assert JournalEntry.objects.filter(book=file.book).count() == 3


@pytest.mark.parametrize(
    ("debit", "credit", "sentence"),
    [
        ("5", "5", "not both"),
        ("", "", "Give this line an amount"),
        ("-5", "", "greater than or equal to 0"),
        ("NaN", "", "Enter a number"),
        ("0.001", "", "more digits than USD has"),
    ],
)
def test_a_line_that_is_no_line_is_refused(file, debit, credit, sentence):
    page = file.client().post(
        file.address("journal/new/"),
        manual(file, (file.expense, debit, credit), (file.bank.ledger_account, "", debit)),
    )

    assert sentence in page.content.decode()
    assert JournalEntry.objects.filter(book=file.book).count() == 3


def test_an_account_of_another_book_is_no_choice(file):
    other = BookedFile(1)

    page = file.client().post(
        file.address("journal/new/"), manual(file, (other.expense, "5", ""), (file.expense, "", "5"))
    )

    assert "Select a valid choice" in page.content.decode()


def test_more_rows_come_without_javascript_and_keep_what_was_typed(file):
    page = file.client().post(
        file.address("journal/new/"), manual(file, (file.expense, "10", ""), (None, "", ""), more="1")
    )

    assert len(page.context["lines"].forms) == 6
    assert 'value="10"' in page.content.decode()


def test_a_viewer_makes_no_entry(file):
    client = file.client(Role.VIEWER)

    assert client.get(file.address("journal/new/")).status_code == 403
    assert client.post(file.address("journal/new/"), manual(file)).status_code == 403


def test_the_page_of_a_closing_entry_offers_no_reversal():
    company = Years()
    company.a_year()
    closing = company.close()
    client = Client()
    client.force_login(company.owner)

    page = client.get(f"/books/{company.book.slug}/journal/{closing.entry_number}/").content.decode()

    assert "Closing of the fiscal year 2026" in page
    assert "Reverse and correct" not in page


def test_a_pending_line_that_was_booked_otherwise_says_so_with_both_links():
    file = BookedFile(1, is_posted=False)
    shown = (line(FIRST_DAY, -1, "Shop 1"), line(30, -20, "Bakery", status="pending"))
    take_in(file.bank, *shown, kind="csv")
    later = take_in(file.bank, line(1, 2), line(date(2026, 2, 2), -20, "Bakery"), line(date(2026, 2, 3), 9))
    lapsed = StatementLine.objects.get(book=file.book, is_pending=True)
    booked = StatementLine.objects.get(book=file.book, date=date(2026, 2, 2))

    pages = [
        reverse("posting:line", kwargs={"book": file.book.slug, "line": line.pk}) for line in (lapsed, booked)
    ]
    text = file.client(Role.VIEWER).get(pages[0]).content.decode()

    assert later.statement.document.name in text
    assert pages[1] in text
    assert "No file shows it booked yet" not in text
    assert "Held back" not in text
