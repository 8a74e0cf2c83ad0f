"""The one thread that writes errors: through its own connection, bounded, and beside the database while it is away.

Taking an error only puts it into a queue, so that a storm of errors slows nobody down: what does not fit is counted.
While the database does not answer, errors go to a file in the data folder, which is taken in when it answers again.
Nothing here logs an error through the handler, so nothing is recursive.
"""

import atexit
import logging
import os
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from ledgerflow.core.connecting import libpq_parameters
from ledgerflow.ops.error_log.occurrences import Occurrence
from ledgerflow.ops.error_log.spool import Spool
from ledgerflow.ops.error_log.statements import upsert

logger = logging.getLogger(__name__)

_WAITING_AT_MOST = 500
#: Errors that come together are written together.
_GATHERING_SECONDS = 0.2
_KINDS_AT_ONCE = 50
_AWAY_SECONDS = 5.0
_ENDING_SECONDS = 3.0


class Writer:
    """Takes occurrences from any thread; one thread of this process writes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._queue: queue.Queue[Occurrence] = queue.Queue(_WAITING_AT_MOST)
        self._thread: threading.Thread | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self._away_until = 0.0
        self._idle = threading.Event()
        self._idle.set()
        self.left_out = 0

    def take(self, occurrence: Occurrence) -> None:
        """Take an occurrence; returns at once, also when there are too many to keep each."""
        with self._lock:
            if (
                self._process != os.getpid()
            ):  # a forked child has neither the thread nor a right to the connection
                self._begin()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write_on, name="error-log", daemon=True)
                self._thread.start()
                atexit.register(self.flush)
            self._idle.clear()
            try:
                self._queue.put_nowait(occurrence)
            except queue.Full:
                self.left_out += 1

    def flush(self, seconds: float = _ENDING_SECONDS) -> bool:
        """Wait until everything that was taken is written or spooled; say whether it is."""
        return self._idle.wait(seconds) if self._process == os.getpid() else True

    def _write_on(self) -> None:
        while True:
            occurrences = self._gathered()
            try:
                self._write(occurrences)
            except Exception:  # the thread must outlive whatever one batch holds
                logger.warning("Unable to keep %s errors", len(occurrences), exc_info=True)
            with self._lock:
                if self._queue.empty():
                    # Errors are rare: no connection is held between them.
                    self._close()
                    self._idle.set()

    def _gathered(self) -> list[Occurrence]:
        """Return what came within a moment, each kind once with its count."""
        kinds = {(first := self._queue.get()).fingerprint: first}
        until = time.monotonic() + _GATHERING_SECONDS
        while len(kinds) < _KINDS_AT_ONCE and (left := until - time.monotonic()) > 0:
            try:
                found = self._queue.get(timeout=left)
            except queue.Empty:
                break
            before = kinds.get(found.fingerprint)
            kinds[found.fingerprint] = replace(found, count=found.count + (before.count if before else 0))
        return list(kinds.values())

    def _write(self, occurrences: list[Occurrence]) -> None:
        spool = Spool(Path(settings.DATA_DIR))
        if time.monotonic() < self._away_until:
            spool.add(occurrences)
            return
        try:
            self._store(occurrences)
        except psycopg.Error as error:
            self._away_until = time.monotonic() + _AWAY_SECONDS
            self._close()
            spool.add(occurrences)
            logger.warning("The error log waits in %s: %s", spool.path, type(error).__name__)
            return
        with spool.taken() as kept:
            if kept:
                self._store(kept)

    def _store(self, occurrences: Iterable[Occurrence]) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(**libpq_parameters("default"), autocommit=True)
            self._connection.execute("SET statement_timeout = '3s'; SET lock_timeout = '2s'")
        for occurrence in occurrences:
            upsert(self._connection, occurrence)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


WRITER = Writer()


def take_in_spool() -> int:
    """Write what waited beside the database while it was away; return how many kinds of errors that were.

    Raises:
        psycopg.Error: the database does not take them; they wait on.
    """
    with Spool(Path(settings.DATA_DIR)).taken() as kept:
        if kept:
            with psycopg.connect(**libpq_parameters("default"), autocommit=True) as session:
                for occurrence in kept:
                    upsert(session, occurrence)
        return len(kept)
