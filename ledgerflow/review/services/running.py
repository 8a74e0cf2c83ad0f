"""The run of a tool that a person accepted: made once, as the person, while nothing is locked."""

from datetime import datetime

from ledgerflow.books.scope import book_scope
from ledgerflow.review.models import Proposal, ProposedRun
from ledgerflow.review.services.staging import ProposalError
from ledgerflow.toolbox.models import Asker
from ledgerflow.toolbox.services.calling import Asking, ToolCallError, call_tool
from ledgerflow.users.models import User


def run_accepted(*, proposal: Proposal, user: User, now: datetime) -> int:
    """Run the tool of the proposal and return the number of the run. Call it outside of any transaction.

    At most once: where this process ends in between, the proposal is accepted and has no run, and the person looks
    elsewhere what became of it.

    Raises:
        ProposalError: the user has not accepted it, or it has its run.
        ToolCallError: the tool was not started, or failed; its run is linked all the same.
    """
    made = ProposedRun.objects.filter(book=proposal.book, proposal=proposal)
    if proposal.state != Proposal.State.ACCEPTED or proposal.decided_by != user or made.exists():
        raise ProposalError("A tool is run once for a proposal, by the person who accepted it.")
    asking = Asking(through=Asker.PERSON, book=proposal.book, user=user, subject=f"proposal {proposal.pk}")
    try:
        run_id = call_tool(
            path=proposal.payload["tool"],
            arguments=proposal.payload["arguments"],
            asking=asking,
            now=now,
            fresh=True,
        ).run_id
    except ToolCallError as error:
        if error.run_id:
            _link(proposal, user, error.run_id)
        raise
    _link(proposal, user, run_id)
    return run_id


def _link(proposal: Proposal, user: User, run_id: int) -> None:
    with book_scope(proposal.book, user):
        ProposedRun.objects.create(book=proposal.book, proposal=proposal, run_id=run_id)
