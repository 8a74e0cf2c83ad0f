"""Rows of an archive into tables, whole tables at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb

from ledgerflow.books.models import Book
from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.reading import Archive, Row
from ledgerflow.exchange.archive.tables import LINES, RULES, Table


class Loader:
    """Brings an archive's rows into a book; remembers which id stands for which place of which table."""

    def __init__(self, archive: Archive, book: Book) -> None:
        self.archive = archive
        self.book = book
        self.ids: dict[str, Sequence[int]] = {}

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the table's rows with ids in place of places.

        Raises:
            ArchiveError: a row refers to one that there is not.
        """
        targets = {column: target for column in table.columns if (target := table.target(column))}
        for number, row in enumerate(self.archive.rows(table), 1):
            for column, target in targets.items():
                if row[column] is not None:
                    row[column] = self.id_of(
                        target, row[column], f"Row {number} of {table.name}.jsonl: {column}"
                    )
            if (
                table is RULES and row["after_line"]
            ):  # how many lines came before it; nothing is before the first
                row["after_line"] = self.id_of(
                    LINES.name, row["after_line"], f"Row {number} of {table.name}.jsonl: after_line"
                )
            yield row

    def id_of(self, target: str, place: int, where: str) -> int:
        """Return the id of the row at the place.

        Raises:
            ArchiveError: the table has no such row.
        """
        ids = self.ids[target]
        if not 1 <= place <= len(ids):
            raise ArchiveError(f"{where} names row {place} of {target}.jsonl, which has {len(ids)}.")
        return ids[place - 1]

    def load(self, table: Table, **changed: Any) -> None:
        """Bring in the whole table, under new ids where its rows have any; ``changed`` overrules columns."""
        rows: Iterable[Row] = (row | changed for row in self.rows(table))
        columns = list(table.columns)
        if table.has_ids:
            self.ids[table.name] = ids = self.new_ids(table, self.archive.count(table))
            rows = (row | {"id": row_id} for row, row_id in zip(rows, ids, strict=True))
            columns = ["id", *columns]
        self.copy(table, columns, rows)

    def new_ids(self, table: Table, count: int) -> list[int]:
        """Take ids for new rows, in ascending order."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table.database_name, count],
            )
            return sorted(row_id for (row_id,) in cursor.fetchall())

    def copy(self, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
        """Copy the rows into the book's table, as one statement; columns that are not named take their defaults."""
        fields = [table.field(column) for column in columns]
        untold = {str(field.column): field.get_default() for field in table.untold}
        names = ["book_id", *(str(field.column) for field in fields), *untold]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table.database_name), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(
                    [self.book.pk, *(_cell(field, row[field.name]) for field in fields), *untold.values()]
                )

    def remove(self, table: Table, ids: Collection[int]) -> None:
        """Delete rows that were there for the moment; Django would not, because others go on calling them."""
        statement = sql.SQL("DELETE FROM {} WHERE book_id = %s AND id = ANY(%s)")
        with connection.cursor() as cursor:
            cursor.execute(statement.format(sql.Identifier(table.database_name)), [self.book.pk, list(ids)])


def _cell(field: "models.Field[Any, Any]", value: Any) -> Any:
    return Jsonb(value) if isinstance(field, models.JSONField) and value is not None else value
