"""Whether a file is a delimited statement, and what it states."""

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tools._shared.encodings import decode
from tools._shared.table_statements import read_table
from tools._shared.tables import Table
from tools.contract import Description, Layout, Place, Reading, StatementRefusedError, TableView
from tools.csv_statement._dialect import Dialect, sniff, split

FORMAT = "csv"
_HEAD = 20_000
_FOREIGN = re.compile(
    r"\s*(?:<|\{(?:1:|\s*[\"}])|\[\s*[\[{]|%PDF|PK\x03|OFXHEADER|!Type:|!Account|!Option|:20:|\xd0\xcf\x11\xe0)",
    re.IGNORECASE,
)
_MT940 = re.compile(r"^:(?:20|25|60F|61):", re.MULTILINE)
_OFX = re.compile(r"<(?:OFX|STMTTRN|html|Document)\b", re.IGNORECASE)


def _place(number: int) -> Place:
    return {"line": number}


def _is_foreign(text: str) -> bool:
    head = text[:_HEAD]
    return bool(_FOREIGN.match(head) or _MT940.search(head) or _OFX.search(head))


def claims(content: bytes, name: str) -> bool:  # noqa: ARG001 - content decides, never the name
    """Say whether the bytes are delimited text with a date and an amount in its rows, or a header announcing them."""
    if not content.strip():
        return False
    try:
        text = decode(content[: 4 * _HEAD] if len(content) > 8 * _HEAD else content)
    except StatementRefusedError:
        text = content[: 4 * _HEAD].decode("iso-8859-1")
        if "\0" in text:
            return False
    if _is_foreign(text):
        return False
    dialect = sniff(text)
    return dialect.movements > 0 or dialect.headers > 0


def read_statement(content: bytes, name: str, layouts: Sequence[Layout] = ()) -> Reading:
    """Return every statement in a delimited file, by the one of ``layouts`` that is about it, else by its rows.

    Amounts are as printed, money out negative; the currency is ``XXX`` where the file does not state one. Rows that
    stand newest first are returned oldest first.

    Raises:
        StatementRefusedError: The file is empty, is no list of transactions, or can be read in more than one way.
    """
    return _read(content, name, layouts)


def describe(content: bytes, name: str, layouts: Sequence[Layout] = ()) -> Description:
    """Return the file's table with the reading that was chosen for its columns, and what comes of it."""
    seen: list[TableView] = []
    reading, problem = None, None
    try:
        reading = _read(content, name, layouts, seen)
    except StatementRefusedError as refusal:
        problem = str(refusal)
    once = {table.layout.fingerprint: table for table in seen}
    return Description(tuple(once.values()), reading, problem)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Suspend the search for reference cycles: a table has none, and half the time went into looking for them."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        # What was made goes to the oldest generation unseen; the first collection would look at all of it.
        gc.freeze()
        gc.unfreeze()
        gc.enable()


def _read(
    content: bytes, name: str, layouts: Sequence[Layout], seen: list[TableView] | None = None
) -> Reading:
    if not content.strip():
        raise StatementRefusedError("The file is empty.")
    with _uncollected():
        return read_table(_table(content, name), FORMAT, layouts, seen)


def _table(content: bytes, name: str) -> Table:
    text = decode(content)
    if _is_foreign(text):
        raise StatementRefusedError("The file is not delimited text, but another format.")
    dialect = sniff(text)
    _check(dialect)
    rows = split(text, dialect.delimiter)
    return Table(rows.cells, rows.lines, name, "line", _place, dialect.delimiter)


def _check(dialect: Dialect) -> None:
    if not dialect.movements and not dialect.headers:
        raise StatementRefusedError(
            "No line of the file holds a date and an amount, so it is not a list of transactions. "
            "Choose the bank's export of transactions as CSV."
        )
