"""People who decide about lines of one payee at the same moment do not stop each other."""

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from ledgerflow.classification.models import Classification, State
from ledgerflow.classification.services import classify_lines, decide
from tests.classification.rows import NOW, Shop


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
