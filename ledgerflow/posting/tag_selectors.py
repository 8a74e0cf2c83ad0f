"""What stands in the journal by tag: the tags of an entry are those of its bank line, or its own where it has none.

An entry that reverses another has the tags of that one, so that both count together.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models.functions import Lower

from ledgerflow.books.models import Book
from ledgerflow.classification.models import Tag
from ledgerflow.core.periods import Period
from ledgerflow.ledger.models import AccountType

#: The ids of the tags of an entry, ascending.
TagSet = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TagFilter:
    """Which entries are asked for by their tags: ``having`` that one among them, or exactly the tags ``exactly``.

    With ``exactly`` of nothing those without any.
    """

    having: int | None = None
    exactly: TagSet | None = None

    @property
    def is_untagged(self) -> bool:
        """Whether it is what carries no tag."""
        return self.exactly == ()

    def takes(self, tags: TagSet) -> bool:
        """Return whether an entry with these tags is asked for."""
        return tags == self.exactly if self.exactly is not None else self.having in tags


def tagged_entries(*, book: Book, numbers: Collection[int] | None = None) -> dict[int, TagSet]:
    """Return the tags of every entry that carries any, or of those of these that do; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ALL.format(tagged=TAGGED),
            {"book": book.pk, "numbers": None if numbers is None else list(numbers)},
        )
        return {number: tuple(tags) for number, tags in cursor.fetchall()}


def tags_of_entry(*, book: Book, number: int) -> list[str]:
    """Return the names of the tags of an entry, by name; two queries."""
    tags = tagged_entries(book=book, numbers=[number]).get(number, ())
    return list(
        Tag.objects.filter(book=book, pk__in=tags).order_by(Lower("name")).values_list("name", flat=True)
    )


def moved_by_tags(
    *, book: Book, periods: Sequence[Period], types: Collection[AccountType], without: Collection[int] = ()
) -> dict[TagSet, Mapping[int, tuple[Decimal, ...]]]:
    """Return what the tagged entries moved, by their tags and by account, in each period; debit positive, one query."""
    facts: dict[str, Any] = {
        "book": book.pk,
        "numbers": None,
        "types": list(types),
        "without": list(without),
        "nos": list(range(len(periods))),
        "firsts": [period.first for period in periods],
        "lasts": [period.last for period in periods],
    }
    found: dict[TagSet, dict[int, list[Decimal]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_MOVED.format(tagged=TAGGED), facts)
        for tags, account, no, amount in cursor.fetchall():
            found[tuple(tags)].setdefault(account, [Decimal(0)] * len(periods))[no] = amount
    return {
        tags: {account: tuple(amounts) for account, amounts in accounts.items()}
        for tags, accounts in found.items()
    }


# The line of an entry that was reversed is known by what was reversed, and its reversal with it.
TAGGED = """
carried AS (
    SELECT made.entry_number, mark.tag_id
      FROM classification_linetag AS mark
      JOIN classification_classification AS made ON made.line_id = mark.line_id AND made.book_id = mark.book_id
     WHERE mark.book_id = %(book)s AND made.entry_number IS NOT NULL
     UNION ALL
    SELECT unnest(ARRAY[past.entry_number, past.reversed_by_number]), mark.tag_id
      FROM classification_linetag AS mark
      JOIN posting_reversedposting AS past ON past.line_id = mark.line_id AND past.book_id = mark.book_id
     WHERE mark.book_id = %(book)s
     UNION ALL
    SELECT unnest(ARRAY[mark.entry_number, reversal.number]), mark.tag_id
      FROM classification_entrytag AS mark
      LEFT JOIN ledger_journalentry AS reversal
        ON reversal.book_id = mark.book_id AND reversal.reverses_number = mark.entry_number
     WHERE mark.book_id = %(book)s
), tagged AS (
    SELECT entry_number, array_agg(DISTINCT tag_id ORDER BY tag_id) AS tags FROM carried
     WHERE entry_number IS NOT NULL
       AND (%(numbers)s::bigint[] IS NULL OR entry_number = ANY(%(numbers)s::bigint[]))
     GROUP BY entry_number
)
"""
_ALL = "WITH {tagged} SELECT entry_number, tags FROM tagged"
_MOVED = """
WITH {tagged}
SELECT tagged.tags, line.account_id, asked.no, trim_scale(sum(line.base_amount))
  FROM tagged
  JOIN ledger_journalline AS line ON line.book_id = %(book)s AND line.entry_number = tagged.entry_number
  JOIN ledger_account AS account ON account.id = line.account_id AND account.type = ANY(%(types)s)
  JOIN unnest(%(nos)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS asked (no, first, last)
    ON line.date BETWEEN asked.first AND asked.last
 WHERE tagged.entry_number <> ALL(%(without)s::bigint[])
 GROUP BY tagged.tags, line.account_id, asked.no
"""
