"""What was matched and reconciled, out of an archive."""

from ledgerflow.exchange.archive.errors import ArchiveError
from ledgerflow.exchange.archive.proofs import with_lines_called
from ledgerflow.exchange.archive.reading import Row
from ledgerflow.exchange.archive.tables import (
    FINISHES,
    LINES,
    MATCHED_ENTRY_LINES,
    MATCHED_LINES,
    MATCHES,
    PAST_ACTIONS,
    RECONCILIATIONS,
)
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.reconciliation.models import ReconciliationAction


def restore_reconciliations(loader: Loader) -> None:
    """Bring in matches and reconciliations, and finish those that were: PostgreSQL compares bank and books again.

    Raises:
        ArchiveError: what was finished and reopened before is no such history.
    """
    for table in (MATCHES, MATCHED_LINES, MATCHED_ENTRY_LINES, RECONCILIATIONS):
        loader.load(table)
    last = _restore_past(loader)
    if "finish" in last.values():
        raise ArchiveError(
            f"{PAST_ACTIONS.name}.jsonl says that a reconciliation was finished before, and not that it was reopened."
        )
    for number, row in enumerate(loader.rows(FINISHES), 1):
        _act(loader, row, f"Row {number} of {FINISHES.name}.jsonl: the proof", is_past=False)


def _restore_past(loader: Loader) -> dict[int, str]:
    """Bring in what was done before, as it was said, and return the last act of each reconciliation."""
    last: dict[int, str] = {}
    for number, row in enumerate(loader.rows(PAST_ACTIONS), 1):
        _act(loader, row, f"Row {number} of {PAST_ACTIONS.name}.jsonl: the proof", is_past=True)
        last[row["reconciliation"]] = row["act"]
    return last


def _act(loader: Loader, row: Row, where: str, *, is_past: bool) -> None:
    def line_of(place: int | None) -> int | None:
        return None if is_past and place is None else loader.id_of(LINES.name, place or 0, where)

    needs_proof = not is_past or row["act"] == ReconciliationAction.Act.FINISH
    ReconciliationAction.objects.create(
        book=loader.book,
        reconciliation_id=row["reconciliation"],
        act=row["act"],
        reason=row["reason"],
        bank_balance=row.get("bank_balance"),
        book_balance=row.get("book_balance"),
        proof=with_lines_called(row["proof"], line_of) if needs_proof else None,
        acted_by_id=row["acted_by"],
        acted_at=row["acted_at"],
        is_past=is_past,
    )
