import io
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import Error
from django.utils import timezone

from ledgerflow.documents import verify
from ledgerflow.documents.models import Document
from ledgerflow.documents.selectors import DocumentDamagedError, content
from ledgerflow.documents.services import DocumentRefusedError, files, remove_files, store_document
from tests.factories import BookFactory


def store(book, bytes_=b"statement", name="jan.ofx"):
    return store_document(book=book, name=name, content=bytes_, uploaded_by=None, now=timezone.now())


def path_of(document):
    return Path(settings.MEDIA_ROOT) / document.storage_name


@pytest.mark.django_db
@pytest.mark.parametrize("bytes_", [b"statement", io.BytesIO(b"statement")])
def test_it_keeps_the_bytes_and_only_for_its_own_user(bytes_):
    stored = store(BookFactory(), bytes_)

    assert stored.created
    assert content(stored.document) == b"statement"
    assert stored.document.size == 9
    assert stat.S_IMODE(path_of(stored.document).stat().st_mode) == 0o600
    assert [path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == [
        stored.document.sha256
    ]


@pytest.mark.django_db
def test_the_same_bytes_again_are_the_document_that_is_there():
    book = BookFactory()
    first = store(book).document

    document, created = store(book, name="other name.ofx")

    assert (document, created, document.name) == (first, False, "jan.ofx")


@pytest.mark.django_db
def test_another_book_has_its_own():
    first, second = store(BookFactory()), store(BookFactory())

    assert second.created
    assert first.document != second.document


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\jan.csv", "jan.csv"),
        ("a\x00b\n.csv", "a b .csv"),
        ("", "unnamed file"),
    ],
)
def test_a_name_is_only_text(name, shown):
    assert store(BookFactory(), name=name).document.name == shown


@pytest.mark.django_db
def test_an_empty_file_is_refused_and_leaves_nothing():
    with pytest.raises(DocumentRefusedError, match="is empty"):
        store(BookFactory(), b"")

    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_file_that_is_too_large_is_refused_and_one_byte_less_is_not(monkeypatch):
    monkeypatch.setattr(files, "LARGEST", 10)
    book = BookFactory()

    with pytest.raises(DocumentRefusedError, match="larger than 50 MB"):
        store(book, b"x" * 11)

    assert store(book, b"x" * 10).created


@pytest.mark.django_db
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"statemenT")])
def test_damage_is_named_when_read_and_when_verified(damage):
    document = store(BookFactory()).document
    assert verify.problems(book=document.book) == []

    damage(path_of(document))

    with pytest.raises(DocumentDamagedError, match="jan"):
        content(document)
    (problem,) = verify.problems(book=document.book)
    assert "jan.ofx" in problem.sentence


@pytest.mark.django_db
def test_a_damaged_file_is_repaired_by_the_same_upload():
    document = store(BookFactory()).document
    path_of(document).write_bytes(b"statemenT")

    store(document.book)

    assert content(document) == b"statement"


def test_two_sessions_that_store_the_same_bytes_store_one_document(committed_db):
    book, together = BookFactory(), Barrier(2)

    def upload(_number):
        try:
            with transaction.atomic():
                together.wait(timeout=10)
                return store(book)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        stored = list(pool.map(upload, range(2)))

    assert sorted(one.created for one in stored) == [False, True]
    assert Document.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE documents_document SET sha256 = repeat('0', 64)",
        "UPDATE documents_document SET size = 1",
        "UPDATE documents_document SET book_id = book_id + 1",
        "DELETE FROM documents_document",
        "TRUNCATE documents_document CASCADE",
        "ALTER TABLE documents_document DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ],
)
def test_postgresql_refuses_to_change_or_lose_what_was_uploaded(attack):
    store(BookFactory())

    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


@pytest.mark.django_db
def test_postgresql_lets_the_shown_name_change():
    document = store(BookFactory()).document
    document.name = "january.ofx"

    document.save(update_fields=["name"])


@pytest.mark.django_db
def test_files_stay_as_long_as_a_row_names_them():
    document = store(BookFactory()).document

    with pytest.raises(DocumentRefusedError, match="as long as its documents"):
        remove_files(book_id=document.book_id)

    assert content(document) == b"statement"


@pytest.mark.django_db
def test_files_without_rows_go_and_a_folder_that_cannot_go_is_named(monkeypatch):
    book = BookFactory()
    folder = Path(settings.MEDIA_ROOT) / str(book.pk)
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "abc").write_bytes(b"x")

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(files.shutil, "rmtree", refuse)
        with pytest.raises(DocumentRefusedError, match=rf"{folder}.*Permission denied.*by hand"):
            remove_files(book_id=book.pk)
    assert folder.exists()
    remove_files(book_id=book.pk)
    remove_files(book_id=book.pk)

    assert not folder.exists()
