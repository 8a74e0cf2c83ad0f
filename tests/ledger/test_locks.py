"""A locked period: owners and reviewers post there, others and jobs do not, and PostgreSQL says the same."""

from datetime import date, timedelta

import psycopg
import pytest
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.books.permissions import Action, may, role_of
from ledgerflow.ledger import errors
from ledgerflow.ledger.models import BatchSource, JournalEntry
from ledgerflow.ledger.selectors.periods import held
from ledgerflow.ledger.selectors.verify import problems
from ledgerflow.ledger.services.journal import post_entries
from ledgerflow.ledger.services.periods import close_period, lock_period, reopen_period, unlock_period
from tests.factories import MembershipFactory, UserFactory
from tests.ledger.drafts import DAY, two_lines
from tests.ledger.sessions import Ledger, session

LATER = DAY + timedelta(days=30)


@pytest.fixture
def ledger(shared_db):
    return Ledger()


@pytest.fixture
def owner(ledger):
    return MembershipFactory(book=ledger.book, role=Role.OWNER).user


def _act(action, ledger, through, reason="quarter"):
    return action(book=ledger.book, through=through, reason=reason, user=UserFactory(), now=timezone.now())


def _post(ledger, user, day=DAY):
    return post_entries(
        book=ledger.book,
        source=BatchSource.MANUAL,
        entries=[two_lines(ledger.bank, ledger.cost, "3.00", day)],
        posted_by=user,
        posted_at=timezone.now(),
    )


@pytest.mark.parametrize("role", list(Role))
def test_only_owners_and_reviewers_post_into_a_locked_period(ledger, role):
    member = MembershipFactory(book=ledger.book, role=role).user
    _act(lock_period, ledger, DAY)

    if role in {Role.OWNER, Role.REVIEWER}:
        _post(ledger, member)
    else:
        with pytest.raises(errors.PeriodLockedError, match="locked through 2026-03-05"):
            _post(ledger, member)
    _post(ledger, member, DAY + timedelta(days=1))

    assert problems(book=ledger.book) == []


@pytest.mark.parametrize("how", ["nobody", "a stranger", "an owner of another book", "a former owner"])
def test_nobody_else_posts_into_a_locked_period(ledger, owner, how):
    _act(lock_period, ledger, DAY)
    if how == "a former owner":
        owner.is_active = False
        owner.save()
    poster = {
        "nobody": None,
        "a stranger": UserFactory(),
        "an owner of another book": MembershipFactory(role=Role.OWNER).user,
        "a former owner": owner,
    }[how]

    with pytest.raises(errors.PeriodLockedError, match="only an owner or reviewer"):
        _post(ledger, poster)


def test_nobody_posts_into_what_is_closed_below_the_lock(ledger, owner):
    _act(close_period, ledger, DAY)
    _act(lock_period, ledger, LATER)

    with pytest.raises(errors.PeriodClosedError, match="closed through 2026-03-05") as refusal:
        _post(ledger, owner)
    _post(ledger, owner, LATER)

    assert not isinstance(refusal.value, errors.PeriodLockedError)


def test_sql_and_permissions_say_the_same(ledger):
    """For every role, active or not, firm administrator or not, member here or elsewhere."""
    people = [None, UserFactory(), UserFactory(is_firm_admin=True)]
    people += [UserFactory(is_firm_admin=True, is_active=False)]
    for role in Role:
        people += [MembershipFactory(role=role).user, MembershipFactory(book=ledger.book, role=role).user]
        people += [MembershipFactory(book=ledger.book, role=role, user__is_active=False).user]

    with session("owner") as owner:
        for person in people:
            (says,) = owner.execute(
                "SELECT ledger_may_post_locked(%s, %s)", [ledger.book.pk, person.pk if person else None]
            ).fetchone()
            role = role_of(user=person, book=ledger.book) if person else None
            assert says == may(role, Action.POST_LOCKED), role


def test_a_lock_is_set_moved_and_lifted_with_a_reason(ledger):
    assert held(book=ledger.book) == (None, None)

    locked = _act(lock_period, ledger, LATER)
    assert held(book=ledger.book) == (None, LATER)
    assert locked.what == "locked through 2026-04-04"
    with pytest.raises(errors.PeriodActionError, match="locked through 2026-04-04 already"):
        _act(lock_period, ledger, DAY)
    with pytest.raises(errors.PeriodActionError, match="nothing to unlock"):
        _act(unlock_period, ledger, LATER)
    with pytest.raises(errors.PeriodActionError, match="Say why"):
        _act(unlock_period, ledger, None, " ")
    with pytest.raises(errors.PeriodActionError, match="at most 500"):
        _act(unlock_period, ledger, None, "x" * 501)
    earlier = _act(unlock_period, ledger, DAY)
    assert earlier.what == "locked through 2026-03-05 (was 2026-04-04)"
    assert _act(unlock_period, ledger, None).what == "locked through no day (was 2026-03-05)"
    with pytest.raises(errors.PeriodActionError, match="nothing to unlock"):
        _act(unlock_period, ledger, None)
    assert problems(book=ledger.book) == []


def test_closing_takes_in_the_lock_and_reopening_leaves_a_later_one(ledger):
    _act(lock_period, ledger, LATER)

    _act(close_period, ledger, DAY)
    assert held(book=ledger.book) == (DAY, LATER)
    _act(close_period, ledger, LATER)
    assert held(book=ledger.book) == (LATER, None)
    with pytest.raises(errors.PeriodActionError, match="closed through 2026-04-04 already"):
        _act(lock_period, ledger, LATER)
    _act(lock_period, ledger, LATER + timedelta(days=1))
    _act(reopen_period, ledger, None)

    assert held(book=ledger.book) == (None, LATER + timedelta(days=1))
    assert problems(book=ledger.book) == []


def _refused(raw, statement, values):
    with pytest.raises(psycopg.Error) as refusal:
        raw.execute(statement, values)
    raw.rollback()
    return refusal.value.sqlstate


def test_raw_sql_gets_round_no_lock(ledger):
    bookkeeper = MembershipFactory(book=ledger.book, role=Role.BOOKKEEPER).user
    _act(lock_period, ledger, DAY)
    insert = (
        "INSERT INTO ledger_periodaction (book_id, closed_through, locked_through, reason, acted_by_id, acted_at)"
        " VALUES (%s, %s, %s, 'x', %s, now())"
    )

    with session() as raw:
        for poster in (None, bookkeeper.pk):
            raw.execute(
                "INSERT INTO ledger_postingbatch"
                " (book_id, no, source, first_number, entry_count, posted_at, posted_by_id)"
                " VALUES (%s, 2, 'manual', 2, 1, now(), %s)",
                [ledger.book.pk, poster],
            )
            with pytest.raises(psycopg.Error) as refusal:
                ledger.entry(raw)
            raw.rollback()
            assert refusal.value.sqlstate == "LF013"
        facts = [ledger.book.pk, None, DAY, bookkeeper.pk]
        assert _refused(raw, insert, facts) == "LF010"
        for days in (("2026-03-05", "2026-03-05"), ("2026-03-06", "2026-03-05")):
            assert _refused(raw, insert, [ledger.book.pk, *days, bookkeeper.pk]) == "23514"
        for days in ((None, "infinity"), ("infinity", None)):
            assert _refused(raw, insert, [ledger.book.pk, *days, bookkeeper.pk]) == "LF010"
        changes = "UPDATE ledger_ledgerstate SET locked_through = NULL"
        assert _refused(raw, changes, []) == "42501"
        assert _refused(raw, "SELECT ledger_may_post_locked(1, 1)", []) == "42501"
    assert held(book=ledger.book) == (None, DAY)


def test_a_new_book_begins_without_a_lock(ledger):
    from_the_start = (
        "INSERT INTO ledger_ledgerstate (book_id, next_number, next_batch, locked_through)"
        " VALUES (%s, 1, 1, %s)"
    )

    with session() as raw:
        assert _refused(raw, from_the_start, [ledger.book.pk + 10_000, DAY]) == "LF009"


def test_verify_names_a_lock_that_the_log_does_not_know(ledger):
    with session("owner") as owner:
        owner.execute("ALTER TABLE ledger_ledgerstate DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE ledger_ledgerstate SET locked_through = %s WHERE book_id = %s",
            [date(2026, 5, 1), ledger.book.pk],
        )
        owner.execute("ALTER TABLE ledger_ledgerstate ENABLE TRIGGER USER")
        owner.commit()

    (problem,) = problems(book=ledger.book)
    assert problem.check == "periods"
    assert "locked through 2026-05-01" in problem.sentence
    assert JournalEntry.objects.filter(book=ledger.book).count() == 1
