"""People who decide about lines of one payee at the same moment do not stop each other."""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from django.db import connection, transaction

from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import (
    classify_lines,
    decide,
    switch_promise_off,
    switch_promise_on,
)
from tests.classification.rows import NOW, Shop
from tests.classification.test_promise import with_record


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


def wait_until_one_waits_for_another():
    """Return when a session of this database waits for a lock, which only the other thread's can."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid IN"
                " (SELECT pid FROM pg_stat_activity WHERE datname = current_database()))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
