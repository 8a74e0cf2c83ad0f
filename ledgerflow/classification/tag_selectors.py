"""Which tags a book has, and which of them lines and entries carry."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import Lower

from ledgerflow.books.models import Book
from ledgerflow.classification.models import EntryTag, LineTag, Tag


@dataclass(frozen=True, slots=True)
class ListedTag:
    """A tag with how many bank lines and how many entries without one carry it."""

    tag: Tag
    lines: int
    entries: int


def tags_of(*, book: Book) -> list[Tag]:
    """Return the book's tags by name; one query."""
    return list(Tag.objects.filter(book=book).order_by(Lower("name")))


def listed_tags(*, book: Book) -> list[ListedTag]:
    """Return the book's tags by name with what carries them; three queries."""
    lines, entries = (
        dict(model.objects.filter(book=book).order_by().values_list("tag_id").annotate(Count("tagged_at")))
        for model in (LineTag, EntryTag)
    )
    return [ListedTag(tag, lines.get(tag.pk, 0), entries.get(tag.pk, 0)) for tag in tags_of(book=book)]


def tags_of_lines(*, book: Book, line_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the names of the tags of each line that has any, by name; one query."""
    found: dict[int, list[str]] = defaultdict(list)
    carried = LineTag.objects.filter(book=book, line_id__in=line_ids).order_by(Lower("tag__name"))
    for line_id, name in carried.values_list("line_id", "tag__name"):
        found[line_id].append(name)
    return dict(found)
