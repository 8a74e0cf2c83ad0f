"""What an archive does not hold."""

from collections.abc import Mapping
from types import MappingProxyType

#: What is not in an archive, and why: a model as a whole, or one field of a model.
LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "ledger.Movement": "kept by PostgreSQL from the lines",
        "ledger.LedgerState": "kept by PostgreSQL from batches and periods; the manifest has the chain's origin",
        "ledger.ChainLink": "computed by PostgreSQL from batches; the last one is in the manifest",
        "ledger.JournalLine.date": "is the entry's",
        "ledger.PeriodAction.was_closed_through": "kept by PostgreSQL",
        "ledger.PeriodAction.was_locked_through": "kept by PostgreSQL",
        "ledger.Account.reconciled_through": "kept by PostgreSQL from reconciliations",
        "statements.BankAccount.reconciled_through": "kept by PostgreSQL from reconciliations",
        "reconciliation.Reconciliation.state": "finished where something finished it, else open",
        "reconciliation.ReconciliationAction.bank_balance": "kept by PostgreSQL",
        "reconciliation.ReconciliationAction.book_balance": "kept by PostgreSQL",
        "classification.DecisionChange": "what a person may still undo in one installation",
        "classification.ChangedLine": "the same, line by line",
        "classification.RefusedOffer": "what people were asked in one installation",
        "classification.RuleCorrection": "the same, for the rules that were corrected",
        "classification.Rule.fell_back_at": "the same",
        "classification.BookWeights": "fitted anew from the decisions",
        "classification.Prediction.alternatives": "shown while a line waits, and made anew",
        "ops.ErrorEvent": "what went wrong in one installation",
        "books.Membership": "who may do what is decided by the other installation",
        "books.Invitation": "the same",
        "classification.Classification.is_counterpart": "the line that arrives in a transfer of one entry",
    }
)
