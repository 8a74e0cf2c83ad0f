"""Lines into the journal, and entries out of effect."""

from ledgerflow.posting.services.post import PostOutcome, post_lines
from ledgerflow.posting.services.revalue import post_revaluation
from ledgerflow.posting.services.reverse import EntryLine, post_manual_entry, reverse_entry
from ledgerflow.posting.services.state import state_amount
from ledgerflow.posting.services.withdraw import hold_postings, release_lines, reverse_lines

__all__ = [
    "EntryLine",
    "PostOutcome",
    "hold_postings",
    "post_lines",
    "post_manual_entry",
    "post_revaluation",
    "release_lines",
    "reverse_entry",
    "reverse_lines",
    "state_amount",
]
