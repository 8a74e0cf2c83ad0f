"""Why a reconciliation, a match, or a posting on reconciled days is refused."""

from ledgerflow.ledger.errors import PostingError


class ReconciliationError(PostingError):
    """The bank account cannot be reconciled so."""


class ReconciledError(ReconciliationError):
    """The bank account is reconciled through a later day; reopen that or choose a later date."""


class MatchError(ReconciliationError):
    """Bank lines and journal lines cannot be matched so."""


class MatchedEntryError(MatchError):
    """The entry is matched with a bank line; take the match apart first."""


class SuggestionGoneError(ReconciliationError):
    """What was suggested does not hold any more."""


#: The SQLSTATE of each guard in ``0002_guard_reconciliations.sql``.
BY_CODE: dict[str, type[ReconciliationError]] = {
    "LF020": ReconciledError,
    "LF021": MatchError,
    "LF022": ReconciliationError,
    "LF023": MatchedEntryError,
}
