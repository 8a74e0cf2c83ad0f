"""Raw sessions as a role, and the smallest book to attack."""

from contextlib import contextmanager

import psycopg
from django.utils import timezone

from ledgerflow.ledger.models import BatchSource
from ledgerflow.ledger.services.journal import post_entries
from tests.conftest import database_settings
from tests.factories import AccountFactory, BookFactory
from tests.ledger.drafts import two_lines


@contextmanager
def session(alias="default"):
    """A raw session as lf_app (``default``) or lf_owner (``owner``), outside Django."""
    connection = psycopg.connect(**database_settings(alias))
    try:
        yield connection
    finally:
        connection.close()


class Ledger:
    """A committed book with two accounts and one posted entry, and raw SQL to write to it."""

    def __init__(self, **book):
        self.book = BookFactory(**book)
        self.bank = AccountFactory(book=self.book, code="1000", type="asset")
        self.cost = AccountFactory(book=self.book, code="6000", type="expense")
        self.post("10.00")

    def post(self, amount="10.00", **draft):
        return post_entries(
            book=self.book,
            source=BatchSource.MANUAL,
            entries=[two_lines(self.bank, self.cost, amount, **draft)],
            posted_by=None,
            posted_at=timezone.now(),
        )

    def batch(self, raw, *, no=2, first=2, count=1):
        raw.execute(
            "INSERT INTO ledger_postingbatch (book_id, no, source, first_number, entry_count, posted_at)"
            " VALUES (%s, %s, 'manual', %s, %s, now())",
            [self.book.pk, no, first, count],
        )

    def entry(self, raw, *, number=2, batch=2, date="2026-03-05", lines=2, reverses=None):
        raw.execute(
            "INSERT INTO ledger_journalentry (book_id, number, batch_no, date, line_count, reverses_number)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [self.book.pk, number, batch, date, lines, reverses],
        )

    def line_rows(self, number=2, *, date="2026-03-05", amounts=("5", "-5"), first_no=1, currency="USD"):
        accounts = [self.cost.pk, self.bank.pk]
        return [
            (self.book.pk, number, first_no + place, accounts[place % 2], date, currency, amount, amount)
            for place, amount in enumerate(amounts)
        ]

    def lines(self, raw, rows):
        values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(rows))
        raw.execute(
            "INSERT INTO ledger_journalline"
            f" (book_id, entry_number, no, account_id, date, currency, amount, base_amount) VALUES {values}",
            [value for row in rows for value in row],
        )

    def whole(self, raw, *, batch=None, entry=None, lines=None):
        """Batch, entry and lines in one transaction, with what is given changed."""
        self.batch(raw, **(batch or {}))
        self.entry(raw, **(entry or {}))
        self.lines(raw, self.line_rows(**(lines or {})))
        raw.commit()
