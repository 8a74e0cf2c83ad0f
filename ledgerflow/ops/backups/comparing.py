"""What a restore would take from the books and give back to them, entry by entry, before anything is replaced."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg

#: Entries are compared one by one only in those stretches whose digests differ.
_STRETCH = 1000
#: A line's columns in 64 bits, each hashed upon the one before: half the work of hashing a row, for millions of them.
_LINE = """hash_numeric_extended(base_amount, hash_numeric_extended(amount, hashint8extended(account_id,
           hashtextextended(currency, timestamp_hash_extended(date, hashint8extended(entry_number, no))))))"""
#: By exclusive or the order of the lines does not count; no two are the same, as their numbers are in the hash.
_STRETCHES = f"""
    SELECT slug, stretch, lines, digest
      FROM (SELECT book_id, entry_number / {_STRETCH} AS stretch, count(*) AS lines, bit_xor({_LINE}) AS digest
              FROM ledger_journalline GROUP BY 1, 2) AS line JOIN books_book AS book ON book.id = book_id
"""  # noqa: S608 - constants
# The type is said because only an array of the column's own is hashed: of another each row looks through all of it.
_ENTRIES = f"""
    SELECT entry_number, bit_xor({_LINE})
      FROM ledger_journalline
     WHERE book_id = (SELECT id FROM books_book WHERE slug = %s) AND entry_number / {_STRETCH} = ANY(%s::bigint[])
     GROUP BY entry_number
"""  # noqa: S608 - constants
_SHOWN = 5

#: The digests of entries by number.
Side = dict[int, int]


@dataclass(frozen=True, slots=True)
class BookDifference:
    """How the restored books differ from the live ones: the numbers of entries, in order."""

    book: str
    #: In the live books only: they would be gone.
    lost: list[int]
    #: In the restored books only: they would be back.
    gained: list[int]
    #: In both, with other lines.
    changed: list[int]

    @property
    def sentence(self) -> str:
        """The difference in words."""
        parts = [
            f"{len(numbers):,} entries {word} ({_listed(numbers)})"
            for word, numbers in (
                ("lost", self.lost),
                ("gained", self.gained),
                ("with their former lines", self.changed),
            )
            if numbers
        ]
        return f"{self.book}: {', '.join(parts)}"


def compare(live: psycopg.Connection[Any], restored: psycopg.Connection[Any]) -> list[BookDifference]:
    """Return the books whose posted entries differ, by address."""
    with ThreadPoolExecutor(2) as both:
        here, there = both.map(_stretches, (live, restored))
        differing: dict[str, list[int]] = {}
        for key in here.keys() | there.keys():
            if here.get(key) != there.get(key):
                differing.setdefault(key[0], []).append(key[1])
        return [
            _difference(slug, *both.map(partial(_entries, slug, stretches), (live, restored)))
            for slug, stretches in sorted(differing.items())
        ]


def _difference(slug: str, ours: Side, theirs: Side) -> BookDifference:
    return BookDifference(
        slug,
        lost=sorted(ours.keys() - theirs.keys()),
        gained=sorted(theirs.keys() - ours.keys()),
        changed=sorted(number for number, digest in ours.items() if theirs.get(number, digest) != digest),
    )


def _stretches(connection: psycopg.Connection[Any]) -> dict[tuple[str, int], tuple[Any, ...]]:
    return {
        (slug, stretch): tuple(sums) for slug, stretch, *sums in connection.execute(_STRETCHES).fetchall()
    }


def _entries(slug: str, stretches: list[int], connection: psycopg.Connection[Any]) -> Side:
    return dict(connection.execute(_ENTRIES, [slug, stretches]).fetchall())


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:_SHOWN])
    return f"{shown}, …" if len(numbers) > _SHOWN else shown
