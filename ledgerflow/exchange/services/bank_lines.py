"""What the banks said out of an archive, and what of it stood in the journal once and was taken back."""

from dataclasses import dataclass
from typing import Any

from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.reading import Row
from ledgerflow.exchange.archive.tables import LINES, POSTINGS, WITHDRAWN
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.posting.services import PastPosting, link_reversed
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User

#: Nothing is held back or pending until everything about the lines is in; then the lines say so again.
_AS_POSTED = {"hold": "", "is_pending": False}


@dataclass(frozen=True, slots=True)
class BankLines:
    """What is left to say about the lines: the live postings, and which lines are held back or pending."""

    live: list[PastPosting]
    waiting: dict[tuple[str, bool], list[int]]


def restore_bank_lines(loader: Loader, owner: User) -> BankLines:
    """Bring in the lines, the postings that are reversed, and the lines that were withdrawn.

    PostgreSQL takes a reversed posting, and a withdrawn line, only of a line that is there and says the same. So
    those lines come first, as they were then; then the others come, and those that are withdrawn go.

    Raises:
        ArchiveError: the lines are not numbered without gaps.
    """
    places = {row["id"] for table in (LINES, WITHDRAWN) for row in loader.archive.rows(table)}
    if places and (min(places), max(places)) != (1, len(places)):
        raise ArchiveError(
            "The lines and withdrawn lines of the archive are not numbered from 1 without gaps."
        )
    loader.ids[LINES.name] = loader.new_ids(LINES, len(places))
    postings = [
        PastPosting(row["entry_number"], row["line"], row["reversed_by_number"])
        for row in loader.rows(POSTINGS)
    ]
    reversed_ones = [past for past in postings if past.reversed_by_number is not None]
    withdrawn = {row["id"]: row for row in loader.rows(WITHDRAWN)}
    first = withdrawn.keys() | {past.line_id for past in reversed_ones}

    now_said = {row["id"]: row for row in loader.rows(LINES) if row["id"] in first}
    as_then = {line_id: _as_line(row) for line_id, row in withdrawn.items()}
    _copy(loader, [*as_then.values(), *(row for line_id, row in now_said.items() if line_id not in as_then)])
    link_reversed(book=loader.book, postings=reversed_ones, user=owner)
    loader.copy(WITHDRAWN, WITHDRAWN.columns, withdrawn.values())
    loader.remove(LINES, withdrawn.keys() - now_said.keys())
    for line_id in withdrawn.keys() & now_said.keys():
        words = {
            name: now_said[line_id][name]
            for name in ("description", "counterparty", "reference", "bank_id", "value_date")
        }
        StatementLine.objects.filter(book=loader.book, pk=line_id).update(**words)

    waiting: dict[tuple[str, bool], list[int]] = {}
    for row in loader.rows(LINES):
        if row["hold"] or row["is_pending"]:
            waiting.setdefault((row["hold"], row["is_pending"]), []).append(row["id"])
    _copy(loader, (row for row in loader.rows(LINES) if row["id"] not in first))
    return BankLines([past for past in postings if past.reversed_by_number is None], waiting)


def _as_line(withdrawn: Row) -> Row:
    """Return the line that a withdrawn one was."""
    said: dict[str, Any] = {column: withdrawn.get(column) for column in LINES.columns}
    return said


def _copy(loader: Loader, rows: Any) -> None:
    loader.copy(LINES, LINES.columns, (row | _AS_POSTED for row in rows))
