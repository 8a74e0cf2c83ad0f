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
        "reconciliation.Reconciliation.state": "kept by PostgreSQL from what finished and reopened it",
        "reconciliation.ReconciliationAction.is_past": "what came before the last act of a finished reconciliation",
        "pipeline.ImportRun.answers": "what was said of a file's first statements while it asks about the next ones",
        "pipeline.ImportRun.shown_sha256": "which reading somebody saw; a file that waits is read anew elsewhere",
        "books.SavedView": "how people look at lists; it names rows by their ids, which are others elsewhere",
        "toolbox.ToolConfiguration": "how one installation works, with references to its own secrets",
        "toolbox.RemoteConsent": "what one installation's people agreed to of servers that it names",
        "toolbox.ToolRun": "what programs did in one installation",
        "api.ApiToken": "what programs of one installation may do; its secrets open nothing elsewhere",
        "api.KeptAnswer": "what programs were answered within a day",
        "review.Proposal": "what programs proposed; what people made of it stands in decisions and rules",
        "review.ProposedRun": "which run of a tool was made for which of them",
        "asking.LineQuestion.token_sha256": "a link of one installation opens nothing elsewhere",
        "asking.LinkUse": "how often addresses and links were used within an hour",
        "toolbox.EgressRequest": "what left one machine",
        "payees.LineToolRun": "which run of a tool looked up which line's payee in one installation",
        "classification.DecisionChange": "what a person may still undo in one installation",
        "classification.ChangedLine": "the same, line by line",
        "classification.ChangedAlias": "the same, for the bank texts that were named",
        "classification.RefusedOffer": "what people were asked in one installation",
        "classification.RuleTrial": "what a rule would have done that nobody saved",
        "classification.RuleCorrection": "the same, for the rules that were corrected",
        "classification.Rule.fell_back_at": "the same",
        "classification.BookWeights": "fitted anew from the decisions",
        "classification.Prediction.alternatives": "shown while a line waits, and made anew",
        "ops.ErrorEvent": "what went wrong in one installation",
        "agent.AgentSettings": "what one installation's endpoint may be told is decided anew",
        "agent.AgentConversation": "what was said to the endpoint of one installation",
        "agent.AgentTurn": "the same, request by request",
        "agent.AgentProposal": "the same, line by line; the suggestion and its reason are in the archive",
        "books.Membership": "who may do what is decided by the other installation",
        "books.Invitation": "the same",
        "classification.Classification.is_counterpart": "the line that arrives in a transfer of one entry",
    }
)
