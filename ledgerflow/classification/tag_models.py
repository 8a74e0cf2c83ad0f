"""Words by which lines and entries are grouped."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from ledgerflow.books.models import Book
from ledgerflow.statements.models import StatementLine


class Tag(models.Model):
    """A word by which lines and entries are grouped across accounts, such as a trip or a project.

    A name is one word, once in its book whatever the case of its letters.
    """

    LONGEST = 60

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=LONGEST)

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint("book", Lower("name"), name="classification_tag_once"),
            models.UniqueConstraint(fields=["book", "id"], name="classification_tag_in_book"),
            models.CheckConstraint(
                condition=models.Q(name__regex=r"^[^[:space:]#,;:|\"]+$"),
                name="classification_tag_is_one_word",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LineTag(models.Model):
    """A tag of a bank line, and so of every entry that the line became; PostgreSQL takes it away with the line.

    It stands beside the journal, which is not touched by it, and can be changed after posting.
    """

    pk = models.CompositePrimaryKey("line_id", "tag_id")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    line = models.ForeignKey(
        StatementLine, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    tag = models.ForeignKey(
        Tag, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    tagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    tagged_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["book", "tag"], name="classification_lines_of_tag")]

    def __str__(self) -> str:
        return f"tag {self.tag_id} of line {self.line_id}"


class EntryTag(models.Model):
    """A tag of an entry that no bank line stands behind, such as one that a person made."""

    pk = models.CompositePrimaryKey("book_id", "entry_number", "tag_id")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    entry_number = models.BigIntegerField()
    tag = models.ForeignKey(
        Tag, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    tagged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    tagged_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["book", "tag"], name="classification_entries_of_tag")]

    def __str__(self) -> str:
        return f"tag {self.tag_id} of entry {self.entry_number}"
