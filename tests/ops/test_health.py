"""What machines and people are told of how LedgerFlow is: one list of checks behind every door."""

import os
import re
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client

from ledgerflow.ops import doctor, views
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
_TOKEN = "a-token-of-the-metrics"


@pytest.fixture
def worker():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def _ready(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def test_it_is_ready_with_database_schema_and_worker(client, worker):
    status, found = _ready(client)

    assert (status, found["status"]) == (200, "ready")
    assert {"Database", "Schema", "Worker", "Cache", "Archive"} <= found["checks"].keys()


def test_without_a_worker_it_is_not(client):
    status, found = _ready(client)

    assert (status, found["status"], found["checks"]["Worker"]) == (503, "unready", "reduced")


def test_a_worker_that_gave_no_sign_for_a_minute_does_not_count(client):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
        )

    assert _ready(client)[0] == 503


def test_cache_and_archive_only_degrade(client, worker, settings):
    settings.MEDIA_ROOT = "/proc/nowhere/documents"

    status, found = _ready(client)

    assert (status, found["status"], found["checks"]["Archive"]) == (200, "degraded", "reduced")


def test_a_database_that_does_not_answer_is_told_at_once_and_without_a_reason(client, monkeypatch):
    monkeypatch.setattr(views, "libpq_parameters", lambda _: {"host": "/nowhere", "connect_timeout": 1})

    status, found = _ready(client)

    assert (status, found) == (503, {"status": "unready", "checks": {"Database": "bad"}})
    assert client.get("/healthz").status_code == 200


def test_metrics_need_the_token(client, settings):
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = _TOKEN

    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": f"Bearer {_TOKEN}"}).status_code == 200


def test_metrics_count_requests_by_view_and_status_and_ask_the_database(client, settings, worker):
    settings.METRICS_TOKEN = _TOKEN
    client.get("/healthz")
    client.get("/no/such/page-7")

    text = client.get("/metrics", headers={"Authorization": f"Bearer {_TOKEN}"}).content.decode()

    assert 'ledgerflow_requests_total{method="GET",status="200",view="ops:healthz"}' in text
    assert 'ledgerflow_requests_total{method="GET",status="404",view="none"}' in text
    assert 'ledgerflow_request_seconds_bucket{le="0.1",view="ops:healthz"}' in text
    assert "page-7" not in text
    for line in (
        "ledgerflow_database_up 1.0",
        'ledgerflow_jobs{state="todo"} 0.0',
        "ledgerflow_open_errors 0.0",
    ):
        assert line in text
    assert "ledgerflow_worker_heartbeat_age_seconds" in text


def test_the_status_page_is_for_firm_administrators(worker):
    administrator, other = Client(), Client()
    administrator.force_login(UserFactory(is_firm_admin=True))
    other.force_login(UserFactory())

    page = administrator.get("/status/").content.decode()

    assert other.get("/status/").status_code == 403
    words = _words(page)
    assert all(each.subject in page and _words(each.detail)[:10] in words for each in doctor.examine())


def _words(text):
    """Return it without figures: how many connections there are, or how much room is left, changes while one looks."""
    return re.sub(r"[\d.]+", "#", text)


def test_the_doctor_tells_clocks_that_are_apart(monkeypatch):
    real = doctor.timezone.now
    monkeypatch.setattr(doctor.timezone, "now", lambda: real() - doctor.timezone.timedelta(days=1))

    clock = next(finding for finding in doctor.examine() if finding.subject == "Clock")

    assert clock.health == doctor.Health.REDUCED
    assert "864" in clock.detail


def test_a_request_keeps_the_proxys_id_and_gets_one_where_it_is_odd(client):
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-0001"})["X-Request-ID"] == "proxy-0001"
    assert len(client.get("/healthz", headers={"X-Request-ID": "a b\r\nc"})["X-Request-ID"]) == 32
    assert len(client.get("/healthz")["X-Request-ID"]) == 32


def test_a_request_is_answered_although_it_cannot_be_counted(tmp_path):
    code = (
        "import shutil, django; django.setup()\n"
        "from django.http import HttpRequest\n"
        "from ledgerflow.ops import metrics\n"
        f"shutil.rmtree({str(tmp_path / 'counted')!r})\n"
        "request = HttpRequest(); request.resolver_match = None\n"
        "metrics.count_request(request, 200, 0.1)\n"
        "print('answered')"
    )
    (tmp_path / "counted").mkdir()
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "counted")}

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )

    assert done.stdout == "answered\n", done.stderr
    assert "could not be counted" in done.stderr
