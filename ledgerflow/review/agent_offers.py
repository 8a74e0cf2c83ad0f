"""What the agent said of a line beside its account: payee and tax line, which accepting can take along."""

from dataclasses import dataclass

from ledgerflow.agent.selectors import conversation_about
from ledgerflow.books.models import Book
from ledgerflow.classification.models import Source, State
from ledgerflow.classification.tax_lines import ChartTaxLines
from ledgerflow.review.selectors import QueueRow


@dataclass(frozen=True, slots=True)
class AgentOffer:
    """The account that the agent proposed, with a payee and a tax line of the line's own; empty what it did not say.

    ``payee`` is text of a model: a person reads it, and only what that person ticks is taken.
    """

    account_id: int
    account: str
    payee: str
    tax_line: str
    tax_label: str


def offered_by_agent(*, book: Book, row: QueueRow, tax_lines: ChartTaxLines) -> AgentOffer | None:
    """Return what can be taken along; nothing where that is nothing, or the suggestion is not the agent's.

    No query where it is not, two at most where it is.
    """
    if row.state != State.OPEN or row.source != Source.AGENT:
        return None
    said = conversation_about(book=book, line_id=row.line_id)
    if said is None or said.account is None or said.account_id != row.account_id or not said.answer:
        return None
    payee = said.answer.get("payee") or ""
    tax_line = said.answer.get("tax_line") or ""
    if payee.casefold() == row.payee.casefold():
        payee = ""
    if tax_line == said.account.tax_line or not tax_lines.takes(said.account, tax_line):
        tax_line = ""
    if not payee and not tax_line:
        return None
    label = tax_lines.label(tax_line) if tax_line else ""
    return AgentOffer(said.account.pk, str(said.account), payee, tax_line, label)
