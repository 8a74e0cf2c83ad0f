"""Why posting refuses; the ledger's own refusals are in :mod:`ledgerflow.ledger.errors`."""

from ledgerflow.ledger.errors import PostingError


class ReasonMissingError(PostingError):
    """A reversal says why it was made."""


class PostedLinesError(PostingError):
    """Some of the lines are in the journal; reverse their entries first."""


class StatedAmountError(PostingError):
    """What the bank itself is said to have taken or given in the base currency cannot be so."""


class DocumentDateError(PostingError):
    """The day of a document cannot be so."""


class RevaluationError(PostingError):
    """Balances cannot be revalued so; nothing was posted."""


class OpeningRefusedError(PostingError):
    """The opening balance cannot be posted as asked; the message says what stands in the way."""


class TransferRefusedError(PostingError):
    """The two lines cannot be one transfer; the message says why."""


class HistoryError(PostingError):
    """A book's past does not fit together."""
