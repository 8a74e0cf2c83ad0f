"""Closing, locking and reopening by command, with the checklist of what was open."""

import argparse
import json
from datetime import date

import pytest

from ledgerflow.books.models import Role
from ledgerflow.cli import close, reopen
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ledger.models import PeriodAction, YearClosing
from ledgerflow.ledger.selectors.periods import held
from tests.booked import BookedFile
from tests.factories import MembershipFactory
from tests.ledger.years import Years
from tests.made import made_once

pytestmark = pytest.mark.django_db


@made_once
def file():
    return BookedFile(3, is_posted=False)


def _run(command, capsys, *words):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args([*map(str, words), "--format", "json"])) == 0
    return json.loads(capsys.readouterr().out)


def _of(book, user):
    return ("--book", book.slug, "--user", user.email)


def test_a_dry_run_prints_what_is_open_and_closes_nothing(file, capsys):
    rows = _run(close, capsys, *_of(file.book, file.owner), "--through", "2026-01-31", "--dry-run")

    assert rows[0] == {"point": "lines to review", "open": 3, "detail": ""}
    assert rows[-1]["detail"] == "nothing was closed through 2026-01-31"
    assert not PeriodAction.objects.filter(book=file.book).exists()


def test_it_closes_with_a_reason_and_locks_beyond(file, capsys):
    on_behalf = _of(file.book, file.owner)

    with pytest.raises(LedgerFlowError, match="lines to review: 3"):
        _run(close, capsys, *on_behalf, "--through", "2026-01-31")
    closed = _run(close, capsys, *on_behalf, "--through", "2026-01-31", "--reason", "Filed")
    locked = _run(close, capsys, *on_behalf, "--through", "2026-02-28", "--soft", "--reason", "Review")

    assert closed[-1]["detail"] == "closed through 2026-01-31"
    assert locked[-1]["detail"] == "locked through 2026-02-28"
    assert held(book=file.book) == (date(2026, 1, 31), date(2026, 2, 28))


def test_it_reopens_and_unlocks(file, capsys):
    on_behalf = _of(file.book, file.owner)
    _run(close, capsys, *on_behalf, "--through", "2026-01-31", "--reason", "Filed")
    _run(close, capsys, *on_behalf, "--through", "2026-02-28", "--soft", "--reason", "Review")

    unlocked = _run(reopen, capsys, *on_behalf, "--soft", "--reason", "Reviewed")
    reopened = _run(reopen, capsys, *on_behalf, "--through", "2026-01-15", "--reason", "Late bill")

    assert unlocked[0]["outcome"] == "locked through no day (was 2026-02-28)"
    assert reopened[0]["outcome"] == "closed through 2026-01-15 (was 2026-01-31)"
    assert held(book=file.book) == (date(2026, 1, 15), None)


def test_it_closes_a_year_to_equity(capsys):
    company = Years()
    company.a_year(2025)

    _run(close, capsys, *_of(company.book, company.owner), "--through", "2025-12-31", "--year")

    assert YearClosing.objects.get(book=company.book).last_day == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("command", "role", "words"),
    [
        (close, Role.BOOKKEEPER, ["--through", "2026-01-31", "--reason", "x"]),
        (reopen, Role.REVIEWER, ["--reason", "x"]),
        (reopen, Role.BOOKKEEPER, ["--soft", "--reason", "x"]),
    ],
)
def test_a_role_that_may_not_is_told(file, capsys, command, role, words):
    member = MembershipFactory(book=file.book, role=role).user

    with pytest.raises(LedgerFlowError, match="you may not"):
        _run(command, capsys, *_of(file.book, member), *words)


def test_a_day_that_is_none_is_refused(file, capsys):
    with pytest.raises(SystemExit):
        _run(close, capsys, *_of(file.book, file.owner), "--through", "soon")

    assert "'soon' is no date" in capsys.readouterr().err
