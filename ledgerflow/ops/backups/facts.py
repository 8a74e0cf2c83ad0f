"""What a database holds, counted from its rows: the same before a dump and after its restore, or the restore is none.

Plain SQL through psycopg, because the database may be an older release's, or not LedgerFlow's own yet.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

Facts = dict[str, Any]

_TABLES = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
"""
_BOOKS = """
    SELECT book.id, slug, coalesce(lines, 0), coalesce(debit, 0)::text, coalesce(credit, 0)::text,
           (SELECT count(*) FROM ledger_journalentry WHERE book_id = book.id)
      FROM books_book AS book
      LEFT JOIN (SELECT book_id, count(*) AS lines, sum(greatest(base_amount, 0)) AS debit,
                        sum(greatest(-base_amount, 0)) AS credit
                   FROM ledger_journalline GROUP BY book_id) AS line ON line.book_id = book.id
     ORDER BY slug
"""
_HEADS = """
    SELECT book.id, (SELECT encode(digest, 'hex') FROM ledger_chainlink WHERE book_id = book.id
                      ORDER BY batch_no DESC LIMIT 1)
      FROM books_book AS book
"""
_DOCUMENTS = "SELECT DISTINCT sha256, size FROM documents_document ORDER BY sha256"


def facts(connection: psycopg.Connection[Any]) -> Facts:
    """Count the database's tables, add up its books and name what stands at the head of their hash chains."""
    names = [name for (name,) in connection.execute(_TABLES).fetchall()]
    found: Facts = {
        "tables": {name: _count(connection, name) for name in names},
        "migrations": [],
        "books": [],
        "documents": {},
    }
    if "django_migrations" in names:
        found["migrations"] = [
            f"{app}.{name}"
            for app, name in connection.execute(
                "SELECT app, name FROM django_migrations ORDER BY app, name"
            ).fetchall()
        ]
    if {"books_book", "ledger_journalline", "ledger_journalentry"} <= set(names):
        heads = dict(connection.execute(_HEADS).fetchall()) if "ledger_chainlink" in names else {}
        found["books"] = [
            {
                "slug": slug,
                "entries": entries,
                "lines": lines,
                "debit": debit,
                "credit": credit,
                "chain_head": heads.get(book),
            }
            for book, slug, lines, debit, credit, entries in connection.execute(_BOOKS).fetchall()
        ]
    if "documents_document" in names:
        found["documents"] = dict(connection.execute(_DOCUMENTS).fetchall())
    return found


def differences(expected: Facts, found: Facts) -> list[str]:
    """Return one sentence for each thing that a restored database holds otherwise than its manifest says."""
    return list(_differences(expected, found))


def _differences(expected: Facts, found: Facts) -> Iterator[str]:
    for table in sorted(expected["tables"].keys() | found["tables"].keys()):
        wanted, there = expected["tables"].get(table), found["tables"].get(table)
        if wanted is None:
            yield f"The table {table} is not in the manifest."
        elif there is None:
            yield f"The table {table} is missing."
        elif wanted != there:
            yield f"The table {table} has {there:,} rows where the manifest says {wanted:,}."
    if expected["migrations"] != found["migrations"]:
        yield "The history of migrations differs."
    books = {book["slug"]: book for book in found["books"]}
    for book in expected["books"]:
        other = books.get(book["slug"], {})
        for name in ("entries", "lines", "debit", "credit", "chain_head"):
            if book[name] != other.get(name):
                yield (
                    f"The book {book['slug']} has {name.replace('_', ' ')} {other.get(name)} where the manifest says "
                    f"{book[name]}."
                )
    if expected["documents"] != found["documents"]:
        yield "The list of documents differs."


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])
