"""What is proposed for a book, and what became of it."""

import re

from ledgerflow.api import shapes
from ledgerflow.api.access import Caller, UnknownError
from ledgerflow.api.models import Scope
from ledgerflow.api.questions.asked import PAGE, QuestionError, page_size, row_number
from ledgerflow.review.proposal_selectors import ListedProposal, find_proposal, proposal_page


def proposals(
    caller: Caller, slug: str, *, is_open: bool | None = None, cursor: str = "", limit: int = PAGE
) -> shapes.ProposalsShape:
    """Return what is proposed for the book, the newest first.

    Raises:
        QuestionError: cursor or limit are none.
    """
    caller.needs(Scope.READ)
    if cursor and not re.fullmatch(r"\d{1,18}", cursor, re.ASCII):
        raise QuestionError("This is no cursor; take `next` of the page before.")
    with caller.opened(slug) as book:
        before = int(cursor) if cursor else None
        page = proposal_page(book=book, is_open=is_open, before=before, limit=page_size(limit))
        return shapes.ProposalsShape(
            proposals=[proposal_shape(each) for each in page.rows],
            next=str(page.following) if page.following else None,
        )


def one_proposal(caller: Caller, slug: str, proposal_id: int) -> shapes.ProposalShape:
    """Return one proposal.

    Raises:
        UnknownError: the book has no such proposal.
    """
    caller.needs(Scope.READ)
    with caller.opened(slug) as book:
        found = find_proposal(book=book, proposal_id=row_number(proposal_id))
        if found is None:
            raise UnknownError(f"The book {book.slug} has no proposal {proposal_id}.")
        return proposal_shape(found)


def proposal_shape(listed: ListedProposal) -> shapes.ProposalShape:
    """Return the proposal as it is answered with."""
    made = listed.proposal
    return shapes.ProposalShape(
        id=made.pk,
        kind=made.kind,
        state=made.state,
        is_outdated=listed.is_outdated,
        reason=made.reason,
        diff=[shapes.ChangeShape(**change) for change in made.diff],
        proposed_through=made.proposed_through,
        proposed_with=made.proposed_with,
        proposed_by=str(made.proposed_by),
        proposed_at=made.proposed_at,
        decided_by=str(made.decided_by) if made.decided_by else None,
        decided_at=made.decided_at,
        run=listed.run.pk if listed.run else None,
        run_outcome=listed.run.outcome if listed.run else None,
    )
