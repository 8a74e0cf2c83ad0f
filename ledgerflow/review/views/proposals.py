"""What programs propose for the book, and a person's answer to each."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
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
            if done := self.decide(kwargs["proposal"]):
                messages.success(request, done)
        except LedgerFlowError as error:
            messages.error(request, str(error))
        return redirect("review:proposals", book=self.book.slug)

    def decide(self, proposal_id: int) -> str:
        """Call the service and return what was done, or nothing where that is said later."""
        raise NotImplementedError


class AcceptView(_DecisionView):
    """Do what is proposed."""

    _to_run: Proposal | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Decide within the book's transaction, and run a tool after it, when nothing is locked."""
        response = super().dispatch(request, *args, **kwargs)
        if self._to_run is not None:
            try:
                run = services.run_accepted(proposal=self._to_run, user=self.user, now=timezone.now())
            except LedgerFlowError as error:
                messages.error(request, f"Accepted, but: {error}")
            else:
                messages.success(request, f"Accepted, and done by run {run}.")
            return redirect(f"{reverse('review:proposals', kwargs={'book': self.book.slug})}?show=decided")
        return response

    def decide(self, proposal_id: int) -> str:
        """Accept."""
        accepted = services.accept_proposal(
            book=self.book, proposal_id=proposal_id, user=self.user, now=timezone.now()
        )
        if accepted.kind != Proposal.Kind.RUN_TOOL:
            return "Accepted and done."
        self._to_run = accepted
        return ""


class DeclineView(_DecisionView):
    """Leave everything as it is."""

    def decide(self, proposal_id: int) -> str:
        """Decline."""
        services.decline_proposal(book=self.book, proposal_id=proposal_id, user=self.user, now=timezone.now())
        return "Declined; nothing was changed."
