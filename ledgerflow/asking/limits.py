"""How often links to questions may be used; counted in PostgreSQL, because a cache may be away."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from ledgerflow.asking.models import LinkUse

#: Within an hour, whatever is asked for. Several people may share an address behind a proxy.
PER_ADDRESS, PER_LINK = 300, 60
_WITHIN = timedelta(hours=1)
_USE = """
    INSERT INTO asking_linkuse AS known (key, began_at, count) VALUES (%(key)s, %(now)s, 1)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN known.began_at <= %(ended)s THEN 1 ELSE least(known.count, 1000000) + 1 END,
        began_at = CASE WHEN known.began_at <= %(ended)s THEN %(now)s ELSE known.began_at END
    RETURNING count
"""


def is_address_too_busy(*, address: str, now: datetime) -> bool:
    """Count a request from the network address, and tell whether it sent too many."""
    return _count("address", address, now) > PER_ADDRESS


def is_link_too_busy(*, token_sha256: str, now: datetime) -> bool:
    """Count a request for a link that leads to a question, and tell whether there were too many."""
    return _count("link", token_sha256, now) > PER_LINK


def forget_old_uses(*, now: datetime) -> None:
    """Remove what counts no longer."""
    LinkUse.objects.filter(began_at__lte=now - _WITHIN).delete()


def _count(kind: str, value: str, now: datetime) -> int:
    key = salted_hmac(f"ledgerflow.asking.{kind}", value, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(_USE, {"key": key, "now": now, "ended": now - _WITHIN})
        return int(cursor.fetchone()[0])
