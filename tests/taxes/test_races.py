"""Entering facts and closing the books at the same time: one waits for the other."""

from datetime import date

import psycopg
import pytest

from ledgerflow.taxforms.facts import Facts
from tests.ledger.sessions import session
from tests.proprietor import Proprietor


def test_facts_wait_for_a_closing_that_is_under_way_and_are_refused_after_it(committed_db):
    books = Proprietor()
    books.enter(Facts())
    change = "UPDATE taxes_yearfacts SET inventory_ending = 5"

    with session() as closing, session() as entering:
        closing.execute(
            "INSERT INTO ledger_periodaction (book_id, closed_through, reason, acted_by_id, acted_at)"
            " VALUES (%s, %s, 'Filed', %s, now())",
            [books.book.pk, date(2025, 12, 31), books.owner.pk],
        )
        entering.execute("SET lock_timeout = '200ms'")
        entering.commit()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            entering.execute(change)
        entering.rollback()
        closing.commit()
        with pytest.raises(psycopg.Error, match="stay as they are"):
            entering.execute(change)
