"""Files that people gave, kept exactly as they were."""

from django.conf import settings
from django.db import models

from ledgerflow.books.models import Book


class Document(models.Model):
    """One uploaded file. Its bytes never change; the same bytes are stored once per book."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="documents")
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    name = models.CharField(max_length=255)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "sha256"], name="documents_bytes_once_per_book"),
            models.UniqueConstraint(fields=["book", "id"], name="documents_document_in_book"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex="^[0-9a-f]{64}$"), name="documents_sha256_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def storage_name(self) -> str:
        """The path below the media root: never the name that a person gave."""
        return f"{self.book_id}/{self.sha256[:2]}/{self.sha256}"
