"""Why posting refuses; the ledger's own refusals are in :mod:`ledgerflow.ledger.errors`."""

from ledgerflow.ledger.errors import PostingError


class ReasonMissingError(PostingError):
    """A reversal says why it was made."""


class PostedLinesError(PostingError):
    """Some of the lines are in the journal; reverse their entries first."""


class StatedAmountError(PostingError):
    """What the bank itself is said to have taken or given in the base currency cannot be so."""


class RevaluationError(PostingError):
    """Balances cannot be revalued so; nothing was posted."""
