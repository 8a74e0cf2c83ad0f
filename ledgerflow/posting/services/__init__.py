"""Lines into the journal, and entries out of effect."""

from ledgerflow.posting.services.document_dates import date_document
from ledgerflow.posting.services.history import (
    PastBatch,
    PastEntry,
    PastLine,
    PastPosting,
    PastWords,
    link_live,
    post_history,
    post_past,
)
from ledgerflow.posting.services.opening import post_opening, withdraw_openings
from ledgerflow.posting.services.post import PostOutcome, post_lines
from ledgerflow.posting.services.revalue import post_revaluation
from ledgerflow.posting.services.reverse import EntryLine, post_manual_entry, reverse_entry
from ledgerflow.posting.services.state import state_amount
from ledgerflow.posting.services.tags import tag_entry
from ledgerflow.posting.services.transfers import confirm_sure_transfers, confirm_transfer, reject_transfer
from ledgerflow.posting.services.withdraw import hold_postings, release_lines, reverse_lines

__all__ = [
    "EntryLine",
    "PastBatch",
    "PastEntry",
    "PastLine",
    "PastPosting",
    "PastWords",
    "PostOutcome",
    "confirm_sure_transfers",
    "confirm_transfer",
    "date_document",
    "hold_postings",
    "link_live",
    "post_history",
    "post_lines",
    "post_manual_entry",
    "post_opening",
    "post_past",
    "post_revaluation",
    "reject_transfer",
    "release_lines",
    "reverse_entry",
    "reverse_lines",
    "state_amount",
    "tag_entry",
    "withdraw_openings",
]
