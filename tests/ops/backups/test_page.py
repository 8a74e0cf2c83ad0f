"""The page *Backups*: for firm administrators, green while backup and proof are young, red when they are not."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from ledgerflow.ops.backups import schedule
from ledgerflow.ops.models import BackupKind, BackupReason, BackupRun, RestoreDrill
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    client.force_login(UserFactory(is_firm_admin=True))
    return client


def _drill(age, **more):
    at = timezone.now() - age
    return RestoreDrill.objects.create(
        **{"started_at": at, "ended_at": at, "dump_seconds": 31.5, "loss_seconds": 0.4} | more
    )


def test_it_is_red_before_anything_was_made(administrator, settings, tmp_path):
    settings.BACKUP_DIR = tmp_path / "none"

    page = administrator.get("/backups/").content.decode()

    assert page.count("status-red") == 2
    assert page.count("None yet") == 2


def test_it_is_red_for_old_ones_and_shows_the_last_failures(
    administrator, place, django_assert_max_num_queries
):
    _drill(timedelta(hours=27))
    _drill(timedelta(hours=1), error="A byte differs.")
    BackupRun.objects.create(
        kind=BackupKind.DUMP, reason=BackupReason.DAILY, started_at=timezone.now(), ended_at=timezone.now(),
        error="The disk is full.",
    )  # fmt: skip

    with django_assert_max_num_queries(9):
        page = administrator.get("/backups/").content.decode()

    assert page.count("status-red") == 2
    assert "failed: A byte differs." in page
    assert "failed: The disk is full." in page
    assert place.backup.name in page
    assert "31.5 s" in page
    assert "0.4 s" in page


def test_it_is_green_for_young_ones(administrator, settings, place, monkeypatch):
    monkeypatch.setattr(
        "ledgerflow.ops.backups.selectors.OLDEST", timezone.now() - place.backup.made_at + timedelta(1)
    )
    _drill(timedelta(hours=1))

    page = administrator.get("/backups/").content.decode()

    assert page.count("status-green") == 2
    assert "status-red" not in page


def test_the_buttons_have_the_worker_do_it_once(administrator):
    for address in ("/backups/now/", "/backups/now/", "/backups/drill/"):
        assert administrator.post(address).status_code == 302

    queued = ProcrastinateJob.objects.filter(queue_name="backups").values_list("task_name", flat=True)
    assert sorted(queued) == [schedule.DRILL_JOB, schedule.DUMP_JOB]


def test_others_see_nothing_of_it(client):
    client.force_login(UserFactory())

    assert client.get("/backups/").status_code == 403
    assert client.post("/backups/now/").status_code == 403
    assert client.post("/backups/drill/").status_code == 403
    assert not ProcrastinateJob.objects.filter(queue_name="backups").exists()


def test_what_is_due_is_decided_by_what_was_done_last(settings, monkeypatch):
    settings.AUTOMATIC_BACKUPS = True
    now, done = timezone.now(), []
    monkeypatch.setattr("ledgerflow.ops.backups.services.create_dump", lambda **_: done.append("dump"))
    monkeypatch.setattr("ledgerflow.ops.backups.services.prune", lambda **_: done.append("prune"))
    monkeypatch.setattr(
        "ledgerflow.ops.backups.services.run_drill", lambda **_: done.append("drill") or _drill(timedelta(0))
    )

    def look(**changed):
        done.clear()
        schedule.look_after(now=now)
        return list(done)

    assert look() == ["dump", "prune"]
    run = BackupRun.objects.create(
        kind=BackupKind.DUMP, reason=BackupReason.DAILY, started_at=now - timedelta(hours=2),
        ended_at=now, file_name="a",
    )  # fmt: skip
    assert look() == ["drill"]
    assert look() == []
    RestoreDrill.objects.update(started_at=now - timedelta(hours=25))
    assert look() == ["drill"]
    run.started_at = now - timedelta(hours=24)
    run.save()
    assert look() == ["dump", "prune"]
    BackupRun.objects.create(
        kind=BackupKind.DUMP,
        reason=BackupReason.DAILY,
        started_at=now - timedelta(minutes=30),
        ended_at=now,
        error="x",
    )
    assert look() == []
    settings.AUTOMATIC_BACKUPS = False
    BackupRun.objects.all().delete()
    assert look() == []
