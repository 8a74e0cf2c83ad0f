"""Two people are at the same lines at the same moment: each line is posted once, as it was decided last."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import OperationalError, connection

from ledgerflow.classification.models import Classification
from ledgerflow.classification.services import SplitPart, classify_lines, decide, reopen
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.posting import verify
from ledgerflow.posting.services import post, post_lines
from tests.classification.rows import NOW, Shop
from tests.posting.test_business_use import DRAWINGS, PHONE, Shared
from tests.posting.test_post_lines import accepted, booked, posted_lines


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
    numbers = Classification.objects.values_list("entry_number", flat=True)
    assert sorted(numbers) == sorted(JournalEntry.objects.values_list("number", flat=True)) == [*range(1, 21)]


@pytest.fixture
def meanwhile(monkeypatch):
    """Let somebody else do something between the reading of a set and its writing, once."""
    write, acts = post._write, []

    def written(*args):
        if acts:
            acts.pop()()
        write(*args)

    monkeypatch.setattr(post, "_write", written)
    return acts.append


def _elsewhere(do):
    """Do it in a session of its own."""

    def session():
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(session).result()


def test_a_line_that_is_sent_back_meanwhile_is_not_posted(committed_db, meanwhile):
    shop = Shop()
    lines = [accepted(shop) for _ in range(3)]
    who = {"book": shop.book, "user": shop.user, "now": NOW}
    meanwhile(lambda: _elsewhere(lambda: reopen(line_ids=[lines[1].pk], **who)))

    outcome = post_lines(
        book=shop.book, line_ids=[line.pk for line in lines], posted_by=shop.user, posted_at=NOW
    )

    assert (outcome.posted, outcome.refused) == (2, ((lines[1].pk, "Nobody has accepted it yet."),))
    assert posted_lines() == [lines[0].pk, lines[2].pk]
    assert list(JournalEntry.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_nothing_is_left_of_a_set_that_is_sent_back_meanwhile(committed_db, meanwhile):
    shop = Shop()
    line = accepted(shop)
    who = {"book": shop.book, "user": shop.user, "now": NOW}
    meanwhile(lambda: _elsewhere(lambda: reopen(line_ids=[line.pk], **who)))

    assert post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW).posted == 0
    assert not JournalEntry.objects.exists()


def test_a_line_that_is_decided_otherwise_meanwhile_is_posted_so(committed_db, meanwhile):
    shop = Shop()
    line, other = accepted(shop), accepted(shop)
    who = {"book": shop.book, "user": shop.user, "now": NOW}
    meanwhile(lambda: _elsewhere(lambda: decide(line_id=line.pk, account=shop.food, **who)))

    assert post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW).posted == 2
    assert posted_lines() == [line.pk, other.pk]
    assert [booked(shop, number)[1][0] for number in (1, 2)] == [shop.food.pk, shop.fuel.pk]
    assert verify.problems(book=shop.book) == []


def test_parts_do_not_change_meanwhile(committed_db, meanwhile):
    shop = Shop()
    line = accepted(shop)
    who = {"book": shop.book, "user": shop.user, "now": NOW, "line_id": line.pk}
    decide(splits=[SplitPart(shop.fuel, Decimal(-30)), SplitPart(shop.food, Decimal(-10))], **who)

    def otherwise():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        decide(splits=[SplitPart(shop.fuel, Decimal(-20)), SplitPart(shop.food, Decimal(-20))], **who)

    def attempt():
        with pytest.raises(OperationalError, match="lock timeout"):
            _elsewhere(otherwise)

    meanwhile(attempt)

    assert post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW).posted == 1
    assert booked(shop)[1:] == [(shop.fuel.pk, Decimal(30)), (shop.food.pk, Decimal(10))]


def test_the_first_share_of_a_book_that_is_set_meanwhile_divides_its_line(committed_db, meanwhile):
    books = Shared()
    line = books.may[0]
    meanwhile(lambda: _elsewhere(lambda: books.decide(line, business_share=Decimal(40))))

    assert books.post() == ()

    assert books.entry(line) == [(PHONE, Decimal("4.00")), (DRAWINGS, Decimal("6.01"))]
    assert verify.problems(book=books.book) == []


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
