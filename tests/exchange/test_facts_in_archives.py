"""Opening balances and transfers, those that ended too, come back through the guards, or not at all."""

from decimal import Decimal
from pathlib import Path

import pytest

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Classification
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ops.verify import problems
from ledgerflow.posting.models import OpeningBalance, Transfer
from ledgerflow.posting.services import (
    confirm_transfer,
    release_lines,
    reverse_entry,
    reverse_lines,
    withdraw_openings,
)
from ledgerflow.statements.services import undo_import
from tests.exchange.archives import Damaged, archived, restored, round_trip
from tests.posting.openings import Opened
from tests.posting.pairs import Two
from tests.statements.shapes import NOW, line

pytestmark = pytest.mark.django_db


def undone(shop: Opened, statement) -> None:
    """Take a file back with what stands on it, as a person does."""
    ids = list(statement.sightings.values_list("line_id", flat=True))
    reverse_lines(book=shop.book, line_ids=ids, reason="undone", user=shop.user, now=NOW)
    withdraw_openings(book=shop.book, document=statement.document, reason="undone", user=shop.user, now=NOW)
    release_lines(book=shop.book, line_ids=ids, user=shop.user, now=NOW)
    undo_import(document=statement.document)


@pytest.fixture
def opened() -> Opened:
    """Opened with one statement, anew with an earlier one; that one was undone, and the first one tells again."""
    shop = Opened()
    shop.proven(10, "100.00", "-10.00", "-1.00")
    shop.confirm()
    earlier = shop.proven(3, "50.00", "50.00")
    shop.confirm()
    shop.post_everything()
    undone(shop, earlier)
    shop.confirm()
    return shop


def test_opening_balances_come_back_with_those_that_ended(opened, tmp_path):
    again = round_trip(opened.book, tmp_path)

    rows = OpeningBalance.objects.filter(book=again).order_by("pk")
    assert [(row.amount, row.ended_at is None, row.statement_id is None) for row in rows] == [
        (100, False, False),
        (50, False, True),
        (100, True, False),
    ]
    assert rows[0].end_reason.startswith("An earlier statement")
    assert rows[2].statement.bank_account.book == again
    # Statements that were there for the moment are gone.
    assert not rows[0].bank_account.statements.filter(position__lt=0).exists()


def test_one_that_only_printed_balances_tell_comes_back(tmp_path):
    shop = Opened()
    shop.take_in(
        line(20, "-5.00", "a", balance=Decimal("95.00")), line(21, "-5.00", "b", balance=Decimal("90.00"))
    )
    shop.confirm()
    shop.take_in(
        line(10, "20.00", "c", balance=Decimal("90.00")), line(11, "10.00", "d", balance=Decimal("100.00"))
    )
    shop.confirm()

    again = round_trip(shop.book, tmp_path)

    assert [row.amount for row in OpeningBalance.objects.filter(book=again).order_by("pk")] == [100, 70]


def test_a_balance_of_zero_comes_back_without_an_entry(tmp_path):
    shop = Opened()
    first = shop.proven(10, "0.00", "-10.00")
    shop.confirm()
    undone(shop, first)
    shop.proven(12, "0.00", "-12.00")
    shop.confirm()

    again = round_trip(shop.book, tmp_path)

    rows = OpeningBalance.objects.filter(book=again).order_by("pk")
    assert [(row.entry_number, row.ended_at is None) for row in rows] == [(None, False), (None, True)]


@pytest.fixture
def moved() -> Two:
    """Pairs that were confirmed as one entry and as two, taken back, undone, confirmed again, and rejected."""
    shop = Two()
    direct, later = shop.pair(), shop.pair(days=2, amount="70.00", day=8)
    shop.confirm_pair(*direct)
    shop.confirm_pair(*later)
    for sent, _received in (direct, later):
        number = Classification.objects.get(line=sent).entry_number
        reverse_entry(book=shop.book, number=number, date=NOW.date(), reason="Wrong", user=shop.user, now=NOW)
    shop.reject_pair(*direct)
    shop.confirm_pair(*direct)
    shop.confirm_pair(*later)
    undone(shop, later[0].sightings.get().statement)
    rejected = shop.pair(amount="8.00", day=15)
    shop.reject_pair(*rejected)
    standing = shop.pair(days=1, amount="9.00", day=18)
    confirm_transfer(book=shop.book, line_ids=[one.pk for one in standing], user=shop.user, now=NOW)
    return shop


def test_transfers_come_back_with_those_that_ended(moved, tmp_path):
    said = list(_transfers(moved.book))

    again = round_trip(moved.book, tmp_path)

    assert list(_transfers(again)) == said
    assert [state for state, *_ in said] == [
        "ended", "ended", "ended", "confirmed", "ended", "rejected", "confirmed",
    ]  # fmt: skip
    counterparts = Classification.objects.filter(book=again, is_counterpart=True)
    direct = Transfer.objects.filter(book=again, state="confirmed").earliest("pk")
    assert [one.line_id for one in counterparts] == [direct.in_line_id]


def _transfers(book: Book):
    rows = Transfer.objects.filter(book=book).order_by("pk")
    return rows.values_list("state", "out_entry", "in_entry", "decided_by", "decided_at", "ended_at")


def test_a_restored_transfer_is_taken_back_whole(moved, tmp_path):
    again = round_trip(moved.book, tmp_path)
    direct = Transfer.objects.filter(book=again, state="confirmed").earliest("pk")

    owner = again.memberships.get().user
    reverse_entry(book=again, number=direct.out_entry, date=NOW.date(), reason="Wrong", user=owner, now=NOW)

    direct.refresh_from_db()
    assert direct.state == "ended"
    states = Classification.objects.filter(line__in=[direct.out_line_id, direct.in_line_id])
    assert {(one.state, one.is_counterpart) for one in states} == {("open", False)}
    assert problems(book=again) == []


#: What somebody could write into an archive whose hashes are right: the row, what it says, and the sentence.
OPENINGS = {
    "another amount": (0, {"amount": "99"}, "what a statement of the bank account says"),
    "another amount of a lost statement": (1, {"amount": "51"}, "The entry of an opening balance says"),
    "another entry": (0, {"entry_number": 999}, "has no entry 999"),
    "the last of all days": (1, {"date": "9999-12-31"}, "No statement begins on the day after 9999-12-31"),
    "an entry of two": (0, {"entry_number": 3}, "Entry 3 opened one account, and not two"),
    "another reversal": (0, {"reversed_by_number": 1}, "stays as it is until its entry is reversed"),
    "ended without a reversal": (
        2, {"ended_at": NOW.isoformat(), "end_reason": "x"}, "though what it posted ended",
    ),
    "not ended": (0, {"ended_at": None, "end_reason": "", "reversed_by_number": None}, "posting_opening"),
}  # fmt: skip
TRANSFERS = {
    "another entry": (6, {"in_entry": 1}, "A transfer is posted by one entry for both lines"),
    "the wrong way round": (5, {"out_line": 2, "in_line": 1}, "money out of one bank account and into another"),
    "one of one entry that does not end": (0, {"state": "confirmed", "ended_at": None}, "for the two of a transfer"),
    "one of two that does not end": (
        1, {"state": "confirmed", "ended_at": None}, "money out of one bank account and into another",
    ),
    "an entry that is not there": (1, {"out_entry": 999}, "has no entry 999"),
}  # fmt: skip


@pytest.mark.parametrize("what", OPENINGS)
def test_a_forged_opening_balance_is_refused_with_a_sentence(opened, tmp_path, what):
    assert OPENINGS[what][2] in _refused(opened.book, tmp_path, "opening_balances", *OPENINGS[what][:2])


@pytest.mark.parametrize("what", TRANSFERS)
def test_a_forged_transfer_is_refused_with_a_sentence(moved, tmp_path, what):
    assert TRANSFERS[what][2] in _refused(moved.book, tmp_path, "transfers", *TRANSFERS[what][:2])


def test_an_opening_entry_without_its_balance_is_refused(opened, tmp_path):
    archive = Damaged(archived(opened.book, tmp_path / "book.zip"))
    archive.put("opening_balances", archive.rows("opening_balances")[:-1])

    with pytest.raises(LedgerFlowError, match="stands for its opening balance"):
        restored(archive.write(honest=True), slug="again")


def _refused(book: Book, tmp_path: Path, table: str, at: int, change: dict[str, object]) -> str:
    archive = Damaged(archived(book, tmp_path / "book.zip"))
    rows = archive.rows(table)
    rows[at] |= change
    archive.put(table, rows)
    with pytest.raises(LedgerFlowError) as refusal:
        restored(archive.write(honest=True), slug="again")
    assert not Book.objects.filter(slug="again").exists()
    return str(refusal.value)
