"""As lf_app, raw SQL cannot break what ties bank lines to the journal."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import SplitPart, classify_lines, decide
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.posting import verify
from ledgerflow.posting.services import EntryLine, post_lines, post_manual_entry, reverse_entry
from tests.classification.rows import NOW, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    shop = Shop()
    shop.posted, shop.accepted, shop.open = shop.line(), shop.line(), shop.line("BAKERY")
    classify_lines(book=shop.book, line_ids=[shop.posted.pk, shop.accepted.pk, shop.open.pk])
    for line in (shop.posted, shop.accepted):
        decide(book=shop.book, line_id=line.pk, account=shop.fuel, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=[shop.posted.pk], posted_by=shop.user, posted_at=NOW)
    return shop


def run(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(statement, *values, error=IntegrityError):
    with pytest.raises(error):
        run(statement, *values)


SET = "UPDATE classification_classification SET {} WHERE line_id = %s"


@pytest.mark.parametrize(
    "change",
    [
        "account_id = (SELECT max(id) FROM ledger_account)",
        "account_id = NULL, is_split = true",
        "payee_id = NULL",
        "state = 'open'",
        "state = 'excluded'",
        "line_id = 0",
    ],
)
def test_a_posted_classification_does_not_change(shop, change):
    refused(SET.format(change), shop.posted.pk)


def test_a_posted_classification_takes_a_note(shop):
    run(SET.format("note = 'seen'"), shop.posted.pk)


def test_a_posted_classification_is_not_deleted(shop):
    refused("DELETE FROM classification_classification WHERE line_id = %s", shop.posted.pk)


def test_an_open_classification_is_deleted(shop):
    run("DELETE FROM classification_classification WHERE line_id = %s", shop.open.pk)


def test_a_line_is_not_called_posted_without_an_entry(shop):
    refused(SET.format("state = 'posted'"), shop.accepted.pk)


def test_a_line_is_not_accepted_without_a_person_or_a_rule(shop):
    account = f"account_id = {shop.fuel.pk}"
    refused(SET.format(f"state = 'accepted', {account}"), shop.open.pk)


def test_a_line_is_not_accepted_without_an_account(shop):
    refused(SET.format(f"state = 'accepted', decided_by_id = {shop.user.pk}"), shop.open.pk)


def test_a_held_line_is_not_accepted(shop):
    run("UPDATE statements_statementline SET hold = 'question' WHERE id = %s", shop.open.pk)

    refused(
        SET.format(f"state = 'accepted', account_id = {shop.fuel.pk}, decided_by_id = {shop.user.pk}"),
        shop.open.pk,
    )


@pytest.mark.parametrize("column", ["account_id", "payee_id", "rule_id"])
def test_nothing_of_another_book_is_named(shop, column):
    other = Shop()
    line = other.line()
    classify_lines(book=other.book, line_ids=[line.pk])
    theirs = {
        "account_id": other.fuel.pk,
        "payee_id": "(SELECT max(id) FROM payees_payee)",
        "rule_id": 999999,
    }

    refused(SET.format(f"{column} = {theirs[column]}"), shop.open.pk)


def test_a_classification_of_another_books_line_is_refused(shop):
    other = Shop()
    insert = (
        "INSERT INTO classification_classification (line_id, book_id, state, source, confidence, reason,"
        " note, is_split) VALUES (%s, %s, 'open', 'none', 0, '', '', false)"
    )

    refused(insert, other.line().pk, shop.book.pk)
    run(insert, other.line().pk, other.book.pk)


def test_parts_that_do_not_add_up_are_refused_when_the_transaction_ends(shop):
    parts = [SplitPart(shop.fuel, Decimal(-30)), SplitPart(shop.food, Decimal(-10))]
    decide(book=shop.book, line_id=shop.open.pk, splits=parts, user=shop.user, now=NOW)
    part = "UPDATE classification_classificationsplit SET amount = {} WHERE classification_id = %s AND no = 1"

    refused(part.format("-31"), shop.open.pk)
    refused("DELETE FROM classification_classificationsplit WHERE classification_id = %s", shop.open.pk)
    run(part.format("-30"), shop.open.pk)


def test_parts_of_a_posted_line_do_not_change(shop):
    parts = [SplitPart(shop.fuel, Decimal(-30)), SplitPart(shop.food, Decimal(-10))]
    decide(book=shop.book, line_id=shop.open.pk, splits=parts, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)

    refused(
        "UPDATE classification_classificationsplit SET memo = 'x' WHERE classification_id = %s", shop.open.pk
    )


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM posting_posting",
        "TRUNCATE posting_posting",
        "UPDATE posting_posting SET line_id = line_id",
        "UPDATE posting_posting SET entry_number = 2",
    ],
)
def test_postings_stay(shop, statement):
    refused(statement, error=ProgrammingError)


def test_a_posting_names_only_the_entry_that_reverses_it(shop):
    refused("UPDATE posting_posting SET reversed_by_number = 1")
    reverse_entry(book=shop.book, number=1, date=date(2026, 3, 3), reason="Wrong.", user=shop.user, now=NOW)

    refused("UPDATE posting_posting SET reversed_by_number = NULL")


def test_a_posting_agrees_with_its_line(shop):
    day = shop.accepted.date
    bank = shop.bank.ledger_account
    wrong, right = (
        post_manual_entry(
            book=shop.book,
            date=day,
            lines=[EntryLine(bank, Decimal(amount)), EntryLine(shop.fuel, -Decimal(amount))],
            text="",
            user=shop.user,
            now=NOW,
        )
        for amount in ("-41", "-40")
    )
    insert = "INSERT INTO posting_posting (book_id, entry_number, line_id) VALUES (%s, %s, %s)"

    refused(insert, shop.book.pk, wrong, shop.accepted.pk)
    refused(insert, shop.book.pk, 99, shop.accepted.pk)
    run(insert, shop.book.pk, right, shop.accepted.pk)


def _entry(shop, line):
    lines = [
        journal.LineDraft(account.pk, "USD", amount, amount)
        for account, amount in ((shop.bank.ledger_account, line.amount), (shop.fuel, -line.amount))
    ]
    return journal.post_entries(
        book=shop.book,
        source=BatchSource.STATEMENT,
        entries=[journal.EntryDraft(date=line.date, lines=lines)],
        posted_by=None,
        posted_at=NOW,
    ).first_number


POSTING = "INSERT INTO posting_posting (book_id, entry_number, line_id) VALUES (%s, %s, %s)"


def test_a_line_that_nobody_accepted_is_not_posted(shop):
    refused(POSTING, shop.book.pk, _entry(shop, shop.open), shop.open.pk)


@pytest.mark.parametrize("change", ["hold = 'question'", "is_pending = true"])
def test_a_line_that_waits_is_not_posted(shop, change):
    number = _entry(shop, shop.accepted)
    run(f"UPDATE statements_statementline SET {change} WHERE id = %s", shop.accepted.pk)

    refused(POSTING, shop.book.pk, number, shop.accepted.pk)


def test_a_line_that_somebody_accepted_is_posted(shop):
    run(POSTING, shop.book.pk, _entry(shop, shop.accepted), shop.accepted.pk)


def test_a_line_is_posted_once(shop):
    day, bank = shop.posted.date, shop.bank.ledger_account
    lines = [EntryLine(bank, Decimal(-40)), EntryLine(shop.fuel, Decimal(40))]
    number = post_manual_entry(book=shop.book, date=day, lines=lines, text="", user=shop.user, now=NOW)

    refused(
        "INSERT INTO posting_posting (book_id, entry_number, line_id) VALUES (%s, %s, %s)",
        shop.book.pk,
        number,
        shop.posted.pk,
    )


@pytest.mark.parametrize("statement", ["DELETE FROM statements_statementline WHERE id = %s"])
def test_a_bank_line_behind_an_entry_is_not_deleted(shop, statement):
    refused(statement, shop.posted.pk, error=DatabaseError)
    run(statement, shop.line().pk)


def test_a_suggestion_that_nobody_took_goes_with_its_line(shop):
    run("DELETE FROM statements_statementline WHERE id = %s", shop.open.pk)

    assert not Classification.objects.filter(line_id=shop.open.pk).exists()


def test_a_bank_line_that_somebody_decided_about_is_not_deleted(shop):
    decide(book=shop.book, line_id=shop.open.pk, account=shop.fuel, user=shop.user, now=NOW)

    refused("DELETE FROM statements_statementline WHERE id = %s", shop.open.pk, error=DatabaseError)


@pytest.mark.parametrize("change", ["amount = -41", "date = '2026-03-03'"])
def test_a_bank_line_behind_an_entry_keeps_what_it_says(shop, change):
    refused(
        f"UPDATE statements_statementline SET {change} WHERE id = %s", shop.posted.pk, error=DatabaseError
    )


def test_everything_verifies(shop):
    assert verify.problems(book=shop.book) == []


def test_verify_finds_an_entry_of_a_statement_without_a_line(shop):
    lines = [
        journal.LineDraft(account.pk, "USD", Decimal(amount), Decimal(amount))
        for account, amount in ((shop.bank.ledger_account, "-40"), (shop.fuel, "40"))
    ]
    entry = journal.EntryDraft(date=shop.posted.date, lines=lines)
    journal.post_entries(
        book=shop.book, source=BatchSource.STATEMENT, entries=[entry], posted_by=None, posted_at=NOW
    )

    assert [problem.check for problem in verify.problems(book=shop.book)] == ["provenance"]


def test_verify_finds_a_reversal_that_the_posting_does_not_know(shop):
    draft = journal.mirror(book=shop.book, number=1, date=shop.posted.date)
    journal.post_entries(
        book=shop.book, source=BatchSource.REVERSAL, entries=[draft], posted_by=None, posted_at=NOW
    )

    assert [problem.check for problem in verify.problems(book=shop.book)] == ["posted-reversed"]
