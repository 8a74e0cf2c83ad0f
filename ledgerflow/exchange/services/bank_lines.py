"""What the banks said out of an archive, and the journal, in which some of it stood once and was taken back."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.reading import Row
from ledgerflow.exchange.archive.tables import LINES, REVERSED, WITHDRAWN
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.posting.services import PastBatch, PastPosting, post_past
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User

#: Nothing is held back or pending until everything about the lines is in; then the lines say so again.
_AS_POSTED = {"hold": "", "is_pending": False}


#: Which lines are held back or pending, by both.
Waiting: TypeAlias = dict[tuple[str, bool], list[int]]


def restore_lines_and_journal(loader: Loader, batches: Iterator[PastBatch], owner: User) -> Waiting:
    """Bring in the journal, the lines, what is known of reversed postings, and the lines that were withdrawn.

    PostgreSQL takes a reversed posting, and a withdrawn line, only of a line that is there and says the same. So
    those lines come first, as they were then, and the journal; then the others come, and those that are withdrawn go.
    Return which lines are to be held back or pending, once everything about them is in.

    Raises:
        ArchiveError: the lines are not numbered without gaps.
        PostingError: the journal is refused.
    """
    places = {row["id"] for table in (LINES, WITHDRAWN) for row in loader.archive.rows(table)}
    if places and (min(places), max(places)) != (1, len(places)):
        raise ArchiveError(
            "The lines and withdrawn lines of the archive are not numbered from 1 without gaps."
        )
    loader.ids[LINES.name] = loader.new_ids(LINES, len(places))
    reversed_ones = [
        PastPosting(row["entry_number"], row["line"], row["reversed_by_number"])
        for row in loader.rows(REVERSED)
    ]
    withdrawn = {row["id"]: row for row in loader.rows(WITHDRAWN)}
    first = withdrawn.keys() | {past.line_id for past in reversed_ones}

    now_said = {row["id"]: row for row in loader.rows(LINES) if row["id"] in first}
    as_then = {line_id: _as_line(row) for line_id, row in withdrawn.items()}
    _copy(loader, [*as_then.values(), *(row for line_id, row in now_said.items() if line_id not in as_then)])
    post_past(book=loader.book, batches=batches, reversed_ones=reversed_ones, user=owner)
    loader.copy(WITHDRAWN, WITHDRAWN.columns, withdrawn.values())
    loader.remove(LINES, withdrawn.keys() - now_said.keys())
    for line_id in withdrawn.keys() & now_said.keys():
        words = {
            name: now_said[line_id][name]
            for name in ("description", "counterparty", "reference", "bank_id", "value_date")
        }
        StatementLine.objects.filter(book=loader.book, pk=line_id).update(**words)

    waiting: Waiting = {}
    for row in loader.rows(LINES):
        if row["hold"] or row["is_pending"]:
            waiting.setdefault((row["hold"], row["is_pending"]), []).append(row["id"])
    _copy(loader, (row for row in loader.rows(LINES) if row["id"] not in first))
    return waiting


def _as_line(withdrawn: Row) -> Row:
    """Return the line that a withdrawn one was."""
    said: dict[str, Any] = {column: withdrawn.get(column) for column in LINES.columns}
    return said


def _copy(loader: Loader, rows: Any) -> None:
    loader.copy(LINES, LINES.columns, (row | _AS_POSTED for row in rows))
