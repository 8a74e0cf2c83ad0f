"""The egress ledger: every request is written down before it leaves, and once more when it is over.

Written through connections of their own: what left stays written, whatever becomes of the caller's transaction.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from ledgerflow.toolbox.plain import clean
from ledgerflow.toolbox.sessions import SESSIONS

_LONGEST_SENT = 256 * 1024
_LONGEST_URL = 8_000
# These wait for the disk, and take the beginning of their run, which does not, with them.
_ANNOUNCE = """
    SELECT set_config('synchronous_commit', 'on', true);
    INSERT INTO toolbox_egressrequest (
        at, run_id, book_id, asked_by_id, purpose, method, host, url, sent, redaction, address, status, refusal,
        bytes_sent, bytes_received, duration_ms
    ) VALUES (
        %(at)s, %(run_id)s, %(book_id)s, %(user_id)s, %(purpose)s, %(method)s, %(host)s, %(url)s, %(sent)s,
        %(redaction)s, '', NULL, %(refusal)s, 0, 0, %(duration_ms)s
    ) RETURNING id
"""
_COMPLETE = """
    SELECT set_config('synchronous_commit', 'on', true);
    UPDATE toolbox_egressrequest
       SET status = %(status)s, refusal = %(refusal)s, bytes_sent = %(bytes_sent)s,
           bytes_received = %(bytes_received)s, duration_ms = %(duration_ms)s, address = %(address)s
     WHERE id = %(id)s AND duration_ms IS NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A request as it is about to leave, after redaction, without secrets."""

    at: datetime
    purpose: str
    method: str
    host: str
    url: str
    sent: str
    redaction: str
    run_id: int | None
    book_id: int | None
    user_id: int | None


def announce(leaving: Leaving) -> int:
    """Write down that the request is about to leave, and its name to be looked up; return the row's id."""
    return _insert(leaving, refusal="", duration_ms=None)


def refuse(leaving: Leaving, *, refusal: str, duration_ms: float) -> None:
    """Write down that the request was kept from leaving, and why."""
    _insert(leaving, refusal=refusal, duration_ms=duration_ms)


def complete(
    row: int,
    *,
    address: str,
    status: int | None,
    refusal: str,
    bytes_sent: int,
    bytes_received: int,
    duration_ms: float,
) -> None:
    """Write down how the request ended: its status, or why there is none, and the network address it went to."""
    values = {
        "id": row,
        "address": address,
        "status": status,
        "refusal": clean(refusal),
        "bytes_sent": bytes_sent,
        "bytes_received": bytes_received,
        "duration_ms": duration_ms,
    }
    with SESSIONS.session() as session:
        session.execute(_COMPLETE, values)


def _insert(leaving: Leaving, *, refusal: str, duration_ms: float | None) -> int:
    values = {
        "at": leaving.at,
        "run_id": leaving.run_id,
        "book_id": leaving.book_id,
        "user_id": leaving.user_id,
        "purpose": clean(leaving.purpose)[:200],
        "method": clean(leaving.method)[:8],
        "host": clean(leaving.host)[:255],
        "url": clean(leaving.url)[:_LONGEST_URL],
        "sent": _kept(clean(leaving.sent)),
        "redaction": leaving.redaction,
        "refusal": clean(refusal),
        "duration_ms": duration_ms,
    }
    with SESSIONS.session() as session:
        cursor = session.execute(_ANNOUNCE, values)
        cursor.nextset()
        found = cursor.fetchone()
    assert found is not None
    return int(found[0])


def _kept(sent: str) -> str:
    if len(sent) <= _LONGEST_SENT:
        return sent
    whole = hashlib.sha256(sent.encode()).hexdigest()
    return f"{sent[:_LONGEST_SENT]}\n… {len(sent):,} characters in all, SHA-256 {whole}"
