"""The page *Backups*: for firm administrators, green while backup and proof are young, red when they are not."""

import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from ledgerflow.embedded.folder import DataFolder
from ledgerflow.ops.backups import schedule
from ledgerflow.ops.doctor import Health, examine
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


@pytest.fixture
def damaged_copy(settings, tmp_path):
    """What a copy of the embedded cluster says of itself, cut off by a loss of power."""
    settings.USES_EMBEDDED_DATABASE, settings.AUTOMATIC_BACKUPS = True, True
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path / "data", tmp_path / "backups"
    about = settings.BACKUP_DIR / "recovery" / "20261123T140500Z-abc" / "base" / "one" / "backup.json"
    about.parent.mkdir(parents=True)
    (about.parents[2] / "wal").mkdir()
    about.write_text('{"parent": nu')
    settings.DATA_DIR.mkdir()
    DataFolder.at(settings.DATA_DIR).archive_mark.write_text(f"{settings.BACKUP_DIR}/recovery\n")
    return about


def test_a_copy_that_cannot_be_read_is_named_wherever_backups_are_looked_at(administrator, damaged_copy):
    page = administrator.get("/backups/").content.decode()
    finding = next(finding for finding in examine() if finding.subject == "Backups")

    for said in (page, finding.detail):
        assert f"{damaged_copy} cannot be read" in said
    assert finding.health is Health.REDUCED
    assert administrator.get("/status/").status_code == 200


@pytest.mark.parametrize("content", ["{}", "[]", '{"parent": null, "finished_at": 5}'])
def test_a_copy_that_cannot_be_read_stops_neither_dump_nor_drill(damaged_copy, monkeypatch, content):
    damaged_copy.write_text(content)
    done = []
    monkeypatch.setattr("ledgerflow.ops.backups.services.create_dump", lambda **_: done.append("dump"))
    monkeypatch.setattr("ledgerflow.ops.backups.schedule.drill_asked_for", lambda **_: done.append("drill"))
    monkeypatch.setattr("ledgerflow.ops.backups.services.replaced_databases", lambda *_: [])
    BackupRun.objects.create(
        kind=BackupKind.DUMP, reason=BackupReason.DAILY, started_at=timezone.now() - timedelta(hours=25),
        ended_at=timezone.now(), file_name="a",
    )  # fmt: skip

    schedule.look_after(now=timezone.now())

    assert done == ["dump", "drill"]


_NEVER = dict.fromkeys(("backed_up_at", "verified_at", "is_sound", "drill_held", "proved_at", "moment"))


def _server_says(settings, tmp_path, **said):
    settings.SERVER_BACKUPS = tmp_path / "backups.json"
    settings.SERVER_BACKUPS.write_text(json.dumps(_NEVER | said))


def _hours_ago(hours):
    return (timezone.now() - timedelta(hours=hours)).isoformat()


def test_the_servers_own_backups_are_shown_with_the_last_proved_moment(administrator, settings, tmp_path):
    settings.METRICS_TOKEN = "a-token-for-figures"
    _server_says(
        settings, tmp_path, backed_up_at=_hours_ago(2), verified_at=_hours_ago(1), is_sound=True,
        drill_held=True, proved_at=_hours_ago(1), moment="2026-11-23T14:05:00Z",
    )  # fmt: skip

    page = administrator.get("/backups/").content.decode()
    figures = administrator.get("/metrics", headers={"Authorization": "Bearer a-token-for-figures"}).content

    assert page.count("status-green") == 1
    assert "2026-11-23 14:05</time> held" in page
    ages = dict(re.findall(r'physical_backup_age_seconds{what="(\w+)"} ([\d.]+)', figures.decode()))
    assert {what: round(float(age) / 3600) for what, age in ages.items()} == {
        "made": 2,
        "verified": 1,
        "proved": 1,
    }
    assert b"ledgerflow_physical_backup_faults 0.0" in figures


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"backed_up_at": 27}, "the newest physical backup is overdue"),
        ({"backed_up_at": None}, "the newest physical backup is overdue"),
        ({"verified_at": 27}, "the physical backups were not verified in time"),
        ({"is_sound": False}, "the repository of physical backups is damaged"),
        ({"drill_held": False}, "the last restore of a moment for trial did not hold"),
        ({"is_sound": "maybe"}, "does not say how the physical backups stand"),
        (None, "nothing was said of the physical backups yet"),
    ],
)
def test_the_servers_own_backups_are_red_where_somebody_must_look(
    administrator, settings, tmp_path, said, sentence
):
    good = {"backed_up_at": 2, "verified_at": 1, "is_sound": True}
    facts = good | (said or {})
    _server_says(
        settings,
        tmp_path,
        **{name: _hours_ago(fact) if type(fact) is int else fact for name, fact in facts.items()},
    )
    if said is None:
        settings.SERVER_BACKUPS.unlink()

    page = administrator.get("/backups/").content.decode()
    finding = next(finding for finding in examine() if finding.subject == "Backups")

    assert sentence in page.lower() if said is None else sentence[1:] in page
    assert sentence in finding.detail
    assert finding.health is Health.REDUCED


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
