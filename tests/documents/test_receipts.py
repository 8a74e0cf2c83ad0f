"""Receipts are what their bytes say, whatever their names say, and are served so that nothing of them runs."""

import pytest
from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone

from ledgerflow.books.models import Role
from ledgerflow.documents import verify
from ledgerflow.documents.media import media_type_of
from ledgerflow.documents.models import Document, MediaType, Receipt
from ledgerflow.documents.services import DocumentRefusedError, files, keep_receipt, store_document
from tests.booked import BookedFile
from tests.factories import BookFactory

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 9
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def keep(book, content: bytes, name: str = "receipt.pdf") -> Receipt:
    return keep_receipt(book=book, name=name, content=content, user=None, now=timezone.now())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PDF, MediaType.PDF),
        (b"\xef\xbb\xbf\r\n" + PDF, MediaType.PDF),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", MediaType.JPEG),
        (PNG, MediaType.PNG),
        (b"GIF89a\x01\0", MediaType.GIF),
        (b"RIFF\x24\0\0\0WEBPVP8 ", MediaType.WEBP),
        (b"\0\0\0\x18ftypheic\0\0\0\0", MediaType.HEIC),
        ("Café 3,50 €\r\n".encode(), MediaType.TEXT),
        ("Café 3,50 €".encode("utf-16"), MediaType.TEXT),
        (b"<html><script>alert(1)</script>", MediaType.TEXT),
        (b"MZ\x90\0\x03", None),
        (b"PK\x03\x04\x14\0", None),
        (b"\x7fELF\x02\x01", None),
        ("Café".encode("latin-1"), None),
    ],
)
def test_what_a_file_is_follows_from_its_bytes(content, expected):
    assert media_type_of(content) == expected


def test_a_receipt_is_kept_once_a_book_and_may_be_a_statement_too():
    book, text = BookFactory(), b"Date,Text,Amount\n"
    statement = store_document(
        book=book, name="january.csv", content=text, uploaded_by=None, now=timezone.now()
    )

    first, second = keep(book, text, "mail.txt"), keep(book, text, "mail again.txt")

    assert first == second
    assert (first.document, first.document.name) == (statement.document, "january.csv")
    assert keep(BookFactory(), text).document != statement.document


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is empty"), (b"MZ\x90\0", "is no receipt that can be shown"), (b"x" * 9, "is larger than 20 MB")],
)
def test_what_is_no_receipt_is_refused_with_a_sentence(content, says, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_RECEIPT", 8)

    with pytest.raises(DocumentRefusedError, match=says):
        keep(BookFactory(), content)

    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("content", "media_type", "disposition"),
    [
        (PDF, "application/pdf", "inline"),
        (PNG, "image/png", "inline"),
        (b"<html><script>alert(1)</script>", "application/octet-stream", "attachment"),
    ],
)
def test_it_is_shown_only_where_nothing_of_it_can_run(content, media_type, disposition):
    file = BookedFile(1)
    receipt = keep(file.book, content, "r.html")
    client, address = file.client(Role.VIEWER), file.address(f"documents/receipts/{receipt.pk}/")

    shown, downloaded = client.get(address), client.get(f"{address}?download")

    assert shown.content == downloaded.content == content
    assert (shown["Content-Type"], downloaded["Content-Type"]) == (media_type, "application/octet-stream")
    assert shown["Content-Disposition"].startswith(disposition)
    assert downloaded["Content-Disposition"].startswith("attachment")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in shown["Content-Security-Policy"]


def test_a_receipt_of_another_book_is_not_served():
    receipt = keep(BookFactory(), PDF)
    file = BookedFile(1)

    assert file.client().get(file.address(f"documents/receipts/{receipt.pk}/")).status_code == 404


def test_a_changed_receipt_is_named_by_verify_and_not_served():
    file = BookedFile(1)
    receipt = keep(file.book, PDF)
    assert verify.problems(book=file.book) == []
    (settings.MEDIA_ROOT / receipt.document.storage_name).write_bytes(b"%PDF-1.7 forged")

    found = [problem.sentence for problem in verify.problems(book=file.book)]
    answer = file.client().get(file.address(f"documents/receipts/{receipt.pk}/"))

    assert found == [
        "The stored file of receipt.pdf is no longer what was uploaded. Restore it from a backup."
    ]
    assert (answer.status_code, b"no longer what was uploaded" in answer.content) == (500, True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_receipt SET media_type = 'text/plain'",
        "DELETE FROM documents_receipt",
        "TRUNCATE documents_receipt CASCADE",
        "INSERT INTO documents_receipt SELECT document_id, 'text/html', kept_at, book_id, NULL FROM documents_receipt",
        "INSERT INTO documents_receipt SELECT id, 'text/plain', now(), 0, NULL FROM documents_document LIMIT 1",
    ],
)
def test_the_database_keeps_receipts_as_they_came(statement):
    keep(BookFactory(), PDF)

    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE")
