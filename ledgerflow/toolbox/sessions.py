"""Connections for records that stay whatever becomes of the caller's transaction: runs of tools, and what left.

A few are kept open, because a call of a tool costs little more than its two records.
"""

import os
import select
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from psycopg import Cursor
from psycopg.rows import TupleRow

from ledgerflow.core.connecting import libpq_parameters

Session = psycopg.Connection[TupleRow]
_Place = tuple[Any, ...]

_KEPT_AT_MOST = 4
#: A caller that holds a lock on what a record points to would wait for itself.
_PATIENCE = "SET lock_timeout = '5s'; SET statement_timeout = '10s'"
#: A run's records need not wait for the disk: what leaves the machine does, and takes the beginning of its run with it.
_IN_PASSING = "SET synchronous_commit = off"
#: What is prepared is the same each time, and planning it anew would take longer than doing it.
_PLANNED_ONCE = "SET plan_cache_mode = force_generic_plan"


class Sessions:
    """Lends connections to any thread; each statement is a transaction unless the borrower opens one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: deque[tuple[_Place, Session]] = deque()
        os.register_at_fork(after_in_child=self._forget)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Lend a connection to the database that Django uses.

        :raises psycopg.Error: there is none to be had.
        """
        place = _place()
        session = self._kept(place) or self._opened()
        try:
            yield session
        except BaseException:
            session.close()  # in whatever state it is
            raise
        with self._lock:
            if len(self._idle) < _KEPT_AT_MOST:
                self._idle.append((place, session))
                return
        session.close()

    def _kept(self, place: _Place) -> Session | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                where, session = self._idle.pop()
            if where == place and not _has_been_ended(session):
                return session
            session.close()

    @staticmethod
    def _opened() -> Session:
        # Statements that belong together travel together, which this cursor can; PostgreSQL makes them one transaction.
        place = libpq_parameters("default")
        session = psycopg.connect(**{**place, "cursor_factory": psycopg.ClientCursor}, autocommit=True)
        session.execute(f"{_PATIENCE}; {_IN_PASSING}; {_PLANNED_ONCE}")
        return session

    def _forget(self) -> None:
        """In a forked process: the connections are the parent's, and closing them would end them there too."""
        self._lock = threading.Lock()
        for _, session in self._idle:
            _ABANDONED.append(session)
        self._idle = deque()


def prepared(session: Session, statement: str, values: Mapping[str, Any]) -> Cursor[TupleRow]:
    """Do a statement that is done at each call: the server keeps it, and its plan, for as long as the connection."""
    return Cursor(session).execute(statement, values, prepare=True)


def _place() -> _Place:
    """Return what tells one database from another; all that libpq needs is put together when a connection is opened."""
    settings = connections["default"].settings_dict
    return tuple(settings[name] for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD"))


def _has_been_ended(session: Session) -> bool:
    """Whether the server has said something to a connection that asked nothing: its last words."""
    if session.closed:
        return True
    poll = select.poll()
    poll.register(session, select.POLLIN)
    return bool(poll.poll(0))


_ABANDONED: list[Session] = []
SESSIONS = Sessions()
