"""Files that nobody reads without their password, which is kept nowhere."""

from ledgerflow.documents.models import Document
from ledgerflow.documents.selectors import DocumentDamagedError, content

#: How a PDF begins.
PDF = b"%PDF-"


def is_protected(*, document: Document) -> bool:
    """Whether the document is a PDF that its owner may have given a password: each of those says so in the clear."""
    try:
        original = content(document)
    except DocumentDamagedError:
        return False  # whoever reads it says so
    return original.startswith(PDF) and b"/Encrypt" in original
