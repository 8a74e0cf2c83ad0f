"""COPY into PostgreSQL, column by column: the fastest way in that needs no temporary table.

Rows are written in pieces, and a column's values only when their piece is: PostgreSQL stores one piece while the next
is being made.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, islice

from django.db.backends.utils import CursorWrapper

from ledgerflow.core.errors import LedgerFlowError

NULL = "\\N"
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_ESCAPING = str.maketrans(_ESCAPES)
_PIECE = 1_000


class TextRefusedError(LedgerFlowError):
    """A text holds a character that no database keeps."""


def texts(values: Sequence[str | None]) -> Iterator[str]:
    """Return the texts as COPY reads them.

    :raises TextRefusedError: a text holds the character NUL, said when its turn comes.
    """
    pieces = (values[start : start + _PIECE] for start in range(0, len(values), _PIECE))
    return chain.from_iterable(map(_written, pieces))


def _written(values: Sequence[str | None]) -> Sequence[str]:
    written = [NULL if value is None else value for value in values]
    joined = "".join(filter(None, values))
    if "\0" in joined:
        raise TextRefusedError(
            "A text of the file holds a NUL character: the file is damaged. Download it again."
        )
    if not any(special in joined for special in _ESCAPES):
        return written
    return [NULL if value is None else value.translate(_ESCAPING) for value in values]


def days(values: Sequence[date | None]) -> Iterator[str]:
    """Return the dates as COPY reads them."""
    written = {day: NULL if day is None else day.isoformat() for day in set(values)}
    return map(written.__getitem__, values)


def amounts(values: Iterable[Decimal | None]) -> Iterator[str]:
    """Return the amounts as COPY reads them."""
    return (NULL if value is None else str(value) for value in values)


def copy_rows(cursor: CursorWrapper, table: str, columns: dict[str, Iterable[str]]) -> None:
    """Copy the rows, given as columns as COPY reads them, into the table."""
    rows = map("\t".join, zip(*columns.values(), strict=True))
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        while piece := "\n".join(islice(rows, _PIECE)):
            copy.write(piece.encode() + b"\n")
