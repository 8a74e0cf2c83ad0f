"""Why an archive is not written or taken in."""

from ledgerflow.core.errors import LedgerFlowError


class ArchiveError(LedgerFlowError):
    """The archive is damaged, incomplete, of another version, or says what cannot be, or its book is not sound."""
