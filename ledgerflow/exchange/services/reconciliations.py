"""What was matched and reconciled, out of an archive."""

from functools import partial

from ledgerflow.exchange.archive.proofs import with_lines_called
from ledgerflow.exchange.archive.tables import (
    FINISHES,
    LINES,
    MATCHED_ENTRY_LINES,
    MATCHED_LINES,
    MATCHES,
    RECONCILIATIONS,
)
from ledgerflow.exchange.services.loading import Loader
from ledgerflow.reconciliation.models import ReconciliationAction


def restore_reconciliations(loader: Loader) -> None:
    """Bring in matches and reconciliations, and finish those that were: PostgreSQL compares bank and books again."""
    for table in (MATCHES, MATCHED_LINES, MATCHED_ENTRY_LINES, RECONCILIATIONS):
        loader.load(table)
    for number, row in enumerate(loader.rows(FINISHES), 1):
        line_of = partial(loader.id_of, LINES.name, where=f"Row {number} of {FINISHES.name}.jsonl: the proof")
        ReconciliationAction.objects.create(
            book=loader.book,
            reconciliation_id=row["reconciliation"],
            act=row["act"],
            reason=row["reason"],
            proof=with_lines_called(row["proof"], line_of),
            acted_by_id=row["acted_by"],
            acted_at=row["acted_at"],
        )
