"""Only what somebody saw of a file is imported; where it is read otherwise, or was not seen, it waits."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import (
    _bringing,
    answer_account,
    discard,
    move_to_account,
    retry,
    run_import,
    take_in_again,
    undo_import,
)
from ledgerflow.statements.models import BankAccount, StatementLine
from ledgerflow.statements.services import create_bank_account, forget_number, remember_number
from tests.ledger.sessions import session
from tests.made import made_once
from tests.pipeline.test_columns import _said
from tests.pipeline.test_look import _APRIL, _OWN, Looks, _text
from tests.pipeline.test_packed_and_protected import _SECRET, _protected

pytestmark = pytest.mark.django_db

_State, _Look = ImportRun.State, ImportRun.Look


class Seen(Looks):
    """Two bank accounts, and a file of the first one that waits to be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.other = create_bank_account(book=self.book, name="Savings", kind="bank", currency="USD")

    def number_goes_to(self, account: BankAccount | None) -> None:
        for each in (self.account, self.other):
            forget_number(bank_account=each, number=_OWN)
        if account is not None:
            remember_number(bank_account=account, number=_OWN)

    def token(self, run) -> str:
        return self.look(run).context["look"].shown_sha256

    def let_in(self, run) -> None:
        self.press_import(run, asked=self.token(run))
        assert self.now(run).look == _Look.DONE

    def is_shown_anew(self, run) -> bool:
        """Whether it waits to be looked at, by nobody so far, and nothing of it is in the books."""
        now = self.now(run)
        return now.asks_look and now.looked_by is None and not self.lines()


@made_once
def seen() -> Seen:
    return Seen()


def test_a_file_whose_account_is_another_one_by_now_is_not_imported_before_that_was_seen(seen):
    run = seen.receive(_APRIL)
    token = seen.token(run)
    seen.number_goes_to(seen.other)

    stale = seen.press_import(run, asked=token)

    assert "is of another account by now. Look at it again." in _said(stale)
    assert seen.is_shown_anew(run)
    # Between the look and the worker as well.
    seen.let_in(run)
    seen.number_goes_to(seen.account)
    run = seen.ran(run)
    assert seen.is_shown_anew(run)
    assert run.message.startswith("It is read otherwise now, or is of another account, than when somebody")
    assert "for Checking, 2 lines were new" in run.message
    seen.let_in(run)
    assert (seen.ran(run).state, len(seen.lines())) == (_State.READY, 2)
    assert {line.bank_account_id for line in StatementLine.objects.filter(book=seen.book)} == {
        seen.account.pk
    }


def test_a_file_whose_account_nobody_knows_any_more_asks_for_it_and_is_then_shown(seen):
    run = seen.receive(_APRIL)
    seen.number_goes_to(None)

    page = seen.look(run)
    pressed = seen.press_import(run, asked=page.context["look"].shown_sha256)

    assert "Ctrl-Enter" not in _text(page)
    assert "Nobody knows any more which account b.csv is." in _said(pressed)
    run = seen.now(run)
    assert (run.asks_account, run.look) == (True, _Look.FIRST)
    answer_account(run=run, bank_account=seen.account, now=timezone.now())
    seen.ran(run)
    assert seen.is_shown_anew(run)

    # Where it is found out after somebody looked at it, too.
    seen.let_in(run)
    ImportRun.objects.filter(pk=run.pk).update(answers=[])
    run = seen.ran(run)
    assert (run.asks_account, run.look, run.looked_by) == (True, _Look.FIRST, None)
    answer_account(run=run, bank_account=seen.account, now=timezone.now())
    seen.ran(run)
    assert seen.is_shown_anew(run)


def test_tried_again_after_it_failed_it_is_shown_again(seen):
    run = seen.receive(_APRIL)
    seen.let_in(run)
    path = Path(settings.MEDIA_ROOT) / run.document.storage_name
    original = path.read_bytes()
    path.write_bytes(b"something else")
    run = seen.ran(run)
    assert (run.state, run.look) == (_State.FAILED, _Look.DONE)
    path.write_bytes(original)

    retry(run=run, now=timezone.now())

    assert (seen.now(run).look, seen.now(run).looked_by) == (_Look.FIRST, None)
    seen.ran(run)
    assert seen.is_shown_anew(run)


def test_what_goes_wrong_while_it_begins_to_wait_is_said_and_can_be_tried_again(seen, monkeypatch):
    save = ImportRun.save

    def fails(run, **named):
        if run.state == _State.NEEDS_YOU:
            raise DatabaseError("no")
        save(run, **named)

    with monkeypatch.context() as broken:
        broken.setattr(ImportRun, "save", fails)
        run = seen.receive(_APRIL)

    assert (run.state, run.look, run.message[:28]) == (
        _State.FAILED,
        _Look.FIRST,
        "Something unexpected went wr",
    )
    retry(run=run, now=timezone.now())
    assert seen.ran(run).asks_look


def test_a_wrong_password_lets_nothing_in_and_the_file_goes_on_waiting(seen):
    run = seen.receive(_protected(), "may.pdf", password=_SECRET, bank_account=seen.account)
    address = seen.preview(run)
    opened = seen.client().post(address, {"act": "show", "password": _SECRET})
    token = opened.context["look"].shown_sha256

    wrong = seen.press_import(run, asked=token, password="wrong")

    assert "password" in _said(wrong)
    assert seen.is_shown_anew(run)
    # What Enter presses comes first, and shows.
    assert _text(opened).index('value="show"') < _text(opened).index('value="import"')
    seen.press_import(run, asked=token, password=_SECRET)
    assert seen.now(run).state == _State.READY


def test_a_page_does_not_wait_for_an_import_that_goes_on_nor_goes_on_for_ever(seen, monkeypatch):
    run = seen.receive(_APRIL)
    said = []
    with session("owner") as other:
        other.execute("SET lock_timeout = '2s'; LOCK TABLE statements_statement IN SHARE MODE")
        for limits in (
            "SET LOCAL lock_timeout = '20ms'",
            "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = '40ms'",
        ):
            monkeypatch.setattr(_bringing, "PAGE_LIMITS", limits)
            said.append(seen.look(run).context["problem"])
        other.rollback()
    monkeypatch.undo()

    assert said[0] == "Another file of this account is being imported; look again in a moment."
    assert said[1].startswith("b.csv takes too long to be shown now.")
    assert len(seen.look(run).context["look"].lines) == 2
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_moved_or_read_by_other_columns_it_stays_one_that_is_looked_at(seen):
    run, now = seen.receive(_APRIL), timezone.now()
    seen.let_in(run)
    run = seen.ran(run)

    moved = move_to_account(run=run, position=0, bank_account=seen.other, user=seen.owner, now=now)
    assert (moved.look, moved.looked_by) == (_Look.DONE, seen.owner)
    seen.post(moved, "save", role_2="counterparty")
    corrected = seen.live()
    assert (corrected.state, corrected.look) == (_State.READY, _Look.DONE)

    undo_import(run=corrected, user=seen.owner, now=now)
    again = take_in_again(run=seen.now(corrected), user=seen.owner, now=now)
    seen.ran(again)
    assert seen.is_shown_anew(again)


def test_set_aside_while_it_waits_it_forgets_what_was_said_so_that_a_wrong_account_is_asked_again(seen):
    seen.number_goes_to(None)
    run, now = seen.receive(_APRIL), timezone.now()
    answer_account(run=run, bank_account=seen.other, now=now)
    run = seen.ran(run)
    assert run.asks_look

    aside = discard(run=run, user=seen.owner, now=now)

    assert aside.message == "Set aside. What was said of it is asked again when it is imported again."
    again = take_in_again(run=aside, user=seen.owner, now=now)
    run_import(run_id=again.pk, now=now)
    assert seen.now(again).asks_account
