"""People who decide about lines of one payee at the same moment do not stop each other."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, transaction
from psycopg import Error as PostgresError

from ledgerflow.classification.models import Classification, Prediction, RuleTrial, State
from ledgerflow.classification.services import (
    RuleConditions,
    ask_for_trial,
    classify_lines,
    create_rule,
    decide,
    set_rule_active,
    switch_promise_off,
    switch_promise_on,
)
from tests.classification.rows import NOW, Shop
from tests.classification.test_promise import with_record
from tests.factories import AccountFactory
from tests.ledger.sessions import session


def test_decisions_about_one_payee_do_not_deadlock(committed_db):
    shop = Shop()
    lines = [shop.line().pk for _ in range(40)]
    classify_lines(book=shop.book, line_ids=lines)

    def decide_about(these):
        try:
            for line in these:
                decide(book=shop.book, line_id=line, account=shop.fuel, user=shop.user, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(decide_about, [lines[start::4] for start in range(4)]))

    assert Classification.objects.filter(state=State.ACCEPTED, decided_by=shop.user).count() == 40


def test_new_lines_classified_by_two_are_classified_once(committed_db):
    shop = Shop()
    lines = [shop.line().pk for _ in range(3)]

    def classify():
        try:
            return classify_lines(book=shop.book, line_ids=lines)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            first = classify_lines(book=shop.book, line_ids=lines)
            second = thread.submit(classify)
            wait_until_one_waits_for_another()
        later = second.result(timeout=10)

    assert (first, later) == (3, 0)
    assert Classification.objects.count() == 3


def test_lines_that_the_engine_answers_are_classified_once_by_two(committed_db):
    shop = with_record(Shop())
    lines = [shop.line("SHELL OIL").pk for _ in range(3)]

    def classify():
        try:
            return classify_lines(book=shop.book, line_ids=lines)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            classify_lines(book=shop.book, line_ids=lines)
            second = thread.submit(classify)
            wait_until_one_waits_for_another()
        later = second.result(timeout=10)

    assert later == 0
    assert Prediction.objects.filter(line__in=lines).count() == 3


def test_a_rule_that_is_switched_off_meanwhile_accepts_nothing(committed_db):
    shop = Shop()
    lines = [shop.line().pk for _ in range(3)]
    classify_lines(book=shop.book, line_ids=lines)
    rule = create_rule(
        book=shop.book,
        conditions=RuleConditions(text="shell"),
        account=shop.fuel,
        mode="accept",
        user=shop.user,
        now=NOW,
    )

    def classify():
        try:
            return classify_lines(book=shop.book, line_ids=lines)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            # Held, so that whoever classifies waits with the rule in hand.
            list(Classification.objects.select_for_update().filter(pk__in=lines))
            second = thread.submit(classify)
            wait_until_one_waits_for_another()
            set_rule_active(book=shop.book, rule_id=rule.pk, is_active=False)
        later = second.result(timeout=10)

    assert later == 0
    assert set(Classification.objects.values_list("state", flat=True)) == {State.OPEN}


def test_switching_the_promise_off_waits_for_lines_that_are_being_accepted(committed_db):
    shop = with_record(Shop())
    switch_promise_on(book=shop.book, share=Decimal("0.95"), user=shop.user, now=NOW)
    lines = [shop.line("SHELL OIL").pk for _ in range(20)]

    def switch():
        try:
            switch_promise_off(book=shop.book, user=shop.user, now=NOW)
            return Classification.objects.filter(pk__in=lines, state=State.ACCEPTED).count()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            classify_lines(book=shop.book, line_ids=lines)
            off = thread.submit(switch)
            wait_until_one_waits_for_another()
        seen = off.result(timeout=10)

    assert seen > 0


def test_a_trial_that_is_asked_for_twice_is_one_trial(committed_db):
    shop = Shop()

    def ask(text):
        conditions = RuleConditions(text=text)
        return ask_for_trial(
            book=shop.book, conditions=conditions, account=shop.fuel, user=shop.user, now=NOW
        ).pk

    def ask_beside():
        try:
            return ask("bakery")
        finally:
            connection.close()

    before = ask("rent")
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            first = ask("shell")
            second = thread.submit(ask_beside)
            wait_until_one_waits_for_another()
        last = second.result(timeout=10)

    assert len({before, first, last}) == 3
    assert [(trial.pk, trial.asked["text"]) for trial in RuleTrial.objects.all()] == [(last, "bakery")]


def test_the_last_two_accounts_that_carry_a_tax_line_do_not_lose_it_at_once(committed_db):
    shop = Shop()
    carriers = [AccountFactory(book=shop.book, tax_line="schedule-c:22").pk for _ in range(2)]
    line = shop.line().pk
    classify_lines(book=shop.book, line_ids=[line])
    decide(book=shop.book, line_id=line, account=shop.fuel, tax_line="schedule-c:22", user=shop.user, now=NOW)

    def take(cursor, account):
        cursor.execute("UPDATE ledger_account SET tax_line = '' WHERE id = %s", [account])

    with session() as one, session() as other, ThreadPoolExecutor(1) as thread:
        take(one, carriers[0])
        second = thread.submit(take, other, carriers[1])
        wait_until_one_waits_for_another()
        one.commit()
        with pytest.raises(PostgresError, match="give it to another account first"):
            second.result(timeout=10)


def wait_until_one_waits_for_another():
    """Return when a session of this database waits for a lock, which only the other thread's can."""
    for _ in range(2_000):
        with connection.cursor() as cursor:
            # Within a transaction the sessions are those of its first look, which may have been before the other's.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid IN"
                " (SELECT pid FROM pg_stat_activity WHERE datname = current_database()))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
