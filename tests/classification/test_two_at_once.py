"""People who decide about lines of one payee at the same moment do not stop each other."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

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
