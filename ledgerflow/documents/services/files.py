"""Store the files that people give, byte for byte, once per book."""

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.media import media_type_of
from ledgerflow.documents.models import Document, Receipt
from ledgerflow.documents.services.reading import request_reading
from ledgerflow.users.models import User

logger = logging.getLogger(__name__)

#: The largest file that is taken in, in bytes.
LARGEST = 50 * 1024 * 1024
#: The largest receipt that is taken in, in bytes.
LARGEST_RECEIPT = 20 * 1024 * 1024
_BLOCK = 1024 * 1024
_LONGEST_NAME = 255


class DocumentRefusedError(LedgerFlowError):
    """The file is empty or larger than LedgerFlow takes in."""


class StorageError(LedgerFlowError):
    """Documents cannot be kept now: the disk is full or read-only, or their folder is gone."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document of the book; ``created`` is false when its bytes were here already."""

    document: Document
    created: bool

    def __iter__(self) -> Iterator[Document | bool]:
        """Let callers write ``document, created = store_document(...)``."""
        return iter((self.document, self.created))


@transaction.atomic
def store_document(
    *, book: Book, name: str, content: bytes | IO[bytes], uploaded_by: User | None, now: datetime
) -> StoredDocument:
    """Store the file under its SHA-256; the same bytes in the same book are the document that is there.

    The bytes are on disk before the row commits, so a document in the database always has its file. A crash in between
    leaves a file without a row, which the next upload of the same bytes takes over.

    :raises DocumentRefusedError: the file is empty or larger than 50 MB.
    :raises StorageError: it cannot be written; nothing of it is kept.
    """
    shown_name = clean_name(name)
    root = Path(settings.MEDIA_ROOT)
    if not root.exists() and Document.objects.exists():
        # Made anew, it would take files in on the disk below a mount that is away.
        raise StorageError(
            f"The folder of the documents, {root}, is gone, so {shown_name} was not taken in. Mount it or restore it, "
            "then try again."
        )
    try:
        folder = root / str(book.pk)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _received(folder, content, shown_name) as (received, sha256, size):
            document = Document(
                book=book, sha256=sha256, size=size, name=shown_name, uploaded_by=uploaded_by, uploaded_at=now
            )
            _keep(received, root / document.storage_name, sha256)
    except OSError as error:
        logger.error("Unable to keep a document of %s: %s", book.slug, error.strerror)  # noqa: TRY400 - the disk, not this code
        raise StorageError(
            f"{shown_name} cannot be kept in {root} ({error.strerror}), so nothing of it was taken in. Make room, or "
            "make the folder writable, then try again."
        ) from error
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except IntegrityError:
        # The same bytes again, or at the same moment from another session: the unique constraint has settled it.
        there = Document.objects.filter(book=book, sha256=sha256).first()
        if there is None:
            raise
        return StoredDocument(there, created=False)
    return StoredDocument(document, created=True)


@transaction.atomic
def keep_receipt(*, book: Book, name: str, content: bytes, user: User | None, now: datetime) -> Receipt:
    """Store a receipt as it came; the same bytes in the same book are the receipt that is there.

    What it is, is found from its bytes; nothing of it is ever opened or run here. What it says is read by a job, once,
    where the tool for it is on.

    :raises DocumentRefusedError: it is empty, larger than 20 MB, or neither PDF, picture nor text.
    """
    shown_name = clean_name(name)
    if len(content) > LARGEST_RECEIPT:
        raise DocumentRefusedError(
            f"{shown_name} is larger than 20 MB. Scan it with fewer dots, or save it as PDF."
        )
    if not content:
        raise DocumentRefusedError(f"{shown_name} is empty. Scan or save it again.")
    media_type = media_type_of(content)
    if media_type is None:
        raise DocumentRefusedError(
            f"{shown_name} is no receipt that can be shown: give a PDF, a picture (JPEG, PNG, GIF, WebP, HEIC) or text."
        )
    stored = store_document(book=book, name=name, content=content, uploaded_by=user, now=now)
    receipt, is_new = Receipt.objects.get_or_create(
        book=book,
        document=stored.document,
        defaults={"media_type": media_type, "kept_by": user, "kept_at": now},
    )
    if is_new:
        request_reading(receipt=receipt, now=now)
    return receipt


def remove_files(*, book_id: int) -> None:
    """Remove every file of a book whose rows are gone.

    Raises:
        DocumentRefusedError: a row still names one of them, or a file cannot be removed.
    """
    if Document.objects.filter(book_id=book_id).exists():
        raise DocumentRefusedError("The files of a book stay as long as its documents do.")
    folder = Path(settings.MEDIA_ROOT) / str(book_id)
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise DocumentRefusedError(
            f"The files in {folder} could not be removed ({error.strerror}); remove that folder by hand."
        ) from error


def clean_name(name: str) -> str:
    """Return the name as text to show: its last part, printable, of bounded length. It is never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = " ".join("".join(character if character.isprintable() else " " for character in last).split())
    return printable[-_LONGEST_NAME:] or "unnamed file"


@contextmanager
def _received(folder: Path, content: bytes | IO[bytes], name: str) -> Iterator[tuple[Path, str, int]]:
    """Write the content to a temporary file of mode 0600, on disk for certain; yield its path, SHA-256 and size."""
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".receiving-", delete=False) as file:
        path = Path(file.name)
        try:
            for block in _blocks(content):
                size += len(block)
                if size > LARGEST:
                    raise DocumentRefusedError(
                        f"{name} is larger than 50 MB. Ask the bank for a shorter period, or for another format."
                    )
                digest.update(block)
                file.write(block)
            if not size:
                raise DocumentRefusedError(f"{name} is empty. Download it again from the bank.")
            file.flush()
            os.fsync(file.fileno())
            yield path, digest.hexdigest(), size
        finally:
            path.unlink(missing_ok=True)


def _blocks(content: bytes | IO[bytes]) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    while block := content.read(_BLOCK):
        yield block


def _keep(received: Path, kept: Path, sha256: str) -> None:
    """Move the received bytes to their place, unless the place holds them already."""
    if kept.exists() and hashlib.sha256(kept.read_bytes()).hexdigest() == sha256:
        return
    kept.parent.mkdir(exist_ok=True, mode=0o700)
    received.replace(kept)
    # The new name must survive a power cut like the bytes do.
    descriptor = os.open(kept.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
