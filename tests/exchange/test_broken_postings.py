"""A posting that is wrong by the smallest coin is caught by PostgreSQL, by Beancount and by hledger."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from ledgerflow.classification.services import accept_all
from ledgerflow.ledger.errors import UnbalancedEntryError
from ledgerflow.ledger.models import JournalLine
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import EntryLine, post_lines, post_manual_entry
from tests.booked import FIRST_DAY, NOW, BookedFile
from tests.exchange.engines import bean_check, hledger_check
from tests.exchange.exported import Exported, exported
from tests.ledger.sessions import session

pytestmark = pytest.mark.usefixtures("committed_db")


def others(test):
    """Mark a test that asks Beancount and hledger."""
    return pytest.mark.hledger(pytest.mark.beancount(test))


@pytest.fixture
def file() -> BookedFile:
    """Three lines in the books with the balance before them, so that the statement's balances are asserted."""
    file = BookedFile(3, is_posted=False)
    opening = file.book.accounts.get(role="opening")
    post_manual_entry(
        book=file.book,
        date=FIRST_DAY.replace(day=1),
        lines=[EntryLine(file.bank.ledger_account, Decimal(1000)), EntryLine(opening, Decimal(-1000))],
        text="Opening balance",
        user=file.owner,
        now=NOW,
    )
    accept_all(book=file.book, user=file.owner, now=NOW, account=file.expense)
    post_lines(book=file.book, line_ids=None, posted_by=file.owner, posted_at=NOW)
    return file


@pytest.fixture
def files(file: BookedFile, tmp_path: Path) -> Exported:
    files = exported(file.book, tmp_path)
    assert bean_check(files.beancount) == hledger_check(files.hledger) == ""
    return files


def test_postgresql_refuses_it(file):
    lines = [EntryLine(file.expense, Decimal(3)), EntryLine(file.bank.ledger_account, Decimal(-2))]

    with pytest.raises(UnbalancedEntryError, match="out of balance by 1"):
        post_manual_entry(book=file.book, date=FIRST_DAY, lines=lines, text="", user=file.owner, now=NOW)


def test_postgresql_refuses_it_from_raw_sql_too(file):
    facts = {"book": file.book.pk, "one": file.expense.pk, "other": file.bank.ledger_account_id}

    with (
        pytest.raises(DatabaseError, match=r"out of balance by 0\.01"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            """
            SELECT ledger_post(%(book)s, 'manual', NULL, now(), '{2026-01-05}', '{2}', '{NULL}', NULL,
                '{1,1}', '{1,2}', ARRAY[%(one)s, %(other)s], '{USD,USD}', '{3.00,-2.99}', '{3.00,-2.99}')
            """,
            facts,
        )


def test_verify_names_what_a_superuser_changed(file):
    assert problems(book=file.book) == []
    number = JournalLine.objects.filter(book=file.book, amount=3).get().entry_number
    with session("owner") as owner:
        owner.execute("ALTER TABLE ledger_journalline DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE ledger_journalline SET amount = 3.01, base_amount = 3.01 WHERE entry_number = %s AND no = 2",
            [number],
        )
        owner.execute("ALTER TABLE ledger_journalline ENABLE TRIGGER USER")
        owner.commit()

    sentences = [problem.sentence for problem in problems(book=file.book)]

    assert f"Entry {number} is out of balance by 0.0100." in sentences


@others
def test_the_others_refuse_an_export_of_what_a_superuser_changed(file, tmp_path, files):
    with session("owner") as owner:
        owner.execute("ALTER TABLE ledger_journalline DISABLE TRIGGER USER")
        owner.execute("UPDATE ledger_journalline SET amount = 3.01, base_amount = 3.01 WHERE amount = 3")
        owner.execute("ALTER TABLE ledger_journalline ENABLE TRIGGER USER")
        owner.commit()

    again = exported(file.book, tmp_path)

    assert "does not balance" in bean_check(again.beancount)
    assert "could not balance" in hledger_check(again.hledger)


@others
@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_an_export_with_one_amount_altered_is_refused(files, form):
    path, check, complaint = _of(files, form)
    said = path.read_text()
    assert said.count(" 3.00 USD") == 1

    path.write_text(said.replace(" 3.00 USD", " 3.01 USD"))

    assert complaint in check(path)


@others
@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_an_entry_that_is_missing_is_missed_by_the_balances_of_the_bank(files, form):
    path, check, _ = _of(files, form)
    blocks = path.read_text().split("\n\n")
    spent = [block for block in blocks if "Shop 2" in block]
    assert len(spent) == 1

    path.write_text("\n\n".join(block for block in blocks if block not in spent))

    assert "alance" in check(path)


@others
@pytest.mark.parametrize("form", ["beancount", "hledger"])
def test_an_entry_that_is_wrong_on_both_sides_is_missed_by_the_balances_of_the_bank(files, form):
    path, check, _ = _of(files, form)
    said = path.read_text()

    path.write_text(said.replace(" 3.00 USD", " 3.01 USD").replace(" -3.00 USD", " -3.01 USD"))

    assert "alance" in check(path)


def _of(files: Exported, form: str):
    return {
        "beancount": (files.beancount, bean_check, "does not balance"),
        "hledger": (files.hledger, hledger_check, "could not balance"),
    }[form]
