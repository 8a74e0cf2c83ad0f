"""An import that a reconciliation stands on, or whose lines are matched, is undone only where nothing is locked."""

from datetime import date
from decimal import Decimal

import pytest

from ledgerflow.ops.verify import problems
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import preview_undo, undo_import
from ledgerflow.reconciliation.errors import MatchError, ReconciledError, ReconciliationError
from ledgerflow.reconciliation.models import Match
from ledgerflow.reconciliation.services import finish, reopen, start
from ledgerflow.statements.models import Statement
from tests.booked import NOW
from tests.made import made_once
from tests.reconciliation.desk import Desk

pytestmark = pytest.mark.django_db


@made_once
def desk():
    desk = Desk()
    desk.begun = desk.opened(balance="974")
    desk.number = desk.by_hand("-20")
    (desk.line,) = desk.arrive(["-20"])
    desk.accept(desk.begun, "exact")
    return desk


def _run(desk, statement):
    given = {"state": ImportRun.State.READY, "created_at": NOW}
    return ImportRun.objects.get_or_create(book=desk.book, document=statement.document, defaults=given)[0]


def _undo(desk, statement, **given):
    return undo_import(run=_run(desk, statement), user=desk.owner, now=NOW, **given)


def test_matches_go_with_the_lines_of_the_import(desk):
    _undo(desk, desk.other)

    assert not Match.objects.exists()
    assert [line.entry_number for line in desk.sides(desk.begun).books] == [desk.number]
    assert problems(book=desk.book) == []


def test_what_people_matched_is_named_before(desk):
    (sentence,) = preview_undo(run=_run(desk, desk.other)).decided

    assert sentence == f"2026-01-06 -20.00 Shop 1: matched with an entry by {desk.owner}"


def test_a_match_of_reconciled_days_keeps_the_import(desk):
    finish(reconciliation=desk.begun, user=desk.owner, now=NOW)

    with pytest.raises(MatchError, match="reopen that reconciliation"):
        _undo(desk, desk.other)

    reopen(reconciliation=desk.begun, reason="again", user=desk.owner, now=NOW)
    _undo(desk, desk.other)


def test_posted_lines_of_reconciled_days_keep_the_import(desk):
    finish(reconciliation=desk.begun, user=desk.owner, now=NOW)

    with pytest.raises(ReconciledError, match="reconciled through 2026-01-07"):
        _undo(desk, desk.statement, reverse_posted=True)


def test_a_statement_that_a_finished_reconciliation_stands_on_is_kept(desk):
    _, early, _ = desk.take_in([Decimal(1)], name="early.csv", first=date(2026, 1, 1))
    on_file = start(bank_account=desk.bank, statement=early, user=desk.owner, now=NOW)
    desk.by_hand("1001", day=1)
    finish(reconciliation=on_file, user=desk.owner, now=NOW)

    with pytest.raises(ReconciliationError, match="on this file; reopen that reconciliation first"):
        _undo(desk, early)

    reopen(reconciliation=on_file, reason="again", user=desk.owner, now=NOW)
    _undo(desk, early)
    on_file.refresh_from_db()
    assert (on_file.statement, on_file.bank_balance) == (None, 1001)
    assert not Statement.objects.filter(pk=early.pk).exists()
