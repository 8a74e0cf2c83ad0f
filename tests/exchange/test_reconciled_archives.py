"""Matches and finished reconciliations, closed years and tax facts come back through the guards, or not at all."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from ledgerflow.classification.models import Classification, State
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.ledger.errors import PeriodClosedError
from ledgerflow.ledger.models import LedgerState, YearClosing
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import EntryLine, post_manual_entry, reverse_entry
from ledgerflow.reconciliation.errors import MatchedEntryError, ReconciledError
from ledgerflow.reconciliation.models import Match, Reconciliation, ReconciliationAction
from ledgerflow.reconciliation.services import finish, reopen
from ledgerflow.statements.models import BankAccount
from ledgerflow.taxes.models import BusinessShare, YearFacts
from ledgerflow.taxes.selectors import shared_accounts
from ledgerflow.taxes.services import enter_facts
from ledgerflow.taxforms.facts import Facts
from ledgerflow.taxforms.forms import tax_form
from tests.exchange.archives import Damaged, archived, restored
from tests.ledger.years import NOW as AFTER_THE_YEAR
from tests.ledger.years import Years
from tests.made import made_once
from tests.reconciliation.desk import LAST_DAY, NOW, Desk

pytestmark = pytest.mark.django_db


@made_once
def desk() -> Desk:
    """Reconciled through the last day, at the second try; an entry by hand stands for the last line."""
    desk = Desk(3)
    reconciliation = desk.opened(balance="985")
    desk.arrive(["-9"], day=7)
    desk.by_hand("-9", day=7)
    desk.accept(reconciliation, "exact")
    for reason in ("A correction", ""):
        finish(reconciliation=reconciliation, user=desk.owner, now=NOW)
        if reason:
            reopen(reconciliation=reconciliation, reason=reason, user=desk.owner, now=NOW)
    return desk


@pytest.fixture
def archive(desk, tmp_path) -> Damaged:
    return Damaged(archived(desk.book, tmp_path / "book.zip"))


def test_a_finished_reconciliation_comes_back_finished(desk, tmp_path):
    again = restored(archived(desk.book, tmp_path / "book.zip"), slug="again")

    (done,) = Reconciliation.objects.filter(book=again)
    assert (done.state, done.as_of, done.bank_balance) == ("finished", LAST_DAY, Decimal(985))
    action = ReconciliationAction.objects.get(book=again, is_past=False)
    assert (action.act, action.acted_by, action.acted_at) == ("finish", desk.owner, NOW)
    assert (action.bank_balance, action.book_balance) == (Decimal(985), Decimal(985))
    bank = BankAccount.objects.get(book=again)
    assert bank.reconciled_through == LAST_DAY
    (line,) = Classification.objects.filter(book=again, state=State.MATCHED)
    (listed,) = action.proof["matches"]
    assert [said["line"] for said in listed["bank"]] == [line.line_id]
    assert not Classification.objects.filter(book=desk.book, line=line.line_id).exists()
    assert problems(book=again) == []


def test_its_days_are_locked_and_its_matches_stay(desk, tmp_path):
    again = restored(archived(desk.book, tmp_path / "book.zip"), slug="again")
    user, bank = again.memberships.get().user, BankAccount.objects.get(book=again)
    matched = Match.objects.get(book=again).entry_lines.get().entry_number

    lines = [EntryLine(bank.ledger_account, Decimal(1)), EntryLine(again.accounts.first(), Decimal(-1))]
    with pytest.raises(ReconciledError):
        post_manual_entry(book=again, date=LAST_DAY, lines=lines, text="", user=user, now=NOW)
    with pytest.raises(MatchedEntryError):
        reverse_entry(book=again, number=matched, date=NOW.date(), reason="Wrong", user=user, now=NOW)


def _history(book):
    """Return what was done, in its order: act, reason, both balances, by whom and when, and whether it is history."""
    return list(
        ReconciliationAction.objects.filter(book=book)
        .order_by("pk")
        .values_list("act", "reason", "bank_balance", "book_balance", "acted_by", "acted_at", "is_past")
    )


def test_what_was_finished_and_reopened_before_comes_back_as_history(desk, tmp_path):
    again = restored(archived(desk.book, tmp_path / "book.zip"), slug="again")
    third = restored(archived(again, tmp_path / "again.zip"), slug="third")

    assert [(act, reason, is_past) for act, reason, *_, is_past in _history(again)] == [
        ("finish", "", True),
        ("reopen", "A correction", True),
        ("finish", "", False),
    ]
    assert [row[:-1] for row in _history(again)] == [row[:-1] for row in _history(desk.book)]
    assert _history(third) == _history(again)
    first = ReconciliationAction.objects.filter(book=again).earliest("pk")
    lines = Classification.objects.filter(book=again, state=State.MATCHED).values_list("line_id", flat=True)
    assert [said["line"] for said in first.proof["matches"][0]["bank"]] == list(lines)
    assert problems(book=again) == []


def test_one_that_was_reopened_comes_back_reopened(desk, tmp_path):
    reconciliation = Reconciliation.objects.get(book=desk.book)
    reopen(reconciliation=reconciliation, reason="Once more", user=desk.owner, now=NOW)

    again = restored(archived(desk.book, tmp_path / "book.zip"), slug="again")

    back = Reconciliation.objects.get(book=again)
    assert back.state == "reopened"
    assert [row[0] for row in _history(again)] == ["finish", "reopen", "finish", "reopen"]
    assert all(row[-1] for row in _history(again))
    assert BankAccount.objects.get(book=again).reconciled_through is None
    assert problems(book=again) == []
    finish(reconciliation=back, user=desk.owner, now=NOW)
    assert BankAccount.objects.get(book=again).reconciled_through == LAST_DAY


def test_an_archive_from_before_there_was_a_history_is_read(archive):
    del archive.files["past_reconciliation_actions.jsonl"]
    rows = [
        {
            name: said
            for name, said in row.items()
            if name not in {"original_amount", "original_currency", "rate"}
        }
        for row in archive.rows("lines")
    ]
    archive.put("lines", rows)

    again = restored(archive.write(honest=True), slug="again")

    assert [row[0] for row in _history(again)] == ["finish"]


def test_a_history_that_nobody_had_postgresql_refuses(desk):
    reconciliation = Reconciliation.objects.get(book=desk.book)

    with pytest.raises(DatabaseError, match="comes before what is done here"), transaction.atomic():
        ReconciliationAction.objects.create(
            book=desk.book,
            reconciliation=reconciliation,
            act="reopen",
            reason="Never",
            bank_balance=1,
            book_balance=1,
            acted_by=desk.owner,
            acted_at=NOW,
            is_past=True,
        )


#: What somebody could write into an archive whose hashes are right, and the sentence that refuses it.
FORGERIES = {
    "another balance": ("reconciliations", {"bank_balance": "984"}, "The bank says 984 and the books say 985"),
    "finished by reopening": ("finishes", {"act": "reopen"}, "is not finished, so there is nothing to reopen"),
    "no proof": ("finishes", {"proof": None}, "does not list what was matched"),
    "a proof of something else": ("finishes", {"proof": {"matches": [1]}}, "does not list what was matched"),
    "a proof that is a list": ("finishes", {"proof": []}, "does not list what was matched"),
    "a proof about no line": (
        "finishes", {"proof": {"matches": [{"bank": [{"line": 99}]}]}}, "the proof names row 99 of lines.jsonl",
    ),
    "a proof about a word": (
        "finishes", {"proof": {"matches": [{"bank": [{"line": "x"}]}]}}, "does not list what was matched",
    ),
    "a history that begins with reopening": (
        "past_reconciliation_actions", {"act": "reopen", "proof": None, "reason": "x"}, "comes before what is done",
    ),
    "a history of unequal balances": (
        "past_reconciliation_actions", {"book_balance": "1"}, "comes before what is done here",
    ),
    "a posted line in the match": ("matched_lines", {"line": 1}, "nothing of it is kept"),
    "another line of an entry": ("matched_entry_lines", {"no": 2}, "nothing of it is kept: A match has"),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_reconciliation_is_refused_with_a_sentence(archive, what):
    table, change, sentence = FORGERIES[what]
    rows = archive.rows(table)
    rows[0] |= change
    archive.put(table, rows)

    assert sentence in _refused(archive)


def test_a_line_that_is_only_called_matched_is_refused(archive):
    for table in ("matched_lines", "matched_entry_lines", "matches"):
        archive.put(table, [])

    assert "exactly while it is in a match" in _refused(archive)


def _refused(archive: Damaged) -> str:
    with pytest.raises(LedgerFlowError) as refusal:
        restored(archive.write(honest=True), slug="again")
    return str(refusal.value)


@pytest.fixture
def years(tmp_path) -> tuple[Years, Path]:
    """A year that was closed, reopened and closed again, with what was entered for its taxes."""
    years = Years(chart="sole_proprietor_us")
    years.a_year()
    account = next(iter(shared_accounts(book=years.book, form=tax_form(2026))))
    enter_facts(
        book=years.book,
        year=2026,
        facts=Facts(inventory_ending=Decimal(7)),
        shares={account.pk: Decimal(50)},
        user=years.owner,
        now=AFTER_THE_YEAR,
    )
    years.close()
    years.reopen()
    years.close()
    return years, archived(years.book, tmp_path / "years.zip")


def test_closed_years_and_tax_facts_come_back(years):
    made, path = years

    again = restored(path, slug="again")

    facts = "last_day", "entry_number", "reversed_by_number"
    closings = YearClosing.objects.order_by("pk").values_list(*facts)
    assert list(closings.filter(book=again)) == list(closings.filter(book=made.book))
    assert [row[2] is None for row in closings.filter(book=again)] == [False, True]
    assert LedgerState.objects.get(book=again).closed_through == date(2026, 12, 31)
    assert YearFacts.objects.get(book=again).inventory_ending == Decimal(7)
    assert BusinessShare.objects.get(book=again).share == Decimal(50)
    assert problems(book=again) == []
    user = again.memberships.get().user
    with pytest.raises(PeriodClosedError):
        enter_facts(book=again, year=2026, facts=Facts(), shares={}, user=user, now=AFTER_THE_YEAR)


#: The same for a year: the row, what it says, and the sentence.
CLOSINGS = {
    "an entry that closes nothing": (1, {"entry_number": 1}, "closes no year"),
    "taken back by another entry": (0, {"reversed_by_number": 1}, "A closed year changes once"),
    "another day": (1, {"last_day": "2025-12-31"}, "does not close the year through 2025-12-31"),
}  # fmt: skip


@pytest.mark.parametrize("what", CLOSINGS)
def test_a_year_is_closed_by_its_entry(years, what):
    at, change, sentence = CLOSINGS[what]
    archive = Damaged(years[1])
    rows = archive.rows("year_closings")
    rows[at] |= change
    archive.put("year_closings", rows)

    with pytest.raises(ArchiveError) as refusal:
        restored(archive.write(honest=True), slug="again")

    assert sentence in str(refusal.value)
