"""Read stored documents."""

import hashlib
from pathlib import Path

from django.conf import settings

from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.documents.models import Document


class DocumentDamagedError(LedgerFlowError):
    """The stored file is missing, unreadable or not what was uploaded."""


def content(document: Document) -> bytes:
    """Return the document's bytes, exactly as uploaded.

    :raises DocumentDamagedError: the file is missing, unreadable or has another SHA-256.
    """
    try:
        found = (Path(settings.MEDIA_ROOT) / document.storage_name).read_bytes()
    except OSError as error:
        raise DocumentDamagedError(
            f"The stored file of {document.name} cannot be read ({error.strerror}). Restore it from a backup."
        ) from error
    if hashlib.sha256(found).hexdigest() != document.sha256:
        raise DocumentDamagedError(
            f"The stored file of {document.name} is no longer what was uploaded. Restore it from a backup."
        )
    return found


def newest_file() -> Path | None:
    """Return where the file of the newest document is kept; nothing where there is no document."""
    newest = Document.objects.order_by("-pk").first()
    return Path(settings.MEDIA_ROOT) / newest.storage_name if newest else None
