"""Fixtures for every test."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections

from ledgerflow.ops.error_log.handler import ErrorLogHandler
from tests import databases
from tests.made import HASHERS, standing

# How fast examples are made says how busy the machine is, and nothing of what is tested.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main") + f"_{os.getpid()}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """One clone of the template for this worker; its tests roll back, so nothing is ever truncated."""
    with django_db_blocker.unblock(), databases.clone(f"lf_test_{_worker()}") as name:
        databases.point_to(name)
        yield


@pytest.fixture
def committed_db(
    django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest
) -> Iterator[str]:
    """A database of its own for a test that commits, uses threads, processes or two sessions; yields its name."""
    with django_db_blocker.unblock():
        before = connections["default"].settings_dict["NAME"]
        with databases.clone(f"lf_own_{_worker()}") as name:
            databases.point_to(name)
            yield name
        databases.point_to(before)


@pytest.fixture(autouse=True)
def _errors_of_tests_stay_out_of_the_error_log() -> None:
    """It writes through a connection of its own, which no test's rollback takes back; its own tests switch it on.

    For each test, because one before may have set logging up anew.
    """
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, ErrorLogHandler)]:
        root.removeHandler(handler)


@pytest.fixture(scope="session", autouse=True)
def _cache_stays_apart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what processes tell each other by files out of the folder of whoever runs the tests."""
    if "filebased" in caches.settings["shared"]["BACKEND"]:
        caches.settings["shared"]["LOCATION"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _documents_stay_apart_and_nothing_takes_long(
    tmp_path_factory: pytest.TempPathFactory, settings: Any
) -> None:
    # Pytest's own numbering looks at every folder that was made before.
    settings.MEDIA_ROOT = Path(mkdtemp(prefix="documents-", dir=tmp_path_factory.getbasetemp()))
    settings.PASSWORD_HASHERS = HASHERS
    # Each client loads the middleware, which would look at every static file before its first request.
    settings.WHITENOISE_AUTOREFRESH = True


def database_settings(alias: str = "default") -> dict[str, Any]:
    """Return host, port, user, password and dbname of the alias as libpq names them, for a raw session."""
    at = connections[alias].settings_dict
    return {
        "host": at["HOST"] or None,
        "port": at["PORT"] or None,
        "user": at["USER"],
        "password": at["PASSWORD"],
        "dbname": at["NAME"],
    }


__all__ = ["database_settings", "settings", "standing"]
