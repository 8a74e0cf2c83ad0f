"""A dump that was harmed in any way is refused before anything is touched, and a failed one leaves nothing behind."""

import dataclasses
import errno
import gzip
import hashlib
import json
import os
import random
import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pyrage
import pytest

from ledgerflow.ops.backups import services
from ledgerflow.ops.backups.drills import check_every_backup
from ledgerflow.ops.backups.errors import BackupError, DamagedDumpError
from ledgerflow.ops.backups.making import check_dump, locked, make_dump
from ledgerflow.ops.backups.manifests import check_bytes, dumps_in, manifest_of, read_manifest, write_manifest
from ledgerflow.ops.backups.media import bring_back, keep, stored
from ledgerflow.ops.backups.restoring import refuse_newer, verified
from ledgerflow.ops.models import BackupReason, BackupRun
from tests import databases
from tests.ops.backups.conftest import NOW

#: Half of them truncations, half bit flips; `make damages` asks for 2,000.
DAMAGES = int(os.environ.get("DAMAGES", "240"))


def _copy(place, tmp_path: Path) -> Path:
    for path in (place.backup.path, manifest_of(place.backup.path)):
        shutil.copy(path, tmp_path)
    return tmp_path / place.backup.name


def _honest(dump: Path, content: bytes) -> None:
    """Put other content in the dump, with a manifest that says its bytes are right."""
    backup = read_manifest(dump)
    dump.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    write_manifest(dataclasses.replace(backup, sha256=sha256, size=len(content)), at=manifest_of(dump))


def test_it_holds_what_was_counted(place):
    facts = read_manifest(place.backup.path).facts
    (book,) = facts["books"]

    assert place.backup.path.name == "ledgerflow-20261123T140500Z-daily.sql.gz"
    assert place.backup.path.stat().st_mode & 0o777 == 0o600
    assert (book["slug"], book["entries"], book["lines"]) == ("shop", 3, 6)
    assert Decimal(book["debit"]) == Decimal(book["credit"]) == 6
    assert len(book["chain_head"]) == 64
    assert facts["tables"]["ledger_journalline"] == 6
    assert "ledger.0001_initial" in facts["migrations"]
    with verified(place.backup.path, identity=None) as (backup, _):
        assert backup == place.backup


def test_the_files_of_documents_are_kept_without_copying_them(place):
    document = place.file.document
    kept = stored(place.folder, document.sha256)

    assert kept.samefile(place.media / document.storage_name)
    assert list(place.backup.facts["documents"]) == [document.sha256]


@pytest.fixture
def kept(place, tmp_path):
    """Keep the file of the document in a folder of backups; returns where it lies, and what does it."""
    document, folder = place.file.document, tmp_path / "backups"
    media = tmp_path / "media"
    (media / document.storage_name).parent.mkdir(parents=True)
    shutil.copy(place.media / document.storage_name, media / document.storage_name)

    def keep_it(recipient=None):
        return keep(folder, media, [document.sha256], recipient=recipient)

    assert keep_it() == []
    path = stored(folder, document.sha256)
    return SimpleNamespace(
        folder=folder,
        path=path,
        again=keep_it,
        original=media / document.storage_name,
        sha256=document.sha256,
    )


def test_a_file_of_a_document_that_was_cut_off_is_kept_anew(kept):
    whole = kept.path.read_bytes()
    kept.path.unlink()
    kept.path.write_bytes(whole[:-1])

    assert kept.again() == []
    assert kept.path.read_bytes() == whole


def test_a_file_of_a_document_that_is_damaged_is_not_kept_and_called_missing(kept):
    kept.path.unlink()
    kept.original.write_bytes(kept.original.read_bytes()[:-1] + b"?")

    assert kept.again() == [kept.sha256]
    assert kept.again(str(pyrage.x25519.Identity.generate().to_public())) == [kept.sha256]
    assert [path for path in kept.folder.rglob("*") if path.is_file()] == []


def test_a_kept_file_of_a_document_that_cannot_be_read_is_passed_over_for_a_good_copy(
    kept, tmp_path, monkeypatch
):
    names = [(kept.sha256, "restored/file")]
    kept.path.unlink()
    kept.path.mkdir()  # which a file cannot be read from, whoever tries
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "restored").mkdir(parents=True)
    shutil.copy(kept.original, elsewhere / "restored/file")

    assert bring_back(kept.folder, tmp_path / "one", names) == {kept.sha256: [kept.path]}
    assert list((tmp_path / "one/restored").iterdir()) == []
    assert bring_back(kept.folder, tmp_path / "two", names, also=elsewhere) == {}
    assert (tmp_path / "two/restored/file").read_bytes() == kept.original.read_bytes()

    def lack_room(*_):
        raise OSError(errno.ENOSPC, "No space left")

    monkeypatch.setattr("ledgerflow.ops.backups.media.link_or_copy", lack_room)
    with pytest.raises(OSError, match="No space left"):
        bring_back(kept.folder, tmp_path / "three", names, also=elsewhere)


def test_a_drill_names_a_kept_file_of_a_document_that_is_damaged(kept):
    check_every_backup(kept.folder)
    content = kept.path.read_bytes()
    kept.path.unlink()
    kept.path.write_bytes(content[:-1] + b"?")

    with pytest.raises(BackupError, match=f"1 files of documents .* the first is {kept.path}"):
        check_every_backup(kept.folder)


def test_every_truncation_and_every_bit_flip_is_refused(place, tmp_path):
    dump = _copy(place, tmp_path)
    whole = dump.read_bytes()
    seed = int(os.environ.get("SEED", random.randrange(10**9)))
    chance = random.Random(seed)
    accepted = []
    for number in range(DAMAGES):
        if number % 2:
            harm = f"cut to {(at := chance.randrange(len(whole)))}"
            dump.write_bytes(whole[:at])
        else:
            at, bit = chance.randrange(len(whole)), chance.randrange(8)
            harm = f"bit {bit} of byte {at}"
            harmed = bytearray(whole)
            harmed[at] ^= 1 << bit
            dump.write_bytes(harmed)
        try:
            check_bytes(dump)
        except DamagedDumpError:
            continue
        accepted.append(harm)

    assert accepted == [], f"SEED={seed} repeats it"
    dump.write_bytes(whole)
    assert check_bytes(dump).sha256 == place.backup.sha256


def test_a_flip_anywhere_in_the_manifest_is_refused(place, tmp_path):
    dump = _copy(place, tmp_path)
    manifest = manifest_of(dump)
    whole = manifest.read_bytes()
    chance = random.Random(20261123)

    for at in chance.sample(range(len(whole)), 60):
        if whole[at : at + 1].isspace():
            continue  # says nothing
        harmed = bytearray(whole)
        harmed[at] ^= 1
        manifest.write_bytes(harmed)
        with pytest.raises(DamagedDumpError):
            check_bytes(dump)


def test_the_rows_are_counted_even_where_the_bytes_agree_with_the_manifest(place, tmp_path):
    """Cut inside the SQL, then compressed again: gzip and psql would both be content."""
    dump = _copy(place, tmp_path)
    sql = gzip.decompress(dump.read_bytes())
    line = sql.index(b"COPY public.ledger_journalline ")
    first_row = sql.index(b"\n", line) + 1
    without_a_row = sql[:first_row] + sql[sql.index(b"\n", first_row) + 1 :]

    for content, sentence in (
        (gzip.compress(sql[: len(sql) // 2]), "last line is not that of a complete dump"),
        (gzip.compress(without_a_row), "holds 5 rows of ledger_journalline where 6 were counted"),
        (gzip.compress(sql)[:-9], "is damaged"),
        (gzip.compress(b""), "last line"),
        (b"", "is damaged|last line"),
        (b"no gzip", "is damaged"),
    ):
        _honest(dump, content)
        with pytest.raises(DamagedDumpError, match=sentence):
            check_dump(dump, check_bytes(dump).facts)


def test_a_dump_without_its_manifest_or_with_anothers_is_refused(place, tmp_path):
    dump = _copy(place, tmp_path)
    renamed = dump.with_name("ledgerflow-20261124T000000Z-daily.sql.gz")
    shutil.copy(manifest_of(dump), manifest_of(renamed))
    dump.rename(renamed)

    with pytest.raises(DamagedDumpError, match="is the manifest of"):
        check_bytes(renamed)
    manifest_of(renamed).unlink()
    with pytest.raises(DamagedDumpError, match="has no manifest"):
        check_bytes(renamed)


def test_a_dump_of_a_newer_ledgerflow_is_refused():
    refuse_newer(["ledger.0001_initial", "somebody_elses.0001_initial"])
    with pytest.raises(BackupError, match=r"knows ledger\.9999_later, which this program does not"):
        refuse_newer(["ledger.0001_initial", "ledger.9999_later"])


def test_an_empty_database_gives_no_dump(place, tmp_path):
    before = databases.connections["default"].settings_dict["NAME"]
    name = f"lf_empty_{os.getpid()}"
    with databases.owner() as admin:
        databases.create(admin, name)
    databases.point_to(name)
    try:
        with pytest.raises(BackupError, match=r"holds no LedgerFlow .* empty dump is no backup"):
            make_dump(tmp_path, reason="daily", now=NOW, media_root=place.media, recipient=None)
    finally:
        databases.point_to(before)
        with databases.owner() as admin:
            databases.drop(admin, name)

    assert dumps_in(tmp_path) == []


@pytest.mark.django_db
def test_a_failure_is_recorded_and_leaves_nothing(place, tmp_path, settings):
    settings.BACKUP_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "elsewhere"

    with pytest.raises(BackupError, match="1 stored files are missing"):
        services.create_dump(reason=BackupReason.ASKED, now=NOW)

    run = BackupRun.objects.get(started_at=NOW)
    assert (run.state, run.file_name) == ("failed", "")
    assert "1 stored files are missing" in run.error
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_two_backups_are_not_made_at_once(place, tmp_path):
    with locked(tmp_path), pytest.raises(BackupError, match="Another backup is being made"):
        make_dump(tmp_path, reason="daily", now=NOW, media_root=place.media, recipient=None)


def test_with_a_public_key_nothing_can_be_read_without_the_private_one(place, tmp_path):
    identity, folder = pyrage.x25519.Identity.generate(), tmp_path / "backups"
    key, other = tmp_path / "key.txt", tmp_path / "other.txt"
    key.write_text(f"# made for this test\n{identity}\n")
    other.write_text(f"{pyrage.x25519.Identity.generate()}\n")

    backup = make_dump(
        folder, reason="daily", now=NOW, media_root=place.media, recipient=str(identity.to_public())
    )

    assert backup.name.endswith(".sql.gz.age")
    assert all(path.suffix == ".age" for path in (folder / "documents").rglob("*") if path.is_file())
    with (
        pytest.raises(BackupError, match="name the file of the private key"),
        verified(backup.path, identity=None),
    ):
        pass
    with pytest.raises(DamagedDumpError, match="cannot be decrypted"), verified(backup.path, identity=other):
        pass
    with verified(backup.path, identity=key) as (_, sql):
        assert gzip.decompress(sql.read_bytes()).startswith(b"--\n-- PostgreSQL database dump")
    assert list(folder.glob(".reading-*")) == []


def test_pruning_keeps_days_weeks_and_months_and_the_files_they_need(place, tmp_path, settings):
    settings.BACKUP_DIR = tmp_path
    original = _copy(place, tmp_path)
    needless = tmp_path / "documents" / "ab" / ("ab" + "0" * 62)
    needless.parent.mkdir(parents=True)
    needless.write_bytes(b"of no backup")
    needed = stored(tmp_path, place.file.document.sha256)
    needed.parent.mkdir(parents=True)
    needed.write_bytes(b"of every backup")
    for days in range(1, 420):
        made = dataclasses.replace(
            place.backup,
            made_at=NOW - timedelta(days=days),
            path=tmp_path / f"ledgerflow-{NOW - timedelta(days=days):%Y%m%dT%H%M%S}Z-daily.sql.gz",
        )
        shutil.copy(original, made.path)
        write_manifest(made, at=manifest_of(made.path))

    services.prune(now=NOW)

    kept = [read_manifest(path).made_at for path in dumps_in(tmp_path)]
    ages = [(NOW - moment).days for moment in kept]
    assert ages[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert len({moment.isocalendar()[:2] for moment in kept[:10]}) >= 5
    assert len({(moment.year, moment.month) for moment in kept}) == 12
    assert len(kept) <= 7 + 5 + 12
    assert not needless.exists()
    assert needed.exists()


def test_the_last_good_dump_stays_whatever_its_age(place, tmp_path, settings):
    settings.BACKUP_DIR = tmp_path
    original = _copy(place, tmp_path)
    for hours in range(1, 30):
        made = dataclasses.replace(
            place.backup,
            made_at=NOW + timedelta(days=400, hours=12 * hours),
            path=tmp_path / f"ledgerflow-2027-{hours:02}-daily.sql.gz",
        )
        made.path.write_bytes(b"damaged")
        write_manifest(made, at=manifest_of(made.path))
    original_copy = original.read_bytes()
    one_more = dataclasses.replace(
        place.backup,
        made_at=NOW + timedelta(hours=1),
        path=tmp_path / "ledgerflow-2026-good-daily.sql.gz",
    )
    one_more.path.write_bytes(original_copy)
    write_manifest(one_more, at=manifest_of(one_more.path))
    original.write_bytes(b"damaged too")

    services.prune(now=NOW + timedelta(days=420))

    assert one_more.path.exists()
    assert json.loads(manifest_of(one_more.path).read_text())["sha256"] == place.backup.sha256
