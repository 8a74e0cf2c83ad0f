"""Lines into the journal, and entries out of effect."""

from ledgerflow.posting.services.history import (
    PastBatch,
    PastEntry,
    PastLine,
    PastPosting,
    PastWords,
    link_live,
    post_opening,
    post_past,
)
from ledgerflow.posting.services.post import PostOutcome, post_lines
from ledgerflow.posting.services.reverse import EntryLine, post_manual_entry, reverse_entry
from ledgerflow.posting.services.withdraw import hold_postings, release_lines, reverse_lines

__all__ = [
    "EntryLine",
    "PastBatch",
    "PastEntry",
    "PastLine",
    "PastPosting",
    "PastWords",
    "PostOutcome",
    "hold_postings",
    "link_live",
    "post_lines",
    "post_manual_entry",
    "post_opening",
    "post_past",
    "release_lines",
    "reverse_entry",
    "reverse_lines",
]
