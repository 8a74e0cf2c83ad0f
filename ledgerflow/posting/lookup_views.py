"""Looking up the payee of a bank line, and naming it so."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views import generic

from ledgerflow.books.permissions import Action, may
from ledgerflow.books.views import BookMixin
from ledgerflow.classification.models import State
from ledgerflow.classification.services import decide
from ledgerflow.core.errors import LedgerFlowError
from ledgerflow.payees.lookups import lookups_of, offers_lookup
from ledgerflow.payees.services import name_payee
from ledgerflow.posting.lookups import look_up_line
from ledgerflow.statements.models import StatementLine


def lookup_context(view: BookMixin, *, line_id: int, state: str | None) -> dict[str, Any]:
    """Return what a page shows of a line's lookups, for a line whose classification is in the state."""
    return {
        "lookups": lookups_of(book=view.book, line_id=line_id),
        "offers_lookup": may(view.role, Action.RUN_TOOLS) and offers_lookup(),
        "can_name": may(view.role, Action.REVIEW) and state not in {None, State.POSTED, State.MATCHED},
    }


class _LineActView(BookMixin, generic.View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or say why not; then the line again."""
        line_id = kwargs["line"]
        if not StatementLine.objects.filter(book=self.book, pk=line_id).exists():
            raise Http404
        try:
            messages.success(request, self.act(line_id))
        except LedgerFlowError as error:
            messages.error(request, str(error))
        return redirect("posting:line", book=self.book.slug, line=line_id)

    def act(self, line_id: int) -> str:
        """Call the service and return what to say."""
        raise NotImplementedError


class LookUpView(_LineActView):
    """Ask the tool who the payee is; the answer stands on the line's page, as a proposal."""

    action = Action.RUN_TOOLS

    def act(self, line_id: int) -> str:
        """Look up."""
        look_up_line(book=self.book, line_id=line_id, user=self.user, now=timezone.now())
        return "The payee is looked up."


class NamePayeeView(_LineActView):
    """Give the line the payee that was proposed; nothing else about it changes."""

    action = Action.REVIEW

    def act(self, line_id: int) -> str:
        """Name it."""
        payee = name_payee(book=self.book, name=self.request.POST.get("payee", ""))
        decide(book=self.book, line_id=line_id, payee=payee, user=self.user, now=timezone.now())
        return f"The payee is {payee}."
