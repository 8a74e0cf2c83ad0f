"""The record of what tools did, on which each run is before its answer is handed on.

A run of a tool that does more than compute begins there before the tool starts. One that only computes is written once
where it ends within a moment; else its beginning is, before anything it asks for is granted (decision 0069).

Written through connections of their own, so that it stays whatever becomes of the caller's transaction, and counted
there, so that the limits hold over all processes and need nothing but PostgreSQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from ledgerflow.toolbox.models import MOST_COST, Outcome
from ledgerflow.toolbox.plain import clean
from ledgerflow.toolbox.sessions import SESSIONS, Session, prepared

#: A run that is this much older than its tool may take has lost the process that would have finished it.
_GRACE_SECONDS = 60
_ASKED = (
    "tool_id", "module_path", "version", "book_id", "parent_id", "asked_through", "asked_by_id", "job_id", "subject",
    "arguments", "arguments_sha256", "started_at", "again_of_id",
)  # fmt: skip
_TOLD = (
    "result", "result_sha256", "result_bytes", "answer_key", "duration_ms", "attempts", "outcome", "error_class",
    "error_message", "traceback", "bytes_sent", "bytes_received", "cached_from_id",
)  # fmt: skip
_VALUES_ASKED = ", ".join(f"%({name})s" for name in _ASKED)
_INTO = f"INSERT INTO toolbox_toolrun ({', '.join((*_ASKED, *_TOLD))}) SELECT {_VALUES_ASKED}"
_VALUES_TOLD = ", ".join(f"%({name})s" for name in _TOLD)
_INSERT = f"{_INTO}, {_VALUES_TOLD} RETURNING id"
_USED = """
    (SELECT count(*) FROM toolbox_toolrun
      WHERE tool_id = %(tool_id)s AND book_id {is_book}
        AND started_at > %(started_at)s - interval '1 {time}' AND outcome NOT IN ('refused', 'cached'))
"""
# One at a time of a tool and book, so that two at the edge of a limit do not both pass. The next statement, which comes
# with it, sees what was committed while this one waited.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))"


class _Counting:
    """The statements that count, of a book or of none: no index serves a comparison that takes both."""

    def __init__(self, is_book: str) -> None:
        minute, day = (_USED.format(is_book=is_book, time=time) for time in ("minute", "day"))
        self.used = f"SELECT {minute}, {day}"
        within = (
            f"WHERE {minute} < %(calls_a_minute)s AND (%(is_ample)s OR {day} < %(calls_a_day)s) RETURNING id"
        )
        self.begin = (
            f"{_INTO}, NULL, '', NULL, '', NULL, 1, 'running', '', '', '', 0, 0, NULL::bigint {within}"
        )
        self.whole = f"{_INTO}, {_VALUES_TOLD} {within}"


_OF_BOOK, _OF_NONE = _Counting("= %(book_id)s"), _Counting("IS NULL")
_FINISH = """
    UPDATE toolbox_toolrun
       SET outcome = %(outcome)s, duration_ms = %(duration_ms)s, attempts = %(attempts)s, result = %(result)s,
           result_sha256 = %(result_sha256)s, result_bytes = %(result_bytes)s, answer_key = %(answer_key)s,
           error_class = %(error_class)s,
           error_message = %(error_message)s, traceback = %(traceback)s, bytes_sent = %(bytes_sent)s,
           bytes_received = %(bytes_received)s
     WHERE id = %(id)s AND outcome = 'running'
"""
_SPEND = """
    UPDATE toolbox_toolrun
       SET cost = coalesce(cost, 0) + %(amount)s::numeric, cost_currency = %(currency)s
     WHERE id = %(id)s AND outcome = 'running' AND cost_currency IN ('', %(currency)s)
       AND coalesce(cost, 0) + %(amount)s::numeric <= %(most)s
"""
_ANSWER = """
    SELECT id, result, started_at, duration_ms FROM toolbox_toolrun
     WHERE answer_key = %(key)s AND answer_key <> '' AND outcome = 'done'
       AND started_at + make_interval(secs => duration_ms / 1000) > %(since)s
     ORDER BY id DESC LIMIT 1
"""
# The run and whatever it asked other tools for.
_CANCEL = """
    WITH RECURSIVE family AS (
        SELECT id FROM toolbox_toolrun WHERE id = %(id)s
        UNION ALL
        SELECT child.id FROM toolbox_toolrun AS child JOIN family ON child.parent_id = family.id
    )
    UPDATE toolbox_toolrun
       SET outcome = 'canceled', error_message = %(message)s,
           duration_ms = greatest(0, extract(epoch FROM %(now)s - started_at) * 1000)
     WHERE outcome = 'running' AND id IN (SELECT id FROM family)
"""
_BURY = """
    UPDATE toolbox_toolrun AS run
       SET outcome = 'died', error_message = 'The process that would have finished it has ended.',
           duration_ms = greatest(0, extract(epoch FROM %(now)s - started_at) * 1000)
      FROM toolbox_tool AS tool
     WHERE tool.id = run.tool_id AND run.outcome = 'running'
       AND run.started_at
           < %(now)s - make_interval(secs => (tool.manifest #>> '{permissions,timeout_seconds}')::int + %(grace)s)
"""


class LimitReachedError(Exception):
    """The book has used up what the tool may be called; the message says which limit, and when to come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a run is about: the columns that never change."""

    tool_id: int
    module_path: str
    version: str
    book_id: int | None
    parent_id: int | None
    asked_through: str
    asked_by_id: int | None
    job_id: int | None
    subject: str
    arguments: Any
    arguments_sha256: str
    again_of_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a run ended. ``result`` is as it is kept; ``result_bytes`` how long it really was."""

    outcome: Outcome
    duration_ms: float
    attempts: int = 1
    result: Any = None
    result_sha256: str = ""
    result_bytes: int | None = None
    answer_key: str = ""
    error_class: str = ""
    error_message: str = ""
    traceback: str = ""
    bytes_sent: int = 0
    bytes_received: int = 0


@dataclass(slots=True)
class _Headroom:
    """Until when the day's limit cannot be reached, because the minute's limit holds: no need to count before."""

    until: dict[tuple[int, int | None, int, int], tuple[datetime, datetime]] = field(default_factory=dict)

    def is_ample(self, key: tuple[int, int | None, int, int], now: datetime) -> bool:
        since, until = self.until.get(key, (now, now))
        return since <= now < until

    def note(self, key: tuple[int, int | None, int, int], used: int, now: datetime) -> None:
        _, _, a_minute, a_day = key
        # By half, because the clocks of two processes may differ.
        minutes = (a_day - used) / max(a_minute, 1) / 2 - 1
        self.until[key] = (now, now + timedelta(minutes=max(minutes, 0)))


_HEADROOM = _Headroom()


def begin(asked: Asked, *, now: datetime, calls_a_minute: int, calls_a_day: int) -> int:
    """Write down that a run begins, and return its id; unless the book's limits are used up.

    :raises LimitReachedError: they are.
    """
    return _write_within(asked, None, now, calls_a_minute, calls_a_day)


def write_whole(asked: Asked, ending: Ending, *, now: datetime, calls_a_minute: int, calls_a_day: int) -> int:
    """Write down a run that has ended before its beginning was written, and return its id; unless, as for ``begin``.

    :raises LimitReachedError: the book's limits are used up.
    """
    return _write_within(asked, ending, now, calls_a_minute, calls_a_day)


def _write_within(
    asked: Asked, ending: Ending | None, now: datetime, calls_a_minute: int, calls_a_day: int
) -> int:
    key = (asked.tool_id, asked.book_id, calls_a_minute, calls_a_day)
    is_ample = _HEADROOM.is_ample(key, now)
    values = _values(asked, now) | {
        "lock": f"toolbox {asked.tool_id} {asked.book_id}",
        "calls_a_minute": calls_a_minute,
        "calls_a_day": calls_a_day,
        "is_ample": is_ample,
        **(_ended(ending) if ending else {}),
    }
    counting = _OF_NONE if asked.book_id is None else _OF_BOOK
    with SESSIONS.session() as session:
        with session.pipeline():  # one trip, and one transaction
            prepared(session, _LOCK, values)
            inserted = prepared(session, counting.whole if ending else counting.begin, values)
        written = inserted.fetchone()
        if written is None or not is_ample:
            used = session.execute(counting.used, values).fetchone() or (0, 0)
    if written is None:
        raise LimitReachedError(_limit_sentence(asked.module_path, used[0], used[1], calls_a_minute))
    if not is_ample:
        _HEADROOM.note(key, used[1], now)
    return int(written[0])


class KeptAnswer(NamedTuple):
    """An answer on record, whole."""

    run_id: int
    result: Any
    computed_at: datetime


def kept_answer(key: str, *, since: datetime) -> KeptAnswer | None:
    """Return the last answer to the question of this key that was computed after ``since``, if there is one."""
    with SESSIONS.session() as session:
        found = session.execute(_ANSWER, {"key": key, "since": since}).fetchone()
    if found is None:
        return None
    run_id, result, started_at, duration_ms = found
    return KeptAnswer(run_id, result, started_at + timedelta(milliseconds=duration_ms))


def refuse(asked: Asked, *, now: datetime, message: str) -> int:
    """Write down a call that was not allowed, and return its id."""
    with SESSIONS.session() as session:
        return _insert(session, asked, now=now, outcome=Outcome.REFUSED, duration_ms=0, error_message=message)


def answer_from_cache(asked: Asked, *, now: datetime, cached_from: int, ending: Ending) -> int:
    """Write down a call that the cache answered, and return its id."""
    with SESSIONS.session() as session:
        # The run that computed the answer may have been taken away by retention.
        known = session.execute("SELECT 1 FROM toolbox_toolrun WHERE id = %s", [cached_from]).fetchone()
        return _insert(
            session,
            asked,
            now=now,
            outcome=Outcome.CACHED,
            duration_ms=ending.duration_ms,
            cached_from_id=cached_from if known else None,
            result=Jsonb(ending.result),
            result_sha256=ending.result_sha256,
            result_bytes=ending.result_bytes,
        )


def finish(run_id: int, ending: Ending) -> bool:
    """Write down how the run ended; return whether it was still running, neither canceled nor given up."""
    values = {"id": run_id, **_ended(ending)}
    with SESSIONS.session() as session:
        return prepared(session, _FINISH, values).rowcount == 1


def spend(run_id: int, amount: Decimal, currency: str) -> bool:
    """Add to what the run costs, at once: it is owed whatever becomes of the run.

    Return whether it could be added: not in a second currency, beyond what is kept, or to a run that has ended. The
    last is no fault of the tool: somebody canceled the run between the question and this.
    """
    values = {"id": run_id, "amount": amount, "currency": currency, "most": MOST_COST}
    with SESSIONS.session() as session:
        return prepared(session, _SPEND, values).rowcount == 1


def are_running(run_ids: Sequence[int]) -> bool:
    """Whether all of the runs go on: nobody has canceled one."""
    with SESSIONS.session() as session:
        found = session.execute(
            "SELECT count(*) FROM toolbox_toolrun WHERE id = ANY (%s) AND outcome = 'running'",
            [list(run_ids)],
        ).fetchone()
    return found is not None and found[0] == len(run_ids)


def cancel(run_id: int, *, now: datetime, message: str) -> bool:
    """Write down that the run, and what it asked other tools for, is canceled; return whether any was running."""
    with SESSIONS.session() as session:
        values: Mapping[str, object] = {"id": run_id, "now": now, "message": message}
        return session.execute(_CANCEL, values).rowcount > 0


def bury_dead_runs(*, now: datetime) -> int:
    """Write down of runs whose process was killed that they died; return how many."""
    with SESSIONS.session() as session:
        return session.execute(_BURY, {"now": now, "grace": _GRACE_SECONDS}).rowcount


def _ended(ending: Ending) -> dict[str, Any]:
    return {
        "outcome": str(ending.outcome),
        "duration_ms": ending.duration_ms,
        "attempts": ending.attempts,
        "result": None if ending.result is None else Jsonb(ending.result),
        "result_sha256": ending.result_sha256,
        "result_bytes": ending.result_bytes,
        "answer_key": ending.answer_key,
        "error_class": clean(ending.error_class)[:200],
        "error_message": clean(ending.error_message),
        "traceback": clean(ending.traceback),
        "bytes_sent": ending.bytes_sent,
        "bytes_received": ending.bytes_received,
        "cached_from_id": None,
    }


def _limit_sentence(path: str, in_minute: int, in_day: int, calls_a_minute: int) -> str:
    if in_minute >= calls_a_minute:
        return (
            f"{path} was called {in_minute:,} times within a minute, which is its limit here; wait a minute."
        )
    return (
        f"{path} was called {in_day:,} times within a day, which is its limit here; come back tomorrow, or let "
        "somebody raise the limit."
    )


def _insert(session: Session, asked: Asked, *, now: datetime, outcome: Outcome, **facts: Any) -> int:
    told: dict[str, Any] = {
        **dict.fromkeys(_TOLD, ""),
        "attempts": 1,
        "outcome": str(outcome),
        "result": None,
        "result_bytes": None,
        "bytes_sent": 0,
        "bytes_received": 0,
        "cached_from_id": None,
        **facts,
    }
    told["error_message"] = clean(told["error_message"])
    found = session.execute(_INSERT, _values(asked, now) | told).fetchone()
    assert found is not None
    return int(found[0])


def _values(asked: Asked, now: datetime) -> dict[str, Any]:
    return {
        "tool_id": asked.tool_id,
        "module_path": asked.module_path,
        "version": asked.version,
        "book_id": asked.book_id,
        "parent_id": asked.parent_id,
        "asked_through": str(asked.asked_through),
        "asked_by_id": asked.asked_by_id,
        "job_id": asked.job_id,
        "subject": clean(asked.subject)[:200],
        "arguments": Jsonb(asked.arguments),
        "arguments_sha256": asked.arguments_sha256,
        "started_at": now,
        "again_of_id": asked.again_of_id,
    }
