"""Tags of entries that no bank line stands behind."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import TagError
from ledgerflow.classification.models import EntryTag, Tag
from ledgerflow.classification.services import tags_named
from ledgerflow.ledger.models import JournalEntry
from ledgerflow.posting.selectors import line_ids_behind
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User


@transaction.atomic
def tag_entry(*, book: Book, number: int, names: Sequence[str], user: User, now: datetime) -> list[Tag]:
    """Let an entry have exactly these tags, and return them; its reversal has the same.

    Raises:
        TagError: the book has no such entry, a bank line stands behind it, which is tagged itself, it reverses
            another, which is, or one of the tags was renamed or merged at the same moment.
    """
    entry = JournalEntry.objects.filter(book=book, number=number).first()
    if entry is None:
        raise TagError("This book has no such entry.")
    if entry.reverses_number is not None:
        raise TagError(f"Entry {number} has the tags of entry {entry.reverses_number}, which it reverses.")
    behind = line_ids_behind(book=book, numbers=[number])
    if StatementLine.objects.filter(book=book, pk__in=behind.values()).exists():
        raise TagError(f"Entry {number} has the tags of its bank line; tag that one.")
    tags = tags_named(book=book, names=names)
    carried = EntryTag.objects.filter(book=book, entry_number=number)
    carried.exclude(tag__in=tags).delete()
    EntryTag.objects.bulk_create(
        [EntryTag(book=book, entry_number=number, tag=tag, tagged_by=user, tagged_at=now) for tag in tags],
        ignore_conflicts=True,
    )
    return tags
