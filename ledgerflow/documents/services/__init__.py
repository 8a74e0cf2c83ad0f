"""Keep files and receipts, and what receipts say."""

from ledgerflow.documents.services.files import (
    LARGEST,
    LARGEST_RECEIPT,
    DocumentRefusedError,
    StorageError,
    StoredDocument,
    clean_name,
    keep_receipt,
    remove_files,
    store_document,
)
from ledgerflow.documents.services.reading import (
    READ_JOB,
    WAS_READ_JOB,
    ReadingRefusedError,
    give_up,
    read_again,
    read_receipt,
)

__all__ = [
    "LARGEST",
    "LARGEST_RECEIPT",
    "READ_JOB",
    "WAS_READ_JOB",
    "DocumentRefusedError",
    "ReadingRefusedError",
    "StorageError",
    "StoredDocument",
    "clean_name",
    "give_up",
    "keep_receipt",
    "read_again",
    "read_receipt",
    "remove_files",
    "store_document",
]
