"""The SQL of the error log."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

from ledgerflow.ops.error_log.occurrences import Occurrence

#: A kind of error that was not seen for this long is forgotten.
KEPT_FOR = timedelta(days=90)
#: The kinds that were seen last stay, however many there are.
MOST_KINDS = 2_000

# What was fixed and comes again is open again; what is ignored stays ignored.
_UPSERT = """
    INSERT INTO ops_errorevent AS known (
        fingerprint, kind, place, message, traceback, state, count, first_seen, last_seen, logger, request, request_id,
        path, user_id, book, book_slug, job, job_name, tool
    ) VALUES (
        %(fingerprint)s, %(kind)s, %(place)s, %(message)s, %(traceback)s, 'open', %(count)s, %(seen)s, %(seen)s,
        %(logger)s, %(request)s, %(request_id)s, %(path)s, %(user)s, %(book)s, %(book_slug)s, %(job)s, %(job_name)s,
        %(tool)s
    )
    ON CONFLICT (fingerprint) DO UPDATE SET
        count = known.count + EXCLUDED.count,
        state = CASE WHEN known.state = 'fixed' THEN 'open' ELSE known.state END,
        first_seen = least(known.first_seen, EXCLUDED.first_seen),
        last_seen = greatest(known.last_seen, EXCLUDED.last_seen),
        kind = EXCLUDED.kind, place = EXCLUDED.place, message = EXCLUDED.message, traceback = EXCLUDED.traceback,
        logger = EXCLUDED.logger, request = EXCLUDED.request, request_id = EXCLUDED.request_id, path = EXCLUDED.path,
        user_id = EXCLUDED.user_id, book = EXCLUDED.book, book_slug = EXCLUDED.book_slug, job = EXCLUDED.job,
        job_name = EXCLUDED.job_name, tool = EXCLUDED.tool
"""
_FORGET = """
    DELETE FROM ops_errorevent WHERE last_seen < %(before)s
        OR id IN (SELECT id FROM ops_errorevent ORDER BY last_seen DESC, id OFFSET %(most)s)
"""


def upsert(session: psycopg.Connection[Any], occurrence: Occurrence) -> None:
    """Add the occurrence to the errors of its kind."""
    row = occurrence.as_dict()
    session.execute(_UPSERT, row | {"request": Jsonb(row["request"]) if row["request"] else None})


def forget(*, now: datetime) -> int:
    """Remove what was not seen for long, and what is beyond the most kinds that are kept; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"before": now - KEPT_FOR, "most": MOST_KINDS})
        return int(cursor.rowcount)
