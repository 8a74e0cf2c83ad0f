"""What programs propose for the book, and a person's answer to each."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action
from ledgerflow.books.views import BookMixin
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.review import services
from ledgerflow.review.models import Proposal
from ledgerflow.review.proposal_selectors import open_proposals, proposal_page

_LONGEST_NUMBER = 19


class ProposalsView(BookMixin, generic.TemplateView):
    """The proposals that wait for a person, or those that were decided, fifty at a time."""

    action = Action.VIEW
    template_name = "review/proposals.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add a page of proposals."""
        is_open = self.request.GET.get("show") != "decided"
        before = self.request.GET.get("before", "")
        is_number = before.isascii() and before.isdigit() and len(before) < _LONGEST_NUMBER
        return super().get_context_data(
            is_open=is_open,
            waiting=open_proposals(book=self.book),
            page=proposal_page(book=self.book, is_open=is_open, before=int(before) if is_number else None),
            **kwargs,
        )


class _DecisionView(BookMixin, generic.View):
    """One answer to one proposal; the service asks for the role that its kind needs."""

    action = Action.REVIEW
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Decide, or say why not."""
        if not Proposal.objects.filter(book=self.book, pk=kwargs["proposal"]).exists():
            raise Http404
        try:
            messages.success(request, self.decide(kwargs["proposal"]))
        except LedgerFlowError as error:
            messages.error(request, str(error))
        return redirect("review:proposals", book=self.book.slug)

    def decide(self, proposal_id: int) -> str:
        """Call the service and return what was done."""
        raise NotImplementedError


class AcceptView(_DecisionView):
    """Do what is proposed."""

    def decide(self, proposal_id: int) -> str:
        """Accept."""
        services.accept_proposal(book=self.book, proposal_id=proposal_id, user=self.user, now=timezone.now())
        return "Accepted and done."


class DeclineView(_DecisionView):
    """Leave everything as it is."""

    def decide(self, proposal_id: int) -> str:
        """Decline."""
        services.decline_proposal(book=self.book, proposal_id=proposal_id, user=self.user, now=timezone.now())
        return "Declined; nothing was changed."
