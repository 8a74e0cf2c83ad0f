"""As lf_app, raw SQL cannot make an opening balance say anything but what its statement says."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from ledgerflow.ledger.models import Account, BatchSource, JournalLine
from ledgerflow.ledger.services import journal
from ledgerflow.posting.models import OpeningBalance
from ledgerflow.posting.services import withdraw_openings
from tests.made import made_once
from tests.posting.openings import Opened
from tests.statements.shapes import NOW

pytestmark = pytest.mark.django_db

INSERT = """
    INSERT INTO posting_openingbalance (book_id, bank_account_id, statement_id, document_id, date, amount, currency,
        entry_number, posted_by_id, posted_at, ended_at, end_reason)
    VALUES (%(book)s, %(bank)s, %(statement)s, %(document)s, %(date)s, %(amount)s, 'USD', %(entry)s, %(user)s, now(),
        %(ended)s, %(reason)s)
"""


@made_once
def shop():
    shop = Opened()
    shop.statement = shop.proven(5, "1000.00", "-150.00")
    return shop


def refused(statement, values, error=IntegrityError):
    with pytest.raises(error):
        run(statement, values)


def run(statement, values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def entry(
    shop, amount="1000.00", *, on=date(2026, 1, 4), account=None, against=None, source=BatchSource.OPENING
):
    """Post the entry without its row, and return its number."""
    amount = Decimal(amount)
    opening = against or Account.objects.get(book=shop.book, role="opening")
    accounts = ((account or shop.bank.ledger_account, amount), (opening, -amount))
    lines = [journal.LineDraft(one.pk, "USD", moved, moved) for one, moved in accounts]
    batch = journal.post_entries(
        book=shop.book,
        source=source,
        entries=[journal.EntryDraft(date=on, lines=lines)],
        posted_by=shop.user,
        posted_at=NOW,
    )
    return batch.first_number


def row(shop, **changed):
    facts = {
        "book": shop.book.pk,
        "bank": shop.bank.pk,
        "statement": shop.statement.pk,
        "document": shop.statement.document_id,
        "date": date(2026, 1, 4),
        "amount": Decimal(1000),
        "entry": None,
        "user": shop.user.pk,
        "ended": None,
        "reason": "",
    }
    return facts | changed


def test_the_row_that_the_service_writes_is_taken(shop):
    run(INSERT, row(shop, entry=entry(shop)))

    assert OpeningBalance.objects.get().amount == 1000


@pytest.mark.parametrize(
    "posted",
    [
        {"amount": "999.00"},
        {"on": date(2026, 1, 3)},
        {"source": BatchSource.MANUAL},
        {"account": "expense"},
        {"against": "expense"},
    ],
)
def test_its_entry_says_the_same(shop, posted):
    posted = {key: shop.expense if value == "expense" else value for key, value in posted.items()}
    with transaction.atomic():
        refused(INSERT, row(shop, entry=entry(shop, **posted)))
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": Decimal(999)},
        {"date": date(2026, 1, 3)},
        {"statement": None},
        {"entry": None},
        {"ended": NOW, "reason": "over before it began"},
    ],
)
def test_it_says_what_its_statement_says(shop, changed):
    with transaction.atomic():
        refused(INSERT, row(shop, **{"entry": entry(shop), **changed}))
        transaction.set_rollback(True)


def test_it_is_of_the_statements_own_bank_account(shop):
    other = shop.account("Savings")
    with transaction.atomic():
        number = entry(shop, account=other.ledger_account)
        refused(INSERT, row(shop, bank=other.pk, entry=number))
        transaction.set_rollback(True)


def test_it_is_of_the_statements_own_book(shop):
    other = Opened()
    other.statement = other.proven(5, "1000.00", "-150.00")
    with transaction.atomic():
        number = entry(shop)
        refused(INSERT, row(shop, statement=other.statement.pk, entry=number))
        refused(INSERT, row(shop, book=other.book.pk, entry=number))
        transaction.set_rollback(True)


def test_a_statement_that_does_not_prove_opens_nothing(shop):
    shop.bank = shop.account("Savings")
    shop.statement = shop.take_in(
        *[],
        bank=shop.bank,
        opening_balance=Decimal(1000),
        closing_balance=Decimal(1),
        complete_from=date(2026, 1, 5),
    )
    assert shop.statement.proof == "DISCREPANCY"

    with transaction.atomic():
        refused(INSERT, row(shop, entry=entry(shop)))
        transaction.set_rollback(True)


def test_an_account_has_one_at_a_time(shop):
    shop.confirm()

    with transaction.atomic():
        refused(INSERT, row(shop, entry=entry(shop)))
        transaction.set_rollback(True)


def test_an_entry_that_opens_an_account_has_its_row(shop):
    entry(shop)

    with pytest.raises(IntegrityError, match="stands for its opening balance"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_reversed_entry_opens_nothing(shop):
    number = shop.confirm().entry_number
    withdraw_openings(
        book=shop.book, document=shop.statement.document, reason="test", user=shop.user, now=NOW
    )

    refused(INSERT, row(shop, entry=number))


def test_its_entry_is_not_reversed_behind_its_back(shop):
    opening = shop.confirm()
    lines = [
        journal.LineDraft(one.account_id, "USD", -one.amount, -one.base_amount) for one in lines_of(opening)
    ]
    draft = journal.EntryDraft(date=opening.date, lines=lines, reverses_number=opening.entry_number)
    journal.post_entries(
        book=shop.book, source=BatchSource.REVERSAL, entries=[draft], posted_by=shop.user, posted_at=NOW
    )

    with pytest.raises(IntegrityError, match="ends when its entry"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def lines_of(opening):
    return JournalLine.objects.filter(book=opening.book_id, entry_number=opening.entry_number).order_by("no")


UPDATE = "UPDATE posting_openingbalance SET {} WHERE id = %s"


@pytest.mark.parametrize(
    "change",
    [
        "ended_at = now(), end_reason = 'no reversal'",
        "ended_at = now(), end_reason = 'another entry', reversed_by_number = entry_number",
        "end_reason = 'still there'",
    ],
)
def test_it_ends_with_the_reversal_alone(shop, change):
    refused(UPDATE.format(change), [shop.confirm().pk])


@pytest.mark.parametrize(
    "change", ["amount = 1", "date = date - 1", "entry_number = NULL", "statement_id = NULL"]
)
def test_what_it_says_does_not_change(shop, change):
    refused(UPDATE.format(change), [shop.confirm().pk], ProgrammingError)


@pytest.mark.parametrize(
    "change", ["end_reason = 'other'", "ended_at = NULL, end_reason = '', reversed_by_number = NULL"]
)
def test_what_ended_stays_ended(shop, change):
    opening = shop.confirm()
    withdraw_openings(
        book=shop.book, document=shop.statement.document, reason="test", user=shop.user, now=NOW
    )

    refused(UPDATE.format(change), [opening.pk])


@pytest.mark.parametrize(
    "statement", ["DELETE FROM posting_openingbalance", "TRUNCATE posting_openingbalance"]
)
def test_it_stays_on_record(shop, statement):
    shop.confirm()

    refused(statement, [], ProgrammingError)


def test_a_statement_does_not_go_while_an_opening_balance_stands_on_it(shop):
    shop.confirm()

    refused("DELETE FROM statements_statement WHERE id = %s", [shop.statement.pk])
