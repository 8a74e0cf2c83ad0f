"""`ledgerflow opening` posts a trial balance, or says what stands in the way."""

import pytest

from ledgerflow import cli
from ledgerflow.books.models import Book
from ledgerflow.documents.models import Document
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.ledger.services.opening import open_book
from tests.booked import NOW
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def book() -> Book:
    owner = UserFactory(is_firm_admin=True)
    return open_book(name="Acme", base_currency="USD", chart="generic", owner=owner, now=NOW)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "balances.csv"
    path.write_text("code,account,type,balance\n1000,,,5\n1777,Gold,asset,1\n3000,,,-6\n")
    return path


def _open(book: Book, *words: object) -> int:
    return cli.main(["opening", "--book", book.slug, *map(str, words)])


def test_it_posts_and_says_as_which_entry(book, file, capsys):
    assert _open(book, "--date", "2025-12-31", file) == cli.DONE
    assert "Entry 1 with 3 balances posted; accounts made for it: 1777 Gold." in capsys.readouterr().out
    assert JournalEntry.objects.get(book=book).date.isoformat() == "2025-12-31"


def test_a_dry_run_keeps_nothing(book, file, capsys):
    assert _open(book, "--date", "2025-12-31", "--dry-run", file) == cli.DONE
    assert "Entry 1 with 3 balances would be posted" in capsys.readouterr().out
    assert not JournalEntry.objects.exists()
    assert not Document.objects.exists()


def test_a_file_that_does_not_balance_is_bad_input(book, file, capsys):
    file.write_text("code,balance\n1000,5\n3000,-4\n")

    assert _open(book, "--date", "2025-12-31", file) == cli.BAD_INPUT
    assert "differ by 1 USD" in capsys.readouterr().err


def test_a_day_that_is_none_is_bad_usage(book, file, capsys):
    assert _open(book, "--date", "2025-13-31", file) == cli.BAD_INPUT
    assert "is no date" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(book, tmp_path, capsys):
    assert _open(book, "--date", "2025-12-31", tmp_path / "nowhere.csv") == cli.FAILED
    assert "nowhere.csv cannot be read" in capsys.readouterr().err


def test_the_books_of_another_program_are_taken_over(book, tmp_path, capsys):
    journal = tmp_path / "old.journal"
    journal.write_text("2025-01-02 Lunch\n    Expenses:Food  5 USD\n    Assets:Wallet\n")

    assert _open(book, journal) == cli.DONE
    assert (
        "Entries of old.journal: 1 posted; accounts made for it: 5010 Food, 1010 Wallet."
        in capsys.readouterr().out
    )


def test_books_that_cannot_be_taken_over_are_bad_input(book, tmp_path, capsys):
    journal = tmp_path / "old"
    journal.write_text("include other.journal\n")

    assert _open(book, "--program", "hledger", journal) == cli.BAD_INPUT
    assert "“include” changes or fetches" in capsys.readouterr().err


def test_a_trial_balance_needs_its_day(book, file, capsys):
    assert _open(book, file) == cli.BAD_INPUT
    assert "say with --date" in capsys.readouterr().err
