"""Removing a whole book: the one thing that a person does as the owner of the database."""

import hashlib
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from django.db import Error as DatabaseError
from django.db import connections, transaction
from psycopg import Error as PsycopgError
from psycopg.errors import LockNotAvailable

from ledgerflow.books.models import Book
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.services import remove_files
from ledgerflow.ops.models import BookPurge
from ledgerflow.users.models import User

_OWNER = "owner"
_REFUSED = "LP001"
_PURGE = "SELECT ops_purge_book(%s, %s, %s, %s, %s, %s)"


class PurgeRefusedError(LedgerFlowError):
    """The book stays; the sentence says why."""


class _Archive(NamedTuple):
    name: str
    sha256: str


def purge_book(
    *, book: Book, typed_name: str, archive: Path | None, user: User, now: datetime, dry_run: bool = False
) -> BookPurge:
    """Remove the book with everything in it, and its files, for ever; return the record that stays.

    Needs the connection of the database's owner. Nobody else writes to any book meanwhile. ``archive`` is the file
    that the book was exported to; a demo book goes without. With ``dry_run`` everything is removed and put back.

    Raises:
        PurgeRefusedError: the name is not the book's, the archive is missing or damaged, or somebody is writing.
    """
    kept = _examined(archive) if archive is not None else _Archive("", "")
    try:
        with transaction.atomic(using=_OWNER), connections[_OWNER].cursor() as cursor:
            cursor.execute(_PURGE, [book.pk, typed_name, *kept, user.pk, now])
            record = BookPurge.objects.using(_OWNER).get(former_book=book.pk)
            transaction.set_rollback(dry_run, using=_OWNER)
    except DatabaseError as error:
        explained = _explained(error.__cause__)
        if explained is None:
            raise
        raise explained from error
    finally:
        connections[_OWNER].close()
    if not dry_run:
        # Only now: a file without its row harms nobody, a row without its file would.
        remove_files(book_id=book.pk)
    return record


def _explained(cause: BaseException | None) -> PurgeRefusedError | None:
    if isinstance(cause, LockNotAvailable):
        return PurgeRefusedError(
            "Somebody is writing to a book just now; stop the workers or try again later."
        )
    if isinstance(cause, PsycopgError) and cause.sqlstate == _REFUSED:
        return PurgeRefusedError(cause.diag.message_primary or "The book cannot be removed.")
    return None


def _examined(archive: Path) -> _Archive:
    """Return name and SHA-256 of an archive that can be read to its end."""
    try:
        with archive.open("rb") as file, zipfile.ZipFile(file) as content:
            damaged, members = content.testzip(), content.namelist()
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PurgeRefusedError(f"The archive {archive} cannot be read: {error.strerror}.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise PurgeRefusedError(
            f"{archive} is no archive that can be read again; export the book anew."
        ) from error
    if damaged is not None or not members:
        raise PurgeRefusedError(f"The archive {archive} is empty or damaged; export the book anew.")
    return _Archive(archive.name, digest)
