"""What the banks said out of an archive, and the journal, in which some of it stood once and was taken back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.reading import Row
from ledgerflow.exchange.archive.tables import LINES, REVERSED, SIGHTINGS, STATED, STATEMENTS, WITHDRAWN
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.exchange.services.past_facts import past_facts
from ledgerflow.posting.models import Transfer
from ledgerflow.posting.services import PastBatch, PastPosting, post_past
from ledgerflow.statements.models import StatementLine
from ledgerflow.users.models import User

#: Nothing is held back or pending until everything about the lines is in; then the lines say so again.
_AS_POSTED = {"hold": "", "is_pending": False}
#: What may change about a line that a withdrawn one says too.
_WORDS = (
    "description",
    "counterparty",
    "reference",
    "bank_id",
    "value_date",
    "original_amount",
    "original_currency",
    "rate",
    "booking_date",
    "transaction_date",
)


#: Which lines are held back or pending, by both.
Waiting: TypeAlias = dict[tuple[str, bool], list[int]]


def restore_lines_and_journal(loader: Loader, batches: Iterator[PastBatch], owner: User) -> Waiting:
    """Bring in the journal, the lines, what is known of reversed postings, and the lines that were withdrawn.

    PostgreSQL takes a reversed posting, and a withdrawn line, only of a line that is there and says the same, and an
    opening balance only as its statement tells it. So lines come first, as they were then, and where each was seen;
    then the journal; then those that are withdrawn go.
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
    withdrawn = {row["id"]: row for row in loader.rows(WITHDRAWN)}
    waiting: Waiting = {}
    words: dict[int, Row] = {}
    _copy(loader, _as_then(loader, withdrawn, waiting, words))
    loader.load(SIGHTINGS)
    facts, gone = past_facts(loader)
    post_past(
        book=loader.book,
        batches=batches,
        reversed_ones=_reversed(loader, facts.transfers),
        user=owner,
        facts=facts,
    )
    loader.remove(STATEMENTS, gone)
    loader.load(STATED)
    loader.copy(WITHDRAWN, WITHDRAWN.columns, withdrawn.values())
    loader.remove(LINES, withdrawn.keys() - words.keys())
    for line_id, said in words.items():
        StatementLine.objects.filter(book=loader.book, pk=line_id).update(**said)
    return waiting


def _reversed(loader: Loader, transfers: Sequence[Transfer]) -> list[PastPosting]:
    counterparts = {(each.in_entry, each.in_line_id) for each in transfers if each.in_entry == each.out_entry}
    return [
        PastPosting(
            row["entry_number"],
            row["line"],
            row["reversed_by_number"],
            is_counterpart=(row["entry_number"], row["line"]) in counterparts,
        )
        for row in loader.rows(REVERSED)
    ]


def _as_then(
    loader: Loader, withdrawn: Mapping[int, Row], waiting: Waiting, words: dict[int, Row]
) -> Iterator[Row]:
    """Yield every line as it was before any was withdrawn; put aside what waits, and what withdrawn ones say now."""
    for row in loader.rows(LINES):
        if row["hold"] or row["is_pending"]:
            waiting.setdefault((row["hold"], row["is_pending"]), []).append(row["id"])
        if row["id"] in withdrawn:
            words[row["id"]] = {name: row[name] for name in _WORDS}
        else:
            yield row
    for row in withdrawn.values():
        yield _as_line(row)


def _as_line(withdrawn: Row) -> Row:
    """Return the line that a withdrawn one was."""
    said: dict[str, Any] = {column: withdrawn.get(column) for column in LINES.columns}
    return said


def _copy(loader: Loader, rows: Any) -> None:
    loader.copy(LINES, LINES.columns, (row | _AS_POSTED for row in rows))
