"""The doctor names what is wrong with its remedy, and goes on with the next check."""

import dataclasses

import pytest
from django.db import OperationalError, connection

from ledgerflow.ops import doctor
from ledgerflow.ops.doctor import Health, examine

pytestmark = pytest.mark.django_db


def _findings():
    return {finding.subject: finding for finding in examine()}


def test_what_works_is_called_good():
    found = _findings()

    assert {found[subject].health for subject in ("Database", "Database role", "Schema", "Secret key")} == {
        Health.GOOD
    }


def test_every_finding_that_is_not_good_says_what_to_do():
    assert all(finding.remedy for finding in examine() if finding.health != Health.GOOD)


def test_without_a_worker_files_wait():
    assert _findings()["Worker"].health == Health.REDUCED


def test_a_worker_is_known_by_its_heartbeat():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")

    assert _findings()["Worker"].health == Health.GOOD


def test_a_setting_that_can_lose_entries_is_bad():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")

    found = _findings()["Durability"]

    assert found.health == Health.BAD
    assert "synchronous_commit" in found.detail


def test_a_key_that_others_can_read_is_bad(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret_key").write_text("x")
    (tmp_path / "secret_key").chmod(0o644)

    found = _findings()["Secret key"]

    assert found.health == Health.BAD
    assert found.remedy == f"chmod 600 {tmp_path / 'secret_key'}"


def test_a_cache_that_does_not_answer_only_reduces(settings):
    settings.ENV = dataclasses.replace(settings.ENV, redis_url="redis://127.0.0.1:1/0")

    assert _findings()["Cache"].health == Health.REDUCED


def test_debugging_is_told(settings):
    settings.DEBUG = True

    assert _findings()["DEBUG"].health == Health.REDUCED


def test_little_room_is_bad(settings, monkeypatch):
    monkeypatch.setattr(doctor, "_LEAST_FREE_BYTES", 2**70)

    assert _findings()["Disk"].health == Health.BAD


def test_a_database_that_does_not_answer_stops_no_other_check(monkeypatch):
    def away():
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", away)

    found = _findings()

    assert found["Database"].health == Health.BAD
    assert found["Database"].detail == "connection refused"
    assert {"Cache", "Disk", "Secret key"} <= set(found)
    assert "Schema" not in found
