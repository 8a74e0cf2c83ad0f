"""A disk that is full, read-only or gone: a sentence, nothing half kept, and it goes on when there is room again."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.documents.models import Document
from ledgerflow.documents.services import StorageError, store_document
from ledgerflow.ops.doctor import Health, examine
from ledgerflow.pipeline.models import ImportRun
from ledgerflow.pipeline.services import receive_file, retry, run_import
from tests.factories import BookFactory, MembershipFactory
from tests.pipeline.statements import JANUARY, ofx

pytestmark = pytest.mark.django_db
_SMALL = 256 * 1024


@pytest.fixture
def small_disk(tmp_path: Path, settings) -> Iterator[Path]:
    """A file system of 256 kB for the documents (as root)."""
    place = tmp_path / "disk"
    place.mkdir()
    settings.MEDIA_ROOT = place / "documents"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SMALL}", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not permitted")
    yield place
    subprocess.run(["umount", place], check=True)


def _store(book, content: bytes):
    return store_document(
        book=book, name="january.ofx", content=content, uploaded_by=None, now=timezone.now()
    )


def _left(place: Path) -> list[str]:
    return [path.name for path in place.rglob("*") if path.is_file()]


def test_a_full_disk_is_a_sentence_and_leaves_nothing(small_disk):
    book = BookFactory()

    with pytest.raises(StorageError, match=r"No space left on device.*Make room"):
        _store(book, b"x" * 2 * _SMALL)

    assert _left(small_disk) == []
    assert not Document.objects.exists()
    assert _store(book, b"there is room for this").created


def test_an_upload_onto_a_full_disk_tells_the_person(small_disk, client):
    member = MembershipFactory(role=Role.OWNER)
    client.force_login(member.user)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (_SMALL - 8192))
    file = ofx(JANUARY)[0]
    address = reverse("pipeline:upload", kwargs={"book": member.book.slug})

    def upload():
        with (small_disk.parent / file.name).open("wb+") as sent:
            sent.write(file.content * 40)
            sent.seek(0)
            return client.post(address, {"files": sent}, follow=True)

    told = upload().content.decode()
    filler.unlink()

    assert "No space left on device" in told
    assert not ImportRun.objects.exists()


def test_a_read_only_disk_refuses_uploads_and_degrades_only(small_disk):
    book = BookFactory()
    kept = _store(book, b"before").document
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    with pytest.raises(StorageError, match="Read-only file system"):
        _store(book, b"after")

    archive = next(finding for finding in examine() if finding.subject == "Archive")
    assert archive.health == Health.REDUCED
    assert "read-write" in archive.remedy
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    assert _store(book, b"after").created
    assert Document.objects.filter(pk=kept.pk).exists()


def test_documents_that_are_gone_fail_the_import_visibly_and_it_goes_on_when_they_are_back(
    settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "documents"
    book = BookFactory()
    file = ofx(JANUARY)[0]
    run = receive_file(book=book, name=file.name, content=file.content, user=None, now=timezone.now()).run
    shutil.move(tmp_path / "documents", tmp_path / "elsewhere")

    run_import(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    with pytest.raises(StorageError, match="is gone"):
        _store(book, b"another")
    missing = next(finding for finding in examine() if finding.subject == "Documents")
    shutil.move(tmp_path / "elsewhere", tmp_path / "documents")

    assert (run.state, "cannot be read" in run.message) == (ImportRun.State.FAILED, True)
    assert missing.health == Health.REDUCED
    retry(run=run, now=timezone.now())
    run_import(run_id=run.pk, now=timezone.now())
    run.refresh_from_db()
    assert run.state == ImportRun.State.NEEDS_YOU
    assert not any(finding.subject == "Documents" for finding in examine())
