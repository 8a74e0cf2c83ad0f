"""Two people post the same accepted lines at the same moment: each line is posted once."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from ledgerflow.classification.services import classify_lines, decide
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.posting.models import Posting
from ledgerflow.posting.services import post_lines
from tests.classification.rows import NOW, Shop


def test_each_line_is_posted_once(committed_db):
    shop = Shop()
    lines = [shop.line().pk for _ in range(20)]
    classify_lines(book=shop.book, line_ids=lines)
    for line in lines:
        decide(book=shop.book, line_id=line, account=shop.fuel, user=shop.user, now=NOW)

    def post(_):
        try:
            return post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW).posted
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        posted = list(threads.map(post, range(4)))

    assert sorted(posted) == [0, 0, 0, 20]
    assert JournalEntry.objects.count() == Posting.objects.count() == 20


def test_two_imports_meet_the_same_new_payees(committed_db):
    shop = Shop()
    sets = [[shop.line(f"Shop {chr(65 + n)}{chr(65 + s)} {s}").pk for n in range(20)] for s in range(2)]
    for line in (shop.line(f"Common {chr(65 + n)}") for n in range(20)):
        sets[0].append(line.pk)
    for line in (shop.line(f"Common {chr(90 - n)}") for n in range(20)):
        sets[1].append(line.pk)

    def classify(ids):
        try:
            return classify_lines(book=shop.book, line_ids=ids)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(classify, sets)) == [40, 40]
