"""Taking away old runs of tools and what stands in the egress ledger, which the owner of the database alone may do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import ProgrammingError, connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import InsufficientPrivilege

from ledgerflow.core.errors import LedgerFlowError

_OWNER = "owner"
_AT_ONCE = 5_000
#: The limits of the day look back so far, and the clocks of two machines may differ.
LEAST = timedelta(days=2)

# What rows of other parts of LedgerFlow rest on stays: found by their foreign keys, but for those that let it go.
_HOLDERS = """
    SELECT format('SELECT %%1$I FROM %%2$s WHERE %%1$I IS NOT NULL', pointing.attname, conrelid::regclass)
      FROM pg_constraint
      JOIN pg_attribute AS pointed ON pointed.attrelid = confrelid AND pointed.attname = 'id'
      JOIN pg_attribute AS pointing
        ON pointing.attrelid = conrelid AND pointing.attnum = conkey[array_position(confkey, pointed.attnum)]
     WHERE contype = 'f' AND confrelid = %s::regclass AND confdeltype IN ('a', 'r')
       AND conrelid NOT IN ('toolbox_toolrun'::regclass, 'toolbox_egressrequest'::regclass)
"""
# A run goes together with those that it asked other tools for, or stays with them.
_OLD_RUNS = """
    WITH RECURSIVE old AS (
        SELECT id, outcome FROM toolbox_toolrun
         WHERE parent_id IS NULL AND started_at < %(before)s AND id > %(after)s ORDER BY id LIMIT %(limit)s
    ), family AS (
        SELECT id AS root, id, outcome FROM old
        UNION ALL
        SELECT family.root, child.id, child.outcome
          FROM toolbox_toolrun AS child JOIN family ON child.parent_id = family.id
    ), held AS (
        SELECT NULL::bigint WHERE false {held}
    )
    SELECT (SELECT max(id) FROM old), array_agg(family.id) FILTER (WHERE NOT kept.is_held),
           count(*) FILTER (WHERE kept.is_held)
      FROM family
      JOIN (SELECT root, bool_or(outcome = 'running' OR id IN (SELECT * FROM held)) AS is_held
              FROM family GROUP BY root) AS kept
     USING (root)
"""
_DROP_RUNS = (
    "DELETE FROM toolbox_egressrequest WHERE run_id = ANY (%(ids)s)",
    "UPDATE toolbox_toolrun SET cached_from_id = NULL WHERE cached_from_id = ANY (%(ids)s) AND id <> ALL (%(ids)s)",
    "DELETE FROM toolbox_toolrun WHERE id = ANY (%(ids)s)",
)
_DROP_REQUESTS = """
    DELETE FROM toolbox_egressrequest WHERE run_id IS NULL AND at < %(before)s {held}
"""


class PruneRefusedError(LedgerFlowError):
    """Nothing is taken away; the sentence says why."""


@dataclass(slots=True)
class Pruned:
    """How many runs and requests went, and how many old runs something rests on, or go on, and stay."""

    runs: int = 0
    requests: int = 0
    kept: int = 0


def prune_records(*, older_than: timedelta, now: datetime, dry_run: bool = False) -> Pruned:
    """Take away the runs that began before, with what they sent, and requests of that age that belong to no run.

    Needs the connection of the database's owner. A few thousand runs at a time, each in a transaction of its own: what
    went is gone when the rest fails. With ``dry_run`` they are counted and stay.

    :raises PruneRefusedError: the age is less than two days, or the connection is not the owner's.
    """
    if older_than < LEAST:
        raise PruneRefusedError(
            f"Runs stay for {LEAST.days} days at least, because the limits of the day count them."
        )
    done, before = Pruned(), now - older_than
    after: int | None = 0
    try:
        while after is not None:
            with transaction.atomic(using=_OWNER), connections[_OWNER].cursor() as cursor:
                after = _prune_runs(cursor, before, after, done)
                transaction.set_rollback(dry_run, using=_OWNER)
        with transaction.atomic(using=_OWNER), connections[_OWNER].cursor() as cursor:
            cursor.execute(
                _DROP_REQUESTS.format(held=_and_not_held(cursor, "toolbox_egressrequest")), {"before": before}
            )
            done.requests += cursor.rowcount
            transaction.set_rollback(dry_run, using=_OWNER)
    except ProgrammingError as error:
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise PruneRefusedError(
                "Only the owner of the database takes records away: run this where DATABASE_OWNER_URL is its address."
            ) from error
        raise
    finally:
        connections[_OWNER].close()
    return done


def _prune_runs(cursor: CursorWrapper, before: datetime, after: int, done: Pruned) -> int | None:
    """Take away the runs of the next few thousand questions; return the last one, or ``None`` behind the end."""
    held = "".join(f" UNION ALL {each}" for each in _holders(cursor, "toolbox_toolrun"))
    facts: dict[str, Any] = {"before": before, "after": after, "limit": _AT_ONCE}
    cursor.execute(_OLD_RUNS.format(held=held), facts)
    last, ids, kept = cursor.fetchone()
    done.kept += kept
    if ids:
        counts = []
        for statement in _DROP_RUNS:
            cursor.execute(statement, {"ids": ids})
            counts.append(cursor.rowcount)
        done.requests += counts[0]
        done.runs += counts[-1]
    return int(last) if last is not None else None


def _holders(cursor: CursorWrapper, table: str) -> list[str]:
    cursor.execute(_HOLDERS, [table])
    return [query for (query,) in cursor.fetchall()]


def _and_not_held(cursor: CursorWrapper, table: str) -> str:
    return "".join(f" AND id NOT IN ({each})" for each in _holders(cursor, table))
