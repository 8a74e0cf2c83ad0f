"""Books of other programs, read by LedgerFlow itself: their accounts, and their entries from the first to the last."""
