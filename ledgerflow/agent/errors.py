"""What can go wrong between LedgerFlow and a language model, each as an outcome with a sentence."""

from ledgerflow.core.errors import LedgerFlowError


class AgentError(LedgerFlowError):
    """The agent cannot be asked, or not so."""


class AgentOffError(AgentError):
    """No endpoint is set, or the book does not allow the agent."""


class BudgetSpentError(AgentError):
    """What the book allows a day is used up, or would be by this request."""


class EndpointError(AgentError):
    """The endpoint gave no usable reply. ``outcome`` is one of ``Outcome``; ``wait`` are seconds it asked for."""

    def __init__(
        self, sentence: str, *, outcome: str, status: int | None = None, wait: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.outcome, self.status, self.wait = outcome, status, wait


class WrongAnswerError(AgentError):
    """The model's answer does not fit the schema; the sentence says where, in words of ours alone."""
