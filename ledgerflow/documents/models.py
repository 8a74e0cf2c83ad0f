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


class MediaType(models.TextChoices):
    """What a receipt is, found from its bytes; anything else is not taken as one."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    GIF = "image/gif", "GIF"
    WEBP = "image/webp", "WebP"
    HEIC = "image/heic", "HEIC"
    TEXT = "text/plain", "text"


#: What a photo of paper comes as.
PICTURES = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.GIF, MediaType.WEBP, MediaType.HEIC})


class Receipt(models.Model):
    """A document that is evidence for what was paid or received: a receipt, an invoice, a ticket."""

    document = models.OneToOneField(
        Document, primary_key=True, on_delete=models.PROTECT, related_name="receipt", db_constraint=False
    )
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="receipts")
    media_type = models.CharField(max_length=20, choices=MediaType.choices)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "document"], name="documents_receipt_in_book"),
            models.CheckConstraint(
                condition=models.Q(media_type__in=MediaType.values), name="documents_receipt_type_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.document.name

    @property
    def is_shown_in_place(self) -> bool:
        """Whether browsers show it without running anything of it; what they may not is downloaded."""
        return self.media_type not in {MediaType.HEIC, MediaType.TEXT}

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture that pages show."""
        return self.is_shown_in_place and self.media_type != MediaType.PDF


class ReceiptReading(models.Model):
    """What was read from a receipt, to find its bank line by: it proposes, and decides nothing.

    What is empty is not stated, or is not sure: ``unsure`` says why, in sentences. ``places`` holds by name where each
    value stands: page, box (left, top, right, bottom in thousandths of the page) and the whole line. ``problem`` says
    why nothing could be read. A receipt may be read again, which replaces the row.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        READ = "read"
        FAILED = "failed"

    receipt = models.OneToOneField(
        Receipt, primary_key=True, on_delete=models.PROTECT, related_name="reading", db_constraint=False
    )
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=10, blank=True, default="")
    seller = models.CharField(max_length=200, blank=True, default="")
    date = models.DateField(null=True)
    total = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    tax = models.DecimalField(max_digits=24, decimal_places=8, null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    places = models.JSONField(default=dict)
    unsure = models.JSONField(default=list)
    problem = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="waiting", read_at__isnull=True, problem="")
                | models.Q(state="read", read_at__isnull=False, problem="")
                | models.Q(state="failed", read_at__isnull=False) & ~models.Q(problem=""),
                name="documents_reading_ended_or_waits",
            ),
            models.CheckConstraint(
                condition=models.Q(state="read")
                | models.Q(seller="", currency="", date__isnull=True, total__isnull=True, tax__isnull=True),
                name="documents_reading_says_what_was_read",
            ),
            models.CheckConstraint(
                condition=models.Q(currency="") | models.Q(currency__regex=r"^[A-Z]{3}$"),
                name="documents_reading_currency_is_a_code",
            ),
        ]

    def __str__(self) -> str:
        return self.state
