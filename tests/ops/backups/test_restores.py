"""A dump becomes the live database only when it has been proved beside it, and what it replaces is kept."""

import shutil
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from ledgerflow.books.models import Book
from ledgerflow.ledger.models import JournalEntry, JournalLine
from ledgerflow.ops.backups import access, media, services
from ledgerflow.ops.backups.drills import check_every_backup
from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError
from ledgerflow.ops.backups.restores import DeclinedError, newest_good_dump, restore_dump
from ledgerflow.ops.backups.restoring import replaced_databases
from ledgerflow.ops.models import BackupReason
from ledgerflow.ops.verify import problems
from ledgerflow.posting.services import reverse_entry
from tests import databases
from tests.booked import BookedFile
from tests.conftest import database_settings
from tests.ops.backups.conftest import NOW

_PRIVILEGES = """
    SELECT 'table', relname, coalesce(relacl::text, ''), pg_get_userbyid(relowner), relrowsecurity::text
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
    UNION ALL
    SELECT 'function', p.oid::regprocedure::text, coalesce(proacl::text, ''), pg_get_userbyid(proowner),
           prosecdef::text || coalesce(proconfig::text, '')
      FROM pg_proc AS p WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text || '.' || tgname, tgfoid::regproc::text, tgenabled::text, tgtype::text
      FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL
    SELECT 'default', defaclobjtype::text, defaclacl::text, pg_get_userbyid(defaclrole), '' FROM pg_default_acl
    UNION ALL SELECT 'schema', nspname, nspacl::text, '', '' FROM pg_namespace WHERE nspname = 'public'
"""


@pytest.fixture
def live(committed_db, tmp_path, settings):
    """The name of a live database that is dropped with all that was renamed from it."""
    settings.BACKUP_DIR = tmp_path / "backups"
    yield committed_db
    connections.close_all()
    for name in replaced_databases(access.owner(), committed_db):
        with databases.owner() as admin:
            databases.drop(admin, name)


def _dump():
    return services.create_dump(reason=BackupReason.ASKED, now=NOW)


def _seen(agree=True):
    proposals = []

    def confirm(proposal):
        proposals.append(proposal)
        return agree

    return proposals, confirm


def _privileges():
    with databases.owner(connections["default"].settings_dict["NAME"]) as owner:
        return sorted(owner.execute(_PRIVILEGES).fetchall())


def _names(live):
    """The live database, and whatever was made of it; others come and go with the tests of other processes."""
    with databases.owner() as admin:
        found = admin.execute("SELECT datname FROM pg_database").fetchall()
    return {name for (name,) in found if name.startswith(live)}


def test_a_dump_takes_the_live_ones_place_and_that_is_kept_for_a_week(live):
    file = BookedFile(3)
    backup = _dump()
    rows, privileges = JournalLine.objects.count(), _privileges()
    reverse_entry(book=file.book, number=2, date=NOW.date(), reason="Late", user=file.owner, now=NOW)
    stored = Path(file.document.storage_name)
    (services.media_root() / stored).unlink()
    proposals, confirm = _seen()

    with psycopg.connect(**database_settings("default")) as somebody:
        somebody.execute("SELECT 1")
        restored = restore_dump(backup.path, confirm=confirm, now=NOW)

        with pytest.raises(psycopg.OperationalError):
            somebody.execute("SELECT 1")

    assert [each.sentence for each in proposals[0].differences] == ["shop: 1 entries lost (4)"]
    assert JournalEntry.objects.count() == 3
    assert JournalLine.objects.count() == rows
    assert problems(book=Book.objects.get()) == []
    assert (services.media_root() / stored).exists()
    assert _privileges() == privileges
    assert restored.seconds_away < 5
    assert restored.kept_as == f"{live}_before_20261123t140500z"
    with databases.owner(restored.kept_as) as before:
        assert before.execute("SELECT count(*) FROM ledger_journalentry").fetchone() == (4,)

    assert restored.kept_as not in services.prune(now=NOW + timedelta(days=6))
    connections.close_all()
    assert restored.kept_as in services.prune(now=NOW + timedelta(days=8))
    assert restored.kept_as not in _names(live)


def test_lines_that_were_deleted_by_raw_sql_are_shown_and_come_back(live):
    BookedFile(3)
    backup = _dump()
    with databases.owner(live) as owner:
        owner.execute("ALTER TABLE ledger_journalline DISABLE TRIGGER USER")
        owner.execute(
            "DELETE FROM ledger_journalline WHERE entry_number = 2 OR (entry_number = 3 AND no = 1)"
        )
        owner.execute("ALTER TABLE ledger_journalline ENABLE TRIGGER USER")
    proposals, confirm = _seen()

    restored = restore_dump(backup.path, confirm=confirm, now=NOW, keep_replaced=False)

    assert [each.sentence for each in proposals[0].differences] == [
        "shop: 1 entries gained (2), 1 entries with their former lines (3)"
    ]
    assert problems(book=Book.objects.get()) == []
    assert restored.kept_as == ""
    assert replaced_databases(access.owner(), live) == []


def test_nothing_is_touched_by_what_is_declined_damaged_or_does_not_hold(live):
    file = BookedFile(2)
    backup = _dump()
    reverse_entry(book=file.book, number=2, date=NOW.date(), reason="Late", user=file.owner, now=NOW)
    before = _names(live)
    _, declined = _seen(agree=False)

    with pytest.raises(DeclinedError):
        restore_dump(backup.path, confirm=declined, now=NOW)

    stored = services.media_root() / file.document.storage_name
    kept = media.stored(backup.path.parent, file.document.sha256)
    original = kept.read_bytes()
    stored.unlink()
    kept.write_bytes(original[:-1] + b"?")
    with pytest.raises(BackupError, match=f"1 kept files of documents are damaged, the first is {kept}"):
        restore_dump(backup.path, confirm=lambda _: True, now=NOW)
    assert [path.name for path in stored.parent.iterdir()] == []
    kept.write_bytes(original)

    content = bytearray(backup.path.read_bytes())
    content[len(content) // 2] ^= 1
    backup.path.write_bytes(content)
    with pytest.raises(DamagedDumpError, match="is damaged"):
        restore_dump(backup.path, confirm=declined, now=NOW)
    with pytest.raises(BackupError, match="There is no good dump"):
        newest_good_dump(backup.path.parent)

    with databases.owner(live) as owner:
        owner.execute("ALTER TABLE ledger_journalline DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE ledger_journalline SET base_amount = 7, amount = 7 WHERE entry_number = 1 AND no = 1"
        )
        owner.execute("ALTER TABLE ledger_journalline ENABLE TRIGGER USER")
    unsound = services.create_dump(reason=BackupReason.ASKED, now=NOW + timedelta(minutes=1))
    with pytest.raises(BackupError, match="The restored books do not hold: shop: Entry 1 is out of balance"):
        restore_dump(unsound.path, confirm=lambda _: True, now=NOW)

    assert _names(live) == before
    assert JournalEntry.objects.count() == 3


def test_a_dump_of_an_earlier_release_is_brought_up_to_date(live, settings):
    BookedFile(2)
    call_command("migrate", "ops", "0003", database="owner", verbosity=0)
    settings.AUTOMATIC_BACKUPS = True

    call_command("migrate", database="owner", verbosity=0)

    (dump,) = settings.BACKUP_DIR.glob("*-migration.sql.gz")
    call_command("migrate", database="owner", verbosity=0)
    assert len(list(settings.BACKUP_DIR.glob("*.sql.gz"))) == 1
    assert "ops_restoredrill" not in services.read_manifest(dump).facts["tables"]
    restore_dump(dump, confirm=lambda _: True, now=NOW)
    assert JournalEntry.objects.count() == 2
    assert services.BackupRun.objects.count() == 0
    assert problems(book=Book.objects.get()) == []


def test_no_migration_is_applied_when_the_dump_before_it_fails(live, settings, tmp_path):
    BookedFile(1)
    call_command("migrate", "ops", "0003", database="owner", verbosity=0)
    settings.AUTOMATIC_BACKUPS = True
    settings.BACKUP_DIR = tmp_path / "file" / "below"
    (tmp_path / "file").touch()

    with pytest.raises(
        Exception, match=r"No migration was applied.*Mend that, or go without with --no-backup"
    ):
        call_command("migrate", database="owner", verbosity=0)
    with databases.owner(live) as owner:
        assert owner.execute("SELECT to_regclass('ops_backuprun')").fetchone() == (None,)

    call_command("migrate", database="owner", verbosity=0, no_backup=True)
    assert services.BackupRun.objects.count() == 0


def test_the_drill_proves_the_newest_dump_and_names_one_byte_that_differs(live, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    BookedFile(2)
    backup = _dump()

    drill = services.run_drill(now=NOW + timedelta(hours=2))

    assert drill.error == ""
    assert drill.is_proof
    assert drill.dump_name == backup.name
    assert 0 < drill.dump_seconds < 300
    assert drill.loss_seconds == pytest.approx(7200, abs=1)
    assert [each.name for each in settings.DATA_DIR.iterdir() if each.name != "cache"] == []

    older = backup.path.with_name("ledgerflow-20261101T000000Z-daily.sql.gz")
    shutil.copy(backup.path, older)
    with pytest.raises(DamagedDumpError, match=r"20261101T000000Z-daily\.sql\.gz has no manifest"):
        check_every_backup(settings.BACKUP_DIR)
    older.unlink()
    content = bytearray(backup.path.read_bytes())
    content[-1] ^= 1
    backup.path.write_bytes(content)
    again = services.run_drill(now=NOW + timedelta(hours=3))
    assert not again.is_proof
    assert f"{backup.name} is damaged: its SHA-256 differs" in again.error
