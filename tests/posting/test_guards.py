"""As lf_app, raw SQL cannot break what ties bank lines to the journal."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import SplitPart, classify_lines, decide
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.posting import verify
from ledgerflow.posting.models import ReversedPosting
from ledgerflow.posting.services import EntryLine, post_lines, post_manual_entry, reverse_entry
from tests.classification.rows import NOW, Shop
from tests.ledger.sessions import session
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
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
        "state = 'open', entry_number = NULL",
        "state = 'excluded', entry_number = NULL",
        "state = 'accepted', entry_number = NULL",
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


def _reversed(shop):
    """Post another line and reverse its entry; return the number of the entry."""
    decide(book=shop.book, line_id=shop.open.pk, account=shop.fuel, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=[shop.open.pk], posted_by=shop.user, posted_at=NOW)
    number = Classification.objects.get(line=shop.open).entry_number
    reverse_entry(
        book=shop.book, number=number, date=date(2026, 3, 3), reason="Wrong.", user=shop.user, now=NOW
    )
    return number


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM posting_reversedposting",
        "TRUNCATE posting_reversedposting",
        "UPDATE posting_reversedposting SET line_id = line_id",
        "UPDATE posting_reversedposting SET entry_number = 2",
        "UPDATE posting_reversedposting SET reversed_by_number = 1",
        "INSERT INTO posting_reversedposting (book_id, entry_number, line_id, reversed_by_number) VALUES (1, 1, 1, 2)",
    ],
)
def test_what_was_reversed_stays_on_record(shop, statement):
    _reversed(shop)

    refused(statement, error=ProgrammingError)


def test_the_owner_adds_nothing_to_the_record_of_what_was_reversed(committed_db):
    with session("owner") as owner, pytest.raises(psycopg.errors.CheckViolation):
        owner.execute(
            "INSERT INTO posting_reversedposting (book_id, entry_number, line_id, reversed_by_number)"
            " VALUES (1, 1, 1, 2)"
        )


def test_a_line_leaves_the_journal_only_with_its_reversal_and_on_record(shop):
    back = SET.format("state = 'open', entry_number = NULL")
    refused(back, shop.posted.pk)
    draft = journal.mirror(book=shop.book, number=1, date=shop.posted.date)
    number = journal.post_entries(
        book=shop.book, source=BatchSource.REVERSAL, entries=[draft], posted_by=None, posted_at=NOW
    ).first_number

    run(back, shop.posted.pk)

    record = ReversedPosting.objects.get()
    assert (record.entry_number, record.line_id, record.reversed_by_number) == (1, shop.posted.pk, number)


@pytest.mark.parametrize(
    "change", ["entry_number = 1", "state = 'posted'", "entry_number = 1, state = 'open'"]
)
def test_only_a_posted_line_has_an_entry(shop, change):
    refused(SET.format(change), shop.accepted.pk)


def test_a_posted_line_has_an_entry(shop):
    refused(SET.format("entry_number = NULL"), shop.posted.pk)


def test_a_line_does_not_begin_as_posted(shop):
    line = shop.line()
    insert = (
        "INSERT INTO classification_classification (line_id, book_id, state, source, confidence, reason, note,"
        " is_split, account_id, decided_by_id, entry_number)"
        " VALUES (%s, %s, 'posted', 'person', 0, '', '', false, %s, %s, %s)"
    )

    refused(insert, line.pk, shop.book.pk, shop.fuel.pk, shop.user.pk, _entry(shop, line))


def test_the_entry_of_a_line_agrees_with_it(shop):
    day = shop.accepted.date
    bank = shop.bank.ledger_account

    def manual(amount, *, date=day, account=bank):
        lines = [EntryLine(account, Decimal(amount)), EntryLine(shop.fuel, -Decimal(amount))]
        return post_manual_entry(book=shop.book, date=date, lines=lines, text="", user=shop.user, now=NOW)

    for number in (
        manual("-41"),
        manual("-40", date=date(2026, 3, 3)),
        manual("-40", account=shop.sales),
        99,
    ):
        refused(POST, number, shop.accepted.pk)
    run(POST, manual("-40"), shop.accepted.pk)


def test_an_entry_of_another_book_stands_for_no_line(shop):
    other = Shop()
    for _ in range(5):
        number = _entry(other, other.line())

    refused(POST, number, shop.accepted.pk)


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


POST = SET.format("state = 'posted', entry_number = %s")


def test_a_line_that_nobody_accepted_is_not_posted(shop):
    number = _entry(shop, shop.open)
    run(SET.format(f"account_id = {shop.fuel.pk}, decided_by_id = {shop.user.pk}"), shop.open.pk)

    refused(POST, number, shop.open.pk)


def test_an_excluded_line_is_not_posted(shop):
    number = _entry(shop, shop.accepted)
    run(SET.format("state = 'excluded'"), shop.accepted.pk)

    refused(POST, number, shop.accepted.pk)


@pytest.mark.parametrize("change", ["hold = 'question'", "is_pending = true"])
def test_a_line_that_waits_is_not_posted(shop, change):
    number = _entry(shop, shop.accepted)
    run(f"UPDATE statements_statementline SET {change} WHERE id = %s", shop.accepted.pk)

    refused(POST, number, shop.accepted.pk)


def test_a_posted_line_takes_a_note_when_it_is_held_back_since(shop):
    run("UPDATE statements_statementline SET hold = 'question' WHERE id = %s", shop.posted.pk)

    run(SET.format("note = 'seen'"), shop.posted.pk)


def test_a_line_that_somebody_accepted_is_posted(shop):
    run(POST, _entry(shop, shop.accepted), shop.accepted.pk)


def test_posting_does_not_change_what_a_line_is_for(shop):
    number = _entry(shop, shop.accepted)

    refused(POST.replace(" WHERE", f", account_id = {shop.food.pk} WHERE"), number, shop.accepted.pk)


def test_a_line_keeps_its_entry(shop):
    refused(SET.format("entry_number = %s"), _entry(shop, shop.posted), shop.posted.pk)


def test_an_entry_stands_for_one_line(shop):
    refused(POST, 1, shop.accepted.pk)


def test_an_entry_that_is_reversed_stands_for_no_line(shop):
    number = _entry(shop, shop.accepted)
    draft = journal.mirror(book=shop.book, number=number, date=shop.accepted.date)
    journal.post_entries(
        book=shop.book, source=BatchSource.REVERSAL, entries=[draft], posted_by=None, posted_at=NOW
    )

    refused(POST, number, shop.accepted.pk)
    refused(POST, _reversed(shop), shop.accepted.pk)


def test_lines_of_a_set_are_checked_one_by_one(shop):
    """A set in which the entries of two lines are exchanged is refused, however right it is as a whole."""
    small, large = shop.line(amount="-1"), shop.line(amount="-2")
    classify_lines(book=shop.book, line_ids=[small.pk, large.pk])
    for line in (small, large):
        decide(book=shop.book, line_id=line.pk, account=shop.fuel, user=shop.user, now=NOW)
    right = (small.pk, _entry(shop, small), large.pk, _entry(shop, large))
    together = (
        "UPDATE classification_classification SET state = 'posted', entry_number = new.number"
        " FROM (VALUES (%s, %s), (%s, %s)) AS new (id, number) WHERE line_id = new.id"
    )

    refused(together, right[0], right[3], right[2], right[1])
    run(together, *right)


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
    _reversed(shop)

    for line in (shop.posted, shop.open):
        refused(f"UPDATE statements_statementline SET {change} WHERE id = %s", line.pk, error=DatabaseError)


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
