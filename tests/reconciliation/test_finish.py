"""Finishing at zero locks the days and keeps the proof; reopening needs a reason and goes back one at a time."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ledgerflow.classification.errors import ClassificationError
from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import accept, decide, exclude
from ledgerflow.classification.services import reopen as send_back
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import post_lines, reverse_entry
from ledgerflow.reconciliation.errors import (
    MatchedEntryError,
    MatchError,
    ReconciledError,
    ReconciliationError,
)
from ledgerflow.reconciliation.models import Match, Reconciliation, ReconciliationAction
from ledgerflow.reconciliation.services import discard, finish, make_match, reopen, start, take_apart
from ledgerflow.reconciliation.values import Kind
from ledgerflow.statements.models import BankAccount
from tests.booked import NOW, BookedFile
from tests.made import made_once
from tests.reconciliation.desk import LAST_DAY, Desk

pytestmark = pytest.mark.django_db


@made_once
def desk():
    return Desk()


def _finish(desk, reconciliation):
    return finish(reconciliation=reconciliation, user=desk.owner, now=NOW)


def _reopen(desk, reconciliation, reason="The bank sent a correction."):
    return reopen(reconciliation=reconciliation, reason=reason, user=desk.owner, now=NOW)


def _through(desk):
    return BankAccount.objects.get(pk=desk.bank.pk).reconciled_through


def _from_statement(desk):
    desk.opened()
    return start(bank_account=desk.bank, statement=desk.statement, user=desk.owner, now=NOW)


def test_day_and_balance_come_from_the_statement(desk):
    reconciliation = _from_statement(desk)

    assert (reconciliation.as_of, reconciliation.bank_balance) == (LAST_DAY, Decimal(994))
    assert Reconciliation.objects.count() == 1


def test_finishing_keeps_who_when_and_the_file_s_hash(desk):
    reconciliation = _from_statement(desk)

    action = _finish(desk, reconciliation)

    assert reconciliation.state == Reconciliation.State.FINISHED
    assert (action.acted_by, action.acted_at) == (desk.owner, NOW)
    assert (action.bank_balance, action.book_balance) == (994, 994)
    assert action.proof["file"] == {"name": "january.csv", "sha256": desk.document.sha256}
    assert action.proof["counts"]["posted"] == 3
    assert action.proof["counts"]["opening"] == {"count": 1, "total": "1000.0000"}
    assert _through(desk) == LAST_DAY
    assert problems(book=desk.book) == []


def test_the_proof_lists_what_was_matched_since_the_last_one(desk):
    reconciliation = desk.opened(balance="974")
    number = desk.by_hand("-20")
    (line,) = desk.arrive(["-20"])
    desk.accept(reconciliation, "exact")

    proof = _finish(desk, reconciliation).proof

    assert proof["matches"] == [
        {
            "kind": "exact",
            "bank": [{"line": line, "date": "2026-01-06", "amount": "-20.00000000"}],
            "books": [{"entry": number, "line": 1}],
        }
    ]
    later = _finish(desk, desk.started(as_of=date(2026, 1, 8), balance="974"))
    assert later.proof["matches"] == []
    assert later.proof["counts"]["matched"]["count"] == 1


@pytest.mark.parametrize("balance", ["994.01", "-994", "0"])
def test_it_is_not_finished_while_a_cent_is_missing(desk, balance):
    reconciliation = desk.opened(balance=balance)

    with pytest.raises(ReconciliationError, match="finish when the difference is zero"):
        _finish(desk, reconciliation)

    assert _through(desk) is None


def test_it_is_finished_once(desk):
    reconciliation = desk.opened()
    _finish(desk, reconciliation)

    with pytest.raises(ReconciliationError, match="already"):
        _finish(desk, reconciliation)


def test_nothing_is_posted_on_reconciled_days(desk):
    _finish(desk, desk.opened())

    with pytest.raises(ReconciledError, match="Checking is reconciled through 2026-01-07"):
        desk.by_hand("-1", day=7)
    with pytest.raises(ReconciledError):
        reverse_entry(book=desk.book, number=1, date=LAST_DAY, reason="Wrong", user=desk.owner, now=NOW)


def test_later_days_and_other_accounts_are_posted_to_as_before(desk):
    _finish(desk, desk.opened())

    desk.by_hand("-1", day=8)
    reverse_entry(book=desk.book, number=1, date=date(2026, 1, 8), reason="Wrong", user=desk.owner, now=NOW)
    other = BookedFile()  # another book, the same days

    assert JournalEntry.objects.filter(book=other.book).count() == 3
    assert problems(book=desk.book) == []


def test_a_line_that_arrives_late_is_told_and_stops_no_other(desk):
    _finish(desk, desk.opened())
    late, later = desk.arrive(["-5", "-6"], day=7)
    for line in (late, later):
        decide(book=desk.book, line_id=line, account=desk.expense, user=desk.owner, now=NOW)

    outcome = post_lines(book=desk.book, line_ids=None, posted_by=desk.owner, posted_at=NOW)

    assert outcome.posted == 1
    ((line, reason),) = outcome.refused
    assert line == late
    assert "reconciled through 2026-01-07; reopen the reconciliation first" in reason


def test_reopening_unlocks_the_days_and_is_kept_with_its_reason(desk):
    reconciliation = desk.opened()
    _finish(desk, reconciliation)

    action = _reopen(desk, reconciliation)

    assert (reconciliation.state, _through(desk)) == (Reconciliation.State.REOPENED, None)
    assert action.reason == "The bank sent a correction."
    desk.by_hand("-1", day=7)
    assert [each.act for each in ReconciliationAction.objects.order_by("pk")] == ["finish", "reopen"]
    assert problems(book=desk.book) == []


def test_reopened_it_can_be_finished_again(desk):
    reconciliation = desk.opened()
    _finish(desk, reconciliation)
    _reopen(desk, reconciliation)

    _finish(desk, desk.started())

    assert ReconciliationAction.objects.filter(reconciliation=reconciliation).count() == 3
    assert problems(book=desk.book) == []


@pytest.mark.parametrize("reason", ["", "  "])
def test_reopening_needs_a_reason(desk, reason):
    reconciliation = desk.opened()
    _finish(desk, reconciliation)

    with pytest.raises(ReconciliationError, match="Say why"):
        _reopen(desk, reconciliation, reason)


def test_only_what_is_finished_is_reopened(desk):
    with pytest.raises(ReconciliationError, match="not finished"):
        _reopen(desk, desk.opened())


def test_the_latest_is_reopened_first(desk):
    first = desk.opened()
    _finish(desk, first)
    second = desk.started(as_of=LAST_DAY + timedelta(days=1))
    _finish(desk, second)

    with pytest.raises(ReconciliationError, match="reopen that reconciliation first"):
        _reopen(desk, first)

    _reopen(desk, second)
    assert _through(desk) == LAST_DAY
    _reopen(desk, first)
    assert _through(desk) is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "Choose a statement"),
        ({"as_of": LAST_DAY}, "Choose a statement"),
        ({"as_of": date(2026, 3, 2), "balance": Decimal(1)}, "not over yet"),
    ],
)
def test_what_cannot_be_started(desk, given, sentence):
    with pytest.raises(ReconciliationError, match=sentence):
        start(bank_account=desk.bank, user=desk.owner, now=NOW, **given)


def test_a_day_that_is_reconciled_is_not_started_again(desk):
    _finish(desk, desk.opened())

    with pytest.raises(ReconciliationError, match="reconciled through 2026-01-07"):
        desk.started(as_of=date(2026, 1, 5))


def test_starting_again_goes_on_with_the_other_balance(desk):
    first = desk.started(balance="1")

    second = desk.started(balance="2")

    assert (second.pk, second.bank_balance) == (first.pk, 2)


def test_what_was_never_finished_is_given_up(desk):
    discard(reconciliation=desk.started())

    assert not Reconciliation.objects.exists()


def test_what_was_finished_once_is_kept(desk):
    reconciliation = desk.opened()
    _finish(desk, reconciliation)
    _reopen(desk, reconciliation)

    with pytest.raises(ReconciliationError, match="kept"):
        discard(reconciliation=reconciliation)


def _matched(desk, **given):
    reconciliation = desk.opened(balance="974")
    number = desk.by_hand("-20", **given)
    (line,) = desk.arrive(["-20"])
    desk.accept(reconciliation, "exact")
    return reconciliation, number, line


def test_a_matched_line_is_neither_reviewed_nor_posted(desk):
    _, _, line = _matched(desk)
    who = {"book": desk.book, "user": desk.owner, "now": NOW}

    for told in (
        accept(line_ids=[line], **who),
        exclude(line_ids=[line], reason="", **who),
        send_back(line_ids=[line], **who),
    ):
        assert told.count == 0
        assert "take the match apart first" in told.refused[0][1]
    with pytest.raises(ClassificationError, match="take the match apart first"):
        decide(line_id=line, account=desk.expense, **who)
    outcome = post_lines(book=desk.book, line_ids=[line], posted_by=desk.owner, posted_at=NOW)
    assert outcome.refused == ((line, "It is matched with an entry already."),)


def test_an_entry_that_is_matched_is_not_reversed(desk):
    _, number, _ = _matched(desk)

    with pytest.raises(MatchedEntryError, match=f"Entry {number} is matched"):
        reverse_entry(
            book=desk.book, number=number, date=date(2026, 2, 1), reason="Wrong", user=desk.owner, now=NOW
        )


def test_a_match_taken_apart_sends_its_line_back_to_review(desk):
    _, _, line = _matched(desk)

    take_apart(match=Match.objects.get(), user=desk.owner, now=NOW)

    assert Classification.objects.get(line_id=line).state == State.OPEN
    assert not Match.objects.exists()
    assert problems(book=desk.book) == []


def test_a_match_of_reconciled_days_is_taken_apart_only_after_reopening(desk):
    reconciliation, _, _ = _matched(desk)
    _finish(desk, reconciliation)

    with pytest.raises(MatchError, match="reopen that reconciliation"):
        take_apart(match=Match.objects.get(), user=desk.owner, now=NOW)

    _reopen(desk, reconciliation)
    take_apart(match=Match.objects.get(), user=desk.owner, now=NOW)


def _match(desk, lines, entry_lines):
    return make_match(
        bank_account=desk.bank,
        line_ids=lines,
        entry_lines=entry_lines,
        kind=Kind.HAND,
        user=desk.owner,
        now=NOW,
    )


def test_what_cannot_be_matched_by_hand(desk):
    number = desk.by_hand("-20")
    reversed_one = desk.by_hand("-20")
    reverse_entry(
        book=desk.book, number=reversed_one, date=LAST_DAY, reason="Wrong", user=desk.owner, now=NOW
    )
    twenty, other = desk.arrive(["-20", "-21"])

    for lines, entry_lines, sentence in (
        ([], [(number, 1)], "at least one"),
        ([twenty], [], "at least one"),
        ([other], [(number, 1)], "add up to -21.00"),
        ([twenty], [(number, 2)], "not every journal line|Not every journal line"),
        ([twenty], [(99, 1)], "Not every journal line"),
        ([0], [(number, 1)], "Not every line"),
        ([twenty], [(reversed_one, 1)], "reversed"),
        ([twenty], [(1, 1)], "stands for that one|add up"),
        ([desk.line_ids[0]], [(1, 1)], "stands for that one"),
    ):
        with pytest.raises(MatchError, match=sentence):
            _match(desk, lines, entry_lines)


def test_a_posted_line_is_not_matched(desk):
    number = desk.by_hand("-1")

    with pytest.raises(ClassificationError, match="in the journal already"):
        _match(desk, [desk.line_ids[0]], [(number, 1)])


def test_lines_are_matched_once(desk):
    _, number, line = _matched(desk)
    second = desk.by_hand("-20")
    (other,) = desk.arrive(["-20"], day=7)

    with pytest.raises(ClassificationError, match="matched already"):
        _match(desk, [line], [(second, 1)])
    with pytest.raises(MatchError, match="matched already"):
        _match(desk, [other], [(number, 1)])
