"""A trial balance becomes the opening entry, as it is or not at all."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledgerflow.books.models import Book, Role
from ledgerflow.core.periods import EARLIEST, Period
from ledgerflow.documents.models import Document
from ledgerflow.exchange.services import import_opening
from ledgerflow.exchange.trial_balances import OpeningError, read_trial_balance
from ledgerflow.ledger.errors import PeriodClosedError
from ledgerflow.ledger.models import Account, BatchSource, JournalEntry, PostingBatch
from ledgerflow.ledger.selectors import trial_balance
from ledgerflow.ledger.services.opening import open_book
from ledgerflow.ledger.services.periods import close_period
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import reverse_entry
from ledgerflow.reports.exporters.text import write_csv
from ledgerflow.reports.selectors import frame_of
from ledgerflow.reports.tables import trial_balance_table
from tests.booked import NOW, BookedFile
from tests.factories import UserFactory
from tests.made import made_once

pytestmark = pytest.mark.django_db

DAY = date(2025, 12, 31)
FILE = "code,debit,credit\n1000,12500.00,\n2500,,8000\n3000,,4500.00\n1100,0,0\n"


@made_once
def book() -> Book:
    return open_book(name="Acme", base_currency="USD", chart="generic", owner=UserFactory(), now=NOW)


def _import(book: Book, text: str | bytes, *, day: date = DAY):
    content = text if isinstance(text, bytes) else text.encode()
    user = book.memberships.get().user
    return import_opening(book=book, date=day, name="balances.csv", content=content, user=user, now=NOW)


def _balances(book: Book, day: date = DAY) -> dict[str, Decimal]:
    return {row.code: row.base_amount for row in trial_balance(book=book, as_of=day).rows}


def test_the_balances_are_those_of_the_file(book):
    opening = _import(book, FILE)

    assert _balances(book) == {"1000": Decimal(12500), "2500": Decimal(-8000), "3000": Decimal(-4500)}
    assert (opening.number, opening.lines, opening.accounts_made) == (1, 3, ())
    assert PostingBatch.objects.get(book=book).source == BatchSource.HISTORY
    assert Document.objects.get(book=book).name == "balances.csv"
    assert problems(book=book) == []


@pytest.mark.parametrize(
    "text",
    [
        "Code;Balance\n1000;12500.00\n2500;-8000\n3000;-4500\n",
        "\ufeffbalance\tcode\tnote\n12500\t1000\thello\n-8000\t2500\t\n\n-4500\t3000\t\n",
        'account code,account name,debit,credit\r\n1000,"Bank, main",12500,\r\n2500,,,8000\r\n3000,,,4500\r\n',
    ],
)
def test_columns_may_stand_in_any_order_and_the_usual_signs_divide_them(book, text):
    _import(book, text)

    assert _balances(book) == {"1000": Decimal(12500), "2500": Decimal(-8000), "3000": Decimal(-4500)}


def test_an_account_that_is_not_here_is_made_where_the_file_says_what_it_is(book):
    text = "code,account,type,balance\n1777,Gold,Asset,5\n3000,Retained earnings,equity,-5\n"

    opening = _import(book, text)

    account = Account.objects.get(book=book, code="1777")
    assert (account.name, account.type) == ("Gold", "asset")
    assert opening.accounts_made == (account,)


def test_another_currency_keeps_its_own_amount(book):
    text = "code,account,type,balance,currency,amount\n1777,Konto,asset,108.53,EUR,100\n3000,,,-108.53,,\n"

    _import(book, text)

    row = next(row for row in trial_balance(book=book, as_of=DAY).rows if row.code == "1777")
    assert (row.currency, row.amount, row.base_amount) == ("EUR", Decimal(100), Decimal("108.53"))


def test_our_own_trial_balance_is_such_a_file(book):
    file = BookedFile(3)
    report = trial_balance(book=file.book, as_of=date(2026, 2, 1))

    frame = frame_of(book=file.book, period=Period(EARLIEST, report.as_of))
    out = StringIO()
    write_csv(trial_balance_table(frame=frame, reports=[report]), out)

    _import(book, out.getvalue())

    assert _balances(book) == _balances(file.book, date(2026, 2, 1))


REFUSED = {
    "": "The first line must name the columns",
    "code,debit\n1000,5\n": "either “debit” and “credit” or “balance”",
    "code,debit,credit,balance\n": "either “debit” and “credit” or “balance”",
    "code,code,balance\n": "names the column “code” twice",
    "code,balance,currency\n": "“currency” and “amount” belong together",
    "code,balance\n1000,5\n3000,-4\n": "differ by 1 USD",
    "code,balance\n1000,5\n,5\n": "Line 3 has no code",
    "code,balance\n1000,5\n1000,-5\n": "Line 3: the account 1000 is on line 2 already",
    'code,balance\n1000,"1,234"\n': "Line 2: balance '1,234' is no amount",
    "code,balance\n1000,NaN\n": "'NaN' is no amount",
    "code,balance\n1000,1e5\n": "'1e5' is no amount",
    "code,balance\n1000,0\n": "Nothing stands on any account",
    "code,balance,type\n1000,5,gold\n": "'gold' is no type",
    "code,balance\n1000,5\n77,-5\n": "The book has no account 77",
    "code,balance,type\n1000,5,\n77,-5,asset\n": "The book has no account 77",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_is_refused_with_a_sentence(book, text):
    with pytest.raises(OpeningError) as refusal:
        _import(book, text)

    assert REFUSED[text] in str(refusal.value)
    assert not JournalEntry.objects.filter(book=book).exists()
    assert not Document.objects.filter(book=book).exists()


def test_another_encoding_is_refused(book):
    with pytest.raises(OpeningError, match=r"not in UTF-8 \(byte 6\)"):
        read_trial_balance("code,Ä".encode("cp1252"))


def test_a_closed_period_stays_closed(book):
    user = book.memberships.get().user
    close_period(book=book, through=DAY, reason="Filed", user=user, now=NOW)

    with pytest.raises(PeriodClosedError):
        _import(book, FILE)


def test_a_book_is_opened_once_until_the_opening_is_taken_back(book):
    _import(book, FILE)
    with pytest.raises(OpeningError, match="was opened by entry 1"):
        _import(book, FILE)
    user = book.memberships.get().user
    reverse_entry(book=book, number=1, date=DAY, reason="Wrong file", user=user, now=NOW)

    _import(book, FILE)

    assert _balances(book)["1000"] == Decimal(12500)


def _post(file: BookedFile, text: str, role: Role = Role.OWNER):
    upload = SimpleUploadedFile("balances.csv", text.encode(), "text/csv")
    return file.client(role).post(
        file.address("exports/opening/"), {"date": "2025-12-31", "file": upload}, follow=True
    )


def test_the_page_posts_it_and_shows_the_entry():
    file = BookedFile(1)

    page = _post(file, FILE)

    assert "The book begins with 3 balances." in page.content.decode()
    assert page.redirect_chain[-1][0] == file.address("journal/2/")


def test_the_page_says_what_stands_in_the_way():
    file = BookedFile(1)

    page = _post(file, "code,balance\n1000,5\n3000,-4\n")

    assert "differ by 1 USD" in page.content.decode()
    assert JournalEntry.objects.filter(book=file.book).count() == 1


def test_a_viewer_does_not_open_a_book():
    file = BookedFile(1)

    assert _post(file, FILE, Role.VIEWER).status_code == 403
