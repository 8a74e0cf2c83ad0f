"""Proposals: the only writes of the REST API. A person accepts them in the application."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from ninja import Router

from ledgerflow.api import questions, shapes
from ledgerflow.api.rest.books import Cursor, Limit
from ledgerflow.api.rest.door import answered_once, caller
from ledgerflow.api.stage import ProposalAsked, propose
from ledgerflow.books.permissions import Action
from ledgerflow.review.models import Proposal

router = Router(tags=["Proposals"])


@router.get(
    "/{slug:book}/proposals", response=shapes.ProposalsShape, url_name="proposals", summary="What is proposed"
)
def list_proposals(
    request: HttpRequest,
    book: str,
    is_open: bool | None = None,
    cursor: Cursor = "",
    limit: Limit = questions.PAGE,
) -> shapes.ProposalsShape:
    """The newest first, in pages."""
    return questions.proposals(caller(request), book, is_open=is_open, cursor=cursor, limit=limit)


@router.get(
    "/{slug:book}/proposals/{int:proposal}",
    response=shapes.ProposalShape,
    url_name="proposal",
    summary="One proposal",
)
def one_proposal(request: HttpRequest, book: str, proposal: int) -> shapes.ProposalShape:
    """And what became of it."""
    return questions.one_proposal(caller(request), book, proposal)


@router.post(
    "/{slug:book}/proposals",
    response={HTTPStatus.CREATED: shapes.ProposalShape},
    url_name="proposals",
    summary="Propose a change",
)
def make_proposal(request: HttpRequest, book: str, asked: ProposalAsked) -> HttpResponse:
    """Nothing in the books changes until a person accepts it. The same open proposal is not made twice."""
    return answered_once(
        request,
        status=HTTPStatus.CREATED,
        slug=book,
        action=Action.REVIEW,
        is_atomic=True,
        work=lambda: propose(caller(request), book, asked, through=Proposal.Through.API),
    )
