"""As lf_app, raw SQL cannot pair lines that are no transfer, nor part those that are."""

from datetime import date

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from ledgerflow.classification.services import decide
from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.services import journal
from ledgerflow.posting.models import Transfer
from ledgerflow.posting.services import post_lines, reverse_entry
from ledgerflow.statements.services import undo_import
from tests.made import made_once
from tests.posting.pairs import Two
from tests.statements.shapes import NOW

pytestmark = pytest.mark.django_db

INSERT = """
    INSERT INTO posting_transfer
        (book_id, out_line_id, in_line_id, state, out_entry, in_entry, decided_by_id, decided_at, ended_at)
    VALUES (%(book)s, %(sent)s, %(received)s, %(state)s, %(out)s, %(in)s, %(user)s, now(), %(ended)s)
"""


@made_once
def shop():
    shop = Two()
    shop.sent, shop.received = shop.pair()
    return shop


def run(statement, values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(statement, values=(), error=IntegrityError):
    with pytest.raises(error):
        run(statement, values)


def row(shop, **changed):
    return {
        "book": shop.book.pk,
        "sent": shop.sent.pk,
        "received": shop.received.pk,
        "state": "rejected",
        "out": None,
        "in": None,
        "user": shop.user.pk,
        "ended": None,
    } | changed


def post(shop, *lines):
    """Post the lines one by one to an expense account; return their entries."""
    for one in lines:
        decide(book=shop.book, line_id=one.pk, account=shop.expense, user=shop.user, now=NOW)
    post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)


def test_a_rejected_pair_is_taken(shop):
    run(INSERT, row(shop))

    assert Transfer.objects.get().state == "rejected"


def test_a_pair_is_two_opposite_lines_of_two_accounts_of_the_book(shop):
    other = Two()
    theirs, _ = other.pair()
    back = shop.move(5, "100")
    less = shop.move(5, "99", bank=shop.savings)
    for changed in (
        {"sent": shop.received.pk, "received": shop.sent.pk},
        {"sent": theirs.pk},
        {"book": other.book.pk},
        {"received": back.pk},
        {"received": less.pk},
        {"received": shop.sent.pk},
        {"sent": 0},
    ):
        refused(INSERT, row(shop, **changed))


def test_nobody_calls_a_pair_confirmed_whose_entries_do_not_stand_for_it(shop):
    post(shop, shop.sent, shop.received)

    for out_entry, in_entry in ((1, 2), (2, 1), (1, 1), (7, 8)):
        refused(INSERT, row(shop, state="confirmed", out=out_entry) | {"in": in_entry})
    refused(INSERT, row(shop, state="confirmed"))
    refused(INSERT, row(shop, state="ended", ended=NOW))


def test_each_line_is_in_one_confirmed_pair(shop):
    made = shop.confirm_pair(shop.sent, shop.received)
    another = shop.move(6, "100", bank=shop.savings)

    refused(INSERT, row(shop, state="confirmed", out=made.out_entry) | {"in": made.in_entry})
    refused(
        INSERT, row(shop, state="confirmed", received=another.pk, out=made.out_entry) | {"in": made.in_entry}
    )


def test_an_entry_stands_for_no_second_line_without_a_confirmed_pair(shop):
    """The entry says what both lines say, but nobody called them a transfer."""
    lines = [
        journal.LineDraft(one.bank_account.ledger_account_id, "USD", one.amount, one.amount)
        for one in (shop.sent, shop.received)
    ]
    for one in (shop.sent, shop.received):
        decide(book=shop.book, line_id=one.pk, account=shop.expense, user=shop.user, now=NOW)
    number = journal.post_entries(
        book=shop.book,
        source=BatchSource.STATEMENT,
        entries=[journal.EntryDraft(date=shop.sent.date, lines=lines)],
        posted_by=shop.user,
        posted_at=NOW,
    ).first_number
    link = "UPDATE classification_classification SET state = 'posted', entry_number = %s, is_counterpart = line_id = %s"

    with pytest.raises(IntegrityError, match="in a confirmed transfer only"):
        run(link, [number, shop.received.pk])


@pytest.mark.parametrize("change", ["is_counterpart = true", "is_counterpart = NOT is_counterpart"])
def test_the_lines_of_a_transfer_do_not_change_places(shop, change):
    shop.confirm_pair(shop.sent, shop.received)

    refused(f"UPDATE classification_classification SET {change} WHERE line_id = {shop.sent.pk}")


def test_an_open_line_is_no_counterpart(shop):
    refused(f"UPDATE classification_classification SET is_counterpart = true WHERE line_id = {shop.sent.pk}")


@pytest.mark.parametrize("days", [0, 1])
def test_no_side_is_reversed_behind_the_back_of_the_other(shop, days):
    pair = shop.pair(days=days, day=15)
    made = shop.confirm_pair(*pair)
    draft = journal.mirror(book=shop.book, number=made.in_entry, date=date(2026, 1, 20), text="")
    journal.post_entries(
        book=shop.book, source=BatchSource.REVERSAL, entries=[draft], posted_by=shop.user, posted_at=NOW
    )

    with pytest.raises(IntegrityError, match="both together"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_confirmed_pair_ends_with_its_entries_alone(shop):
    shop.confirm_pair(shop.sent, shop.received)

    refused("UPDATE posting_transfer SET state = 'ended', ended_at = now()")
    refused("UPDATE posting_transfer SET state = 'rejected'")


@pytest.mark.parametrize(
    "change",
    ["state = 'confirmed', ended_at = NULL", "state = 'rejected', ended_at = NULL", "ended_at = now()"],
)
def test_what_ended_stays_ended(shop, change):
    made = shop.confirm_pair(shop.sent, shop.received)
    facts = {"date": date(2026, 1, 9), "reason": "no", "user": shop.user, "now": NOW}
    reverse_entry(book=shop.book, number=made.out_entry, **facts)

    refused(f"UPDATE posting_transfer SET {change}")


@pytest.mark.parametrize(
    "column", ["out_line_id", "in_line_id", "out_entry", "in_entry", "decided_by_id", "book_id"]
)
def test_what_was_decided_does_not_change(shop, column):
    shop.reject_pair(shop.sent, shop.received)

    refused(f"UPDATE posting_transfer SET {column} = 1", error=ProgrammingError)


@pytest.mark.parametrize("statement", ["DELETE FROM posting_transfer", "TRUNCATE posting_transfer"])
def test_it_stays_on_record(shop, statement):
    shop.reject_pair(shop.sent, shop.received)

    refused(statement, error=ProgrammingError)


def test_what_was_said_about_a_pair_goes_with_its_line(shop):
    shop.reject_pair(shop.sent, shop.received)
    statement = shop.sent.sightings.get().statement

    undo_import(document=statement.document)

    assert not Transfer.objects.exists()
