"""Tags: which lines carry them, and what they are called. The journal is not touched by either."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from ledgerflow.books.models import Book
from ledgerflow.classification.errors import TagError, TagTakenError, UnknownLineError
from ledgerflow.classification.models import ChangedLine, DecisionChange, EntryTag, LineTag, Tag
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User

#: What separates names where several are typed.
_BETWEEN = re.compile(r"[\s,;]+")
_NAME = re.compile(r"[\w](?:[\w./&+'-]*[\w])?")
#: More at once are typed by mistake.
_MOST_NAMES = 20

_ADD = """
    INSERT INTO classification_linetag (book_id, line_id, tag_id, tagged_by_id, tagged_at)
    SELECT %(book)s, line.id, tag, %(user)s, %(now)s
    FROM unnest(%(lines)s::bigint[]) AS wanted (id)
    JOIN statements_statementline line ON line.id = wanted.id AND line.book_id = %(book)s
    CROSS JOIN unnest(%(tags)s::bigint[]) AS tag
    ORDER BY line.id, tag
    ON CONFLICT DO NOTHING
"""
_TAKE_BACK = """
    DELETE FROM classification_linetag carried USING classification_changedline kept
    WHERE kept.change_id = %(change)s AND kept.line_id = ANY(%(lines)s::bigint[])
        AND carried.book_id = kept.book_id AND carried.line_id = kept.line_id
        AND NOT kept.before -> 'tags' @> to_jsonb(carried.tag_id)
"""
_GIVE_BACK = """
    INSERT INTO classification_linetag (book_id, line_id, tag_id, tagged_by_id, tagged_at)
    SELECT kept.book_id, kept.line_id, tag.id, %(user)s, %(now)s
    FROM classification_changedline kept
    CROSS JOIN jsonb_array_elements_text(kept.before -> 'tags') AS former (id)
    JOIN classification_tag tag ON tag.id = former.id::bigint AND tag.book_id = kept.book_id
    WHERE kept.change_id = %(change)s AND kept.line_id = ANY(%(lines)s::bigint[])
    ORDER BY kept.line_id, tag.id
    ON CONFLICT DO NOTHING
"""
_MERGE = """
    INSERT INTO {table} (book_id, {of}, tag_id, tagged_by_id, tagged_at)
    SELECT book_id, {of}, %(into)s, tagged_by_id, tagged_at FROM {table}
    WHERE book_id = %(book)s AND tag_id = %(tag)s
    ON CONFLICT DO NOTHING
"""


def names_typed(text: str) -> list[str]:
    """Return the names of tags in a text, with or without ``#``, separated by spaces or commas; each once.

    Raises:
        TagError: one of them is no name, or there are too many.
    """
    names: dict[str, str] = {}
    for word in filter(None, _BETWEEN.split(text.strip())):
        name = word.removeprefix("#")
        if len(name) > Tag.LONGEST or not _NAME.fullmatch(name):
            raise TagError(
                f"“{word}” is no name of a tag: use letters, digits and . / & + ' - between them, at most "
                f"{Tag.LONGEST} signs."
            )
        names.setdefault(name.lower(), name)
    if len(names) > _MOST_NAMES:
        raise TagError(f"At most {_MOST_NAMES} tags can be given at once.")
    return list(names.values())


def tags_named(*, book: Book, names: Sequence[str]) -> list[Tag]:
    """Return the tags of these names, new ones too, held until the transaction ends; case makes no difference.

    Raises:
        TagError: one of them was renamed or merged at the same moment.
    """
    if not names:
        return []
    # Those that are there first, then new ones, both in one order for everybody: who makes, renames or merges the same
    # tags at the same moment waits for the other, and never both for each other.
    there = _held(book, names)
    if len(there) < len(names):
        known = {tag.name.lower() for tag in there}
        in_order = sorted((name for name in names if name.lower() not in known), key=str.lower)
        Tag.objects.bulk_create([Tag(book=book, name=name) for name in in_order], ignore_conflicts=True)
        there = _held(book, names)
    if len(there) < len(names):
        raise TagError("A tag was renamed or merged at the same moment; try again.")
    return there


def _held(book: Book, names: Sequence[str]) -> list[Tag]:
    """Return the tags of these names that are there, held until the transaction ends."""
    lowered = [Lower(Value(name)) for name in names]
    found = Tag.objects.select_for_update(no_key=True).annotate(lowered=Lower("name"))
    return [*found.filter(book=book, lowered__in=lowered).order_by("pk")]


def _hold_lines(book: Book, line_ids: Sequence[int]) -> None:
    """Hold the bank lines until the transaction ends, so that two people tag one after the other.

    Raises:
        UnknownLineError: the book has not all of them.
    """
    lines = StatementLine.objects.select_for_update(no_key=True).filter(book=book, pk__in=line_ids)
    if len(lines.order_by("pk").values_list("pk")) < len(line_ids):
        raise UnknownLineError("This book has no such line.")


@transaction.atomic
def change_tags(
    *,
    book: Book,
    line_ids: Sequence[int],
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    user: User,
    now: datetime,
) -> int:
    """Give tags to bank lines and take others away, whether the lines are posted or not; return how many lines.

    What changed is kept, so that it can be undone.

    Raises:
        TagError: no tag is named.
        UnknownLineError: the book has not all of these lines; nothing is changed.
    """
    if not add and not remove:
        raise TagError("Name a tag, such as #travel.")
    chosen = sorted(set(line_ids))
    _hold_lines(book, chosen)
    tags = tags_named(book=book, names=add)
    lowered = [Lower(Value(name)) for name in remove]
    leaving = Tag.objects.annotate(lowered=Lower("name")).filter(book=book, lowered__in=lowered)
    before = _ids_by_line(book, chosen)
    LineTag.objects.filter(book=book, line_id__in=chosen, tag__in=leaving).delete()
    _add(book, chosen, [tag.pk for tag in tags], user, now)
    _keep(book, before, user, now)
    return len(chosen)


@transaction.atomic
def set_line_tags(*, book: Book, line_id: int, names: Sequence[str], user: User, now: datetime) -> list[Tag]:
    """Let a bank line have exactly these tags, and return them; what changed is kept, so that it can be undone.

    Raises:
        UnknownLineError: the book has no such line.
        TagError: one of the tags was renamed or merged at the same moment.
    """
    _hold_lines(book, [line_id])
    tags = tags_named(book=book, names=names)
    before = _ids_by_line(book, [line_id])
    LineTag.objects.filter(book=book, line_id=line_id).exclude(tag__in=tags).delete()
    _add(book, [line_id], [tag.pk for tag in tags], user, now)
    _keep(book, before, user, now)
    return tags


@transaction.atomic
def give_back_tags(*, change: DecisionChange, now: datetime) -> tuple[list[int], list[int]]:
    """Give each line of the change the tags again that it had before; those whose tags changed since stay as they are.

    Returns the lines that got them back, and the others. A tag that was merged away meanwhile stays away.
    """
    book, kept = change.book, list(ChangedLine.objects.filter(change=change).order_by("line_id"))
    _hold_lines(book, [one.line_id for one in kept])
    now_there = _ids_by_line(book, [one.line_id for one in kept])
    given: list[int] = []
    others: list[int] = []
    for one in kept:
        (given if now_there[one.line_id] == set(one.after["tags"]) else others).append(one.line_id)
    facts: dict[str, Any] = {"change": change.pk, "lines": given, "user": change.made_by_id, "now": now}
    with connection.cursor() as cursor:
        for statement in (_TAKE_BACK, _GIVE_BACK):
            cursor.execute(statement, facts)
    return given, others


def _ids_by_line(book: Book, line_ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {line_id: set() for line_id in line_ids}
    for line_id, tag_id in LineTag.objects.filter(book=book, line_id__in=line_ids).values_list(
        "line_id", "tag_id"
    ):
        found[line_id].add(tag_id)
    return found


def _keep(book: Book, before: dict[int, set[int]], user: User, now: datetime) -> None:
    """Keep which lines have other tags than before, if any has."""
    after = _ids_by_line(book, before)
    changed = [line_id for line_id, tags in before.items() if after[line_id] != tags]
    if not changed:
        return
    change = DecisionChange.objects.create(book=book, act=DecisionChange.Act.TAG, made_by=user, made_at=now)
    ChangedLine.objects.bulk_create(
        ChangedLine(
            change=change,
            book=book,
            line_id=line_id,
            before={"tags": sorted(before[line_id])},
            after={"tags": sorted(after[line_id])},
        )
        for line_id in changed
    )


def _add(book: Book, line_ids: Sequence[int], tags: Sequence[int], user: User, now: datetime) -> None:
    if not tags:
        return
    facts: dict[str, Any] = {
        "book": book.pk,
        "lines": list(line_ids),
        "tags": list(tags),
        "user": user.pk,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, facts)


@transaction.atomic
def rename_tag(*, book: Book, tag_id: int, name: str, merge: bool = False) -> Tag:
    """Call a tag otherwise; where another has the name, ``merge`` makes one of both. Return the tag that stays.

    Raises:
        TagError: the book has no such tag, or the name is none.
        TagTakenError: another tag has the name, and ``merge`` was not asked for.
    """
    wanted = names_typed(name)
    if len(wanted) != 1:
        raise TagError("Give the tag one word as its name.")
    lowered = Lower(Value(wanted[0]))
    known = Tag.objects.select_for_update().annotate(lowered=Lower("name")).filter(book=book)
    both = {tag.pk: tag for tag in (known.filter(pk=tag_id) | known.filter(lowered=lowered)).order_by("pk")}
    tag = both.pop(tag_id, None)
    if tag is None:
        raise TagError("This book has no such tag.")
    other = next(iter(both.values()), None)
    if other is None:
        tag.name = wanted[0]
        try:
            with transaction.atomic():
                tag.save(update_fields=["name"])
        except IntegrityError as error:
            raise TagTakenError(
                f"Somebody made a tag #{tag.name} at the same moment. Merge the two, or choose another name."
            ) from error
        return tag
    if not merge:
        raise TagTakenError(f"There is a tag #{other.name} already. Merge the two, or choose another name.")
    _merge(book, tag, other)
    return other


def _merge(book: Book, tag: Tag, into: Tag) -> None:
    facts = {"book": book.pk, "tag": tag.pk, "into": into.pk}
    with connection.cursor() as cursor:
        for table, of in (
            ("classification_linetag", "line_id"),
            ("classification_entrytag", "entry_number"),
        ):
            cursor.execute(_MERGE.format(table=table, of=of), facts)
    for carried in (LineTag, EntryTag):
        carried.objects.filter(book=book, tag=tag).delete()
    tag.delete()


@transaction.atomic
def delete_tag(*, book: Book, tag_id: int) -> str:
    """Remove a tag that nothing carries any more, and return its name.

    Raises:
        TagError: the book has no such tag, or lines or entries carry it.
    """
    tag = Tag.objects.select_for_update().filter(book=book, pk=tag_id).first()
    if tag is None:
        raise TagError("This book has no such tag.")
    count = sum(carried.objects.filter(book=book, tag=tag).count() for carried in (LineTag, EntryTag))
    if count:
        raise TagError(
            f"#{tag.name} stands on {count:,} lines and entries; merge it with another tag instead."
        )
    tag.delete()
    return tag.name
