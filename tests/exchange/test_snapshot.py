"""An export shows one moment of the book, whatever is posted while it is written."""

import pytest
from django.db import connection

from ledgerflow.books.scope import book_scope
from ledgerflow.ledger.models import JournalEntry
from tests.ledger.sessions import Ledger, session

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.mark.parametrize(("is_snapshot", "seen"), [(True, 1), (False, 2)])
def test_what_others_commit_is_not_seen(is_snapshot, seen):
    ledger = Ledger()
    with book_scope(ledger.book, None, is_snapshot=is_snapshot):
        assert JournalEntry.objects.filter(book=ledger.book).count() == 1

        with session() as other:
            other.execute(
                """
                SELECT ledger_post(%(book)s, 'manual', NULL, now(), '{2026-01-05}', '{2}', '{NULL}', NULL,
                    '{1,1}', '{1,2}', ARRAY[%(one)s, %(two)s], '{USD,USD}', '{3,-3}', '{3,-3}')
                """,
                {"book": ledger.book.pk, "one": ledger.bank.pk, "two": ledger.cost.pk},
            )
            other.commit()

        assert JournalEntry.objects.filter(book=ledger.book).count() == seen
    assert not connection.in_atomic_block
