"""Figures for Prometheus: requests counted by the processes, everything else asked of the database when scraped.

Several web processes count together through files in ``PROMETHEUS_MULTIPROC_DIR``, which `config.wsgi` names.
"""

import logging
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from ledgerflow.core.metrics_folder import forget_the_dead
from ledgerflow.ops.backups.selectors import OLDEST
from ledgerflow.ops.backups.server_backups import server_backups

logger = logging.getLogger(__name__)

_LATENCY = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_OWN = CollectorRegistry()

REQUESTS = Counter("ledgerflow_requests", "Requests answered.", ("view", "method", "status"), registry=_OWN)
LATENCY = Histogram(
    "ledgerflow_request_seconds",
    "Seconds until the answer began.",
    ("view",),
    buckets=_LATENCY,
    registry=_OWN,
)
POOL = Gauge(
    "ledgerflow_database_pool_connections",
    "Database connections of the web processes: open, or waited for.",
    ("what",),
    registry=_OWN,
    multiprocess_mode="livesum",
)
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

#: Each figure's name, meaning, labels, and the query of one row for each value: value, then labels.
_FIGURES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "ledgerflow_jobs", "Jobs by state; done ones are deleted.", ("state",),
        ("SELECT count(job.id), state.name FROM unnest(ARRAY['todo', 'doing', 'failed']) state (name)"
        " LEFT JOIN procrastinate_jobs job ON job.status::text = state.name GROUP BY state.name"),
    ),
    (
        "ledgerflow_oldest_waiting_job_seconds", "Age of the job that has waited longest.", (),
        ("SELECT coalesce(extract(epoch FROM now() - min(event.at)), 0) FROM procrastinate_jobs job"
        " JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'"
        " WHERE job.status = 'todo'"),
    ),
    (
        "ledgerflow_worker_heartbeat_age_seconds", "Seconds since a worker last gave a sign of life.", (),
        "SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers",
    ),
    (
        "ledgerflow_imports", "Files by what became of them.", ("state",),
        "SELECT count(*), state FROM pipeline_importrun GROUP BY state",
    ),
    (
        "ledgerflow_open_errors", "Kinds of errors in the error log that nobody called fixed or ignored.", (),
        "SELECT count(*) FROM ops_errorevent WHERE state = 'open'",
    ),
    (
        "ledgerflow_journal_entries", "Entries in the journal, as the server estimates them.", (),
        "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'ledger_journalentry'::regclass",
    ),
    (
        "ledgerflow_last_backup_age_seconds", "Seconds since the last backup that succeeded, by its kind.", ("kind",),
        ("SELECT extract(epoch FROM now() - max(ended_at)), kind FROM ops_backuprun"
         " WHERE error = '' AND ended_at IS NOT NULL GROUP BY kind"),
    ),
    (
        "ledgerflow_last_proved_restore_age_seconds", "Seconds since a drill last restored everything.", (),
        ("SELECT extract(epoch FROM now() - max(started_at)) FROM ops_restoredrill"
         " WHERE error = '' AND ended_at IS NOT NULL"),
    ),
    ("ledgerflow_books", "Books.", (), "SELECT count(*) FROM books_book"),
    (
        "ledgerflow_database_bytes", "Size of the database.", (), "SELECT pg_database_size(current_database())",
    ),
)  # fmt: skip


def count_request(request: HttpRequest, status: int, seconds: float) -> None:
    """Count an answered request under the name of its view; addresses would be endlessly many."""
    match = request.resolver_match
    view = match.view_name if match and match.view_name else "none"
    method = request.method if request.method in _METHODS else "other"
    try:
        REQUESTS.labels(view, method, str(status)).inc()
        LATENCY.labels(view).observe(seconds)
    except (
        OSError
    ) as error:  # the files of a killed server's processes are removed while one of them still answers
        logger.warning("A request could not be counted: %s", error)


def exposition() -> bytes:
    """Return everything in Prometheus' text format."""
    _look_at_the_pool()
    counted = _OWN
    if settings.METRICS_FOLDER is not None:
        forget_the_dead(settings.METRICS_FOLDER)
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the client is not typed
    asked = CollectorRegistry()
    asked.register(_OfTheDatabase())
    asked.register(_OfTheServerBackups())
    return generate_latest(counted) + generate_latest(asked)


def _look_at_the_pool() -> None:
    pool = getattr(connection, "pool", None)
    if pool is not None:
        stats = pool.get_stats()
        POOL.labels("open").set(stats.get("pool_size", 0))
        POOL.labels("free").set(stats.get("pool_available", 0))
        POOL.labels("waited_for").set(stats.get("requests_waiting", 0))


class _OfTheServerBackups(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the ages of what a server of one's own says of its backups, and whether somebody must look."""
        said, now = server_backups(settings.SERVER_BACKUPS), timezone.now()
        if said is None:
            return
        age = GaugeMetricFamily(
            "ledgerflow_physical_backup_age_seconds",
            "Seconds since physical backups were made, verified, or proved by restoring a moment.",
            labels=("what",),
        )
        for what, moment in (
            ("made", said.backed_up_at),
            ("verified", said.verified_at),
            ("proved", said.proved_at),
        ):
            if moment is not None:
                age.add_metric([what], (now - moment).total_seconds())
        faults = GaugeMetricFamily(
            "ledgerflow_physical_backup_faults", "What of the physical backups somebody must look at."
        )
        faults.add_metric([], float(len(said.faults(now=now, oldest=OLDEST))))
        yield from (age, faults)


class _OfTheDatabase(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask each figure; while the database is away only that is said."""
        found: list[GaugeMetricFamily] = []
        try:
            with connection.cursor() as cursor:
                for name, meaning, labels, query in _FIGURES:
                    family = GaugeMetricFamily(name, meaning, labels=labels)
                    cursor.execute(query)
                    for value, *names in cursor.fetchall():
                        if value is not None:
                            family.add_metric(names, float(value))
                    found.append(family)
        except DatabaseError:
            found = []
        up = GaugeMetricFamily("ledgerflow_database_up", "1 while the database answers.")
        up.add_metric([], float(bool(found)))
        yield from (up, *found)
