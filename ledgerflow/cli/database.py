"""What every command that needs the database does first: start the embedded server, bring the schema up to date."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django import db
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from ledgerflow import embedded
from ledgerflow.core.connecting import libpq_parameters
from ledgerflow.core.database_errors import is_away, lacks_room
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.ops.schema import Fit, schema_state

logger = logging.getLogger(__name__)

#: Any number that no other part of LedgerFlow locks.
_MIGRATION_LOCK = 7200
_PATIENCE_SECONDS = 60.0
_LONGEST_PAUSE_SECONDS = 2.0
_LONGEST_RESTART_PAUSE_SECONDS = 15.0
#: Whoever looks after the database looks after web and worker too, and hears when it is to stop.
_LOOK_SECONDS = 5.0
#: Recovery may take longer than a look; one that takes many may as well be a start that fails again and again.
_LOOKS_BEFORE_A_WARNING = 6
_AWAY = (
    "The database stopped answering. What was being written was kept whole or not at all: look, then go on."
)
_NO_ROOM = (
    "The database's disk is full or failing, so what was being written was not kept. Make room, then go on."
)


class SchemaError(LedgerFlowError):
    """The migrations of this program and the database do not fit together."""


class DatabaseAwayError(LedgerFlowError):
    """The database does not answer."""


@contextmanager
def running(*, no_backup: bool = False) -> Iterator[None]:
    """Have the database up and migrated while the command runs; an embedded server stops with its last user.

    Before newer migrations are applied a dump is made, unless ``no_backup``.

    Raises:
        SchemaError: the database was migrated by a newer LedgerFlow, or migrations are missing or in conflict.
        DatabaseAwayError: the database of DATABASE_URL does not answer within a minute, or it stops answering, or its
            disk is full.
        EmbeddedError: the embedded server cannot be started.
    """
    if settings.USES_EMBEDDED_DATABASE:
        with embedded.ensure_running(settings.DATA_DIR), _told():
            migrate(no_backup=no_backup)
            yield
    else:
        _wait_for_database()
        with _told():
            migrate(no_backup=no_backup)
            yield


@contextmanager
def _told() -> Iterator[None]:
    """Say in a sentence that the database is away or without room, whatever was being done."""
    try:
        yield
    except (db.Error, psycopg.Error) as error:
        if not is_away(error):
            raise
        raise DatabaseAwayError(_NO_ROOM if lacks_room(error) else _AWAY) from error


@contextmanager
def server_running() -> Iterator[None]:
    """Have the embedded server up, whatever state its database is in; another server is up or not.

    Raises:
        EmbeddedError: it cannot be started.
    """
    if settings.USES_EMBEDDED_DATABASE:
        with embedded.ensure_running(settings.DATA_DIR):
            yield
    else:
        yield


class DatabaseKeeper:
    """Has the embedded server running again if it was killed together with its supervisor.

    One that does not start, killed again while it recovers or without room on its disk, is tried again, a little later
    each time: web and worker wait, and nobody has to be there when it can start. One that takes longer than a look, to
    start or to fail, is left alone at first, and then warned of as well.
    """

    def __init__(self) -> None:
        self._pause, self._not_before, self._looks = 0.0, 0.0, 0

    def keep_up(self) -> None:
        """Look once, for some seconds at most; returns at once while the next try is not due."""
        if not settings.USES_EMBEDDED_DATABASE or time.monotonic() < self._not_before:
            return
        try:
            with embedded.ensure_running(settings.DATA_DIR, timeout=_LOOK_SECONDS):
                self._pause, self._looks = 0.0, 0
        except embedded.StillStartingError as error:
            self._looks += 1  # it recovers, for instance; whoever starts it goes on
            if self._looks >= _LOOKS_BEFORE_A_WARNING:
                self._wait_longer(error)
        except embedded.EmbeddedError as error:
            self._wait_longer(error)

    def _wait_longer(self, error: embedded.EmbeddedError) -> None:
        self._pause = min(max(1.0, 2 * self._pause), _LONGEST_RESTART_PAUSE_SECONDS)
        self._not_before = time.monotonic() + self._pause
        logger.warning("The database does not start; next try in %.0f s. %s", self._pause, error)


def migrate(*, no_backup: bool = False) -> None:
    """Apply what is missing as the owner role, one process at a time."""
    owner = connections["owner"]
    if not _is_behind():
        owner.close()
        return
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
    try:
        with owner.cursor() as cursor:
            cursor.execute(embedded.DEFAULT_PRIVILEGES)
        call_command("migrate", database="owner", verbosity=0, interactive=False, no_backup=no_backup)
    finally:
        owner.close()


def _is_behind() -> bool:
    state = schema_state(connections["owner"])
    if state.fit is Fit.BROKEN:
        raise SchemaError(f"{state.detail} {state.remedy}")
    return state.fit is Fit.BEHIND


def _wait_for_database() -> None:
    """Wait for a server that is starting, or not there yet, a little longer each time.

    Raises:
        DatabaseAwayError: it does not answer within a minute.
        OperationalError: it answers, and refuses.
    """
    deadline, pause, is_told = time.monotonic() + _PATIENCE_SECONDS, 0.1, False
    while True:
        try:
            psycopg.connect(**libpq_parameters("owner")).close()
        except psycopg.OperationalError as error:
            if not is_away(error):
                raise
            if time.monotonic() + pause > deadline:
                raise DatabaseAwayError(
                    f"The database has not answered for {_PATIENCE_SECONDS:.0f} seconds: {error} Start PostgreSQL, or "
                    "correct DATABASE_URL."
                ) from error
            if not is_told:
                print("Waiting for the database ...", file=sys.stderr, flush=True)
                is_told = True
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        else:
            return
