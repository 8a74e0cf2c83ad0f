"""What post_lines says is posted is on disk, although its sets do not each wait for it."""

import pytest
from django.db import connection, transaction

from ledgerflow.ledger.models import JournalEntry
from ledgerflow.posting.services import post, post_lines
from tests.classification.rows import NOW, Shop
from tests.posting.test_post_lines import accepted


def _asked(query: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


@pytest.fixture
def small_sets(monkeypatch):
    monkeypatch.setattr("ledgerflow.ledger.services.journal.SET_SIZE", 2)


@pytest.mark.parametrize("count", [4, 5])
def test_every_set_is_on_disk_at_the_end(committed_db, small_sets, monkeypatch, count):
    shop, places, wait = Shop(), [], post._wait_for_the_disk
    for _ in range(count):
        accepted(shop)
    monkeypatch.setattr(post, "_wait_for_the_disk", lambda: places.append(wait()))

    outcome = post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)

    assert outcome.posted == JournalEntry.objects.count() == count
    assert len(places) == 1
    assert _asked("SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn", places[0])
    assert _asked("SHOW synchronous_commit") == "on"


def test_a_transaction_of_the_caller_waits_for_the_disk_itself(committed_db, small_sets):
    shop = Shop()
    for _ in range(5):
        accepted(shop)

    with transaction.atomic():
        post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW)

        assert _asked("SHOW synchronous_commit") == "on"


def test_a_single_set_waits_for_the_disk_as_always(committed_db, monkeypatch):
    shop = Shop()
    accepted(shop)
    monkeypatch.setattr(post, "_wait_for_the_disk_later", lambda: pytest.fail("the only set must wait"))

    assert post_lines(book=shop.book, line_ids=None, posted_by=shop.user, posted_at=NOW).posted == 1
